//! The catalogue: what is for sale and at which price.

use crate::{BrandId, CategoryId, ProductId, events, questions};
use bodega_kernel::{Money, Sku};
use serde::{Deserialize, Serialize};

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
    /// The categories it was put into; those above them are not listed.
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
    /// Tax in basis points, as the shop taxes it now.
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

events! {
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

questions! { VariantFacts -> Vec<VariantFact>, "catalog" / "variant_facts" }
