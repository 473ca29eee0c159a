//! Which rate of a country goods are taxed with.

use bodega_contracts::catalog::{STANDARD_TAX, TaxRatesChanged, ZERO_TAX};

fn rates(list: &[(&str, i64)], regions: &[(&str, &[(&str, i64)])]) -> TaxRatesChanged {
    let table = |list: &[(&str, i64)]| list.iter().map(|(class, bp)| ((*class).to_owned(), *bp)).collect();
    TaxRatesChanged {
        country: "ES".to_owned(),
        version: 1,
        rates: table(list),
        regions: regions.iter().map(|(region, list)| ((*region).to_owned(), table(list))).collect(),
    }
}

#[test]
fn the_rate_that_says_most_of_goods_and_place_wins() {
    let spain = rates(&[("standard", 2_100), ("reduced", 1_000)], &[("Canarias", &[("standard", 700), ("books", 0)])]);
    for (region, class, bp) in [
        (None, STANDARD_TAX, 2_100),
        (None, "reduced", 1_000),
        (None, "books", 2_100),
        (Some("Canarias"), STANDARD_TAX, 700),
        (Some(" CANARIAS "), "books", 0),
        (Some("Canarias"), "reduced", 1_000),
        (Some("Canarias"), "tobacco", 700),
        (Some("Madrid"), "books", 2_100),
        (Some(""), STANDARD_TAX, 2_100),
        (Some("Canarias"), ZERO_TAX, 0),
        (None, ZERO_TAX, 0),
    ] {
        assert_eq!(spain.rate_bp(region, class), bp, "{region:?} {class}");
    }
}

#[test]
fn a_country_without_rates_taxes_nothing() {
    assert_eq!(rates(&[], &[]).rate_bp(Some("Canarias"), STANDARD_TAX), 0);
    assert_eq!(rates(&[("reduced", 500)], &[]).rate_bp(None, "books"), 0);
}
