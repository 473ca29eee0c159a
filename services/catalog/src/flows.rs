//! The use cases. Each write is one transaction that is done once for its idempotency key.

pub(crate) mod importing;
pub(crate) mod indexing;
pub(crate) mod markets;
pub(crate) mod photos;
pub(crate) mod products;
pub(crate) mod reading;
pub(crate) mod retelling;
pub(crate) mod reviews;
pub(crate) mod searching;
pub(crate) mod seeds;
pub(crate) mod selling;
pub(crate) mod shop;
pub(crate) mod stock;
pub(crate) mod tax;
pub(crate) mod taxonomy;
pub(crate) mod variants;

use crate::{Catalog, error::Error, pages::Changed};
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Tx};
use serde::Serialize;
use std::sync::Arc;

/// What a write is meant for.
#[derive(Clone, Debug)]
pub(crate) struct Target<Id> {
    pub(crate) id: Id,
    /// The version it was read in; `None` where any will do.
    pub(crate) read_version: Option<i64>,
    /// Makes the write happen once.
    pub(crate) key: Option<IdempotencyKey>,
}

impl<Id> Target<Id> {
    /// Refuses what was read in another version than it has now.
    fn check(&self, version: i64) -> Result<(), Error> {
        if self.read_version.is_some_and(|read| read != version) { Err(Error::OtherVersion) } else { Ok(()) }
    }
}

/// What a write answers.
#[derive(Debug)]
pub(crate) enum Answered {
    /// It was done now.
    Now(Done),
    /// It was done before, with the same key.
    Again(StoredAnswer),
}

/// What was done.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: u16,
    /// Of the thing that was written, where it has one.
    pub(crate) version: Option<i64>,
    pub(crate) body: String,
    /// Of what readers see.
    pub(crate) changed: Changed,
}

impl Done {
    pub(crate) fn new(status: u16, version: Option<i64>, view: &impl Serialize) -> Result<Self, DbError> {
        let body = serde_json::to_string(view).map_err(|error| DbError::Refused(error.to_string().into()))?;
        Ok(Self { status, version, body, changed: Changed::Everything })
    }

    fn changing(self, changed: Changed) -> Self {
        Self { changed, ..self }
    }
}

/// Does `work` in a transaction, unless its key says that it is done, and drops what readers were told before.
async fn once<F>(catalog: &Catalog, key: Option<IdempotencyKey>, work: F) -> Result<Answered, Error>
where
    F: for<'a> AsyncFnOnce(&'a mut Tx) -> Result<Done, Error> + Send + 'static,
{
    let (db, trace) = (catalog.db.clone(), bodega_web::current_trace());
    let write = async move {
        db.write_following(trace, async move |tx: &mut Tx| {
            if let Some(answer) = replayed(tx, key.as_ref()).await? {
                return Ok(Answered::Again(answer));
            }
            let done = work(tx).await?;
            remember(tx, key.as_ref(), &done).await?;
            Ok(Answered::Now(done))
        })
        .await
    };
    let changed = |answered: &Answered| match answered {
        Answered::Now(done) => done.changed.clone(),
        Answered::Again(_) => Changed::Nothing,
    };
    seen(catalog, write, changed).await
}

/// Brings a write to its end even where whoever asked for it goes away, and drops what readers were told before it.
async fn seen<T: Send + 'static>(
    catalog: &Catalog,
    write: impl Future<Output = Result<T, Error>> + Send + 'static,
    changed: fn(&T) -> Changed,
) -> Result<T, Error> {
    let pages = Arc::clone(&catalog.pages);
    let written = tokio::spawn(async move {
        let written = write.await;
        pages.changed(&match &written {
            Ok(done) => changed(done),
            // Perhaps it was committed, and its end not told.
            Err(Error::Db(_)) => Changed::Everything,
            Err(_) => Changed::Nothing,
        });
        written
    });
    written.await.unwrap_or_else(|_| Err(Error::Db(DbError::Unavailable("the process ends".into()))))
}

async fn replayed(tx: &mut Tx, key: Option<&IdempotencyKey>) -> Result<Option<StoredAnswer>, Error> {
    let Some(key) = key else { return Ok(None) };
    match tx.replayed(key).await? {
        Replay::New => Ok(None),
        Replay::Same(answer) => Ok(Some(answer)),
        Replay::Other => Err(Error::KeyReused),
    }
}

async fn remember(tx: &mut Tx, key: Option<&IdempotencyKey>, done: &Done) -> Result<(), DbError> {
    match key {
        Some(key) => tx.remember(key, &StoredAnswer { status: done.status, body: done.body.clone() }).await,
        None => Ok(()),
    }
}
