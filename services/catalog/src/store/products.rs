//! Products and their variants as writes see them: read under a lock, stored whole.

use super::{taxonomy, unless_taken, unreadable};
use crate::{
    error::Error,
    model::{Fault, Product, Status, Variant},
};
use bodega_contracts::{BrandId, CategoryId, ProductId, VariantId};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Sku, uuid::Uuid};
use serde::{Serialize, de::DeserializeOwned};

const VARIANT_COLUMNS: &[&str] = &[
    "id",
    "product_id",
    "position",
    "sku",
    "options",
    "price",
    "compare_at",
    "barcode",
    "grams",
    "stocked",
    "tax_class",
    "prices",
];

/// The product of this id, locked until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx, id: ProductId) -> Result<Option<Product>, DbError> {
    let sql = "SELECT id, version, handle, slug, name, description, status, brand_id, options, tags, photos, created_ms \
               FROM products WHERE id = $1 ORDER BY id {lock}";
    let Some(row) = tx.query_one(sql, &params![id.0]).await? else { return Ok(None) };
    let sql = "SELECT id, sku, options, price, compare_at, barcode, grams, stocked, tax_class, prices FROM variants \
               WHERE product_id = $1 ORDER BY position LIMIT 1000";
    let variants = tx.query(sql, &params![id.0]).await?.iter().map(variant).collect::<Result<_, _>>()?;
    let sql = "SELECT category_id FROM product_categories WHERE product_id = $1 ORDER BY category_id LIMIT 1000";
    let categories = tx.query(sql, &params![id.0]).await?;
    Ok(Some(Product {
        id,
        version: row.get(1)?,
        handle: row.get(2)?,
        slug: row.get(3)?,
        name: row.get(4)?,
        description: row.get(5)?,
        status: Status::read(&row.get::<String>(6)?).ok_or_else(|| unreadable(&Fault::new("status", "is unknown")))?,
        brand: row.get::<Option<Uuid>>(7)?.map(BrandId),
        categories: categories.iter().map(|row| Ok(CategoryId(row.get(0)?))).collect::<Result<_, DbError>>()?,
        options: from_json(&row.get::<String>(8)?)?,
        tags: from_json(&row.get::<String>(9)?)?,
        photos: from_json(&row.get::<String>(10)?)?,
        variants,
        created: row.get(11)?,
    }))
}

/// The product that imports know by this handle, locked.
pub(crate) async fn locked_by_handle(tx: &mut Tx, handle: &str) -> Result<Option<Product>, DbError> {
    match tx.query_one("SELECT id FROM products WHERE handle = $1", &params![handle]).await? {
        Some(row) => locked(tx, ProductId(row.get(0)?)).await,
        None => Ok(None),
    }
}

fn variant(row: &Row) -> Result<Variant, DbError> {
    Ok(Variant {
        id: VariantId(row.get(0)?),
        sku: row.get(1)?,
        options: from_json(&row.get::<String>(2)?)?,
        price: row.get(3)?,
        compare_at: row.get(4)?,
        barcode: row.get(5)?,
        grams: row.get(6)?,
        stocked: row.get(7)?,
        tax_class: row.get(8)?,
        prices: from_json(&row.get::<String>(9)?)?,
    })
}

/// Up to `limit` products that were last looked at before `state`, locked, each with the digest of what it was told
/// with. Those that somebody else has locked are left out.
pub(crate) async fn told_before(tx: &mut Tx, state: i64, limit: i64) -> Result<Vec<(ProductId, String)>, DbError> {
    let sql = "SELECT id, told FROM products WHERE told_state < $1 ORDER BY told_state, id LIMIT $2 {skip locked}";
    let rows = tx.query(sql, &params![state, limit]).await?;
    rows.iter().map(|row| Ok((ProductId(row.get(0)?), row.get(1)?))).collect()
}

/// Notes in which state of its surroundings a product was looked at, and the digest of what it is told with.
pub(crate) async fn note_told(tx: &mut Tx, id: ProductId, state: i64, told: &str) -> Result<(), DbError> {
    let sql = "UPDATE products SET told_state = $2, told = $3 WHERE id = $1";
    tx.execute(sql, &params![id.0, state, told]).await.map(drop)
}

/// Stores the next version of a product that is locked and otherwise the same.
pub(crate) async fn count_up(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    let now = tx.now();
    let sql = "UPDATE products SET version = $2, changed_ms = $3 WHERE id = $1";
    tx.execute(sql, &params![product.id.0, product.version, now]).await.map(drop)
}

/// Whether a new product went in; not where its handle or slug is taken.
pub(crate) async fn insert(tx: &mut Tx, product: &Product) -> Result<bool, Error> {
    let sql = "INSERT INTO products (id, version, handle, slug, name, name_key, description, status, brand_id, price_from, \
               compare_from, image, options, tags, photos, created_ms, changed_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
               ON CONFLICT DO NOTHING";
    let now = tx.now();
    let values = params![
        product.id.0,
        product.version,
        &product.handle,
        &product.slug,
        &product.name,
        product.name.to_lowercase(),
        &product.description,
        product.status.as_str(),
        product.brand.map(|brand| brand.0),
        product.price_from(),
        product.compare_from(),
        product.image(),
        to_json(&product.options)?,
        to_json(&product.tags)?,
        to_json(&product.photos)?,
        product.created,
        now,
    ];
    if tx.execute(sql, &values).await? == 0 {
        return Ok(false);
    }
    insert_variants(tx, product).await?;
    insert_prices(tx, product).await?;
    insert_categories(tx, product).await?;
    Ok(true)
}

/// Stores `product` in place of `before`, which was read under a lock in this transaction.
pub(crate) async fn update(tx: &mut Tx, before: &Product, product: &Product) -> Result<(), Error> {
    let sql = "UPDATE products SET version = $2, slug = $3, name = $4, name_key = $5, description = $6, status = $7, \
               brand_id = $8, price_from = $9, compare_from = $10, image = $11, options = $12, tags = $13, photos = $14, \
               changed_ms = $15 WHERE id = $1 AND version = $16";
    let now = tx.now();
    let values = params![
        product.id.0,
        product.version,
        &product.slug,
        &product.name,
        product.name.to_lowercase(),
        &product.description,
        product.status.as_str(),
        product.brand.map(|brand| brand.0),
        product.price_from(),
        product.compare_from(),
        product.image(),
        to_json(&product.options)?,
        to_json(&product.tags)?,
        to_json(&product.photos)?,
        now,
        before.version,
    ];
    match unless_taken(tx, sql, &values).await? {
        None => return Err(Error::SlugTaken(product.slug.clone())),
        Some(0) => return Err(Error::OtherVersion),
        Some(_) => {}
    }
    if product.variants != before.variants {
        tx.execute("DELETE FROM variants WHERE product_id = $1", &params![product.id.0]).await?;
        insert_variants(tx, product).await?;
    }
    if product.prices_from() != before.prices_from() {
        tx.execute("DELETE FROM product_prices WHERE product_id = $1", &params![product.id.0]).await?;
        insert_prices(tx, product).await?;
    }
    if product.categories != before.categories {
        tx.execute("DELETE FROM product_categories WHERE product_id = $1", &params![product.id.0]).await?;
        insert_categories(tx, product).await?;
    }
    Ok(())
}

/// Where readers see whether these SKUs are in stock: their products, with the brands and the categories they are in and
/// all above.
pub(crate) async fn seen_with(tx: &mut Tx, skus: &[&Sku]) -> Result<Vec<Uuid>, DbError> {
    let keys: Vec<_> = skus.iter().flat_map(|sku| params![*sku]).collect();
    let mut products = ids(&tx.query_keys("SELECT product_id FROM variants WHERE sku = $1", &keys).await?)?;
    products.sort_unstable();
    products.dedup();
    seen_around(tx, &products).await
}

/// Where readers see these products: themselves, with the brands and the categories they are in and all above.
pub(crate) async fn seen_around(tx: &mut Tx, products: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    let keys: Vec<_> = products.iter().flat_map(|id| params![*id]).collect();
    let sql = "SELECT brand_id FROM products WHERE id = $1 AND brand_id IS NOT NULL";
    let brands = ids(&tx.query_keys(sql, &keys).await?)?;
    let sql = "SELECT category_id FROM product_categories WHERE product_id = $1";
    let mut categories = ids(&tx.query_keys(sql, &keys).await?)?;
    categories.sort_unstable();
    categories.dedup();
    let categories: Vec<_> = categories.into_iter().map(CategoryId).collect();
    let above = taxonomy::above(tx, &categories).await?;
    Ok(products.iter().copied().chain(brands).chain(above.into_iter().map(|category| category.0)).collect())
}

fn ids(rows: &[Row]) -> Result<Vec<Uuid>, DbError> {
    rows.iter().map(|row| row.get(0)).collect()
}

/// Which of these texts are a product's slug or handle.
pub(crate) async fn taken(tx: &mut Tx, slugs: &[String]) -> Result<Vec<String>, DbError> {
    let keys: Vec<Value<'_>> = slugs.iter().map(Value::from).collect();
    let mut rows = tx.query_keys("SELECT slug FROM products WHERE slug = $1", &keys).await?;
    rows.extend(tx.query_keys("SELECT handle FROM products WHERE handle = $1", &keys).await?);
    rows.iter().map(|row| row.get(0)).collect()
}

/// A SKU that is taken is found by the row that did not go in; the transaction is then undone.
async fn insert_variants(tx: &mut Tx, product: &Product) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(product.variants.len());
    for (position, variant) in product.variants.iter().enumerate() {
        let values = params![
            variant.id.0,
            product.id.0,
            position as i64,
            &variant.sku,
            to_json(&variant.options)?,
            variant.price,
            variant.compare_at,
            variant.barcode.as_ref(),
            variant.grams,
            variant.stocked,
            &variant.tax_class,
            to_json(&variant.prices)?,
        ];
        rows.push(values.to_vec());
    }
    let inserted = tx.insert_rows("variants", VARIANT_COLUMNS, OnConflict::Skip, &rows).await?;
    if inserted == rows.len() as u64 {
        return Ok(());
    }
    let keys: Vec<_> = product.variants.iter().flat_map(|variant| params![&variant.sku]).collect();
    let holders = tx.query_keys("SELECT sku, product_id FROM variants WHERE sku = $1 ORDER BY sku", &keys).await?;
    for row in &holders {
        if row.get::<Uuid>(1)? != product.id.0 {
            return Err(Error::SkuTaken(row.get::<Sku>(0)?));
        }
    }
    Err(Error::Db(DbError::Unavailable("a SKU was taken and is free again".into())))
}

/// What lists in another currency are sorted by.
async fn insert_prices(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    let prices = product.prices_from();
    let rows: Vec<_> =
        prices.iter().map(|(currency, price)| params![currency.code(), product.id.0, *price].to_vec()).collect();
    tx.insert_rows("product_prices", &["currency", "product_id", "price_from"], OnConflict::Skip, &rows).await.map(drop)
}

async fn insert_categories(tx: &mut Tx, product: &Product) -> Result<(), DbError> {
    let rows: Vec<_> = product.categories.iter().map(|category| params![category.0, product.id.0].to_vec()).collect();
    tx.insert_rows("product_categories", &["category_id", "product_id"], OnConflict::Skip, &rows).await.map(drop)
}

/// As it is stored.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Refused(error.to_string().into()))
}

/// What was stored as JSON.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Refused(format!("stored JSON: {error}").into()))
}
