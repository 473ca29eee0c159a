//! Importing a Shopify file: read whole before anything is written, then stored in portions.
//!
//! A portion is one transaction, and within it each product stands or falls alone. With a variant goes its first stock,
//! told to inventory in the same transaction. Importing the same file again changes nothing, so an import that was
//! interrupted is simply repeated.

use super::{Answered, Done, products, remember, replayed, seen, taxonomy};
use crate::{
    Catalog,
    error::Error,
    import::{self, Import, ImportError, ImportedProduct, ImportedVariant},
    model::{Edit, Link, MAX_NAME_CHARS, Photo, Product, Status, Terms, VariantEdit},
    pages::Changed,
    store::{self, changes::Numbers},
    views::{ImportFault, ImportReport, ImportedStock},
};
use axum::body::Bytes;
use bodega_contracts::catalog::{OpeningStock, ProductStocked, STANDARD_TAX, ZERO_TAX};
use bodega_db::{DbError, IdempotencyKey, StoredAnswer, Tx};
use std::{sync::Arc, time::Duration};

/// The most products of a file.
const MAX_PRODUCTS: usize = 20_000;
/// The most variants of a file.
const MAX_VARIANTS: usize = 50_000;
/// The most reasons that are told.
const MAX_ERRORS: usize = 1_000;
/// Products in one transaction.
const PORTION: usize = 50;
/// How often a portion is tried that met another writer.
const TRIES: u32 = 5;

/// What became of a product.
enum Outcome {
    Created,
    Updated,
    Unchanged,
    Rejected(String),
}

/// A product's outcome, and what the file says is there of it.
struct Imported {
    outcome: Outcome,
    stock: Vec<ImportedStock>,
}

/// Imports a file.
pub(crate) async fn import_products(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    file: Bytes,
) -> Result<Answered, Error> {
    if let Some(answer) = known(catalog, key.clone()).await? {
        return Ok(Answered::Again(answer));
    }
    let currency = catalog.terms.currency;
    let read = tokio::task::spawn_blocking(move || import::read(&file[..], currency)).await;
    let import = read.map_err(|error| DbError::Refused(error.to_string().into()))?.map_err(|error| bad_file(&error))?;
    bounded(&import)?;
    let Import { products, rejected, rows } = import;
    let mut report = ImportReport { rows, ..ImportReport::default() };
    for rejection in rejected {
        report.reject(rejection.line, &rejection.handle, rejection.reason);
    }
    let products: Arc<[ImportedProduct]> = products.into();
    for start in (0..products.len()).step_by(PORTION) {
        let outcomes = portion(catalog, &products, start).await?;
        for (product, imported) in products[start..].iter().zip(outcomes) {
            report.note(product, imported);
        }
    }
    report.errors.sort_by_key(|fault| fault.line);
    report.errors.truncate(MAX_ERRORS);
    let done = Done::new(200, None, &report)?;
    catalog
        .db
        .write(async move |tx: &mut Tx| {
            remember(tx, key.as_ref(), &done).await?;
            Ok(Answered::Now(done))
        })
        .await
}

async fn known(catalog: &Catalog, key: Option<IdempotencyKey>) -> Result<Option<StoredAnswer>, Error> {
    if key.is_none() {
        return Ok(None);
    }
    catalog.db.write(async move |tx: &mut Tx| replayed(tx, key.as_ref()).await).await
}

fn bad_file(error: &ImportError) -> Error {
    let line = match error {
        ImportError::Empty | ImportError::MissingColumn { .. } => Some(1),
        ImportError::CutInQuotes { line } | ImportError::RowTooLong { line } | ImportError::NotText { line } => {
            Some(*line)
        }
        ImportError::Read(_) => None,
    };
    Error::BadFile { line, reason: error.to_string() }
}

fn bounded(import: &Import) -> Result<(), Error> {
    let variants: usize = import.products.iter().map(|product| product.variants.len()).sum();
    if import.products.len() <= MAX_PRODUCTS && variants <= MAX_VARIANTS {
        return Ok(());
    }
    let reason = format!("a file has at most {MAX_PRODUCTS} products and {MAX_VARIANTS} variants: divide it");
    Err(Error::BadFile { line: None, reason })
}

/// One transaction. What it meets of other writers passes, so it is tried again.
async fn portion(catalog: &Catalog, products: &Arc<[ImportedProduct]>, start: usize) -> Result<Vec<Imported>, Error> {
    let mut tries = 0;
    loop {
        let (products, terms, numbers) = (Arc::clone(products), catalog.terms, Numbers::of(&catalog.db));
        let trace = bodega_web::current_trace();
        let db = catalog.db.clone();
        let write = async move {
            db.write_following(trace, async move |tx: &mut Tx| {
                let mut outcomes = Vec::with_capacity(PORTION);
                for product in products[start..].iter().take(PORTION) {
                    outcomes.push(import_alone(tx, terms, numbers, product).await?);
                }
                Ok::<_, Error>(outcomes)
            })
            .await
        };
        match seen(catalog, write, |_| Changed::Everything).await {
            Err(Error::Db(error)) if error.is_transient() && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50) * tries).await;
            }
            stored => return stored,
        }
    }
}

/// A refusal undoes and rejects this product and no other.
async fn import_alone(
    tx: &mut Tx,
    terms: Terms,
    numbers: Numbers,
    product: &ImportedProduct,
) -> Result<Imported, Error> {
    let rejected = |reason| Ok(Imported { outcome: Outcome::Rejected(reason), stock: Vec::new() });
    match tx.nested(async |tx| import_product(tx, terms, numbers, product).await).await {
        Err(Error::Db(error)) if error.is_transient() => Err(Error::Db(error)),
        Err(Error::Db(error)) => {
            tracing::error!(%error, handle = product.handle, "a product could not be stored");
            rejected("could not be stored".to_owned())
        }
        Err(refusal) => rejected(refusal.to_string()),
        Ok(imported) => Ok(imported),
    }
}

async fn import_product(
    tx: &mut Tx,
    terms: Terms,
    numbers: Numbers,
    item: &ImportedProduct,
) -> Result<Imported, Error> {
    let before = store::products::locked_by_handle(tx, &item.handle).await?;
    let edit = wanted(tx, item, before.as_ref()).await?;
    let stock = stock(item, before.as_ref());
    let (outcome, product_id) = match before {
        None => (Outcome::Created, products::create(tx, terms, &edit, Some(&item.handle)).await?.id),
        Some(before) => match products::change(tx, terms, &before, &edit).await? {
            Some(product) => (Outcome::Updated, product.id),
            None => (Outcome::Unchanged, before.id),
        },
    };
    if !matches!(outcome, Outcome::Unchanged) {
        numbers.mark(tx, &[product_id.0]).await?;
    }
    let new = stock.iter().filter(|line| line.new);
    let opening: Vec<_> = new.map(|line| OpeningStock { sku: line.sku.clone(), quantity: line.quantity }).collect();
    if !opening.is_empty() {
        tx.emit(&ProductStocked { product_id, opening })?;
    }
    Ok(Imported { outcome, stock })
}

/// What the file says is there. Only of variants that are new it is the stock: for the others the file is older than
/// what was sold since.
fn stock(item: &ImportedProduct, before: Option<&Product>) -> Vec<ImportedStock> {
    let line = |variant: &ImportedVariant| {
        let quantity = variant.quantity.filter(|quantity| variant.stocked && *quantity > 0)?;
        let had = before.is_some_and(|before| before.variants.iter().any(|known| known.sku == variant.sku));
        Some(ImportedStock { sku: variant.sku.clone(), quantity, new: !had })
    };
    item.variants.iter().filter_map(line).collect()
}

/// What the file says of a product. What it does not say stays: a brand, further categories, pictures; and what staff
/// archived stays archived unless the file has it on sale.
async fn wanted(tx: &mut Tx, item: &ImportedProduct, before: Option<&Product>) -> Result<Edit, Error> {
    let brand = match &item.brand {
        Some(name) => Link::To(taxonomy::brand_named(tx, &short(name)).await?),
        None => Link::Kept,
    };
    let mut categories = before.map(|before| before.categories.clone()).unwrap_or_default();
    if let Some(name) = &item.category {
        categories.push(taxonomy::category_named(tx, &short(name)).await?);
    }
    let archived = before.is_some_and(|before| before.status == Status::Archived);
    let status = match (item.active, archived) {
        (true, _) => Status::Active,
        (false, true) => Status::Archived,
        (false, false) => Status::Draft,
    };
    let mut images: Vec<_> = item.images.iter().collect();
    images.sort_by_key(|image| image.position);
    let photos: Vec<Photo> =
        images.into_iter().map(|image| Photo::elsewhere(image.url.clone(), one_line(&image.alt))).collect();
    // What staff uploaded is worth more than addresses.
    let keeps_photos = photos.is_empty() || before.is_some_and(Product::has_uploads);
    Ok(Edit {
        slug: None,
        name: Some(one_line(&item.title)),
        description: Some(item.body_html.clone()),
        status: Some(status),
        brand,
        categories: Some(categories),
        options: Some(item.options.clone()),
        tags: Some(item.tags.iter().map(|tag| one_line(tag)).collect()),
        photos: (!keeps_photos).then_some(photos),
        variants: Some(item.variants.iter().map(|item| variant(item, before)).collect()),
    })
}

fn variant(item: &ImportedVariant, before: Option<&Product>) -> VariantEdit {
    VariantEdit {
        id: None,
        sku: item.sku.clone(),
        options: item.options.iter().cloned().collect(),
        price: item.price,
        compare_at: item.compare_at,
        barcode: item.barcode.clone(),
        grams: item.grams,
        stocked: item.stocked,
        tax_class: class(item, before),
        prices: None,
    }
}

/// Of what is not taxable the class that is taxed nowhere. What is taxable keeps the class that staff gave it.
fn class(item: &ImportedVariant, before: Option<&Product>) -> Option<String> {
    let known = before.and_then(|before| before.variants.iter().find(|variant| variant.sku == item.sku));
    match item.taxable {
        Some(false) => Some(ZERO_TAX.to_owned()),
        Some(true) if known.is_some_and(|known| known.tax_class == ZERO_TAX) => Some(STANDARD_TAX.to_owned()),
        Some(true) | None => None,
    }
}

/// A cell may hold line breaks; a name does not.
fn one_line(text: &str) -> String {
    text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The name of a brand or category, which is never the reason to leave out a product.
fn short(text: &str) -> String {
    let name: String = one_line(text).chars().take(MAX_NAME_CHARS).collect();
    name.trim().to_owned()
}

impl ImportReport {
    fn note(&mut self, product: &ImportedProduct, imported: Imported) {
        match imported.outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Rejected(reason) => return self.reject(product.line, &product.handle, reason),
        }
        self.stock.extend(imported.stock);
    }

    fn reject(&mut self, line: u64, handle: &str, reason: String) {
        self.rejected += 1;
        self.errors.push(ImportFault { line, handle: handle.to_owned(), reason });
    }
}
