//! Ways of shipping and what they cost: which of them reach a country, and the price for a parcel. Pure, like the engine:
//! the shipping service keeps the methods and tells them, a cart asks here what it may offer.
//!
//! All amounts are minor units of the shop's currency; a price contains its tax where the shop's prices do.

use crate::model::Shipping;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A way of shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Names it in the API.
    pub id: String,
    /// As shown to the customer.
    pub name: String,
    /// What it costs.
    pub rate: Rate,
    /// Goods of at least this much, minor units after discounts, are sent free; `None` never.
    pub free_above: Option<i64>,
    /// Where it goes, ISO 3166-1 alpha-2; empty is everywhere. A customer may fetch goods wherever they live.
    pub countries: Vec<String>,
    /// Basis points.
    pub tax_rate_bp: i64,
}

/// What a method costs. In JSON its kind stands beside its numbers: `{"kind": "flat", "price": 499}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rate {
    /// Always the same.
    Flat {
        /// Minor units.
        price: i64,
    },
    /// By the weight of the goods, grams. What is heavier than every step is not sent this way.
    ByWeight {
        /// In growing order.
        steps: Vec<Step>,
    },
    /// By the price of the goods after discounts, minor units. What costs more than every step is not sent this way.
    ByPrice {
        /// In growing order.
        steps: Vec<Step>,
    },
    /// The customer fetches it.
    Pickup {
        /// Minor units.
        #[serde(default)]
        price: i64,
    },
}

/// A step of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Up to this much, itself included; `None` is all that is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<i64>,
    /// Minor units.
    pub price: i64,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel<'a> {
    /// Where, ISO 3166-1 alpha-2; `None` before that is known: then no method is left out for its countries.
    pub country: Option<&'a str>,
    /// What the goods cost after discounts, minor units.
    pub goods: i64,
    /// What the goods weigh, grams; goods of unknown weight count nothing.
    pub grams: i64,
}

/// A method that takes a parcel, and for how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    /// Which.
    pub method: &'a Method,
    /// Minor units.
    pub price: i64,
}

impl Rate {
    /// Whether the customer fetches the goods, so that no address is needed.
    pub fn is_pickup(&self) -> bool {
        matches!(self, Self::Pickup { .. })
    }
}

impl Method {
    /// What it costs to send `parcel`, minor units; `None` where it does not take it.
    pub fn price_for(&self, parcel: &Parcel<'_>) -> Option<i64> {
        let reaches = |country: &str| self.countries.is_empty() || self.countries.iter().any(|one| one == country);
        if !self.rate.is_pickup() && parcel.country.is_some_and(|country| !reaches(country)) {
            return None;
        }
        let price = match &self.rate {
            Rate::Flat { price } | Rate::Pickup { price } => *price,
            Rate::ByWeight { steps } => step(steps, parcel.grams)?,
            Rate::ByPrice { steps } => step(steps, parcel.goods)?,
        };
        let free = self.free_above.is_some_and(|least| parcel.goods >= least);
        Some(if free { 0 } else { price })
    }
}

impl Offer<'_> {
    /// As a basket holds it.
    pub fn shipping(&self) -> Shipping {
        Shipping {
            method: self.method.id.clone(),
            name: self.method.name.clone(),
            price: self.price,
            tax_rate_bp: self.method.tax_rate_bp,
        }
    }
}

/// The methods that take `parcel`, the cheapest first, at one price in the order of their ids.
pub fn offers<'a>(methods: impl IntoIterator<Item = &'a Method>, parcel: &Parcel<'_>) -> Vec<Offer<'a>> {
    let offer = |method: &'a Method| method.price_for(parcel).map(|price| Offer { method, price });
    let mut offers: Vec<Offer<'a>> = methods.into_iter().filter_map(offer).collect();
    offers.sort_by(|one, other| (one.price, &one.method.id).cmp(&(other.price, &other.method.id)));
    offers
}

/// The price of the first step that reaches `amount`.
fn step(steps: &[Step], amount: i64) -> Option<i64> {
    let reaching = steps.iter().find(|step| step.up_to.is_none_or(|most| amount <= most));
    reaching.map(|step| step.price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn method(id: &str, rate: Rate) -> Method {
        let (id, name) = (id.to_owned(), id.to_uppercase());
        Method { id, name, rate, free_above: None, countries: Vec::new(), tax_rate_bp: 2_000 }
    }

    fn table(steps: &[(Option<i64>, i64)]) -> Vec<Step> {
        steps.iter().map(|&(up_to, price)| Step { up_to, price }).collect()
    }

    fn parcel(country: Option<&str>, goods: i64, grams: i64) -> Parcel<'_> {
        Parcel { country, goods, grams }
    }

    #[test]
    fn a_table_gives_the_price_of_the_first_step_that_reaches() {
        let by_weight = method("w", Rate::ByWeight { steps: table(&[(Some(500), 299), (Some(2_000), 499)]) });
        let price = |grams| by_weight.price_for(&parcel(None, 1, grams));
        assert_eq!([0, 500, 501, 2_000, 2_001].map(price), [Some(299), Some(299), Some(499), Some(499), None]);
        let by_price = method("p", Rate::ByPrice { steps: table(&[(Some(1_999), 499), (None, 99)]) });
        let price = |goods| by_price.price_for(&parcel(None, goods, 0));
        assert_eq!([0, 1_999, 2_000, i64::MAX].map(price), [Some(499), Some(499), Some(99), Some(99)]);
        assert_eq!(method("e", Rate::ByWeight { steps: Vec::new() }).price_for(&parcel(None, 0, 0)), None);
    }

    #[test]
    fn free_above_counts_the_goods_and_not_a_step_out_of_reach() {
        let flat = Method { free_above: Some(5_000), ..method("f", Rate::Flat { price: 499 }) };
        let price = |goods| flat.price_for(&parcel(Some("GB"), goods, 0));
        assert_eq!([4_999, 5_000, 5_001].map(price), [Some(499), Some(0), Some(0)]);
        let steps = table(&[(Some(1_000), 499)]);
        let heavy = Method { free_above: Some(0), ..method("w", Rate::ByWeight { steps }) };
        assert_eq!(heavy.price_for(&parcel(Some("GB"), 9_999, 1_001)), None);
    }

    #[test]
    fn a_zone_keeps_others_out_and_fetching_is_for_everybody() {
        let here = Method { countries: vec!["GB".to_owned(), "IE".to_owned()], ..method("h", Rate::Flat { price: 1 }) };
        let price = |country| here.price_for(&parcel(country, 0, 0));
        assert_eq!([Some("GB"), Some("IE"), Some("FR"), None].map(price), [Some(1), Some(1), None, Some(1)]);
        let desk = Method { countries: vec!["GB".to_owned()], ..method("d", Rate::Pickup { price: 0 }) };
        assert_eq!(desk.price_for(&parcel(Some("FR"), 0, 0)), Some(0));
    }

    #[test]
    fn the_cheapest_comes_first() {
        let price = |id: &str, price| method(id, Rate::Flat { price });
        let methods = [price("b", 500), price("a", 500), price("c", 100)];
        let offers = offers(&methods, &parcel(None, 0, 0));
        let ids: Vec<&str> = offers.iter().map(|offer| offer.method.id.as_str()).collect();
        assert_eq!(ids, ["c", "a", "b"]);
        let shipping = Shipping { method: "c".to_owned(), name: "C".to_owned(), price: 100, tax_rate_bp: 2_000 };
        assert_eq!(offers[0].shipping(), shipping);
    }

    proptest! {
        #[test]
        fn a_price_is_one_of_the_methods_own_or_nothing(
            prices in prop::collection::vec(0..10_000_i64, 1..8),
            goods in 0..i64::MAX,
            grams in 0..i64::MAX,
            free_above in prop::option::of(0..i64::MAX),
        ) {
            let steps = prices.iter().enumerate().map(|(place, &price)| Step { up_to: Some((place as i64 + 1) * 1_000), price });
            let method = Method { free_above, ..method("w", Rate::ByWeight { steps: steps.collect() }) };
            match method.price_for(&parcel(None, goods, grams)) {
                None => prop_assert!(grams > prices.len() as i64 * 1_000),
                Some(0) => prop_assert!(free_above.is_some_and(|least| goods >= least) || prices.contains(&0)),
                Some(price) => prop_assert!(prices.contains(&price)),
            }
        }
    }
}
