//! What searches answer: pages of products with their facets, suggestions, products that are like another one.

use super::ProductSummary;
use crate::{
    model::{Counts, PriceRange},
    store::reads::ListedProduct,
};
use bodega_kernel::{Currency, Money, Page};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductPage {
    /// At most `limit`.
    pub(crate) items: Vec<ProductSummary>,
    /// Pass as `cursor` for what follows; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
    /// How many there are in all; only with `count=true` or `facets=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    /// Only with `facets=true`, and not in the moments in which the index of products is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) facets: Option<Facets>,
}

/// How many products there would be with each further choice: all filters applied but those of its own kind.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Facets {
    /// Categories that hold any, with those under them; the most first.
    categories: Vec<NameCount>,
    /// The 100 brands that have the most; the most first.
    brands: Vec<NameCount>,
    /// At most six ranges that hold any; the cheapest first.
    prices: Vec<PriceCount>,
    /// So many stars and up, from 5 to 1.
    ratings: Vec<StarsCount>,
    /// How many can be bought now.
    in_stock: u64,
}

/// How many a category or brand has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
struct NameCount {
    /// Its part of an address.
    slug: String,
    /// Its name.
    name: String,
    /// How many.
    count: u64,
}

/// How many cost so much.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PriceCount {
    /// For `price_min`.
    from: i64,
    /// For `price_max`; absent where nothing is dearer.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
    /// How many.
    count: u64,
}

/// How many have so many stars or more.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct StarsCount {
    /// For `rating`.
    stars: u8,
    /// How many.
    count: u64,
}

/// What somebody may mean.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"slug": "mug", "name": "Mug", "image": null, "price": {"amount": 900, "currency": "GBP"}}]}))]
pub(crate) struct Suggestions {
    /// At most 8; what fits best first.
    items: Vec<Suggestion>,
}

/// A product that may be meant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Suggestion {
    /// Its part of an address.
    slug: String,
    /// Its name.
    name: String,
    /// The address of its first picture.
    image: Option<String>,
    /// The lowest price of its variants.
    price: Money,
}

/// Products that are like another one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RelatedProducts {
    /// At most 8; those that can be bought first.
    pub(crate) items: Vec<ProductSummary>,
}

impl ProductPage {
    /// Without any product.
    pub(crate) fn nothing(with_facets: bool, with_total: bool) -> Self {
        let facets = with_facets.then(Facets::default);
        Self { items: Vec::new(), next_cursor: None, total: (with_facets || with_total).then_some(0), facets }
    }
}

impl From<Page<ProductSummary>> for ProductPage {
    fn from(page: Page<ProductSummary>) -> Self {
        Self { items: page.items, next_cursor: page.next_cursor, total: page.total, facets: None }
    }
}

impl Facets {
    /// Of categories and brands by slug and name.
    pub(crate) fn of(
        categories: Vec<(String, String, u64)>,
        brands: Vec<(String, String, u64)>,
        counts: &Counts,
    ) -> Self {
        let price = |range: &PriceRange| PriceCount { from: range.from, to: range.to, count: range.count };
        Self {
            categories: most_first(categories),
            brands: most_first(brands),
            prices: counts.prices.iter().map(price).collect(),
            ratings: (1..=5).rev().zip(counts.stars).map(|(stars, count)| StarsCount { stars, count }).collect(),
            in_stock: counts.in_stock,
        }
    }
}

fn most_first(named: Vec<(String, String, u64)>) -> Vec<NameCount> {
    let mut counts: Vec<_> = named.into_iter().map(|(slug, name, count)| NameCount { slug, name, count }).collect();
    counts.sort_by(|a, b| (b.count, &a.name, &a.slug).cmp(&(a.count, &b.name, &b.slug)));
    counts
}

impl Suggestions {
    /// Rows that were read with prices in `currency`.
    pub(crate) fn of(rows: Vec<ListedProduct>, currency: Currency) -> Self {
        let suggestion = |row: ListedProduct| Suggestion {
            slug: row.slug,
            name: row.name,
            image: row.image,
            price: Money::new(row.price_from, currency),
        };
        Self { items: rows.into_iter().map(suggestion).collect() }
    }
}
