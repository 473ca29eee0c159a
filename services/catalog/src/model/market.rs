//! Markets: where the shop sells, in which currency, and how prices are shown there. A market is kept as it is told
//! ([`MarketChanged`]).

use super::{
    check::{Fault, label},
    tax::Country,
};
use bodega_contracts::catalog::MarketChanged;
use bodega_kernel::Currency;
use std::collections::BTreeSet;

/// The market that a new shop begins with.
pub(crate) const HOME_MARKET: &str = "home";
/// The most markets of a shop.
pub(crate) const MAX_MARKETS: usize = 50;
/// Characters of the longest id.
pub(crate) const MAX_MARKET_CHARS: usize = 40;

const MAX_NAME_CHARS: usize = 100;
const MAX_COUNTRIES: usize = 250;

/// What is to change of a market; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarketEdit {
    pub(crate) enabled: Option<bool>,
    pub(crate) name: Option<String>,
    pub(crate) countries: Option<Vec<String>>,
    pub(crate) currency: Option<Currency>,
    pub(crate) prices_include_tax: Option<bool>,
}

/// Who has a country already; `None` is every country that is nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TakenCountry {
    pub(crate) country: Option<String>,
    pub(crate) market: String,
}

impl MarketEdit {
    /// A market after this edit, in its old version, or all that is wrong with it.
    pub(crate) fn over(&self, before: &MarketChanged) -> Result<MarketChanged, Vec<Fault>> {
        let mut countries = self.countries.clone().unwrap_or_else(|| before.countries.clone());
        let mut faults = Vec::new();
        if countries.len() > MAX_COUNTRIES {
            faults.push(Fault::new("/countries", format!("has at most {MAX_COUNTRIES}")));
        }
        let mut seen = BTreeSet::new();
        for (index, country) in countries.iter().take(MAX_COUNTRIES).enumerate() {
            if Country::new(country).is_none() {
                faults.push(Fault::new(format!("/countries/{index}"), "is an ISO 3166-1 alpha-2 code such as GB"));
            } else if !seen.insert(country) {
                faults.push(Fault::new(format!("/countries/{index}"), "is there twice"));
            }
        }
        countries.sort_unstable();
        let name = self.name.clone().unwrap_or_else(|| before.name.clone());
        label("/name", &name, MAX_NAME_CHARS, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(MarketChanged {
            market_id: before.market_id.clone(),
            version: before.version,
            enabled: self.enabled.unwrap_or(before.enabled),
            name,
            countries,
            currency: self.currency.unwrap_or(before.currency),
            prices_include_tax: self.prices_include_tax.unwrap_or(before.prices_include_tax),
        })
    }
}

/// What is wrong with an id that somebody chose.
pub(crate) fn market_id_fault(id: &str) -> Option<Fault> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let good = (1..=MAX_MARKET_CHARS).contains(&id.len()) && id.bytes().all(fits);
    let detail = format!("has 1 to {MAX_MARKET_CHARS} lower-case letters, digits and hyphens");
    (!good).then(|| Fault::new("/id", detail))
}

/// The first country of `market` that another enabled market has, where it is enabled itself.
pub(crate) fn taken_country(market: &MarketChanged, all: &[MarketChanged]) -> Option<TakenCountry> {
    let others = all.iter().filter(|other| other.enabled && other.market_id != market.market_id);
    let shared = |other: &MarketChanged| -> Option<Option<String>> {
        if market.countries.is_empty() && other.countries.is_empty() {
            return Some(None);
        }
        market.countries.iter().find(|country| other.countries.contains(country)).cloned().map(Some)
    };
    let mut taken =
        others.filter_map(|other| Some(TakenCountry { country: shared(other)?, market: other.market_id.clone() }));
    if market.enabled { taken.next() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(id: &str, enabled: bool, countries: &[&str]) -> MarketChanged {
        MarketChanged {
            market_id: id.to_owned(),
            version: 1,
            enabled,
            name: id.to_owned(),
            countries: countries.iter().map(|country| (*country).to_owned()).collect(),
            currency: Currency::EUR,
            prices_include_tax: true,
        }
    }

    #[test]
    fn a_country_is_in_one_enabled_market_at_most() {
        let all = [market("home", true, &[]), market("eu", true, &["DE", "FR"]), market("old", false, &["PL"])];
        let taken = |market: MarketChanged| taken_country(&market, &all).map(|taken| (taken.country, taken.market));
        assert_eq!(taken(market("new", true, &["FR", "IT"])), Some((Some("FR".to_owned()), "eu".to_owned())));
        assert_eq!(taken(market("new", true, &[])), Some((None, "home".to_owned())));
        for free in [
            market("new", false, &["FR"]),
            market("new", true, &["PL"]),
            market("eu", true, &["DE", "FR", "IT"]),
            market("home", true, &[]),
        ] {
            assert_eq!(taken(free), None);
        }
    }

    #[test]
    fn an_edit_names_what_is_wrong() {
        let edit = MarketEdit {
            name: Some(String::new()),
            countries: Some(vec!["DE".into(), "de".into(), "DE".into()]),
            ..MarketEdit::default()
        };
        let faults = edit.over(&market("eu", true, &[])).unwrap_err();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/countries/1", "/countries/2", "/name"]);
        for bad in ["", "EU", "e u", &"x".repeat(41)] {
            assert!(market_id_fault(bad).is_some(), "{bad}");
        }
    }
}
