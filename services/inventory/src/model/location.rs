//! Where goods are: locations by name, in the order in which they are sold from.

use super::{Nullable, Violation};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, LazyLock},
};

/// The location that is there from the beginning. Every SKU has a row there, which also says what holds for all of them.
pub(crate) const MAIN: &str = "main";
/// The most locations of a shop.
pub(crate) const MAX_LOCATIONS: i64 = 50;
/// The most characters of an id.
const MAX_ID: usize = 40;
/// The most characters of a name.
const MAX_NAME: usize = 100;
/// The highest and, negative, the lowest priority.
const MAX_PRIORITY: i64 = 1_000_000;

/// Names a location for ever: 1 to 40 small letters, digits and hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct LocationId(Arc<str>);

impl LocationId {
    /// `None` where the text is no id.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text == MAIN {
            return Some(Self::main());
        }
        let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        ((1..=MAX_ID).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.into()))
    }

    /// Where goods are if nothing else is said.
    pub(crate) fn main() -> Self {
        static FIRST: LazyLock<LocationId> = LazyLock::new(|| LocationId(MAIN.into()));
        FIRST.clone()
    }

    /// The text of it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the one from the beginning.
    pub(crate) fn is_main(&self) -> bool {
        &*self.0 == MAIN
    }
}

impl fmt::Display for LocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for LocationId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| serde::de::Error::custom("is not 1 to 40 small letters, digits and hyphens"))
    }
}

impl utoipa::PartialSchema for LocationId {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl utoipa::ToSchema for LocationId {}

/// A location as stock sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Site(pub(crate) LocationId, pub(crate) bool);

/// All locations, in the order in which they are sold from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Locations(Vec<Site>);

impl Locations {
    /// In this order.
    pub(crate) fn new(sites: Vec<Site>) -> Self {
        Self(sites)
    }

    /// Those that are sold from, the first one first.
    pub(crate) fn enabled(&self) -> impl Iterator<Item = &LocationId> {
        self.0.iter().filter(|site| site.1).map(|site| &site.0)
    }

    /// Whether there is one of this name.
    pub(crate) fn has(&self, id: &LocationId) -> bool {
        self.0.iter().any(|site| site.0 == *id)
    }

    /// Whether it is sold from.
    pub(crate) fn sells_from(&self, id: &LocationId) -> bool {
        self.enabled().any(|enabled| enabled == id)
    }
}

/// A location as staff keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) id: LocationId,
    pub(crate) name: String,
    /// Lower is sold from first.
    pub(crate) priority: i64,
    /// Whether it is sold from.
    pub(crate) enabled: bool,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: Option<String>,
    pub(crate) version: i64,
}

/// What is to be different of a location; what is left out stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct LocationChange {
    pub(crate) name: Option<String>,
    pub(crate) priority: Option<i64>,
    pub(crate) enabled: Option<bool>,
    pub(crate) country: Nullable<String>,
}

impl Location {
    /// What is wrong with it.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: &str, detail: String| {
            if wrong {
                violations.push(Violation { field: field.to_owned(), detail });
            }
        };
        let named = (1..=MAX_NAME).contains(&self.name.trim().chars().count());
        found(!named, "/name", format!("1 to {MAX_NAME} characters"));
        let ranked = (-MAX_PRIORITY..=MAX_PRIORITY).contains(&self.priority);
        found(!ranked, "/priority", format!("-{MAX_PRIORITY} to {MAX_PRIORITY}"));
        let is_code = |code: &String| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
        found(!self.country.as_ref().is_none_or(is_code), "/country", "an ISO 3166-1 alpha-2 code".to_owned());
        violations
    }

    /// The location after a change; the version is the next one if anything is different.
    pub(crate) fn changed(&self, change: LocationChange) -> Self {
        let after = Self {
            name: change.name.unwrap_or_else(|| self.name.clone()),
            priority: change.priority.unwrap_or(self.priority),
            enabled: change.enabled.unwrap_or(self.enabled),
            country: change.country.over(self.country.clone()),
            ..self.clone()
        };
        let version = self.version + i64::from(after != *self);
        Self { version, ..after }
    }
}
