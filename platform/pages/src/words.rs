//! The languages that pages speak, and how they write money, numbers and days.

use bodega_kernel::{Money, Time};
use time::{OffsetDateTime, UtcOffset};

/// Keeps an amount and its currency on one line.
const NBSP: char = '\u{a0}';

/// A language that every page is written in. The first one's addresses have no prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// A text in every language: `const ADD: Text = Text { en: "Add to cart", de: "In den Warenkorb" };`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// German.
    pub de: &'static str,
}

const MONTHS: [Text; 12] = [
    Text { en: "January", de: "Januar" },
    Text { en: "February", de: "Februar" },
    Text { en: "March", de: "März" },
    Text { en: "April", de: "April" },
    Text { en: "May", de: "Mai" },
    Text { en: "June", de: "Juni" },
    Text { en: "July", de: "Juli" },
    Text { en: "August", de: "August" },
    Text { en: "September", de: "September" },
    Text { en: "October", de: "Oktober" },
    Text { en: "November", de: "November" },
    Text { en: "December", de: "Dezember" },
];

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What it calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// What addresses in it begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::En => "",
            Self::De => "/de",
        }
    }

    /// The language of a path, and the path without its prefix.
    pub fn split(path: &str) -> (Self, &str) {
        match path.strip_prefix("/de") {
            Some("") => (Self::De, "/"),
            Some(rest) if rest.starts_with('/') => (Self::De, rest),
            Some(_) | None => (Self::En, path),
        }
    }

    /// The address of a page in this language.
    pub fn link(self, path: &str) -> String {
        match (self.prefix(), path) {
            (prefix, "/") if !prefix.is_empty() => prefix.to_owned(),
            (prefix, path) => format!("{prefix}{path}"),
        }
    }

    /// The text in this language.
    pub const fn say(self, text: Text) -> &'static str {
        match self {
            Self::En => text.en,
            Self::De => text.de,
        }
    }

    /// An amount with its currency: `£1,234.50`, `1.234,50 £`.
    pub fn money(self, money: Money) -> String {
        let decimals = money.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let amount = money.amount.unsigned_abs();
        let whole = self.grouped(amount / unit);
        let point = self.say(Text { en: ".", de: "," });
        let digits = match decimals {
            0 => whole,
            _ => format!("{whole}{point}{:0width$}", amount % unit, width = decimals as usize),
        };
        let sign = if money.amount < 0 { "\u{2212}" } else { "" };
        let code = money.currency.code();
        match (self, symbol(code)) {
            (Self::En, Some(symbol)) => format!("{sign}{symbol}{digits}"),
            (Self::En, None) => format!("{sign}{code}{NBSP}{digits}"),
            (Self::De, symbol) => format!("{sign}{digits}{NBSP}{}", symbol.unwrap_or(code)),
        }
    }

    /// A whole number: `1,234`, `1.234`.
    pub fn number(self, number: i64) -> String {
        let sign = if number < 0 { "\u{2212}" } else { "" };
        format!("{sign}{}", self.grouped(number.unsigned_abs()))
    }

    /// A day, UTC: `3 January 2026`, `3. Januar 2026`.
    pub fn day(self, time: Time) -> String {
        let Some(at) = moment(time) else { return time.to_string() };
        let month = self.say(MONTHS[usize::from(u8::from(at.month())) - 1]);
        let point = self.say(Text { en: "", de: "." });
        format!("{}{point} {month} {}", at.day(), at.year())
    }

    /// A day with its time, UTC: `3 January 2026, 14:05`.
    pub fn moment(self, time: Time) -> String {
        let Some(at) = moment(time) else { return time.to_string() };
        format!("{}, {:02}:{:02}", self.day(time), at.hour(), at.minute())
    }

    fn grouped(self, number: u64) -> String {
        let separator = self.say(Text { en: ",", de: "." });
        let digits = number.to_string();
        let groups: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
        groups.join(separator)
    }
}

fn moment(time: Time) -> Option<OffsetDateTime> {
    let at = OffsetDateTime::from_unix_timestamp(time.ms().div_euclid(1_000)).ok()?;
    Some(at.to_offset(UtcOffset::UTC))
}

fn symbol(code: &str) -> Option<&'static str> {
    [("GBP", "£"), ("EUR", "€"), ("USD", "$"), ("JPY", "¥")]
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, symbol)| symbol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;

    #[test]
    fn money_is_written_by_the_habits_of_the_language() {
        let pounds = Money::new(123_450, Currency::GBP);
        assert_eq!(Lang::En.money(pounds), "£1,234.50");
        assert_eq!(Lang::De.money(pounds), "1.234,50\u{a0}£");
        assert_eq!(Lang::En.money(Money::new(-5, Currency::GBP)), "\u{2212}£0.05");
        assert_eq!(Lang::En.money(Money::new(1_999, Currency::JPY)), "¥1,999");
    }

    #[test]
    fn a_path_tells_its_language() {
        assert_eq!(Lang::split("/de/cart"), (Lang::De, "/cart"));
        assert_eq!(Lang::split("/de"), (Lang::De, "/"));
        assert_eq!(Lang::split("/design"), (Lang::En, "/design"));
        assert_eq!(Lang::De.link("/"), "/de");
        assert_eq!(Lang::De.link("/cart"), "/de/cart");
        assert_eq!(Lang::En.link("/"), "/");
    }
}
