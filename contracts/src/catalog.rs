//! The catalogue: what is for sale and at which price.

use crate::{Address, BrandId, CategoryId, ProductId, Terms, events, questions};
use bodega_kernel::{Currency, Money, Sku};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A product as it is now, whole. The higher version wins; variants that are missing are no longer for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChanged {
    /// Which.
    pub product_id: ProductId,
    /// Grows by one with every change.
    pub version: i64,
    /// Its part of an address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it may be bought.
    pub active: bool,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_id: Option<BrandId>,
    /// The categories it is in: those it was put into and all above them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<CategoryId>,
    /// What may be bought of it.
    pub variants: Vec<VariantNow>,
}

/// A variant as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantNow {
    /// Its stock keeping unit, unique in the shop.
    pub sku: Sku,
    /// Product and options in words.
    pub name: String,
    /// What one costs.
    pub price: Money,
    /// Whether stock is kept of it.
    pub stocked: bool,
    /// What one costs in further currencies, each at most once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_prices: Vec<Money>,
    /// How it is taxed: a class of [`TaxRatesChanged`].
    #[serde(default = "standard")]
    pub tax_class: String,
    /// Tax in basis points at home, as the shop taxes it now.
    pub tax_rate_bp: i64,
    /// What one weighs, packing aside; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grams: Option<i64>,
}

/// An import brought in variants with the pieces that are there of them: the first stock of each, to be received once
/// for its SKU, however often it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductStocked {
    /// Which product.
    pub product_id: ProductId,
    /// What is there.
    pub opening: Vec<OpeningStock>,
}

/// The first stock of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningStock {
    /// Which.
    pub sku: Sku,
    /// How many, 1 to 1,000,000,000.
    pub quantity: i64,
}

/// A market as it is now, whole: where the shop sells, in which currency and how prices are shown there. The higher
/// version wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketChanged {
    /// Which, such as `eu`.
    pub market_id: String,
    /// Grows by one with every change.
    pub version: i64,
    /// Whether anything is sold there.
    pub enabled: bool,
    /// As staff see it.
    pub name: String,
    /// Its countries, ISO 3166-1 alpha-2; a country is in one enabled market at most. None: every country that is in no
    /// other enabled market, and whoever has not said where they are; one enabled market at most is so.
    pub countries: Vec<String>,
    /// What one pays in.
    pub currency: Currency,
    /// Whether prices contain their tax.
    pub prices_include_tax: bool,
}

/// What a country taxes now, whole. The higher version wins. A country without rates is not taxed at home's rates but
/// at 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRatesChanged {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Grows by one with every change.
    pub version: i64,
    /// Basis points by tax class.
    pub rates: BTreeMap<String, i64>,
    /// Basis points by region and tax class, where a region differs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regions: BTreeMap<String, BTreeMap<String, i64>>,
}

impl TaxRatesChanged {
    /// What goods of `class` are taxed with in `region`, basis points. What says most of the goods wins, and among that
    /// what says most of the place: the class in the region, the class in the country, then the standard rate of the
    /// region and of the country; 0 where there is none. Goods of [`ZERO_TAX`] are never taxed. Regions are named in any
    /// case.
    pub fn rate_bp(&self, region: Option<&str>, class: &str) -> i64 {
        if class == ZERO_TAX {
            return 0;
        }
        let named = region.map(|region| region.trim().to_lowercase());
        let named = named.filter(|region| !region.is_empty());
        let regional = self.regions.iter().find(|(region, _)| named.as_ref() == Some(&region.trim().to_lowercase()));
        let tables = [regional.map(|(_, rates)| rates), Some(&self.rates)];
        let of = |class: &str| tables.iter().flatten().find_map(|rates| rates.get(class)).copied();
        of(class).or_else(|| of(STANDARD_TAX)).unwrap_or(0)
    }
}

/// The shop's own words, as they are now. The higher version wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopChanged {
    /// Grows by one with every change.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What a shopper accepts; `None` while it has no legal texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

/// The class of goods that nobody gave another one.
pub const STANDARD_TAX: &str = "standard";
/// The class of goods that are taxed nowhere.
pub const ZERO_TAX: &str = "zero";

fn standard() -> String {
    STANDARD_TAX.to_owned()
}

events! {
    MarketChanged = "market.changed.v1" by market_id,
    TaxRatesChanged = "tax_rates.changed.v1" by country,
    ShopChanged = "shop.changed.v1" by name,
    ProductChanged = "product.changed.v1" by product_id,
    ProductStocked = "product.stocked.v1" by product_id,
}

/// Asked by `verify`: the variants that are for sale, by SKU.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VariantFacts {
    /// The last SKU of the page before.
    pub after: Option<String>,
}

/// A variant as its owner knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantFact {
    /// Which.
    pub sku: Sku,
    /// Its price.
    pub price: Money,
    /// Whether it may be bought.
    pub active: bool,
    /// Whether stock is kept of it.
    pub stocked: bool,
    /// What the catalogue believes is available; `None` if it has not heard of stock.
    pub available_seen: Option<i64>,
}

/// Asked by whoever writes papers or mails: who the shop is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShopProfile {}

/// Who the shop is, as it stands on its papers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// Where it is; `None` until somebody says so.
    pub address: Option<Address>,
    /// Where customers write.
    pub email: Option<String>,
    /// Its number for value added tax.
    pub tax_number: Option<String>,
    /// The languages it speaks, its own first, such as `en`.
    pub languages: Vec<String>,
}

/// Asked by `verify`: markets and tax rates as their owner knows them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MarketFacts {}

/// The version of each market and of each country's rates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketVersions {
    /// By market.
    pub markets: BTreeMap<String, i64>,
    /// By country.
    pub tax_rates: BTreeMap<String, i64>,
}

questions! {
    VariantFacts -> Vec<VariantFact>, "catalog" / "variant_facts";
    ShopProfile -> Shop, "catalog" / "shop_profile";
    MarketFacts -> MarketVersions, "catalog" / "market_facts";
}
