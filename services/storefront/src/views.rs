//! What pages read of the API's answers; whatever else they say is not looked at.

mod cart;
mod goods;

pub(crate) use cart::{Cart, Change, Coupon, Line, PostalAddress};
pub(crate) use goods::{Bucket, Category, Facets, Look, Looks, Product, Range, Review, Tile, Variant};

use serde::Deserialize;

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
pub(crate) struct List<T> {
    /// In their order.
    #[serde(default = "Vec::new")]
    pub(crate) items: Vec<T>,
    /// Where the next page begins.
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
    /// How many there are in all.
    #[serde(default)]
    pub(crate) total: Option<i64>,
    /// What further choices would leave.
    #[serde(default)]
    pub(crate) facets: Option<Facets>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next_cursor: None, total: None, facets: None }
    }
}
