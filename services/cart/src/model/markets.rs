//! Where a cart is sold: the market of the country it goes to, what one pays in there, and how it is taxed. While no market
//! was heard of, the settings say so, as for a shop that sells in one place.

use super::{Details, Offer, Shop};
use bodega_contracts::{
    Terms,
    catalog::{STANDARD_TAX, TaxRatesChanged},
};
use bodega_kernel::Currency;
use bodega_pricing::MAX_RATE_BP;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A market that was heard of and sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Market {
    /// Which.
    pub id: String,
    /// Its countries; none: all that are in no other market.
    pub countries: Vec<String>,
    /// What one pays in.
    pub currency: Currency,
    /// Whether prices contain their tax.
    pub prices_include_tax: bool,
}

/// What was heard of markets, taxes and the shop's legal texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Markets {
    /// Those that sell, by id.
    pub selling: Vec<Market>,
    /// By country.
    pub rates: BTreeMap<String, TaxRatesChanged>,
    /// What a shopper has to accept.
    pub terms: Option<Terms>,
}

/// Where its shopper said that a cart is for, until it has an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SoldAt {
    /// A market.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<String>,
    /// A country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// How a cart's prices were shown last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownAt {
    /// What they were in.
    pub currency: Currency,
    /// Whether they contained their tax.
    pub prices_include_tax: bool,
    /// All tax, minor units.
    pub tax: i64,
    /// What was to be paid, minor units.
    pub total: i64,
}

/// Where a cart is sold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The market; `None` while none was heard of.
    pub market: Option<&'a str>,
    /// What one pays in.
    pub currency: Currency,
    /// Whether prices contain their tax.
    pub prices_include_tax: bool,
    /// Whether it goes to another country than the shop's.
    abroad: bool,
    tax: Tax<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Tax<'a> {
    /// At what the catalogue says each variant is taxed at home.
    AtHome,
    /// At the rates of a country, in a region of it.
    At(&'a TaxRatesChanged, Option<&'a str>),
    /// At nothing: other countries have rates, this one has none.
    Nothing,
}

impl Markets {
    /// Whether there is such a market.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.selling.iter().any(|market| market.id == id)
    }

    /// Where a cart is sold. The country it goes to decides, before that what its shopper said.
    pub(crate) fn place<'a>(&'a self, details: &'a Details, sold_at: &'a SoldAt, shop: &'a Shop) -> Place<'a> {
        let address = details.shipping_address.as_ref();
        let said = address.map(|address| address.country.as_str()).or(sold_at.country.as_deref());
        let market = self.market(said, sold_at.market.as_deref(), shop);
        // Whoever names a market and no country is taxed as in its first one.
        let first = market.filter(|_| sold_at.market.is_some()).and_then(|market| market.countries.first());
        let country = said.or(first.map(String::as_str)).unwrap_or(&shop.country);
        let region = address.and_then(|address| address.region.as_deref());
        let tax = match self.rates.get(country) {
            Some(rates) => Tax::At(rates, region),
            None if market.is_none() || self.rates.is_empty() => Tax::AtHome,
            None => Tax::Nothing,
        };
        let of_settings = (shop.currency, shop.prices_include_tax);
        let prices = market.map_or(of_settings, |market| (market.currency, market.prices_include_tax));
        Place {
            market: market.map(|market| market.id.as_str()),
            currency: prices.0,
            prices_include_tax: prices.1,
            abroad: country != shop.country,
            tax,
        }
    }

    /// The market of a country, of whoever names one, or of the shop's own country; `None` while none was heard of.
    fn market(&self, country: Option<&str>, named: Option<&str>, shop: &Shop) -> Option<&Market> {
        let of = |country: &str| self.selling.iter().find(|market| market.countries.iter().any(|one| one == country));
        let named = || self.selling.iter().find(|market| Some(market.id.as_str()) == named);
        let asked = match country {
            Some(country) => of(country),
            None => named(),
        };
        let rest = || self.selling.iter().find(|market| market.countries.is_empty());
        asked.or_else(rest).or_else(|| of(&shop.country)).or_else(|| self.selling.first())
    }
}

impl Place<'_> {
    /// The same place, with prices in another currency, that contain their tax or do not.
    pub(super) fn at_prices_of(self, currency: Currency, prices_include_tax: bool) -> Self {
        Self { currency, prices_include_tax, ..self }
    }

    /// The tax on what is offered, basis points.
    pub(crate) fn rate(&self, offer: &Offer) -> i64 {
        self.class_rate(&offer.tax_class).unwrap_or(offer.tax_rate_bp).clamp(0, MAX_RATE_BP)
    }

    /// The tax on shipping whose method says `own`: abroad what is taxed at all is taxed at the country's standard rate.
    pub(crate) fn shipping_rate(&self, own: i64) -> i64 {
        let foreign = self.class_rate(STANDARD_TAX).filter(|_| self.abroad && own > 0);
        foreign.unwrap_or(own).clamp(0, MAX_RATE_BP)
    }

    /// `None` where it is taxed as at home.
    fn class_rate(&self, class: &str) -> Option<i64> {
        match self.tax {
            Tax::AtHome => None,
            Tax::Nothing => Some(0),
            Tax::At(rates, region) => Some(rates.rate_bp(region, class)),
        }
    }
}
