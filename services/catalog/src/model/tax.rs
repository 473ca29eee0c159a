//! Tax: which country's table is meant, and what a table may hold. A table is kept as it is told ([`TaxRatesChanged`]).

use super::check::{Fault, label, pointer_of};
use bodega_contracts::catalog::{STANDARD_TAX, TaxRatesChanged, ZERO_TAX};
use std::collections::BTreeMap;

/// The most classes of a table.
const MAX_CLASSES: usize = 20;
/// The most regions of a country.
const MAX_REGIONS: usize = 100;
/// Characters of the longest name of a region.
const MAX_REGION_CHARS: usize = 100;
/// Characters of the longest name of a class.
const MAX_CLASS_CHARS: usize = 40;
/// The highest rate, basis points.
const MAX_RATE_BP: i64 = 10_000;

/// A country: ISO 3166-1 alpha-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Country([u8; 2]);

impl Country {
    /// Reads a code such as `GB`.
    pub(crate) fn new(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Self([a, b])),
            _ => None,
        }
    }

    /// The two letters.
    pub(crate) fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Whether a text can name a class: 1 to 40 lower-case letters, digits, `-` and `_`.
pub(crate) fn is_class(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    (1..=MAX_CLASS_CHARS).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether goods may be of this class: one that is taxed at home, or one that is there everywhere.
pub(crate) fn is_known_class(home: &TaxRatesChanged, class: &str) -> bool {
    class == STANDARD_TAX || class == ZERO_TAX || home.rates.contains_key(class)
}

/// All that is wrong with a table.
pub(crate) fn table_faults(table: &TaxRatesChanged) -> Vec<Fault> {
    let mut faults = Vec::new();
    rates("/rates", &table.rates, &mut faults);
    if !(table.rates.is_empty() || table.rates.contains_key(STANDARD_TAX)) {
        faults.push(Fault::new("/rates", "has a rate for `standard`, or none at all"));
    }
    if table.regions.len() > MAX_REGIONS {
        faults.push(Fault::new("/regions", format!("has at most {MAX_REGIONS}")));
    }
    let mut names = Vec::new();
    for (region, list) in table.regions.iter().take(MAX_REGIONS) {
        let at = pointer_of("/regions", region);
        label(&at, region, MAX_REGION_CHARS, &mut faults);
        let name = region.to_lowercase();
        if names.contains(&name) {
            faults.push(Fault::new(&at, "is there twice, in another case"));
        }
        names.push(name);
        rates(&at, list, &mut faults);
    }
    faults
}

fn rates(at: &str, rates: &BTreeMap<String, i64>, faults: &mut Vec<Fault>) {
    if rates.len() > MAX_CLASSES {
        faults.push(Fault::new(at, format!("has at most {MAX_CLASSES}")));
    }
    for (class, bp) in rates.iter().take(MAX_CLASSES) {
        let at = pointer_of(at, class);
        if !is_class(class) {
            let detail = format!("is named with 1 to {MAX_CLASS_CHARS} lower-case letters, digits, `-` and `_`");
            faults.push(Fault::new(at, detail));
        } else if !(0..=MAX_RATE_BP).contains(bp) {
            faults.push(Fault::new(at, format!("is 0 to {MAX_RATE_BP} basis points")));
        } else if class == ZERO_TAX && *bp != 0 {
            faults.push(Fault::new(at, "is 0: the goods of this class are never taxed"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rates: &[(&str, i64)], regions: &[(&str, &[(&str, i64)])]) -> Vec<String> {
        let list = |list: &[(&str, i64)]| list.iter().map(|(class, bp)| ((*class).to_owned(), *bp)).collect();
        let table = TaxRatesChanged {
            country: "GB".into(),
            version: 1,
            rates: list(rates),
            regions: regions.iter().map(|(region, rates)| ((*region).to_owned(), list(rates))).collect(),
        };
        table_faults(&table).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_table_has_known_bounds() {
        let none: [&str; 0] = [];
        assert_eq!(table(&[], &[]), none);
        assert_eq!(table(&[("standard", 10_000), ("zero", 0), ("low-1_a", 0)], &[("Kent", &[("standard", 1)])]), none);
        assert_eq!(table(&[("low", 1)], &[]), ["/rates"]);
        assert_eq!(
            table(&[("standard", -1), ("zero", 1), ("No", 1)], &[]),
            ["/rates/No", "/rates/standard", "/rates/zero"]
        );
        assert_eq!(
            table(&[("standard", 10_001)], &[(" ", &[]), ("a/b~", &[("", 1)])]),
            ["/rates/standard", "/regions/ ", "/regions/a~1b~0/"]
        );
        assert_eq!(table(&[], &[("kent", &[]), ("Kent", &[])]), ["/regions/kent"]);
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!(Country::new("GB").map(|country| country.code().to_owned()), Some("GB".to_owned()));
        for text in ["", "G", "gb", "GBR", "G1", "ÄB", "Ä"] {
            assert_eq!(Country::new(text), None, "{text}");
        }
    }
}
