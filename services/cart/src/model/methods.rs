//! Ways of shipping in a cart: those that were heard of, which of them take what it holds, and the one that it is sent by.
//! While none was ever heard of, those of the settings stand in.

use super::Shop;
use bodega_kernel::Currency;
use bodega_pricing::{
    MAX_PRICE, MAX_RATE_BP, Shipping,
    shipping::{Method, Offer, Parcel, Rate, offers},
};
use bodega_settings::ShippingMethod;
use serde::{Deserialize, Serialize};

/// A way of shipping that was heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeardMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Of all its amounts; `None` where that was no currency.
    pub currency: Option<Currency>,
    /// What its price is made of.
    pub method: Method,
}

/// The ways of shipping that the shop offers.
#[derive(Clone, Debug)]
pub(crate) struct Methods(Vec<(Currency, Method)>);

/// The shipping that a cart showed last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownShipping {
    /// By which method and for how much; `None` where none held or nothing is sent.
    pub shipping: Option<Shipping>,
}

impl Methods {
    /// Those of `heard` that can be used; those of the shop's settings where nothing was heard of any.
    pub(crate) fn new(heard: Vec<HeardMethod>, shop: &Shop) -> Self {
        if heard.is_empty() {
            return Self::of_settings(shop);
        }
        let taxed = |method: &Method| (0..=MAX_RATE_BP).contains(&method.tax_rate_bp);
        let enabled = heard.into_iter().filter(|heard| heard.enabled && taxed(&heard.method));
        Self(enabled.filter_map(|heard| Some((heard.currency?, heard.method))).collect())
    }

    /// Those that the shop's settings name.
    pub(crate) fn of_settings(shop: &Shop) -> Self {
        Self(shop.methods.iter().map(|method| (shop.currency, method.clone())).collect())
    }

    /// Whether there is one of this id at a price in this currency, wherever it goes.
    pub(crate) fn has(&self, id: &str, currency: Currency) -> bool {
        self.0.iter().any(|(of, method)| *of == currency && method.id == id)
    }

    /// Those that take `parcel` at a price in this currency, the cheapest first.
    pub(super) fn offers(&self, parcel: &Parcel<'_>, currency: Currency) -> Vec<Offer<'_>> {
        let here = self.0.iter().filter(|(of, _)| *of == currency);
        let mut offers = offers(here.map(|(_, method)| method), parcel);
        offers.retain(|offer| (0..=MAX_PRICE).contains(&offer.price));
        offers
    }
}

/// The offer that holds: the chosen one; where none was chosen, the only one. Nobody comes to fetch goods who did not say so,
/// so that is never taken for chosen.
pub(super) fn held<'a>(offers: &[Offer<'a>], chosen: Option<&str>) -> Option<Offer<'a>> {
    match (chosen, offers) {
        (Some(id), offers) => offers.iter().find(|offer| offer.method.id == id).copied(),
        (None, [only]) if !only.method.rate.is_pickup() => Some(*only),
        (None, _) => None,
    }
}

/// A way of shipping of the settings.
pub(crate) fn of_settings(method: &ShippingMethod, tax_rate_bp: i64) -> Method {
    Method {
        id: method.id.clone(),
        name: method.name.clone(),
        rate: Rate::Flat { price: method.price },
        free_above: None,
        countries: Vec::new(),
        tax_rate_bp,
    }
}
