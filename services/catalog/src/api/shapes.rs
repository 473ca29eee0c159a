//! What staff send, and the edit it stands for. Fields that are unknown are refused; bounds are the model's.

use super::edits::Wanted;
use crate::error::Error;
use crate::model::{Edit, Fault, Link, Photo, Status, Terms, VariantEdit};
use bodega_contracts::{BrandId, CategoryId, VariantId};
use bodega_kernel::{Currency, Money, Sku};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A new product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Ocean Blue Shirt", "description": "<p>Cotton, long sleeves.</p>", "options": ["Size"],
    "variants": [{"sku": "SHIRT-S", "options": {"Size": "Small"}, "price": {"amount": 5000, "currency": "GBP"}}]
}))]
pub(super) struct NewProduct {
    /// 1 to 255 characters.
    name: String,
    /// Made from the name where it is left out.
    slug: Option<String>,
    /// HTML or Markdown, at most 100,000 bytes; answered without anything active.
    description: Option<String>,
    /// `active` where it is left out.
    status: Option<Status>,
    /// Who makes it.
    brand_id: Option<BrandId>,
    /// At most 20.
    #[serde(default)]
    category_ids: Vec<CategoryId>,
    /// The names of the options in their order, at most 5; taken from the variants where they are left out.
    options: Option<Vec<String>>,
    /// At most 250.
    #[serde(default)]
    tags: Vec<String>,
    /// At most 20, by http or https address; what is uploaded comes later, `POST /v1/products/{id}/photos`.
    #[serde(default)]
    photos: Vec<Photo>,
    /// 1 to 100.
    variants: Vec<NewVariant>,
}

/// A variant as it is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVariant {
    /// Names a variant that is there already; without it the one of this SKU, or a new one.
    id: Option<VariantId>,
    /// Unique in the shop, 1 to 64 characters; case matters.
    sku: Sku,
    /// A value for each option of the product.
    #[serde(default)]
    options: BTreeMap<String, String>,
    /// In the shop's currency.
    price: Money,
    /// In the shop's currency.
    compare_at_price: Option<Money>,
    /// EAN, UPC, ISBN.
    barcode: Option<String>,
    /// Weight.
    #[serde(default)]
    grams: i64,
    /// Whether stock is kept of it; yes where it is left out.
    #[serde(default = "yes")]
    stocked: bool,
    /// How it is taxed: a class that has a rate in the table of the shop's country, `standard`, or `zero`. Where it is
    /// left out it stays; of a new variant it is `standard`.
    tax_class: Option<String>,
    /// What one costs in further currencies, minor units, at most 8: `{"EUR": 1299}`. Where it is left out they stay.
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    prices: Option<BTreeMap<Currency, i64>>,
}

fn yes() -> bool {
    true
}

/// Changes to a product: what is left out stays. Lists replace the list that was.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ocean Blue Shirt", "status": "active"}))]
pub(super) struct ProductChanges {
    /// 1 to 255 characters.
    name: Option<String>,
    /// Its part of an address.
    slug: Option<String>,
    /// HTML or Markdown.
    description: Option<String>,
    /// Whether it is seen.
    status: Option<Status>,
    /// Null takes the brand away.
    #[serde(default)]
    #[schema(value_type = Option<BrandId>)]
    brand_id: Link<BrandId>,
    /// All of them.
    category_ids: Option<Vec<CategoryId>>,
    /// The names of the options in their order.
    options: Option<Vec<String>>,
    /// All of them.
    tags: Option<Vec<String>>,
    /// All of them; those that were uploaded are named by their id or their url, and change in their order and text alone.
    photos: Option<Vec<Photo>>,
    /// All of them: variants that are missing are no longer for sale.
    variants: Option<Vec<NewVariant>>,
}

impl Wanted for NewProduct {
    type Edit = Edit;

    fn into_edit(self, terms: Terms) -> Result<Edit, Error> {
        Ok(Edit {
            slug: self.slug,
            name: Some(self.name),
            description: self.description,
            status: self.status,
            brand: self.brand_id.into(),
            categories: Some(self.category_ids),
            options: self.options,
            tags: Some(self.tags),
            photos: Some(self.photos),
            variants: Some(variants(self.variants, terms)?),
        })
    }
}

impl Wanted for ProductChanges {
    type Edit = Edit;

    fn into_edit(self, terms: Terms) -> Result<Edit, Error> {
        Ok(Edit {
            slug: self.slug,
            name: self.name,
            description: self.description,
            status: self.status,
            brand: self.brand_id,
            categories: self.category_ids,
            options: self.options,
            tags: self.tags,
            photos: self.photos,
            variants: self.variants.map(|list| variants(list, terms)).transpose()?,
        })
    }
}

fn variants(list: Vec<NewVariant>, terms: Terms) -> Result<Vec<VariantEdit>, Error> {
    let mut faults = Vec::new();
    let mut foreign = |index: usize, field: &str, money: Money| {
        if money.currency != terms.currency {
            let pointer = format!("/variants/{index}/{field}/currency");
            faults.push(Fault::new(pointer, format!("is the shop's currency, {}", terms.currency)));
        }
        money.amount
    };
    let main = terms.currency;
    let mut edits = Vec::with_capacity(list.len());
    for (index, variant) in list.into_iter().enumerate() {
        edits.push(VariantEdit {
            id: variant.id,
            sku: variant.sku,
            options: variant.options,
            price: foreign(index, "price", variant.price),
            compare_at: variant.compare_at_price.map(|money| foreign(index, "compare_at_price", money)),
            barcode: variant.barcode,
            grams: variant.grams,
            stocked: variant.stocked,
            tax_class: variant.tax_class,
            prices: variant.prices,
        });
    }
    for (index, edit) in edits.iter().enumerate() {
        if edit.prices.as_ref().is_some_and(|prices| prices.contains_key(&main)) {
            faults.push(Fault::new(format!("/variants/{index}/prices/{main}"), "is what `price` says"));
        }
    }
    if faults.is_empty() { Ok(edits) } else { Err(Error::Invalid(faults)) }
}
