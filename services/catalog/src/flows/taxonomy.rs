//! Brands and categories: making, renaming, moving, deleting. What products use is not deleted.

use super::{Answered, Done, once};
use crate::{
    Catalog,
    error::Error,
    model::{Fault, Link, MAX_NAME_CHARS, Tree, label, numbered, slug_fault, slug_of},
    store::taxonomy::{self, Brand, Category},
    views::{BrandView, CategoryView},
};
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::{IdempotencyKey, Tx};

/// How many numbered slugs are tried for a name.
const NUMBERED_SLUGS: u32 = 20;

/// What a brand or category is to be called; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Naming {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
}

impl Naming {
    fn check(&self) -> Result<(), Error> {
        let mut faults: Vec<Fault> = self.slug.as_deref().and_then(slug_fault).into_iter().collect();
        if let Some(name) = &self.name {
            label("/name", name, MAX_NAME_CHARS, &mut faults);
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }

    /// The slugs to try, in this order.
    fn slugs(&self, name: &str) -> Vec<String> {
        match &self.slug {
            Some(slug) => vec![slug.clone()],
            None => (1..=NUMBERED_SLUGS).map(|number| numbered(&slug_of(name), number)).collect(),
        }
    }
}

/// Makes a brand.
pub(crate) async fn create_brand(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    naming: Naming,
) -> Result<Answered, Error> {
    naming.check()?;
    once(&catalog.db, key, async move |tx| {
        let name = naming.name.clone().unwrap_or_default();
        let mut brand = Brand { id: BrandId::new(tx.world()), slug: String::new(), name, version: 1 };
        for slug in naming.slugs(&brand.name) {
            brand.slug = slug;
            if taxonomy::insert_brand(tx, &brand).await? {
                return Ok(Done::new(201, Some(1), &BrandView::from(brand))?);
            }
        }
        Err(Error::SlugTaken(brand.slug))
    })
    .await
}

/// Renames a brand.
pub(crate) async fn change_brand(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    id: BrandId,
    read_version: Option<i64>,
    naming: Naming,
) -> Result<Answered, Error> {
    naming.check()?;
    let answered = once(&catalog.db, key, async move |tx| {
        let before = taxonomy::brand(tx, id).await?.ok_or(Error::NotFound)?;
        same_version(read_version, before.version)?;
        let mut brand = before.clone();
        brand.name = naming.name.unwrap_or(brand.name);
        brand.slug = naming.slug.unwrap_or(brand.slug);
        if brand != before {
            brand.version += 1;
            if !taxonomy::update_brand(tx, &brand).await? {
                return Err(Error::SlugTaken(brand.slug));
            }
        }
        Ok(Done::new(200, Some(brand.version), &BrandView::from(brand))?)
    })
    .await?;
    catalog.pages.drop_all();
    Ok(answered)
}

/// Deletes a brand that no product has.
pub(crate) async fn delete_brand(catalog: &Catalog, id: BrandId, read_version: Option<i64>) -> Result<(), Error> {
    catalog
        .db
        .write(async move |tx: &mut Tx| {
            let brand = taxonomy::brand(tx, id).await?.ok_or(Error::NotFound)?;
            same_version(read_version, brand.version)?;
            let deleted = taxonomy::delete_brand(tx, id).await?;
            if deleted { Ok(()) } else { Err(Error::InUse("products have this brand")) }
        })
        .await?;
    catalog.pages.drop_all();
    Ok(())
}

/// Makes a category, at the top or under another.
pub(crate) async fn create_category(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    naming: Naming,
    parent: Option<CategoryId>,
) -> Result<Answered, Error> {
    naming.check()?;
    once(&catalog.db, key, async move |tx| {
        let tree = taxonomy::tree(tx).await?;
        let name = naming.name.clone().unwrap_or_default();
        let id = CategoryId::new(tx.world());
        if tree.count() >= Tree::MAX_CATEGORIES {
            return Err(Error::InUse("the shop has as many categories as it may have"));
        }
        may_stand(&tree, id, parent)?;
        let mut category = Category { id, slug: String::new(), name, parent, version: 1 };
        for slug in naming.slugs(&category.name) {
            category.slug = slug;
            if taxonomy::insert_category(tx, &category).await? {
                return Ok(Done::new(201, Some(1), &CategoryView::from(category))?);
            }
        }
        Err(Error::SlugTaken(category.slug))
    })
    .await
}

/// Renames a category, or moves it with all that stands under it.
pub(crate) async fn change_category(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    id: CategoryId,
    read_version: Option<i64>,
    naming: Naming,
    parent: Link<CategoryId>,
) -> Result<Answered, Error> {
    naming.check()?;
    let answered = once(&catalog.db, key, async move |tx| {
        // A move is decided with the whole tree locked, so that two moves make no circle.
        let tree = taxonomy::tree(tx).await?;
        let before = taxonomy::categories(tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
        same_version(read_version, before.version)?;
        let mut category = before.clone();
        category.name = naming.name.unwrap_or(category.name);
        category.slug = naming.slug.unwrap_or(category.slug);
        category.parent = parent.over(category.parent);
        if category.parent != before.parent {
            may_stand(&tree, id, category.parent)?;
        }
        if category != before {
            category.version += 1;
            if !taxonomy::update_category(tx, &category).await? {
                return Err(Error::SlugTaken(category.slug));
            }
        }
        Ok(Done::new(200, Some(category.version), &CategoryView::from(category))?)
    })
    .await?;
    catalog.pages.drop_all();
    Ok(answered)
}

/// Deletes a category in which no product and no other category stands.
pub(crate) async fn delete_category(catalog: &Catalog, id: CategoryId, read_version: Option<i64>) -> Result<(), Error> {
    catalog
        .db
        .write(async move |tx: &mut Tx| {
            let category = taxonomy::categories(tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
            same_version(read_version, category.version)?;
            let deleted = taxonomy::delete_category(tx, id).await?;
            if deleted { Ok(()) } else { Err(Error::InUse("products or categories stand in this category")) }
        })
        .await?;
    catalog.pages.drop_all();
    Ok(())
}

/// The brand that an import names, made where it is not there.
pub(super) async fn brand_named(tx: &mut Tx, name: &str) -> Result<BrandId, Error> {
    let slug = slug_of(name);
    if let Some(brand) = taxonomy::brand_by_slug(tx, &slug).await? {
        return Ok(brand.id);
    }
    let brand = Brand { id: BrandId::new(tx.world()), slug, name: name.to_owned(), version: 1 };
    if taxonomy::insert_brand(tx, &brand).await? {
        return Ok(brand.id);
    }
    let twin = taxonomy::brand_by_slug(tx, &brand.slug).await?;
    twin.map(|brand| brand.id).ok_or(Error::SlugTaken(brand.slug))
}

/// The category that an import names, made at the top where it is not there.
pub(super) async fn category_named(tx: &mut Tx, name: &str) -> Result<CategoryId, Error> {
    let slug = slug_of(name);
    if let Some(category) = taxonomy::category_by_slug(tx, &slug).await? {
        return Ok(category.id);
    }
    if taxonomy::category_count(tx).await? >= Tree::MAX_CATEGORIES as i64 {
        return Err(Error::InUse("the shop has as many categories as it may have"));
    }
    let id = CategoryId::new(tx.world());
    let category = Category { id, slug, name: name.to_owned(), parent: None, version: 1 };
    if taxonomy::insert_category(tx, &category).await? {
        return Ok(id);
    }
    let twin = taxonomy::category_by_slug(tx, &category.slug).await?;
    twin.map(|category| category.id).ok_or(Error::SlugTaken(category.slug))
}

fn same_version(read: Option<i64>, now: i64) -> Result<(), Error> {
    if read.is_some_and(|read| read != now) { Err(Error::OtherVersion) } else { Ok(()) }
}

fn may_stand(tree: &Tree, category: CategoryId, parent: Option<CategoryId>) -> Result<(), Error> {
    let Some(parent) = parent else { return Ok(()) };
    if !tree.contains(parent) {
        return Err(Error::invalid("/parent_id", "is no category"));
    }
    if tree.may_stand_under(category, parent) {
        return Ok(());
    }
    Err(Error::invalid("/parent_id", "stands under the category itself, or too deep"))
}
