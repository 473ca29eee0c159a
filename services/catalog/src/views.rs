//! What the API answers: products in lists and in full, brands, categories, the report of an import.

mod reviews;
mod search;
mod settings;
mod shop;
mod variants;

pub(crate) use reviews::{ModeratedReview, ReviewView, ReviewedProduct};
pub(crate) use search::{Facets, ProductPage, RelatedProducts, Suggestions};
pub(crate) use settings::{MarketView, TaxTable};
pub(crate) use shop::{LegalVersion, LegalView, PublicShop, ShopView};
pub(crate) use variants::{NamedVariant, NamedVariants};

use crate::{
    model::{Photo, Product, Rating, Status, Terms, described},
    store::{
        entities::{brands, categories},
        products::from_json,
        reads::{FoundProduct, ListedProduct},
        taxonomy::{Brand, Category, Label},
    },
};
use bodega_contracts::{BrandId, CategoryId, ProductId, VariantId};
use bodega_db::DbError;
use bodega_kernel::{Currency, Money, Sku, Time};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// A product as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductSummary {
    /// Which.
    pub(crate) id: ProductId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// The lowest price of its variants.
    pub(crate) price: Money,
    /// What the cheapest one cost before a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compare_at_price: Option<Money>,
    /// Stars from 1 to 5; null while nobody has rated it.
    pub(crate) rating: Option<f64>,
    /// How many have rated it.
    pub(crate) rating_count: i64,
    /// The address of its first picture.
    pub(crate) image: Option<String>,
    /// Whether any of its variants can be bought now.
    pub(crate) in_stock: bool,
    /// Only in the lists of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Status>,
}

/// A product in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductView {
    /// Which.
    pub(crate) id: ProductId,
    /// For `If-Match`.
    pub(crate) version: i64,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether it is seen.
    pub(crate) status: Status,
    /// HTML without anything active: some tags, no attributes.
    pub(crate) description: String,
    /// The description as it was written, Markdown or HTML. Only for staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description_source: Option<String>,
    /// The lowest price of its variants.
    pub(crate) price: Money,
    /// What the cheapest one cost before a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compare_at_price: Option<Money>,
    /// Stars from 1 to 5; null while nobody has rated it.
    pub(crate) rating: Option<f64>,
    /// How many have rated it.
    pub(crate) rating_count: i64,
    /// The address of its first picture.
    pub(crate) image: Option<String>,
    /// Whether any of its variants can be bought now.
    pub(crate) in_stock: bool,
    /// Who makes it.
    pub(crate) brand: Option<BrandRef>,
    /// Where it is found.
    pub(crate) categories: Vec<CategoryRef>,
    /// The names of its options in their order.
    pub(crate) options: Vec<String>,
    /// Words staff gave it.
    pub(crate) tags: Vec<String>,
    /// Its pictures in their order.
    pub(crate) photos: Vec<Photo>,
    /// Its kinds in their order.
    pub(crate) variants: Vec<VariantView>,
    /// When it was made.
    pub(crate) created_at: Time,
}

/// A kind of a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct VariantView {
    /// Which.
    pub(crate) id: VariantId,
    /// Unique in the shop.
    pub(crate) sku: Sku,
    /// A value for each option of the product.
    pub(crate) options: BTreeMap<String, String>,
    /// What one costs.
    pub(crate) price: Money,
    /// What it cost before a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compare_at_price: Option<Money>,
    /// EAN, UPC, ISBN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) barcode: Option<String>,
    /// Weight.
    pub(crate) grams: i64,
    /// Whether stock is kept of it.
    pub(crate) stocked: bool,
    /// How it is taxed.
    pub(crate) tax_class: String,
    /// What one costs in further currencies, minor units.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, i64>)]
    pub(crate) prices: BTreeMap<Currency, i64>,
    /// Whether it can be bought now.
    pub(crate) in_stock: bool,
    /// Its place, from 1.
    pub(crate) position: i64,
}

/// The brand of a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BrandRef {
    /// Which.
    pub(crate) id: BrandId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
}

/// A category of a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CategoryRef {
    /// Which.
    pub(crate) id: CategoryId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
}

/// A brand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BrandView {
    /// Which.
    pub(crate) id: BrandId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// For `If-Match`.
    pub(crate) version: i64,
}

/// A category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CategoryView {
    /// Which.
    pub(crate) id: CategoryId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// What it stands under; null at the top.
    pub(crate) parent_id: Option<CategoryId>,
    /// For `If-Match`.
    pub(crate) version: i64,
}

/// What came of an import.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// Rows read, the header not counted.
    pub(crate) rows: u64,
    /// Products made.
    pub(crate) created: u64,
    /// Products changed.
    pub(crate) updated: u64,
    /// Products left out.
    pub(crate) rejected: u64,
    /// Products that were so already.
    pub(crate) unchanged: u64,
    /// Why products were left out: the first 1,000.
    pub(crate) errors: Vec<ImportFault>,
    /// What the file says is on hand of the variants that were taken, more than none. Inventory receives what is new.
    pub(crate) stock: Vec<ImportedStock>,
}

/// A product that was left out of an import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImportFault {
    /// The line of the file; the header is line 1.
    pub(crate) line: u64,
    /// The product's handle as written.
    pub(crate) handle: String,
    /// What is wrong.
    pub(crate) reason: String,
}

/// Stock that an import brings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImportedStock {
    /// Of what.
    pub(crate) sku: Sku,
    /// How many.
    pub(crate) quantity: i64,
    /// Whether this import brought the variant, and with it this stock; the others keep the stock they have.
    pub(crate) new: bool,
}

impl ProductSummary {
    /// A row that was read with prices in `currency`. A price before a reduction is known in the shop's currency alone.
    pub(crate) fn of(row: ListedProduct, terms: Terms, currency: Currency, for_staff: bool) -> Self {
        let money = |amount| Money::new(amount, currency);
        let rating = Rating { sum: row.rating_sum, count: row.rating_count };
        Self {
            id: ProductId(row.id),
            slug: row.slug,
            name: row.name,
            price: money(row.price_from),
            compare_at_price: row.compare_from.map(money).filter(|_| currency == terms.currency),
            rating: rating.average(),
            rating_count: rating.count,
            image: row.image,
            in_stock: row.in_stock,
            status: Status::read(&row.status).filter(|_| for_staff),
        }
    }
}

impl ProductView {
    /// A product as staff see it, with what it depends on.
    pub(crate) fn written(
        product: &Product,
        brand: Option<&Brand>,
        categories: &[Category],
        available: &HashMap<String, i64>,
        rating: Rating,
        terms: Terms,
    ) -> Self {
        let money = |amount| Money::new(amount, terms.currency);
        let variant = |(index, variant): (usize, &crate::model::Variant)| VariantView {
            id: variant.id,
            sku: variant.sku.clone(),
            options: variant.options.clone(),
            price: money(variant.price),
            compare_at_price: variant.compare_at.map(money),
            barcode: variant.barcode.clone(),
            grams: variant.grams,
            stocked: variant.stocked,
            tax_class: variant.tax_class.clone(),
            prices: variant.prices.clone(),
            in_stock: !variant.stocked || available.get(variant.sku.as_str()).is_some_and(|count| *count > 0),
            position: index as i64 + 1,
        };
        let variants: Vec<VariantView> = product.variants.iter().enumerate().map(variant).collect();
        let mut categories: Vec<CategoryRef> = categories.iter().map(CategoryRef::from).collect();
        categories.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Self {
            id: product.id,
            version: product.version,
            slug: product.slug.clone(),
            name: product.name.clone(),
            status: product.status,
            description: described(&product.description),
            description_source: Some(product.description.clone()),
            price: money(product.price_from()),
            compare_at_price: product.compare_from().map(money),
            rating: rating.average(),
            rating_count: rating.count,
            image: product.image().map(str::to_owned),
            in_stock: variants.iter().any(|variant| variant.in_stock),
            brand: brand.map(BrandRef::from),
            categories,
            options: product.options.clone(),
            tags: product.tags.clone(),
            photos: product.photos.clone(),
            variants,
            created_at: product.created,
        }
    }

    /// The same with prices in `currency` and without what has none; `None` where nothing has.
    pub(crate) fn shown_in(mut self, currency: Currency) -> Option<Self> {
        if currency == self.price.currency {
            return Some(self);
        }
        self.variants.retain(|variant| variant.prices.contains_key(&currency));
        for variant in &mut self.variants {
            let price = variant.prices.get(&currency).copied();
            variant.price = Money::new(price.unwrap_or_default(), currency);
            variant.compare_at_price = None;
        }
        self.price = self.variants.iter().map(|variant| variant.price).min_by_key(|price| price.amount)?;
        self.compare_at_price = None;
        self.in_stock = self.variants.iter().any(|variant| variant.in_stock);
        Some(self)
    }

    /// The same for readers who are not staff.
    pub(crate) fn for_everybody(self) -> Self {
        Self { description_source: None, ..self }
    }

    /// A product that was read, as staff see it.
    pub(crate) fn found(found: FoundProduct, terms: Terms) -> Result<Self, DbError> {
        let FoundProduct { product: row, variants, available, brand, categories } = found;
        let unreadable = || DbError::Refused("a stored product is unreadable".into());
        let rating = Rating { sum: row.rating_sum, count: row.rating_count };
        let variants = variants.into_iter().map(|variant| {
            Ok(crate::model::Variant {
                id: VariantId(variant.id),
                sku: Sku::new(&variant.sku).map_err(|_| unreadable())?,
                options: from_json(&variant.options)?,
                price: variant.price,
                compare_at: variant.compare_at,
                barcode: variant.barcode,
                grams: variant.grams,
                stocked: variant.stocked,
                tax_class: variant.tax_class,
                prices: from_json(&variant.prices)?,
            })
        });
        let product = Product {
            id: ProductId(row.id),
            version: row.version,
            handle: row.handle,
            slug: row.slug,
            name: row.name,
            description: row.description,
            status: Status::read(&row.status).ok_or_else(unreadable)?,
            brand: row.brand_id.map(BrandId),
            categories: Vec::new(),
            options: from_json(&row.options)?,
            tags: from_json(&row.tags)?,
            photos: from_json(&row.photos)?,
            variants: variants.collect::<Result<_, DbError>>()?,
            created: Time::from_ms(row.created_ms),
        };
        let brand = brand.map(Brand::from);
        let categories: Vec<Category> = categories.into_iter().map(Category::from).collect();
        Ok(Self::written(&product, brand.as_ref(), &categories, &available, rating, terms))
    }
}

impl From<brands::Model> for Brand {
    fn from(row: brands::Model) -> Self {
        Self { id: BrandId(row.id), label: Label { slug: row.slug, name: row.name, version: row.version } }
    }
}

impl From<categories::Model> for Category {
    fn from(row: categories::Model) -> Self {
        let label = Label { slug: row.slug, name: row.name, version: row.version };
        Self { id: CategoryId(row.id), parent: row.parent_id.map(CategoryId), label }
    }
}

impl From<&Brand> for BrandRef {
    fn from(Brand { id, label }: &Brand) -> Self {
        Self { id: *id, slug: label.slug.clone(), name: label.name.clone() }
    }
}

impl From<&Category> for CategoryRef {
    fn from(Category { id, label, .. }: &Category) -> Self {
        Self { id: *id, slug: label.slug.clone(), name: label.name.clone() }
    }
}

impl From<Brand> for BrandView {
    fn from(Brand { id, label: Label { slug, name, version } }: Brand) -> Self {
        Self { id, slug, name, version }
    }
}

impl From<Category> for CategoryView {
    fn from(Category { id, parent, label: Label { slug, name, version } }: Category) -> Self {
        Self { id, slug, name, parent_id: parent, version }
    }
}
