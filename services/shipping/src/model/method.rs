//! What a way of shipping may be.

use super::{Violation, is_line};
use bodega_kernel::Currency;
use bodega_pricing::{
    MAX_BASKET, MAX_PRICE, MAX_RATE_BP,
    shipping::{Rate, Step},
};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;

/// The most characters of an id.
const MAX_ID: usize = 40;
/// The most characters of a name.
const MAX_NAME: usize = 100;
/// The most steps of a table.
const MAX_STEPS: usize = 50;
/// The most countries of a zone: there are fewer.
const MAX_COUNTRIES: usize = 300;

/// A way of shipping as the shop keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) enabled: bool,
    pub(crate) name: String,
    pub(crate) rate: Rate,
    pub(crate) free_above: Option<i64>,
    pub(crate) countries: Vec<String>,
    pub(crate) tax_rate_bp: i64,
    pub(crate) currency: Currency,
}

/// A field that may be left out, null, or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Nullable<T> {
    /// Left out: stays as it is.
    #[default]
    Kept,
    /// Null: is cleared.
    Cleared,
    /// Is set.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Cleared, Self::Set))
    }
}

/// What is to be different; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MethodChange {
    pub(crate) enabled: Option<bool>,
    pub(crate) name: Option<String>,
    pub(crate) rate: Option<Rate>,
    pub(crate) free_above: Nullable<i64>,
    pub(crate) countries: Option<Vec<String>>,
    pub(crate) tax_rate_bp: Option<i64>,
}

impl MethodChange {
    /// The method after it; the version is the next one if anything is different.
    pub(crate) fn apply(self, before: &Method) -> Method {
        let free_above = match self.free_above {
            Nullable::Kept => before.free_above,
            Nullable::Cleared => None,
            Nullable::Set(least) => Some(least),
        };
        let after = Method {
            enabled: self.enabled.unwrap_or(before.enabled),
            name: self.name.unwrap_or_else(|| before.name.clone()),
            rate: self.rate.unwrap_or_else(|| before.rate.clone()),
            free_above,
            countries: self.countries.unwrap_or_else(|| before.countries.clone()),
            tax_rate_bp: self.tax_rate_bp.unwrap_or(before.tax_rate_bp),
            ..before.clone()
        };
        let version = before.version + i64::from(after != *before);
        Method { version, ..after }
    }
}

impl Method {
    /// What is wrong with it.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: &str, detail: String| {
            if wrong {
                violations.push(Violation::new(field, detail));
            }
        };
        found(!is_id(&self.id), "/id", format!("is 1 to {MAX_ID} small letters, digits, hyphens and underscores"));
        found(!is_line(&self.name, MAX_NAME), "/name", format!("is one line of 1 to {MAX_NAME} characters"));
        let free = self.free_above.is_none_or(|least| (0..=MAX_BASKET).contains(&least));
        found(!free, "/free_above", format!("is 0 to {MAX_BASKET}"));
        found(!(0..=MAX_RATE_BP).contains(&self.tax_rate_bp), "/tax_rate_bp", format!("is 0 to {MAX_RATE_BP}"));
        found(self.countries.len() > MAX_COUNTRIES, "/countries", format!("has at most {MAX_COUNTRIES}"));
        let mut seen = BTreeSet::new();
        for (place, country) in self.countries.iter().take(MAX_COUNTRIES).enumerate() {
            let code = country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase());
            let detail = "is ISO 3166-1 alpha-2, two capital letters, each once".to_owned();
            found(!code || !seen.insert(country), &format!("/countries/{place}"), detail);
        }
        violations.extend(rate_violations(&self.rate));
        violations
    }
}

fn is_id(id: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(sign)
}

fn rate_violations(rate: &Rate) -> Vec<Violation> {
    let priced = |price: i64| (0..=MAX_PRICE).contains(&price);
    let price_range = || format!("is 0 to {MAX_PRICE}");
    let steps: &[Step] = match rate {
        Rate::Flat { price } | Rate::Pickup { price } => {
            let wrong = (!priced(*price)).then(|| Violation::new("/rate/price", price_range()));
            return wrong.into_iter().collect();
        }
        Rate::ByWeight { steps } | Rate::ByPrice { steps } => steps,
    };
    if steps.is_empty() || steps.len() > MAX_STEPS {
        return vec![Violation::new("/rate/steps", format!("has 1 to {MAX_STEPS} steps"))];
    }
    let mut violations = Vec::new();
    let mut before = -1;
    for (place, step) in steps.iter().enumerate() {
        if !priced(step.price) {
            violations.push(Violation::new(format!("/rate/steps/{place}/price"), price_range()));
        }
        let last = place + 1 == steps.len();
        let grows = step.up_to.map_or(last, |most| most > before && most <= MAX_BASKET);
        if !grows {
            let detail = format!("grows from step to step, up to {MAX_BASKET}; only the last may be without");
            violations.push(Violation::new(format!("/rate/steps/{place}/up_to"), detail));
        }
        before = step.up_to.unwrap_or(i64::MAX);
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(rate: Rate) -> Method {
        Method {
            id: "standard".to_owned(),
            version: 1,
            enabled: true,
            name: "Standard".to_owned(),
            rate,
            free_above: None,
            countries: Vec::new(),
            tax_rate_bp: 2_000,
            currency: Currency::GBP,
        }
    }

    fn flat() -> Method {
        method(Rate::Flat { price: 499 })
    }

    fn wrong(method: &Method) -> Vec<String> {
        method.violations().into_iter().map(|violation| violation.field).collect()
    }

    fn table(steps: &[(Option<i64>, i64)]) -> Method {
        method(Rate::ByWeight { steps: steps.iter().map(|&(up_to, price)| Step { up_to, price }).collect() })
    }

    #[test]
    fn a_method_breaks_its_bounds_by_name() {
        assert_eq!(wrong(&flat()), [] as [&str; 0]);
        assert_eq!(wrong(&Method { id: "Standard".to_owned(), ..flat() }), ["/id"]);
        assert_eq!(wrong(&Method { name: " a".to_owned(), ..flat() }), ["/name"]);
        assert_eq!(wrong(&Method { free_above: Some(-1), ..flat() }), ["/free_above"]);
        assert_eq!(wrong(&Method { tax_rate_bp: 10_001, ..flat() }), ["/tax_rate_bp"]);
        let countries = ["GB", "gb", "GB"].map(str::to_owned).to_vec();
        assert_eq!(wrong(&Method { countries, ..flat() }), ["/countries/1", "/countries/2"]);
        assert_eq!(wrong(&method(Rate::Pickup { price: -1 })), ["/rate/price"]);
    }

    #[test]
    fn a_table_grows_and_only_its_last_step_is_open() {
        assert_eq!(wrong(&table(&[(Some(0), 0), (Some(500), 1), (None, 2)])), [] as [&str; 0]);
        assert_eq!(wrong(&table(&[])), ["/rate/steps"]);
        assert_eq!(wrong(&table(&[(Some(1), 1); 51])).len(), 1);
        assert_eq!(wrong(&table(&[(None, 1), (Some(5), 1)])), ["/rate/steps/0/up_to", "/rate/steps/1/up_to"]);
        assert_eq!(wrong(&table(&[(Some(5), 1), (Some(5), -1)])), ["/rate/steps/1/price", "/rate/steps/1/up_to"]);
    }

    #[test]
    fn a_change_that_changes_nothing_has_no_new_version() {
        let before = Method { free_above: Some(5), ..flat() };
        assert_eq!(MethodChange::default().apply(&before), before);
        let same = MethodChange { name: Some("Standard".to_owned()), ..MethodChange::default() };
        assert_eq!(same.apply(&before).version, 1);
        let cleared = MethodChange { free_above: Nullable::Cleared, ..MethodChange::default() }.apply(&before);
        assert_eq!((cleared.version, cleared.free_above), (2, None));
        let off = MethodChange { enabled: Some(false), ..MethodChange::default() }.apply(&before);
        assert_eq!((off.version, off.enabled), (2, false));
    }
}
