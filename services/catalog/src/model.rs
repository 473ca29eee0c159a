//! A product with its variants, and what an edit makes of it. Pure.
//!
//! An [`Edit`] carries only what changes: a new product, a PATCH and an imported row are all edits, so that one set
//! of rules ([`check`]) decides what a product may be. Amounts are minor units of the shop's currency unless another one is named.

mod check;
mod description;
mod market;
mod photo;
mod review;
mod search;
mod shop;
mod slug;
mod tax;
mod telling;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use check::{Fault, MAX_NAME_CHARS, MAX_VARIANTS, alt_fault, label, slug_fault};
pub(crate) use description::described;
pub(crate) use market::{HOME_MARKET, MAX_MARKETS, MarketEdit, TakenCountry, market_id_fault, taken_country};
pub(crate) use photo::{PHOTOS, Photo, PhotoEdit, PhotoId, WIDTHS, Width};
pub(crate) use review::{ReviewEdit, ReviewState};
pub(crate) use search::{
    Counts, Entry, Found, Hit, Ladder, Likeness, MAX_QUERY_CHARS, MAX_WORDS, Offer, Order, PriceRange, Rating, Subject,
    Wanted, words_of,
};
pub(crate) use shop::{LegalStored, LegalTexts, ShopNow, is_language, shop_faults};
pub(crate) use slug::{MAX_SLUG_CHARS, numbered, slug_of};
pub(crate) use tax::{Country, is_known_class, table_faults};
pub(crate) use telling::{Surroundings, Terms};
pub(crate) use tree::Tree;

use bodega_contracts::{
    BrandId, CategoryId, ProductId, VariantId,
    catalog::{STANDARD_TAX, TaxRatesChanged},
};
use bodega_kernel::{Currency, Sku, Time};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether a product is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Being prepared: staff alone see it.
    Draft,
    /// For sale.
    Active,
    /// Taken off sale; keeps its slug and SKUs.
    Archived,
}

impl Status {
    /// The word in the database and in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    /// The status of this word.
    pub(crate) fn read(word: &str) -> Option<Self> {
        [Self::Draft, Self::Active, Self::Archived].into_iter().find(|status| status.as_str() == word)
    }
}

/// What is sold: one kind of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// Which.
    pub(crate) id: VariantId,
    /// Unique in the shop.
    pub(crate) sku: Sku,
    /// A value for each option of the product.
    pub(crate) options: BTreeMap<String, String>,
    /// What one costs.
    pub(crate) price: i64,
    /// What it cost before a reduction.
    pub(crate) compare_at: Option<i64>,
    /// EAN, UPC, ISBN.
    pub(crate) barcode: Option<String>,
    /// Weight.
    pub(crate) grams: i64,
    /// Whether stock is kept of it; otherwise it is always there.
    pub(crate) stocked: bool,
    /// How it is taxed.
    pub(crate) tax_class: String,
    /// What one costs in further currencies.
    pub(crate) prices: BTreeMap<Currency, i64>,
}

/// A product, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// Which.
    pub(crate) id: ProductId,
    /// Grows by one with every change.
    pub(crate) version: i64,
    /// What an import knows it by; never changes.
    pub(crate) handle: String,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// As written: HTML or Markdown, not to be shown before it is sanitised.
    pub(crate) description: String,
    /// Whether it is seen.
    pub(crate) status: Status,
    /// Who makes it.
    pub(crate) brand: Option<BrandId>,
    /// Where it is found; sorted.
    pub(crate) categories: Vec<CategoryId>,
    /// The names of its options in their order.
    pub(crate) options: Vec<String>,
    /// Words staff gave it.
    pub(crate) tags: Vec<String>,
    /// Its pictures in their order.
    pub(crate) photos: Vec<Photo>,
    /// Its kinds in their order; at least one.
    pub(crate) variants: Vec<Variant>,
    /// When it was made.
    pub(crate) created: Time,
}

/// What is to change of a product: `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) slug: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) brand: Link<BrandId>,
    pub(crate) categories: Option<Vec<CategoryId>>,
    pub(crate) options: Option<Vec<String>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) photos: Option<Vec<Photo>>,
    pub(crate) variants: Option<Vec<VariantEdit>>,
}

/// What an edit does to something that may be absent. In JSON a field that is left out, null, or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Link<T> {
    /// It stays.
    #[default]
    Kept,
    /// It goes.
    Cut,
    /// It becomes this.
    To(T),
}

impl<T> Link<T> {
    /// What comes of what was there before.
    pub(crate) fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Kept => before,
            Self::Cut => None,
            Self::To(thing) => Some(thing),
        }
    }
}

impl<T> From<Option<T>> for Link<T> {
    fn from(thing: Option<T>) -> Self {
        thing.map_or(Self::Cut, Self::To)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Link<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

/// A variant as an edit wants it. It is the one of this id, else the one of this SKU, else a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VariantEdit {
    pub(crate) id: Option<VariantId>,
    pub(crate) sku: Sku,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) price: i64,
    pub(crate) compare_at: Option<i64>,
    pub(crate) barcode: Option<String>,
    pub(crate) grams: i64,
    pub(crate) stocked: bool,
    /// `None` is that of the variant that was; of a new one the standard class.
    pub(crate) tax_class: Option<String>,
    /// `None` are those of the variant that was.
    pub(crate) prices: Option<BTreeMap<Currency, i64>>,
}

impl Product {
    /// Nothing yet: the start of a new product, which its first edit fills.
    pub(crate) fn blank(id: ProductId, created: Time) -> Self {
        Self {
            id,
            version: 0,
            handle: String::new(),
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            status: Status::Active,
            brand: None,
            categories: Vec::new(),
            options: Vec::new(),
            tags: Vec::new(),
            photos: Vec::new(),
            variants: Vec::new(),
            created,
        }
    }

    /// This product after `edit`, in its old version, or all that is wrong with it.
    pub(crate) fn edited(&self, edit: &Edit, mut new_id: impl FnMut() -> VariantId) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut next = self.clone();
        if let Some(slug) = &edit.slug {
            faults.extend(slug_fault(slug));
            next.slug.clone_from(slug);
        }
        next.name.clone_from(edit.name.as_ref().unwrap_or(&self.name));
        next.description.clone_from(edit.description.as_ref().unwrap_or(&self.description));
        next.status = edit.status.unwrap_or(self.status);
        next.brand = edit.brand.over(self.brand);
        next.tags.clone_from(edit.tags.as_ref().unwrap_or(&self.tags));
        if let Some(photos) = &edit.photos {
            next.photos = self.photos_of(photos, &mut faults);
        }
        if let Some(categories) = &edit.categories {
            next.categories.clone_from(categories);
            next.categories.sort_unstable();
            next.categories.dedup();
        }
        if let Some(variants) = &edit.variants {
            next.variants = self.variants_of(variants, &mut new_id, &mut faults);
        }
        match &edit.options {
            Some(options) => next.options.clone_from(options),
            None => next.options = next.named_options(),
        }
        check::check(&next, &mut faults);
        if faults.is_empty() { Ok(next) } else { Err(faults) }
    }

    fn variants_of(
        &self,
        edits: &[VariantEdit],
        new_id: &mut impl FnMut() -> VariantId,
        faults: &mut Vec<Fault>,
    ) -> Vec<Variant> {
        let mut variants = Vec::with_capacity(edits.len().min(MAX_VARIANTS));
        let named: Vec<VariantId> = edits.iter().filter_map(|edit| edit.id).collect();
        for (index, edit) in edits.iter().enumerate() {
            let known = |id| self.variants.iter().any(|variant| variant.id == id);
            let of_sku =
                || self.variants.iter().find(|variant| variant.sku == edit.sku && !named.contains(&variant.id));
            let id = match edit.id {
                Some(id) if known(id) => id,
                Some(_) => {
                    faults.push(Fault::new(format!("/variants/{index}/id"), "is no variant of this product"));
                    continue;
                }
                None => of_sku().map_or_else(&mut *new_id, |variant| variant.id),
            };
            if edit.id.is_some() && variants.iter().any(|variant: &Variant| variant.id == id) {
                faults.push(Fault::new(format!("/variants/{index}"), "is given twice"));
            }
            let before = self.variants.iter().find(|variant| variant.id == id);
            let class = edit.tax_class.as_ref().or_else(|| before.map(|before| &before.tax_class));
            variants.push(Variant {
                id,
                sku: edit.sku.clone(),
                options: edit.options.clone(),
                price: edit.price,
                compare_at: edit.compare_at,
                barcode: edit.barcode.clone(),
                grams: edit.grams,
                stocked: edit.stocked,
                tax_class: class.map_or_else(|| STANDARD_TAX.to_owned(), String::clone),
                prices: edit
                    .prices
                    .as_ref()
                    .or_else(|| before.map(|before| &before.prices))
                    .cloned()
                    .unwrap_or_default(),
            });
        }
        variants
    }

    /// The options in the order they had, where the variants still have these; else as the first variant names them.
    fn named_options(&self) -> Vec<String> {
        let Some(first) = self.variants.first() else { return self.options.clone() };
        let same = self.options.len() == first.options.len()
            && self.options.iter().all(|option| first.options.contains_key(option));
        if same { self.options.clone() } else { first.options.keys().cloned().collect() }
    }

    fn cheapest(&self) -> Option<&Variant> {
        self.variants.iter().min_by_key(|variant| variant.price)
    }

    /// The lowest price of its variants.
    pub(crate) fn price_from(&self) -> i64 {
        self.cheapest().map_or(0, |variant| variant.price)
    }

    /// The lowest price of its variants in each further currency that any of them has a price in.
    pub(crate) fn prices_from(&self) -> BTreeMap<Currency, i64> {
        let mut lowest = BTreeMap::new();
        for (currency, price) in self.variants.iter().flat_map(|variant| &variant.prices) {
            let known = lowest.entry(*currency).or_insert(*price);
            *known = (*known).min(*price);
        }
        lowest
    }

    /// Where variants are of a tax class that they had not before and that is not known at home.
    pub(crate) fn unknown_classes(&self, before: Option<&Self>, home: &TaxRatesChanged) -> Vec<Fault> {
        let had =
            |class: &str| before.is_some_and(|before| before.variants.iter().any(|variant| variant.tax_class == class));
        let unknown =
            |(_, variant): &(usize, &Variant)| !is_known_class(home, &variant.tax_class) && !had(&variant.tax_class);
        let fault = |(index, _)| {
            Fault::new(format!("/variants/{index}/tax_class"), format!("has no rate in the table of {}", home.country))
        };
        self.variants.iter().enumerate().filter(unknown).map(fault).collect()
    }

    /// What the cheapest variant cost before a reduction.
    pub(crate) fn compare_from(&self) -> Option<i64> {
        self.cheapest().and_then(|variant| variant.compare_at)
    }

    /// The address of its first picture.
    pub(crate) fn image(&self) -> Option<&str> {
        self.photos.first().map(|photo| photo.url.as_str())
    }

    /// Product and options in words: `Shirt – Large / Blue`, at most [`MAX_NAME_CHARS`] characters.
    pub(crate) fn variant_name(&self, variant: &Variant) -> String {
        let values: Vec<&str> =
            self.options.iter().filter_map(|option| variant.options.get(option)).map(String::as_str).collect();
        let name =
            if values.is_empty() { self.name.clone() } else { format!("{} – {}", self.name, values.join(" / ")) };
        name.chars().take(MAX_NAME_CHARS).collect()
    }
}
