//! What the cart has heard of a SKU, and what it knows of the shop.

use super::Place;
use bodega_contracts::{BrandId, CategoryId, ProductId};
use bodega_kernel::{Currency, Money, Sku};
use bodega_pricing::{ItemFacts, shipping::Method};
use std::collections::HashMap;

/// What the catalogue and the stock said of a SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The product it is a variant of.
    pub product: ProductId,
    /// As shown to the customer.
    pub name: String,
    /// What one costs, minor units.
    pub price: i64,
    /// In which currency; `None` where that was no currency.
    pub currency: Option<Currency>,
    /// What one costs in further currencies.
    pub other_prices: Vec<Money>,
    /// Whether it may be bought.
    pub active: bool,
    /// Whether stock is kept of it.
    pub stocked: bool,
    /// How it is taxed, by the name that countries' rates go by.
    pub tax_class: String,
    /// Tax at home in basis points.
    pub tax_rate_bp: i64,
    /// Who makes it.
    pub brand: Option<BrandId>,
    /// The categories it is in, those above them among them.
    pub categories: Vec<CategoryId>,
    /// What one weighs; `None` where nobody said.
    pub grams: Option<i64>,
}

impl Offer {
    /// Its price as money; `None` without a currency.
    pub(crate) fn money(&self) -> Option<Money> {
        self.currency.map(|currency| Money::new(self.price, currency))
    }

    /// What one costs in a currency, minor units; `None` where it has no price in it.
    pub(crate) fn price_in(&self, currency: Currency) -> Option<i64> {
        let other = || self.other_prices.iter().find(|price| price.currency == currency).map(|price| price.amount);
        let price = if self.currency == Some(currency) { Some(self.price) } else { other() };
        price.filter(|price| (0..=bodega_pricing::MAX_PRICE).contains(price))
    }

    /// What promotions ask of it.
    pub(crate) fn facts(&self) -> ItemFacts {
        ItemFacts {
            product: Some(self.product.0),
            brand: self.brand.map(|brand| brand.0),
            categories: self.categories.iter().map(|category| category.0).collect(),
        }
    }
}

/// Offers by SKU, and what is available of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offers {
    known: HashMap<Sku, Offer>,
    available: HashMap<Sku, i64>,
}

impl Offers {
    /// Keeps `offer`. Of two products that name the same SKU, because one of them was not heard of again yet, the one that
    /// is for sale counts, else the later one.
    pub(crate) fn insert(&mut self, sku: Sku, offer: Offer) {
        let rank = |offer: &Offer| (offer.active, offer.product);
        match self.known.get(&sku) {
            Some(known) if rank(known) >= rank(&offer) => {}
            Some(_) | None => drop(self.known.insert(sku, offer)),
        }
    }

    /// What is known of it.
    pub(crate) fn get(&self, sku: &Sku) -> Option<&Offer> {
        self.known.get(sku)
    }

    /// How many SKUs something is known of.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// The offer, if it can be bought somewhere.
    pub(crate) fn active(&self, sku: &Sku) -> Option<&Offer> {
        let taxed = |offer: &&Offer| (0..=bodega_pricing::MAX_RATE_BP).contains(&offer.tax_rate_bp);
        self.known.get(sku).filter(|offer| offer.active).filter(taxed)
    }

    /// The offer with its price, if it can be bought in this place.
    pub(crate) fn for_sale(&self, sku: &Sku, place: &Place<'_>) -> Option<(&Offer, i64)> {
        let offer = self.active(sku)?;
        offer.price_in(place.currency).map(|price| (offer, price))
    }

    /// What is available of a SKU; `None` if nothing was heard, or nobody asked.
    pub(crate) fn available(&self, sku: &Sku) -> Option<i64> {
        self.available.get(sku).copied()
    }

    /// Sets what is available of a SKU.
    pub(crate) fn set_available(&mut self, sku: Sku, available: i64) {
        self.available.insert(sku, available);
    }

    /// Forgets what is available.
    pub(crate) fn forget_available(&mut self) {
        self.available.clear();
    }
}

/// The shop, as far as prices go.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The currency of every cart, until a market is heard of; and of points.
    pub currency: Currency,
    /// Where it is at home, ISO 3166-1 alpha-2.
    pub country: String,
    /// Whether prices include tax, until a market is heard of.
    pub prices_include_tax: bool,
    /// Ways of shipping, until others are heard of.
    pub methods: Vec<Method>,
}
