//! Amounts as people type them.

use bodega_kernel::{Currency, Money};

/// An amount as it is typed: `12.50`.
pub(crate) fn major(money: Money) -> String {
    let decimals = money.currency.decimals();
    let unit = 10_u64.pow(decimals);
    let sign = if money.amount < 0 { "-" } else { "" };
    let amount = money.amount.unsigned_abs();
    match decimals {
        0 => format!("{sign}{amount}"),
        _ => format!("{sign}{}.{:0width$}", amount / unit, amount % unit, width = decimals as usize),
    }
}

/// What was typed as minor units: `12.5`, `12,50` and `1200` are understood, more decimals than the currency has are not.
pub(crate) fn minor(text: &str, currency: Currency) -> Option<Money> {
    let text = text.trim();
    let (is_negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let decimals = currency.decimals() as usize;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 13 || part.len() > decimals || !is_number(whole) || !is_number(part) {
        return None;
    }
    let amount: i64 = format!("{whole}{part:0<decimals$}").parse().ok()?;
    Some(Money::new(if is_negative { -amount } else { amount }, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_it_was_written() {
        for amount in [0, 1, 99, 100, 1_999, -250, 123_456_789] {
            for currency in [Currency::GBP, Currency::JPY, Currency::KWD] {
                let money = Money::new(amount, currency);
                assert_eq!(minor(&major(money), currency), Some(money));
            }
        }
        let pounds = |amount| Some(Money::new(amount, Currency::GBP));
        assert_eq!(minor(" 12,5 ", Currency::GBP), pounds(1_250));
        assert_eq!(minor("7", Currency::GBP), pounds(700));
        for text in ["", "-", "1.234", "1,000.00", "1e3", "abc", "12345678901234", ".5"] {
            assert_eq!(minor(text, Currency::GBP), None, "{text}");
        }
    }
}
