//! Money in whole minor units of one currency: never a float, never two currencies added.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};
use utoipa::ToSchema;

/// An ISO 4217 code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// The text is not three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrencyError;

impl Currency {
    /// Pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// Yen, without decimals.
    pub const JPY: Self = Self(*b"JPY");
    /// Kuwaiti dinar, three decimals.
    pub const KWD: Self = Self(*b"KWD");

    /// Reads a code such as `GBP`.
    pub fn new(code: &str) -> Result<Self, CurrencyError> {
        match *code.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(CurrencyError),
        }
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals an amount is written with (ISO 4217, minor unit).
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for CurrencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a currency is an ISO 4217 code such as GBP")
    }
}
impl std::error::Error for CurrencyError {}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::new(text)
    }
}
impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&Cow::<'de, str>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}
impl ToSchema for Currency {}

/// An amount in minor units: 1999 GBP is £19.99, 1999 JPY is ¥1999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 1999, "currency": "GBP"}))]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
}

impl Money {
    /// `amount` minor units of `currency`.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum; `None` for two currencies or an overflow.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_add)
    }

    /// The difference; `None` for two currencies or an overflow.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_sub)
    }

    /// This many times the amount; `None` on overflow.
    pub fn times(self, quantity: i64) -> Option<Self> {
        Some(Self::new(self.amount.checked_mul(quantity)?, self.currency))
    }

    /// Reads a decimal such as `19.99` or `5`; `None` where it has more decimals than the currency, is negative
    /// or is no number.
    pub fn parse(text: &str, currency: Currency) -> Option<Self> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let decimals = currency.decimals() as usize;
        let significant = fraction.trim_end_matches('0');
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || significant.len() > decimals {
            return None;
        }
        let padded = format!("{significant:0<decimals$}");
        format!("{whole}{padded}").parse().ok().map(|amount| Self::new(amount, currency))
    }

    fn combine(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(op(self.amount, other.amount)?, self.currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let sign = if self.amount < 0 { "-" } else { "" };
        let amount = self.amount.unsigned_abs();
        let unit = 10_u64.pow(decimals);
        match decimals {
            0 => write!(f, "{sign}{amount} {}", self.currency),
            _ => write!(
                f,
                "{sign}{}.{:0width$} {}",
                amount / unit,
                amount % unit,
                self.currency,
                width = decimals as usize
            ),
        }
    }
}
impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_written_with_the_decimals_of_their_currency() {
        assert_eq!(Money::new(1999, Currency::GBP).to_string(), "19.99 GBP");
        assert_eq!(Money::new(1999, Currency::JPY).to_string(), "1999 JPY");
        assert_eq!(Money::new(-1999, Currency::KWD).to_string(), "-1.999 KWD");
    }

    #[test]
    fn two_currencies_never_add() {
        assert_eq!(Money::new(1, Currency::GBP).plus(Money::new(1, Currency::EUR)), None);
        assert_eq!(Money::new(i64::MAX, Currency::GBP).plus(Money::new(1, Currency::GBP)), None);
    }

    #[test]
    fn a_decimal_is_read_exactly_or_not_at_all() {
        let gbp = |text| Money::parse(text, Currency::GBP).map(|money| money.amount);
        assert_eq!(gbp("19.99"), Some(1999));
        assert_eq!(gbp("5"), Some(500));
        assert_eq!(gbp("0.1"), Some(10));
        assert_eq!(gbp("2.5500"), Some(255));
        for bad in ["", "-1", "1.999", "1e3", ".5", "1.2.3", "99999999999999999999"] {
            assert_eq!(gbp(bad), None, "{bad}");
        }
        assert_eq!(Money::parse("7.5", Currency::JPY), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(amount in 0..i64::MAX / 1000) {
            let money = Money::new(amount, Currency::GBP);
            let text = money.to_string();
            prop_assert_eq!(Money::parse(text.trim_end_matches(" GBP"), Currency::GBP), Some(money));
        }
    }
}
