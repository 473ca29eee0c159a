//! Goods as the catalogue tells of them.

use bodega_kernel::{Money, Time};
use bodega_pages::Visit;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A product in a list.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tile {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) price: Money,
    #[serde(default)]
    pub(crate) compare_at_price: Option<Money>,
    #[serde(default)]
    pub(crate) rating: Option<f64>,
    #[serde(default)]
    pub(crate) rating_count: i64,
    #[serde(default)]
    pub(crate) image: Option<String>,
    #[serde(default)]
    pub(crate) in_stock: bool,
}

/// A product in full.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// HTML that the catalogue has made harmless: some tags, no attributes.
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) price: Money,
    #[serde(default)]
    pub(crate) compare_at_price: Option<Money>,
    #[serde(default)]
    pub(crate) rating: Option<f64>,
    #[serde(default)]
    pub(crate) rating_count: i64,
    #[serde(default)]
    pub(crate) image: Option<String>,
    #[serde(default)]
    pub(crate) in_stock: bool,
    #[serde(default)]
    pub(crate) brand: Option<Label>,
    #[serde(default)]
    pub(crate) categories: Vec<Label>,
    #[serde(default)]
    pub(crate) options: Vec<String>,
    #[serde(default)]
    pub(crate) photos: Vec<Photo>,
    #[serde(default)]
    pub(crate) variants: Vec<Variant>,
}

/// A kind of a product.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Variant {
    pub(crate) sku: String,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) price: Money,
    #[serde(default)]
    pub(crate) in_stock: bool,
}

/// What a kind looks like, whoever names it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Look {
    sku: String,
    slug: String,
    #[serde(default)]
    image: Option<String>,
    /// Whether there is a page of it.
    #[serde(default)]
    sold: bool,
}

/// What several kinds look like, as far as that is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks(Vec<Look>);

impl Looks {
    pub(crate) fn of(looks: Vec<Look>) -> Self {
        Self(looks)
    }

    /// The address of its picture.
    pub(crate) fn picture(&self, sku: &str) -> Option<&str> {
        self.find(sku)?.image.as_deref()
    }

    /// Its page; none where it is not sold any more.
    pub(crate) fn page(&self, visit: &Visit, sku: &str) -> Option<String> {
        self.find(sku).filter(|look| look.sold).map(|look| visit.link(&format!("/p/{}", look.slug)))
    }

    fn find(&self, sku: &str) -> Option<&Look> {
        self.0.iter().find(|look| look.sku == sku)
    }
}

/// A picture of a product.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Photo {
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) alt: String,
}

/// A brand or a category by name.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// A category in the tree.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Category {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) parent_id: Option<String>,
}

/// What further choices would leave of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Facets {
    pub(crate) categories: Vec<Bucket>,
    pub(crate) brands: Vec<Bucket>,
    pub(crate) prices: Vec<Range>,
    pub(crate) ratings: Vec<Stars>,
    pub(crate) in_stock: i64,
}

/// A category or a brand with its count.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) count: i64,
}

/// A range of prices with its count.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Range {
    pub(crate) from: Price,
    #[serde(default)]
    pub(crate) to: Option<Price>,
    #[serde(default)]
    pub(crate) count: i64,
}

/// Minor units, alone or with their currency.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Price {
    /// Of the shop's currency.
    Minor(i64),
    /// With its own.
    Money(Money),
}

impl Price {
    /// Minor units.
    pub(crate) fn amount(self) -> i64 {
        match self {
            Self::Minor(amount) => amount,
            Self::Money(money) => money.amount,
        }
    }
}

/// So many stars and up.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Stars {
    pub(crate) stars: i64,
    #[serde(default)]
    pub(crate) count: i64,
}

/// What somebody says of a product.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Review {
    pub(crate) stars: i64,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) author: String,
    #[serde(default)]
    pub(crate) at: Option<Time>,
    #[serde(default)]
    pub(crate) verified: bool,
}
