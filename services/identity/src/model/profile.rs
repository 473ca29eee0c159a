//! What people say about themselves and where they live, checked field by field.

use bodega_contracts::Address;
use bodega_kernel::Time;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most characters of a telephone number.
const LONGEST_PHONE: usize = 40;
/// The most characters of a language tag.
const LONGEST_TAG: usize = 35;
/// Nobody is older.
const FIRST_YEAR: u32 = 1900;
/// Addresses of one user.
pub(crate) const MOST_ADDRESSES: i64 = 50;

/// A field of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Left out: stays as it is.
    #[default]
    Kept,
    /// Null: is cleared.
    Cleared,
    /// Is set.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Cleared, Self::Set))
    }
}

impl<T> Given<T> {
    /// The same where `check` takes the value that is set.
    pub(crate) fn checked<U, E>(self, check: impl FnOnce(T) -> Result<U, E>) -> Result<Given<U>, E> {
        Ok(match self {
            Self::Kept => Given::Kept,
            Self::Cleared => Given::Cleared,
            Self::Set(value) => Given::Set(check(value)?),
        })
    }

    /// What a field that holds `now` holds then.
    pub(crate) fn over(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Kept => now,
            Self::Cleared => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// What somebody changes about themselves, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileChange {
    /// How they are called.
    pub(crate) name: Given<String>,
    /// Where they are called.
    pub(crate) phone: Given<String>,
    /// When they were born.
    pub(crate) birthday: Given<String>,
    /// What they read.
    pub(crate) language: Given<String>,
}

/// Takes a telephone number, or says what is wrong with it.
pub(crate) fn phone(text: &str) -> Result<String, &'static str> {
    let phone = text.trim();
    let fits = |letter: char| letter.is_ascii_digit() || " +-().,/#x".contains(letter);
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let good = digits >= 3 && phone.chars().count() <= LONGEST_PHONE && phone.chars().all(fits);
    if good { Ok(phone.to_owned()) } else { Err("is no telephone number of at most 40 characters") }
}

/// Takes the tag of a language, such as `de` or `de-AT`, or says what is wrong with it.
pub(crate) fn language(text: &str) -> Result<String, &'static str> {
    let mut parts = text.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let first = parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && letters(part));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if first && rest && text.len() <= LONGEST_TAG { Ok(text.to_owned()) } else { Err("is no language tag such as en") }
}

/// Takes a day such as `1990-12-31` that is over, or says what is wrong with it.
pub(crate) fn birthday(text: &str, now: Time) -> Result<String, &'static str> {
    let date = || {
        let digits = |from: usize, to: usize| {
            let part = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
            part.parse::<u32>().ok()
        };
        let dashed = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        dashed.then_some((digits(0, 4)?, digits(5, 7)?, digits(8, 10)?))
    };
    let (year, month, day) = date().ok_or("is no day such as 1990-12-31")?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let today = now.to_string();
    let over = year >= FIRST_YEAR && today.get(..10).is_some_and(|today| text <= today);
    if (1..=last).contains(&day) && over { Ok(text.to_owned()) } else { Err("is no day of the past since 1900") }
}

/// What is wrong with an address: a JSON pointer, and why.
pub(crate) fn check_address(address: &Address) -> Result<(), (&'static str, &'static str)> {
    let required = [
        ("/name", &address.name, 120),
        ("/line1", &address.line1, 200),
        ("/city", &address.city, 100),
        ("/postal_code", &address.postal_code, 20),
    ];
    let optional = [("/line2", &address.line2, 200), ("/region", &address.region, 100), ("/phone", &address.phone, 40)];
    let given = optional.iter().filter_map(|(pointer, text, most)| Some((*pointer, text.as_ref()?, *most)));
    for (pointer, text, most) in required.into_iter().chain(given) {
        if text.trim().is_empty() {
            return Err((pointer, "is empty"));
        }
        if text.chars().nth(most).is_some() {
            return Err((pointer, "is too long"));
        }
        if text.chars().any(char::is_control) {
            return Err((pointer, "has a control character"));
        }
    }
    let code = address.country.len() == 2 && address.country.bytes().all(|letter| letter.is_ascii_uppercase());
    if code { Ok(()) } else { Err(("/country", "is not two capital letters (ISO 3166-1 alpha-2)")) }
}

/// An address of the address book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AddressView {
    /// Which.
    pub(crate) id: Uuid,
    /// What it says.
    #[serde(flatten)]
    pub(crate) address: Address,
    /// Whether parcels go there unless something else is said; at most one of a user's does.
    pub(crate) default_shipping: bool,
    /// Whether bills go there unless something else is said; at most one of a user's does.
    pub(crate) default_billing: bool,
    /// For `If-Match`.
    pub(crate) version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birthdays_are_days_of_the_past() {
        let now = Time::parse("2026-03-01T12:00:00Z").unwrap();
        for good in ["1990-12-31", "2024-02-29", "2000-02-29", "2026-03-01", "1900-01-01"] {
            assert_eq!(birthday(good, now).as_deref(), Ok(good));
        }
        let bad =
            ["2026-03-02", "1899-12-31", "2023-02-29", "1900-02-29", "2000-13-01", "2000-00-10", "2000-1-1", "", "é"];
        for bad in bad.iter().chain(&["+200-01-01", "2000-04-31", "2000/01/01", "2000-01-00", "20000-1-01"]) {
            assert!(birthday(bad, now).is_err(), "{bad}");
        }
    }

    #[test]
    fn telephone_numbers_and_languages_are_what_they_look_like() {
        for good in ["+44 20 7946 0000", "030/123456", "(0)123-45"] {
            assert!(phone(good).is_ok(), "{good}");
        }
        for bad in ["", "12", "call me", "1\n23", &"1".repeat(41)] {
            assert!(phone(bad).is_err(), "{bad}");
        }
        for good in ["en", "de-AT", "zh-Hant-TW", "gsw"] {
            assert!(language(good).is_ok(), "{good}");
        }
        for bad in ["", "e", "english", "de_AT", "de-", "d1", "en-a b"] {
            assert!(language(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_wrong_where_it_is_wrong() {
        let text = |text: &str| text.to_owned();
        let address = Address {
            name: text("Ada"),
            line1: text("1 High Street"),
            line2: None,
            city: text("London"),
            region: None,
            postal_code: text("N1 1AA"),
            country: text("GB"),
            phone: None,
        };
        assert_eq!(check_address(&address), Ok(()));
        let pointer = |address: Address| check_address(&address).unwrap_err().0;
        assert_eq!(pointer(Address { name: text(" "), ..address.clone() }), "/name");
        assert_eq!(pointer(Address { line2: Some("x".repeat(201)), ..address.clone() }), "/line2");
        assert_eq!(pointer(Address { city: text("a\u{0}"), ..address.clone() }), "/city");
        assert_eq!(pointer(Address { country: text("gb"), ..address }), "/country");
    }
}
