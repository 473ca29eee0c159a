//! Private files behind one door: put, get, exists, remove, by key. Nobody gets at them but through a service.
//!
//! They are in a folder of the shop, in a bucket of S3 or in a container of Azure, one part of it for each service: nobody
//! who keeps a file notices which. A file is there whole or not at all, and kept for good when `put` returns.

mod key;
mod place;
mod wire;

pub use key::{Key, MAX_KEY};

use bodega_settings::Settings;
use bytes::Bytes;
use object_store::{
    Error as StoreError, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, path::Path,
};
use place::Place;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// The most bytes of a file.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How long anything may take, with everything that is tried again.
const PATIENCE: Duration = Duration::from_secs(45);

/// Why a file could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The key is none: see [`Key::new`].
    #[error("{0:?} is no key")]
    Key(String),
    /// It is larger than [`MAX_BYTES`].
    #[error("a file has at most {MAX_BYTES} bytes")]
    TooLarge,
    /// Where files are kept does not answer, or refuses.
    #[error("files cannot be reached: {0}")]
    Unavailable(String),
}

/// The files of one service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<Place>,
}

/// What [`Blobs::put_new`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Nothing: the file is there now.
    Kept,
    /// Another file: it stays as it is.
    WasThere,
}

impl Blobs {
    /// The files of `service`, where the settings say. Makes a folder if it is missing; a bucket has to be there.
    pub fn open(settings: &Settings, service: &'static str) -> Result<Self, BlobError> {
        Ok(Self { store: Arc::new(place::open(settings, service)?) })
    }

    /// Keeps a file, in place of what was there.
    pub async fn put(&self, key: &Key, file: Bytes) -> Result<(), BlobError> {
        self.write(key, file, PutMode::Overwrite).await.map(drop)
    }

    /// Keeps a file where there is none yet. Of many at once one is kept, and stays.
    pub async fn put_new(&self, key: &Key, file: Bytes) -> Result<Put, BlobError> {
        self.write(key, file, PutMode::Create).await
    }

    /// The file, if there is one.
    pub async fn get(&self, key: &Key) -> Result<Option<Bytes>, BlobError> {
        within(async {
            let Some(found) = there(self.store.get(&path(key)).await)? else { return Ok(None) };
            if found.meta.size > MAX_BYTES as u64 {
                return Err(BlobError::TooLarge);
            }
            found.bytes().await.map(Some).map_err(away)
        })
        .await
    }

    /// Whether there is a file.
    pub async fn exists(&self, key: &Key) -> Result<bool, BlobError> {
        within(async { Ok(there(self.store.head(&path(key)).await)?.is_some()) }).await
    }

    /// Removes a file; fine where there is none.
    pub async fn remove(&self, key: &Key) -> Result<(), BlobError> {
        within(async { there(self.store.delete(&path(key)).await).map(drop) }).await
    }

    async fn write(&self, key: &Key, file: Bytes, mode: PutMode) -> Result<Put, BlobError> {
        if file.len() > MAX_BYTES {
            return Err(BlobError::TooLarge);
        }
        let options = PutOptions { mode, ..PutOptions::default() };
        within(async {
            match self.store.put_opts(&path(key), PutPayload::from_bytes(file), options).await {
                Ok(_) => Ok(Put::Kept),
                Err(StoreError::AlreadyExists { .. }) => Ok(Put::WasThere),
                Err(error) => Err(away(error)),
            }
        })
        .await
    }
}

/// An answer, or an end to waiting for it.
async fn within<T>(work: impl Future<Output = Result<T, BlobError>>) -> Result<T, BlobError> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(away(format!("no answer within {} s", PATIENCE.as_secs()))))
}

fn path(key: &Key) -> Path {
    Path::from(key.as_str())
}

fn there<T>(found: Result<T, StoreError>) -> Result<Option<T>, BlobError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(away(error)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn away(error: impl ToString) -> BlobError {
    BlobError::Unavailable(error.to_string())
}
