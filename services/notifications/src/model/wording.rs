//! How money, dates, numbers and names are written in each language.

use bodega_kernel::{Money, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Labels that templates share, by name.
pub(crate) type Words = BTreeMap<String, String>;

/// The most characters of a name or a label in a mail.
const MAX_CHARS: usize = 300;
/// Keeps an amount and its currency on one line.
const NBSP: char = '\u{a0}';

/// A language that every template is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub(crate) enum Language {
    /// English.
    En,
    /// German.
    De,
}

impl TryFrom<String> for Language {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|language| language.code() == code).ok_or("is en or de")
    }
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its ISO 639-1 code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What the paths of the shop's pages in this language begin with.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::En => "",
            Self::De => "/de",
        }
    }

    /// The language of a BCP 47 tag such as `de-AT`; `None` where nothing is written in it.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        let code = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// An amount with its currency: `£1,234.50`, `1.234,50 €`.
    pub(crate) fn money(self, money: Money) -> String {
        let decimals = money.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let amount = money.amount.unsigned_abs();
        let whole = self.grouped(amount / unit);
        let digits = match decimals {
            0 => whole,
            _ => format!("{whole}{}{:0width$}", self.point(), amount % unit, width = decimals as usize),
        };
        let sign = if money.amount < 0 { "\u{2212}" } else { "" };
        let code = money.currency.code();
        let symbol = symbol(code);
        match (self, symbol) {
            (Self::En, Some(symbol)) => format!("{sign}{symbol}{digits}"),
            (Self::En, None) => format!("{sign}{code}{NBSP}{digits}"),
            (Self::De, _) => format!("{sign}{digits}{NBSP}{}", symbol.unwrap_or(code)),
        }
    }

    /// A whole number: `1,234`, `1.234`.
    pub(crate) fn number(self, number: i64) -> String {
        let sign = if number < 0 { "\u{2212}" } else { "" };
        format!("{sign}{}", self.grouped(number.unsigned_abs()))
    }

    /// A day, UTC: `3 January 2026`, `3. Januar 2026`.
    pub(crate) fn day(self, time: Time) -> String {
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const GERMAN: [&str; 12] = [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ];
        let Ok(at) = OffsetDateTime::from_unix_timestamp(time.ms().div_euclid(1_000)) else { return time.to_string() };
        let month = usize::from(u8::from(at.month())) - 1;
        match self {
            Self::En => format!("{} {} {}", at.day(), ENGLISH[month], at.year()),
            Self::De => format!("{}. {} {}", at.day(), GERMAN[month], at.year()),
        }
    }

    fn grouped(self, number: u64) -> String {
        let separator = match self {
            Self::En => ',',
            Self::De => '.',
        };
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() * 2);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    const fn point(self) -> char {
        match self {
            Self::En => '.',
            Self::De => ',',
        }
    }
}

fn symbol(code: &str) -> Option<&'static str> {
    match code {
        "GBP" => Some("£"),
        "EUR" => Some("€"),
        "USD" => Some("$"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

/// A text on one line, without control characters and marks that turn the direction of writing, cut where it is long:
/// names come from people and end up in subject lines.
pub(crate) fn clean(text: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    let plain = |letter: char| if letter.is_control() || turns(letter) { ' ' } else { letter };
    let text: String = text.chars().map(plain).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;

    #[test]
    fn money_is_written_by_the_decimals_of_its_currency_and_the_habits_of_the_language() {
        let cases = [
            (123_450, "GBP", "£1,234.50", "1.234,50\u{a0}£"),
            (5, "EUR", "€0.05", "0,05\u{a0}€"),
            (1_234_567, "JPY", "¥1,234,567", "1.234.567\u{a0}¥"),
            (1_234_567, "KWD", "KWD\u{a0}1,234.567", "1.234,567\u{a0}KWD"),
            (-250, "USD", "\u{2212}$2.50", "\u{2212}2,50\u{a0}$"),
            (0, "CHF", "CHF\u{a0}0.00", "0,00\u{a0}CHF"),
            (i64::MIN, "JPY", "\u{2212}¥9,223,372,036,854,775,808", "\u{2212}9.223.372.036.854.775.808\u{a0}¥"),
        ];
        for (amount, code, english, german) in cases {
            let money = Money::new(amount, Currency::new(code).unwrap());
            assert_eq!((Language::En.money(money), Language::De.money(money)), (english.into(), german.into()));
        }
    }

    #[test]
    fn days_and_numbers_are_written_in_the_language() {
        let time = Time::parse("2026-03-01T23:59:59Z").unwrap();
        assert_eq!((Language::En.day(time), Language::De.day(time)), ("1 March 2026".into(), "1. März 2026".into()));
        assert_eq!((Language::En.number(-1_000), Language::De.number(1_000)), ("\u{2212}1,000".into(), "1.000".into()));
        assert_eq!(Language::En.number(999), "999");
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for (tag, language) in [("de-AT", Some(Language::De)), ("EN_gb", Some(Language::En)), ("fr", None), ("", None)]
        {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }

    #[test]
    fn a_name_never_breaks_a_line() {
        assert_eq!(clean("Ada\r\nBcc: eve@example.com"), "Ada Bcc: eve@example.com");
        assert_eq!(clean(" a\u{0}\tb\u{202e}c\u{2028}d "), "a b c d");
        assert_eq!(clean(&"é".repeat(301)).chars().count(), 301);
        assert!(clean(&"é".repeat(301)).ends_with('…'));
    }
}
