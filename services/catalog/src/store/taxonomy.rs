//! Brands and categories as writes see them. Whoever depends on one locks its row first, so that nobody deletes it
//! meanwhile.

use super::unless_taken;
use crate::model::Tree;
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::{DbError, Row, Tx, params};
use bodega_kernel::uuid::Uuid;

/// What brands and categories have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) version: i64,
}

/// A brand as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brand {
    pub(crate) id: BrandId,
    pub(crate) label: Label,
}

/// A category as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) id: CategoryId,
    pub(crate) parent: Option<CategoryId>,
    pub(crate) label: Label,
}

/// A brand or a category: no two of a kind share a slug.
pub(crate) trait Entry: PartialEq + Sized {
    /// Names it.
    type Id: Copy + Send + 'static;

    fn label(&self) -> &Label;
    fn label_mut(&mut self) -> &mut Label;

    /// The one of this id, locked.
    async fn locked(tx: &mut Tx, id: Self::Id) -> Result<Option<Self>, DbError>;
    /// The one of this slug, locked.
    async fn locked_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Self>, DbError>;
    /// Whether the new one went in; not where its slug is taken.
    async fn insert(&self, tx: &mut Tx) -> Result<bool, DbError>;
    /// Whether the new state of one that was locked was stored; not where its slug is taken.
    async fn update(&self, tx: &mut Tx) -> Result<bool, DbError>;
    /// Whether one that was locked was deleted; not where anything depends on it.
    async fn delete(&self, tx: &mut Tx) -> Result<bool, DbError>;
}

impl Entry for Brand {
    type Id = BrandId;

    fn label(&self) -> &Label {
        &self.label
    }

    fn label_mut(&mut self) -> &mut Label {
        &mut self.label
    }

    async fn locked(tx: &mut Tx, id: BrandId) -> Result<Option<Self>, DbError> {
        let sql = "SELECT id, slug, name, version FROM brands WHERE id = $1 ORDER BY id {lock}";
        tx.query_one(sql, &params![id.0]).await?.as_ref().map(brand).transpose()
    }

    async fn locked_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Self>, DbError> {
        let sql = "SELECT id, slug, name, version FROM brands WHERE slug = $1 ORDER BY id {lock}";
        tx.query_one(sql, &params![slug]).await?.as_ref().map(brand).transpose()
    }

    async fn insert(&self, tx: &mut Tx) -> Result<bool, DbError> {
        let sql = "INSERT INTO brands (id, slug, name, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let Label { slug, name, version } = &self.label;
        Ok(tx.execute(sql, &params![self.id.0, slug, name, *version]).await? == 1)
    }

    async fn update(&self, tx: &mut Tx) -> Result<bool, DbError> {
        let sql = "UPDATE brands SET slug = $2, name = $3, version = $4 WHERE id = $1";
        let Label { slug, name, version } = &self.label;
        Ok(unless_taken(tx, sql, &params![self.id.0, slug, name, *version]).await?.is_some())
    }

    async fn delete(&self, tx: &mut Tx) -> Result<bool, DbError> {
        let sql = "DELETE FROM brands WHERE id = $1 \
                   AND NOT EXISTS (SELECT 1 FROM products WHERE products.brand_id = $1)";
        Ok(tx.execute(sql, &params![self.id.0]).await? == 1)
    }
}

impl Entry for Category {
    type Id = CategoryId;

    fn label(&self) -> &Label {
        &self.label
    }

    fn label_mut(&mut self) -> &mut Label {
        &mut self.label
    }

    async fn locked(tx: &mut Tx, id: CategoryId) -> Result<Option<Self>, DbError> {
        Ok(categories(tx, &[id]).await?.pop())
    }

    async fn locked_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Self>, DbError> {
        let sql = "SELECT id, slug, name, parent_id, version FROM categories WHERE slug = $1 ORDER BY id {lock}";
        tx.query_one(sql, &params![slug]).await?.as_ref().map(category).transpose()
    }

    async fn insert(&self, tx: &mut Tx) -> Result<bool, DbError> {
        let sql = "INSERT INTO categories (id, slug, name, parent_id, version) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT DO NOTHING";
        let Label { slug, name, version } = &self.label;
        let parent = self.parent.map(|parent| parent.0);
        Ok(tx.execute(sql, &params![self.id.0, slug, name, parent, *version]).await? == 1)
    }

    async fn update(&self, tx: &mut Tx) -> Result<bool, DbError> {
        let sql = "UPDATE categories SET slug = $2, name = $3, parent_id = $4, version = $5 WHERE id = $1";
        let Label { slug, name, version } = &self.label;
        let parent = self.parent.map(|parent| parent.0);
        Ok(unless_taken(tx, sql, &params![self.id.0, slug, name, parent, *version]).await?.is_some())
    }

    async fn delete(&self, tx: &mut Tx) -> Result<bool, DbError> {
        let sql = "DELETE FROM categories WHERE id = $1 \
                   AND NOT EXISTS (SELECT 1 FROM product_categories WHERE product_categories.category_id = $1) \
                   AND NOT EXISTS (SELECT 1 FROM categories AS child WHERE child.parent_id = $1)";
        Ok(tx.execute(sql, &params![self.id.0]).await? == 1)
    }
}

/// These categories, locked; those that do not exist are missing.
pub(crate) async fn categories(tx: &mut Tx, ids: &[CategoryId]) -> Result<Vec<Category>, DbError> {
    let keys: Vec<_> = ids.iter().flat_map(|id| params![id.0]).collect();
    let sql = "SELECT id, slug, name, parent_id, version FROM categories WHERE id = $1 ORDER BY id {lock}";
    tx.query_keys(sql, &keys).await?.iter().map(category).collect()
}

/// These categories and all above them, sorted. Lock the categories first where they are not to move meanwhile.
pub(crate) async fn above(tx: &mut Tx, categories: &[CategoryId]) -> Result<Vec<CategoryId>, DbError> {
    let sql = "WITH RECURSIVE above (id, parent_id) AS ( \
                 SELECT id, parent_id FROM categories WHERE id = $1 \
                 UNION \
                 SELECT parent.id, parent.parent_id FROM categories AS parent JOIN above ON parent.id = above.parent_id) \
               SELECT id FROM above";
    let keys: Vec<_> = categories.iter().flat_map(|id| params![id.0]).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    let mut above = rows.iter().map(|row| Ok(CategoryId(row.get(0)?))).collect::<Result<Vec<_>, DbError>>()?;
    above.sort_unstable();
    above.dedup();
    Ok(above)
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

fn brand(row: &Row) -> Result<Brand, DbError> {
    let label = Label { slug: row.get(1)?, name: row.get(2)?, version: row.get(3)? };
    Ok(Brand { id: BrandId(row.get(0)?), label })
}

fn category(row: &Row) -> Result<Category, DbError> {
    let label = Label { slug: row.get(1)?, name: row.get(2)?, version: row.get(4)? };
    Ok(Category { id: CategoryId(row.get(0)?), parent: row.get::<Option<Uuid>>(3)?.map(CategoryId), label })
}
