//! Requests that may come twice: what was answered to a key is answered again.

use crate::error::Error;
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Tx};
use serde::Serialize;

/// What a request gets.
pub(crate) enum Given {
    /// An answer, and the version of what it is about.
    Now(StoredAnswer, Option<i64>),
    /// What was answered before.
    Again(StoredAnswer),
}

/// What a request came to.
pub(super) struct Done {
    answer: StoredAnswer,
    version: Option<i64>,
}

impl Done {
    pub(super) fn new<T: Serialize>(status: u16, version: Option<i64>, value: &T) -> Result<Self, Error> {
        let body = serde_json::to_string(value).map_err(|error| DbError::Refused(error.to_string().into()))?;
        Ok(Self { answer: StoredAnswer { status, body }, version })
    }
}

/// Does `work` unless its key was used before.
pub(super) async fn once(
    tx: &mut Tx,
    key: Option<&IdempotencyKey>,
    work: impl AsyncFnOnce(&mut Tx) -> Result<Done, Error>,
) -> Result<Given, Error> {
    if let Some(key) = key {
        match tx.replayed(key).await? {
            Replay::Same(answer) => return Ok(Given::Again(answer)),
            Replay::Other => return Err(Error::KeyReused),
            Replay::New => {}
        }
    }
    let Done { answer, version } = work(tx).await?;
    if let Some(key) = key {
        tx.remember(key, &answer).await?;
    }
    Ok(Given::Now(answer, version))
}
