//! A product with its variants, what an edit makes of it, and what others are told. Pure.
//!
//! An [`Edit`] carries only what changes: a new product, a PATCH and an imported row are all edits, so that one set
//! of rules ([`check`]) decides what a product may be. Amounts are minor units of the shop's one currency.

mod check;
mod description;
mod slug;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use check::{Fault, MAX_NAME_CHARS, MAX_VARIANTS, label, slug_fault};
pub(crate) use description::sanitised;
pub(crate) use slug::{MAX_SLUG_CHARS, numbered, slug_of};
pub(crate) use tree::Tree;

use bodega_contracts::{
    BrandId, CategoryId, ProductId, VariantId,
    catalog::{ProductChanged, VariantNow},
};
use bodega_kernel::{Currency, Money, Sku, Time};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What every price here is in and taxed with, from the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The shop's currency.
    pub(crate) currency: Currency,
    /// Tax in basis points.
    pub(crate) tax_rate_bp: i64,
}

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

/// A picture, by its address; never fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Photo {
    /// http or https.
    pub(crate) url: String,
    /// For those who do not see it.
    #[serde(default)]
    pub(crate) alt: String,
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
        next.photos.clone_from(edit.photos.as_ref().unwrap_or(&self.photos));
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
            variants.push(Variant {
                id,
                sku: edit.sku.clone(),
                options: edit.options.clone(),
                price: edit.price,
                compare_at: edit.compare_at,
                barcode: edit.barcode.clone(),
                grams: edit.grams,
                stocked: edit.stocked,
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

    /// What others are told of it.
    pub(crate) fn told(&self, terms: &Terms) -> ProductChanged {
        ProductChanged {
            product_id: self.id,
            version: self.version,
            slug: self.slug.clone(),
            name: self.name.clone(),
            active: self.status == Status::Active,
            brand_id: self.brand,
            category_ids: self.categories.clone(),
            variants: self
                .variants
                .iter()
                .map(|variant| VariantNow {
                    other_prices: Vec::new(),
                    tax_class: "standard".to_owned(),
                    sku: variant.sku.clone(),
                    name: self.variant_name(variant),
                    price: Money::new(variant.price, terms.currency),
                    stocked: variant.stocked,
                    tax_rate_bp: terms.tax_rate_bp,
                    grams: Some(variant.grams).filter(|grams| *grams > 0),
                })
                .collect(),
        }
    }
}
