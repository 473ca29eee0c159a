//! Brands and categories: making, renaming, moving, deleting. What products use is not deleted.

use super::{Answered, Done, Target, once, seen};
use crate::{
    Catalog,
    error::Error,
    model::{Fault, Link, MAX_NAME_CHARS, Tree, label, numbered, slug_fault, slug_of},
    pages::Changed,
    store::{
        changes::Numbers,
        tax,
        taxonomy::{self, Brand, Category, Entry, Label},
    },
    views::{BrandView, CategoryView},
};
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::{IdempotencyKey, Tx};
use serde::Serialize;

/// How many numbered slugs are tried for a name.
const NUMBERED_SLUGS: u32 = 20;

/// What a brand or category is to be called; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Naming {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
}

/// What a category is to be called and where it is to stand. A new one whose parent is left out stands at the top.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) naming: Naming,
    pub(crate) parent: Link<CategoryId>,
}

impl Naming {
    fn check(&self) -> Result<(), Error> {
        let mut faults: Vec<Fault> = self.slug.as_deref().and_then(slug_fault).into_iter().collect();
        if let Some(name) = &self.name {
            label("/name", name, MAX_NAME_CHARS, &mut faults);
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }

    /// A label that is to be called so.
    fn over(&self, before: &Label) -> Label {
        let or = |new: &Option<String>, before: &String| new.as_ref().unwrap_or(before).clone();
        Label { name: or(&self.name, &before.name), slug: or(&self.slug, &before.slug), version: before.version }
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
    once(catalog, key, async move |tx| {
        let brand = Brand { id: BrandId::new(tx.world()), label: Label::default() };
        create::<_, BrandView>(tx, brand, &naming).await
    })
    .await
}

/// Renames a brand.
pub(crate) async fn change_brand(
    catalog: &Catalog,
    target: Target<BrandId>,
    naming: Naming,
) -> Result<Answered, Error> {
    naming.check()?;
    let numbers = Numbers::of(&catalog.db);
    once(catalog, target.key.clone(), async move |tx| {
        let before: Brand = meant(tx, &target).await?;
        let brand = Brand { label: naming.over(&before.label), ..before };
        if brand != before {
            numbers.mark_brand(tx, brand.id).await?;
        }
        change::<_, BrandView>(tx, &before, brand).await
    })
    .await
}

/// Deletes a brand that no product has.
pub(crate) async fn delete_brand(catalog: &Catalog, target: Target<BrandId>) -> Result<(), Error> {
    delete::<Brand>(catalog, target, "products have this brand").await
}

/// Makes a category, at the top or under another.
pub(crate) async fn create_category(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    Place { naming, parent }: Place,
) -> Result<Answered, Error> {
    naming.check()?;
    let parent = parent.over(None);
    once(catalog, key, async move |tx| {
        let tree = taxonomy::tree(tx).await?;
        room_for_one(tree.count())?;
        let category = Category { id: CategoryId::new(tx.world()), parent, label: Label::default() };
        may_stand(&tree, category.id, parent)?;
        create::<_, CategoryView>(tx, category, &naming).await
    })
    .await
}

/// Renames a category, or moves it with all that stands under it.
pub(crate) async fn change_category(
    catalog: &Catalog,
    target: Target<CategoryId>,
    Place { naming, parent }: Place,
) -> Result<Answered, Error> {
    naming.check()?;
    let numbers = Numbers::of(&catalog.db);
    once(catalog, target.key.clone(), async move |tx| {
        // A move is decided with the whole tree locked, so that two moves make no circle.
        let tree = taxonomy::tree(tx).await?;
        let before: Category = meant(tx, &target).await?;
        let parent = parent.over(before.parent);
        if parent != before.parent {
            may_stand(&tree, before.id, parent)?;
            tax::surroundings_changed(tx).await?;
        }
        let category = Category { parent, label: naming.over(&before.label), ..before };
        if category != before {
            numbers.mark_category(tx, category.id).await?;
        }
        change::<_, CategoryView>(tx, &before, category).await
    })
    .await
}

/// Deletes a category in which no product and no other category stands.
pub(crate) async fn delete_category(catalog: &Catalog, target: Target<CategoryId>) -> Result<(), Error> {
    delete::<Category>(catalog, target, "products or categories stand in this category").await
}

/// The brand that an import names, made where it is not there.
pub(super) async fn brand_named(tx: &mut Tx, name: &str) -> Result<BrandId, Error> {
    if let Some(brand) = Brand::locked_by_slug(tx, &slug_of(name)).await? {
        return Ok(brand.id);
    }
    let brand = Brand { id: BrandId::new(tx.world()), label: imported(name) };
    Ok(insert_or_twin(tx, brand).await?.id)
}

/// The category that an import names, made at the top where it is not there.
pub(super) async fn category_named(tx: &mut Tx, name: &str) -> Result<CategoryId, Error> {
    if let Some(category) = Category::locked_by_slug(tx, &slug_of(name)).await? {
        return Ok(category.id);
    }
    room_for_one(taxonomy::category_count(tx).await? as usize)?;
    let category = Category { id: CategoryId::new(tx.world()), parent: None, label: imported(name) };
    Ok(insert_or_twin(tx, category).await?.id)
}

/// Inserts a brand or category under the first slug of its name that is free.
async fn create<E: Entry, V: From<E> + Serialize>(tx: &mut Tx, mut entry: E, naming: &Naming) -> Result<Done, Error> {
    *entry.label_mut() = naming.over(&Label { version: 1, ..Label::default() });
    for slug in naming.slugs(&entry.label().name) {
        entry.label_mut().slug = slug;
        if entry.insert(tx).await? {
            return Ok(Done::new(201, Some(1), &V::from(entry))?);
        }
    }
    Err(slug_taken(&entry))
}

/// Stores a brand or category as the next version of `before`, unless it is the same.
async fn change<E: Entry, V: From<E> + Serialize>(tx: &mut Tx, before: &E, mut entry: E) -> Result<Done, Error> {
    if entry != *before {
        entry.label_mut().version += 1;
        if !entry.update(tx).await? {
            return Err(slug_taken(&entry));
        }
    }
    Ok(Done::new(200, Some(entry.label().version), &V::from(entry))?)
}

/// Deletes a brand or category that nothing depends on.
async fn delete<E: Entry>(catalog: &Catalog, target: Target<E::Id>, users: &'static str) -> Result<(), Error> {
    let db = catalog.db.clone();
    let write = async move {
        db.write(async move |tx: &mut Tx| {
            let deleted = meant::<E>(tx, &target).await?.delete(tx).await?;
            if deleted { Ok(()) } else { Err(Error::InUse(users)) }
        })
        .await
    };
    seen(catalog, write, |()| Changed::Everything).await
}

/// What a write is meant for, locked and in the version that was read.
async fn meant<E: Entry>(tx: &mut Tx, target: &Target<E::Id>) -> Result<E, Error> {
    let entry = E::locked(tx, target.id).await?.ok_or(Error::NotFound)?;
    target.check(entry.label().version)?;
    Ok(entry)
}

/// The entry, or the one that another transaction made of the same slug meanwhile.
async fn insert_or_twin<E: Entry>(tx: &mut Tx, entry: E) -> Result<E, Error> {
    if entry.insert(tx).await? {
        return Ok(entry);
    }
    let twin = E::locked_by_slug(tx, &entry.label().slug).await?;
    twin.ok_or_else(|| slug_taken(&entry))
}

fn slug_taken(entry: &impl Entry) -> Error {
    Error::SlugTaken(entry.label().slug.clone())
}

/// The label of what an import names.
fn imported(name: &str) -> Label {
    Label { slug: slug_of(name), name: name.to_owned(), version: 1 }
}

fn room_for_one(categories: usize) -> Result<(), Error> {
    if categories < Tree::MAX_CATEGORIES {
        return Ok(());
    }
    Err(Error::InUse("the shop has as many categories as it may have"))
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
