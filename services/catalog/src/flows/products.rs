//! Making, changing and archiving products: each change is one version, and one event in its transaction.

use super::{Answered, Done, Target, once, retelling::tell};
use crate::{
    Catalog,
    error::Error,
    model::{Edit, Fault, Product, Status, Surroundings, Terms, numbered, slug_of},
    pages::Changed,
    store::{
        self,
        changes::Numbers,
        products,
        taxonomy::{self, Brand, Category, Entry as _},
    },
    views::ProductView,
};
use bodega_contracts::{ProductId, VariantId};
use bodega_db::{DbError, IdempotencyKey, Tx};
use bodega_kernel::Sku;

/// How many numbered slugs are tried before a random one.
const NUMBERED_SLUGS: u32 = 20;
/// How often a new product looks for a slug when others take it meanwhile.
const TRIES: usize = 3;

/// Makes a product.
pub(crate) async fn create_product(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    edit: Edit,
) -> Result<Answered, Error> {
    let (terms, numbers) = (catalog.terms, Numbers::of(&catalog.db));
    once(catalog, key, async move |tx| {
        let product = create(tx, terms, &edit, None).await?;
        numbers.mark(tx, &[product.id.0]).await?;
        let changed = seen_in(tx, &[&product]).await?;
        Ok(answer(tx, 201, &product, terms).await?.changing(changed))
    })
    .await
}

/// Changes a product, if it is in the version that was read.
pub(crate) async fn change_product(
    catalog: &Catalog,
    target: Target<ProductId>,
    edit: Edit,
) -> Result<Answered, Error> {
    let (terms, numbers) = (catalog.terms, Numbers::of(&catalog.db));
    once(catalog, target.key.clone(), async move |tx| {
        let before = products::locked(tx, target.id).await?.ok_or(Error::NotFound)?;
        target.check(before.version)?;
        let (product, changed) = match change(tx, terms, &before, &edit).await? {
            Some(product) => {
                numbers.mark(tx, &[product.id.0]).await?;
                let changed = seen_in(tx, &[&before, &product]).await?;
                (product, changed)
            }
            None => (before, Changed::Nothing),
        };
        Ok(answer(tx, 200, &product, terms).await?.changing(changed))
    })
    .await
}

/// Takes a product off sale; fine where it is already.
pub(crate) async fn archive_product(catalog: &Catalog, target: Target<ProductId>) -> Result<(), Error> {
    let edit = Edit { status: Some(Status::Archived), ..Edit::default() };
    change_product(catalog, target, edit).await.map(drop)
}

/// A new product of `edit`. The slug that `edit` names must be free; without one a free slug is found from the handle or
/// the name, with a number where products would otherwise share it.
pub(super) async fn create(tx: &mut Tx, terms: Terms, edit: &Edit, handle: Option<&str>) -> Result<Product, Error> {
    let world = tx.world().clone();
    let blank = Product::blank(ProductId::new(&world), tx.now());
    let mut product = blank.edited(edit, || VariantId::new(&world))?;
    product.version = 1;
    lock_links(tx, &product).await?;
    let around = surroundings(tx, terms, &product, None).await?;
    if let Some(slug) = &edit.slug {
        product.handle.clone_from(slug);
        if !products::insert(tx, &product).await? {
            return Err(Error::SlugTaken(slug.clone()));
        }
    } else {
        let base = slug_of(handle.unwrap_or(&product.name));
        let mut inserted = false;
        for _ in 0..TRIES {
            product.slug = free_slug(tx, &base).await?;
            product.handle = handle.unwrap_or(&product.slug).to_owned();
            inserted = products::insert(tx, &product).await?;
            if inserted {
                break;
            }
        }
        if !inserted {
            return Err(Error::Db(DbError::Unavailable("others take the same slugs at this moment".into())));
        }
    }
    tell(tx, terms, &product, &around).await?;
    Ok(product)
}

/// `before`, which is locked, as `edit` changes it; `None` where that is nothing.
pub(super) async fn change(tx: &mut Tx, terms: Terms, before: &Product, edit: &Edit) -> Result<Option<Product>, Error> {
    let world = tx.world().clone();
    let product = before.edited(edit, || VariantId::new(&world))?;
    put_in_place(tx, terms, before, product).await
}

/// `product`, in the version of `before`, which is locked, in its next one; `None` where they are the same.
pub(super) async fn put_in_place(
    tx: &mut Tx,
    terms: Terms,
    before: &Product,
    mut product: Product,
) -> Result<Option<Product>, Error> {
    if product == *before {
        return Ok(None);
    }
    product.version += 1;
    lock_links(tx, &product).await?;
    let around = surroundings(tx, terms, &product, Some(before)).await?;
    products::update(tx, before, &product).await?;
    tell(tx, terms, &product, &around).await?;
    Ok(Some(product))
}

/// What a product is told with, read after its categories were locked; a fault where its variants are of no tax class
/// that is known there.
async fn surroundings(
    tx: &mut Tx,
    terms: Terms,
    product: &Product,
    before: Option<&Product>,
) -> Result<Surroundings, Error> {
    let around = store::tax::surroundings(tx, terms).await?;
    let faults = product.unknown_classes(before, &around.home);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    Ok(Surroundings { above: taxonomy::above(tx, &product.categories).await?, ..around })
}

/// Where readers see a product, as it was and as it is.
pub(super) async fn seen_in(tx: &mut Tx, states: &[&Product]) -> Result<Changed, DbError> {
    let mut categories: Vec<_> = states.iter().flat_map(|product| product.categories.iter().copied()).collect();
    categories.sort_unstable();
    categories.dedup();
    let mut ids: Vec<_> = taxonomy::above(tx, &categories).await?.into_iter().map(|category| category.0).collect();
    ids.extend(states.iter().filter_map(|product| product.brand).map(|brand| brand.0));
    ids.extend(states.iter().map(|product| product.id.0));
    Ok(Changed::Products(ids))
}

async fn free_slug(tx: &mut Tx, base: &str) -> Result<String, DbError> {
    let mut candidates: Vec<String> = (1..=NUMBERED_SLUGS).map(|number| numbered(base, number)).collect();
    let taken = products::taken(tx, &candidates).await?;
    candidates.retain(|slug| !taken.contains(slug));
    Ok(candidates.into_iter().next().unwrap_or_else(|| {
        let random = tx.world().below(u64::from(u32::MAX)) as u32;
        numbered(base, random.max(NUMBERED_SLUGS + 1))
    }))
}

/// What a product points to, locked so that it stays; a fault where it is not there.
async fn lock_links(tx: &mut Tx, product: &Product) -> Result<(Option<Brand>, Vec<Category>), Error> {
    let brand = match product.brand {
        None => None,
        Some(id) => {
            let found = Brand::locked(tx, id).await?;
            Some(found.ok_or_else(|| Error::invalid("/brand_id", "is no brand"))?)
        }
    };
    let categories = taxonomy::categories(tx, &product.categories).await?;
    let missing = product.categories.iter().filter(|id| !categories.iter().any(|category| category.id == **id));
    let faults: Vec<Fault> = missing.map(|id| Fault::new("/category_ids", format!("{id} is no category"))).collect();
    if faults.is_empty() { Ok((brand, categories)) } else { Err(Error::Invalid(faults)) }
}

pub(super) async fn answer(tx: &mut Tx, status: u16, product: &Product, terms: Terms) -> Result<Done, Error> {
    let (brand, categories) = lock_links(tx, product).await?;
    let skus: Vec<&Sku> = product.variants.iter().map(|variant| &variant.sku).collect();
    let available = store::available(tx, &skus).await?;
    let rating = store::reviews::rating(tx, product.id).await?;
    let view = ProductView::written(product, brand.as_ref(), &categories, &available, rating, terms);
    Ok(Done::new(status, Some(product.version), &view)?)
}
