//! Idempotency keys: kept with their answer in the transaction of the effect.

use crate::{DbError, Tx, params};

/// A key as one caller used it on one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Caller and route.
    pub scope: String,
    /// The header's value.
    pub key: String,
    /// A digest of the body.
    pub request: Vec<u8>,
    /// Kept for ever (checkout, payment, refund) rather than for a week.
    pub forever: bool,
}

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Never seen.
    New,
    /// Seen with the same body: give this answer again.
    Same(StoredAnswer),
    /// Seen with another body: refuse.
    Other,
}

impl Tx {
    /// What is known of `key`. Ask before any effect.
    pub async fn replayed(&mut self, key: &IdempotencyKey) -> Result<Replay, DbError> {
        let sql = "SELECT request, status, body FROM idempotency WHERE scope = $1 AND key = $2";
        let Some(row) = self.query(sql, &params![&key.scope, &key.key]).await?.pop() else {
            return Ok(Replay::New);
        };
        if row.get::<Vec<u8>>(0)? != key.request {
            return Ok(Replay::Other);
        }
        Ok(Replay::Same(StoredAnswer { status: row.get::<i64>(1)? as u16, body: row.get(2)? }))
    }

    /// Keeps the answer to `key`. A twin that committed first makes this transaction fail as unavailable, and the
    /// next try finds the twin's answer.
    pub async fn remember(&mut self, key: &IdempotencyKey, answer: &StoredAnswer) -> Result<(), DbError> {
        let sql = "INSERT INTO idempotency (scope, key, request, status, body, at_ms, forever) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope, key) DO NOTHING";
        let values = params![
            &key.scope,
            &key.key,
            key.request.as_slice(),
            i64::from(answer.status),
            &answer.body,
            self.now(),
            key.forever
        ];
        match self.execute(sql, &values).await? {
            0 => Err(DbError::unavailable(&"a twin with this idempotency key was faster")),
            _ => Ok(()),
        }
    }
}
