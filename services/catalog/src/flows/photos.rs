//! The photos of products: adding one, changing and removing it, and reading its files.
//!
//! The files are kept before the transaction that mentions them, under a name that is made of what is in them: whoever
//! comes to nothing in between leaves files that nobody mentions, and does the same again. What no product mentions any more
//! stays too, since another product or somebody's cache may still point to it.

use super::{
    Answered, Target, once,
    products::{answer, put_in_place, seen_in},
    replayed,
};
use crate::{
    Catalog,
    error::Error,
    model::{Photo, PhotoEdit, PhotoId, Product, WIDTHS, Width, alt_fault},
    pages::Changed,
    store::products,
};
use axum::body::Bytes;
use bodega_blobs::{BlobError, Blobs, Key};
use bodega_contracts::ProductId;
use bodega_db::{DbError, Tx};
use bodega_pictures::{Developed, Seat, Studio, develop};
use bodega_settings::Settings;
use moka::sync::Cache;

/// Pictures worked on at the same time.
const MAKERS: usize = 2;
/// Uploads that are read, wait or are worked on at the same time: each takes up to 20 MiB.
const SEATS: usize = 12;
/// What the files that are read most take in memory, bytes.
const MAX_KEPT: u64 = 64 << 20;

/// The files of photos, those of them that are read most, and places for those who add some. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gallery {
    blobs: Blobs,
    kept: Cache<(PhotoId, Width), Bytes>,
    studio: Studio,
}

impl Gallery {
    /// The gallery at the place that the settings name.
    pub(crate) fn open(settings: &Settings) -> Result<Self, BlobError> {
        let weight = |_: &(PhotoId, Width), file: &Bytes| u32::try_from(file.len()).unwrap_or(u32::MAX);
        Ok(Self {
            blobs: Blobs::open(settings, "catalog")?,
            kept: Cache::builder().max_capacity(MAX_KEPT).weigher(weight).build(),
            studio: Studio::new(SEATS, MAKERS),
        })
    }

    /// A place for an upload, until it is dropped; refused where all are taken.
    pub(crate) fn seat(&self) -> Result<Seat, Error> {
        self.studio.seat().ok_or(Error::Busy)
    }

    /// The file of a photo, if it is in memory.
    pub(crate) fn at_hand(&self, id: PhotoId, width: Width) -> Option<Bytes> {
        self.kept.get(&(id, width))
    }

    /// Makes the files of what was sent, when it is its turn.
    async fn develop(&self, sent: Bytes) -> Result<Developed, Error> {
        let made = self.studio.make(move || develop(&sent, &WIDTHS.map(Width::pixels))).await;
        made.map_err(|error| DbError::Unavailable(error.to_string().into()))?.map_err(Error::from)
    }

    /// Keeps the files of a photo, and says which it is.
    async fn keep(&self, files: Vec<(u32, Vec<u8>)>) -> Result<PhotoId, Error> {
        let id = PhotoId::of(files.iter().map(|(_, file)| file.as_slice()));
        for (width, (_, file)) in WIDTHS.into_iter().zip(files) {
            self.blobs.put(&key(id, width)?, file.into()).await?;
        }
        Ok(id)
    }
}

fn key(id: PhotoId, width: Width) -> Result<Key, BlobError> {
    Key::new(format!("photos/{id}/{}", width.file()))
}

/// Adds a photo behind those that are there. One that the product has already stays as it is (200).
pub(crate) async fn add_photo(
    catalog: &Catalog,
    target: Target<ProductId>,
    alt: String,
    sent: Bytes,
) -> Result<Answered, Error> {
    if let Some(fault) = alt_fault("/alt", &alt) {
        return Err(Error::Invalid(vec![fault]));
    }
    if let Some(answered) = admitted(catalog, target.clone()).await? {
        return Ok(answered);
    }
    let Developed { size, files } = catalog.gallery.develop(sent).await?;
    let id = catalog.gallery.keep(files).await?;
    let photo = Photo::here(id, alt, size);
    let terms = catalog.terms;
    once(catalog, target.key.clone(), async move |tx| {
        let before = locked(tx, &target, target.id).await?;
        if before.has_photo(id) {
            return Ok(answer(tx, 200, &before, terms).await?.changing(Changed::Nothing));
        }
        has_room(&before)?;
        let product = before.with_photo(photo);
        let product = put_in_place(tx, terms, &before, product).await?.unwrap_or(before);
        let changed = seen_in(tx, &[&product]).await?;
        Ok(answer(tx, 201, &product, terms).await?.changing(changed))
    })
    .await
}

/// What can be said before any work is done: the answer of before, or that it would come to nothing.
async fn admitted(catalog: &Catalog, target: Target<ProductId>) -> Result<Option<Answered>, Error> {
    let known = async move |tx: &mut Tx| {
        if let Some(answer) = replayed(tx, target.key.as_ref()).await? {
            return Ok(Some(Answered::Again(answer)));
        }
        locked(tx, &target, target.id).await?;
        Ok(None)
    };
    catalog.db.write(known).await
}

/// Changes the text or the place of a photo.
pub(crate) async fn change_photo(
    catalog: &Catalog,
    target: Target<(ProductId, PhotoId)>,
    edit: PhotoEdit,
) -> Result<Answered, Error> {
    let terms = catalog.terms;
    once(catalog, target.key.clone(), async move |tx| {
        let (id, photo) = target.id;
        let before = locked(tx, &target, id).await?;
        let product = before.with_photo_changed(photo, &edit).ok_or(Error::NotFound)??;
        let (changed, product) = match put_in_place(tx, terms, &before, product).await? {
            Some(product) => (seen_in(tx, &[&product]).await?, product),
            None => (Changed::Nothing, before),
        };
        Ok(answer(tx, 200, &product, terms).await?.changing(changed))
    })
    .await
}

/// Takes a photo from a product. Its files stay.
pub(crate) async fn delete_photo(catalog: &Catalog, target: Target<(ProductId, PhotoId)>) -> Result<(), Error> {
    let terms = catalog.terms;
    let removed = once(catalog, None, async move |tx| {
        let (id, photo) = target.id;
        let before = locked(tx, &target, id).await?;
        let product = before.without_photo(photo).ok_or(Error::NotFound)?;
        let product = put_in_place(tx, terms, &before, product).await?.unwrap_or(before);
        let changed = seen_in(tx, &[&product]).await?;
        Ok(answer(tx, 200, &product, terms).await?.changing(changed))
    });
    removed.await.map(drop)
}

/// A file of a photo, for anybody.
pub(crate) async fn read_photo(catalog: &Catalog, id: PhotoId, width: Width) -> Result<Bytes, Error> {
    let gallery = &catalog.gallery;
    if let Some(file) = gallery.at_hand(id, width) {
        return Ok(file);
    }
    let file = gallery.blobs.get(&key(id, width)?).await?.ok_or(Error::NotFound)?;
    gallery.kept.insert((id, width), file.clone());
    Ok(file)
}

/// The product that is meant, locked, if it is in the version that was read.
async fn locked<Id>(tx: &mut Tx, target: &Target<Id>, id: ProductId) -> Result<Product, Error> {
    let product = products::locked(tx, id).await?.ok_or(Error::NotFound)?;
    target.check(product.version)?;
    Ok(product)
}

fn has_room(product: &Product) -> Result<(), Error> {
    if product.is_full_of_photos() { Err(Error::TooMany("a product has at most 20 photos")) } else { Ok(()) }
}
