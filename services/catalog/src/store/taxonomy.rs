//! Brands and categories as writes see them. Whoever depends on one locks its row first, so that nobody deletes it
//! meanwhile.

use super::unless_taken;
use crate::model::Tree;
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::{DbError, Row, Tx, params};
use bodega_kernel::uuid::Uuid;

/// A brand as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brand {
    pub(crate) id: BrandId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) version: i64,
}

/// A category as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) id: CategoryId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) parent: Option<CategoryId>,
    pub(crate) version: i64,
}

/// The brand of this id, locked.
pub(crate) async fn brand(tx: &mut Tx, id: BrandId) -> Result<Option<Brand>, DbError> {
    let sql = "SELECT id, slug, name, version FROM brands WHERE id = $1 ORDER BY id {lock}";
    tx.query_one(sql, &params![id.0]).await?.map(|row| read_brand(&row)).transpose()
}

/// The brand of this slug, locked.
pub(crate) async fn brand_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Brand>, DbError> {
    let sql = "SELECT id, slug, name, version FROM brands WHERE slug = $1 ORDER BY id {lock}";
    tx.query_one(sql, &params![slug]).await?.map(|row| read_brand(&row)).transpose()
}

fn read_brand(row: &Row) -> Result<Brand, DbError> {
    Ok(Brand { id: BrandId(row.get(0)?), slug: row.get(1)?, name: row.get(2)?, version: row.get(3)? })
}

/// Whether the new brand went in; not where its slug is taken.
pub(crate) async fn insert_brand(tx: &mut Tx, brand: &Brand) -> Result<bool, DbError> {
    let sql = "INSERT INTO brands (id, slug, name, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &params![brand.id.0, &brand.slug, &brand.name, brand.version]).await? == 1)
}

/// Stores a brand that was locked, unless its slug is taken.
pub(crate) async fn update_brand(tx: &mut Tx, brand: &Brand) -> Result<bool, DbError> {
    let sql = "UPDATE brands SET slug = $2, name = $3, version = $4 WHERE id = $1";
    let changed = unless_taken(tx, sql, &params![brand.id.0, &brand.slug, &brand.name, brand.version]).await?;
    Ok(changed.is_some())
}

/// Deletes a brand that was locked, unless a product has it.
pub(crate) async fn delete_brand(tx: &mut Tx, id: BrandId) -> Result<bool, DbError> {
    let sql = "DELETE FROM brands WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM products WHERE products.brand_id = $1)";
    Ok(tx.execute(sql, &params![id.0]).await? == 1)
}

/// These categories, locked; those that do not exist are missing.
pub(crate) async fn categories(tx: &mut Tx, ids: &[CategoryId]) -> Result<Vec<Category>, DbError> {
    let keys: Vec<_> = ids.iter().flat_map(|id| params![id.0]).collect();
    let sql = "SELECT id, slug, name, parent_id, version FROM categories WHERE id = $1 ORDER BY id {lock}";
    tx.query_keys(sql, &keys).await?.iter().map(read_category).collect()
}

/// The category of this slug, locked.
pub(crate) async fn category_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Category>, DbError> {
    let sql = "SELECT id, slug, name, parent_id, version FROM categories WHERE slug = $1 ORDER BY id {lock}";
    tx.query_one(sql, &params![slug]).await?.map(|row| read_category(&row)).transpose()
}

/// All categories, locked: what decides about the shape of the tree.
pub(crate) async fn tree(tx: &mut Tx) -> Result<Tree, DbError> {
    let sql = "SELECT id, parent_id FROM categories ORDER BY id LIMIT 2000 {lock}";
    let rows = tx.query(sql, &[]).await?;
    let pairs = rows.iter().map(|row| Ok((CategoryId(row.get(0)?), row.get::<Option<Uuid>>(1)?.map(CategoryId))));
    Ok(Tree::new(pairs.collect::<Result<Vec<_>, DbError>>()?))
}

/// How many categories there are.
pub(crate) async fn category_count(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM categories", &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

fn read_category(row: &Row) -> Result<Category, DbError> {
    Ok(Category {
        id: CategoryId(row.get(0)?),
        slug: row.get(1)?,
        name: row.get(2)?,
        parent: row.get::<Option<Uuid>>(3)?.map(CategoryId),
        version: row.get(4)?,
    })
}

/// Whether the new category went in; not where its slug is taken.
pub(crate) async fn insert_category(tx: &mut Tx, category: &Category) -> Result<bool, DbError> {
    let sql = "INSERT INTO categories (id, slug, name, parent_id, version) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT DO NOTHING";
    let parent = category.parent.map(|parent| parent.0);
    Ok(tx.execute(sql, &params![category.id.0, &category.slug, &category.name, parent, category.version]).await? == 1)
}

/// Stores a category that was locked, unless its slug is taken.
pub(crate) async fn update_category(tx: &mut Tx, category: &Category) -> Result<bool, DbError> {
    let sql = "UPDATE categories SET slug = $2, name = $3, parent_id = $4, version = $5 WHERE id = $1";
    let parent = category.parent.map(|parent| parent.0);
    let values = params![category.id.0, &category.slug, &category.name, parent, category.version];
    Ok(unless_taken(tx, sql, &values).await?.is_some())
}

/// Deletes a category that was locked, unless a product or another category stands in it.
pub(crate) async fn delete_category(tx: &mut Tx, id: CategoryId) -> Result<bool, DbError> {
    let sql = "DELETE FROM categories WHERE id = $1 \
               AND NOT EXISTS (SELECT 1 FROM product_categories WHERE product_categories.category_id = $1) \
               AND NOT EXISTS (SELECT 1 FROM categories AS child WHERE child.parent_id = $1)";
    Ok(tx.execute(sql, &params![id.0]).await? == 1)
}
