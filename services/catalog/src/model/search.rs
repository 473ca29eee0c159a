//! Finding products: what is known of each, what is asked for, what comes out. Pure.

mod ladder;
mod rating;

pub(crate) use ladder::{Ladder, PriceRange};
pub(crate) use rating::Rating;

use bodega_contracts::{BrandId, CategoryId};
use bodega_kernel::{Currency, uuid::Uuid};
use std::collections::{HashMap, HashSet};

/// Characters of the longest text that is looked for.
pub(crate) const MAX_QUERY_CHARS: usize = 200;
/// The most words that are looked for.
pub(crate) const MAX_WORDS: usize = 10;
/// Bytes of a description that are looked at.
const MAX_TEXT_BYTES: usize = 20_000;

/// A product that is for sale, as it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// The names of its brand and its categories, and its tags.
    pub(crate) labels: Vec<String>,
    /// Its description without tags.
    pub(crate) text: String,
    /// SKUs and barcodes.
    pub(crate) codes: Vec<String>,
    pub(crate) brand: Option<BrandId>,
    /// Those it was put into, without those above.
    pub(crate) categories: Vec<CategoryId>,
    /// One for each currency that it has a price in.
    pub(crate) offers: Vec<Offer>,
    pub(crate) rating: Rating,
    pub(crate) sold: i64,
}

/// What a product costs in a currency, from, and whether any variant that costs something in it can be bought now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) currency: Currency,
    pub(crate) price: i64,
    pub(crate) in_stock: bool,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Every product.
    All,
    /// These words, as people write them.
    Words(String),
    /// These words, while the last one is being written.
    Beginning(String),
    /// What is like this product.
    Like(Box<Likeness>),
}

/// What a product has in common with those that are like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Likeness {
    pub(crate) id: Uuid,
    pub(crate) brand: Option<BrandId>,
    pub(crate) categories: Vec<CategoryId>,
    pub(crate) tags: Vec<String>,
    pub(crate) name: String,
}

/// The order of what is found. Ties are broken by id: the newest first, and by price from below and name the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// What fits best first.
    Fit,
    Newest,
    Cheapest,
    Dearest,
    Name,
    Rating,
    Sold,
}

/// Which products are to be found, in which order, from where on.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) subject: Subject,
    pub(crate) currency: Currency,
    /// A category with those under it.
    pub(crate) categories: Option<HashSet<CategoryId>>,
    pub(crate) brand: Option<BrandId>,
    pub(crate) price_min: Option<i64>,
    pub(crate) price_max: Option<i64>,
    pub(crate) in_stock: Option<bool>,
    /// The fewest stars.
    pub(crate) stars: Option<u8>,
    pub(crate) order: Order,
    pub(crate) after: Option<Hit>,
    pub(crate) limit: usize,
    /// Where facets are wanted: each category with itself and all above it.
    pub(crate) facets: Option<HashMap<CategoryId, Vec<CategoryId>>>,
}

/// A product that was found, with what it is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) id: Uuid,
    /// The fit, the price, the place by stars, or how many were sold.
    pub(crate) value: i64,
    /// Its name in small letters, where it is sorted by that.
    pub(crate) name: Option<String>,
    /// Whether it has any of the words, because none has all of them.
    pub(crate) any_word: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// At most as many as were wanted.
    pub(crate) hits: Vec<Hit>,
    /// How many there are in all.
    pub(crate) total: u64,
    /// Where they were wanted.
    pub(crate) counts: Option<Counts>,
}

/// How many products there would be with each choice, all other filters applied but those of its own kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// With those under it.
    pub(crate) categories: HashMap<CategoryId, u64>,
    pub(crate) brands: HashMap<BrandId, u64>,
    pub(crate) prices: Vec<PriceRange>,
    /// Of so many stars and up: from 5 down to 1.
    pub(crate) stars: [u64; 5],
    pub(crate) in_stock: u64,
}

impl Wanted {
    /// Of any product, in any state: what is narrowed from there.
    pub(crate) fn new(subject: Subject, currency: Currency, order: Order, limit: usize) -> Self {
        Self {
            subject,
            currency,
            categories: None,
            brand: None,
            price_min: None,
            price_max: None,
            in_stock: None,
            stars: None,
            order,
            after: None,
            limit,
            facets: None,
        }
    }
}

/// The words of a description that is HTML, so far as they are looked at.
pub(crate) fn words_of(html: &str) -> String {
    let (mut text, mut is_tag) = (String::new(), false);
    for letter in html.chars() {
        match letter {
            '<' => {
                is_tag = true;
                text.push(' ');
            }
            '>' => is_tag = false,
            _ if !is_tag => text.push(letter),
            _ => {}
        }
        if text.len() >= MAX_TEXT_BYTES {
            break;
        }
    }
    let named = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text, |text, (name, sign)| if text.contains(name) { text.replace(name, sign) } else { text })
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn a_description_is_read_without_its_tags() {
        assert_eq!(
            words_of("<p>Soft &amp; <b>warm</b></p>").split_whitespace().collect::<Vec<_>>(),
            ["Soft", "&", "warm"]
        );
        assert!(words_of(&"<p>word</p>".repeat(10_000)).len() < 20_010);
    }
}
