//! What could not be handled: kept with its error in the consumer's own database, to be looked at and replayed.

use crate::{Consumer, Failure};
use bodega_db::{DbError, Envelope, Row, Tx, params};
use bodega_kernel::{PageLimit, Time};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// An event that could not be handled.
#[derive(Clone, Debug, Serialize)]
pub struct DeadLetter {
    /// The event's id.
    pub id: Uuid,
    /// The service that could not handle it.
    pub service: &'static str,
    /// The service it happened in.
    pub source: String,
    /// Its type.
    pub kind: String,
    /// What it happened to.
    pub subject: String,
    /// Why it could not be handled.
    pub error: String,
    /// Since when it is here.
    pub at: Time,
    /// The event itself.
    pub data: serde_json::Value,
}

pub(crate) async fn insert(tx: &mut Tx, event: &Envelope, error: &str) -> Result<(), DbError> {
    let sql = "INSERT INTO dead_letters (event_id, source, seq, kind, subject, sent_ms, trace, data, error, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (event_id) DO NOTHING";
    let values = params![
        event.id,
        &*event.source,
        event.seq,
        &*event.kind,
        &*event.subject,
        event.at,
        event.trace.as_deref(),
        &*event.data,
        error,
        tx.now()
    ];
    tx.execute(sql, &values).await.map(drop)
}

impl Consumer {
    /// Dead letters by id, after `after`.
    pub async fn dead_letters(&self, after: Option<Uuid>, limit: PageLimit) -> Result<Vec<DeadLetter>, DbError> {
        let service = self.service();
        let after = after.unwrap_or(Uuid::nil());
        self.db
            .write(async move |tx| {
                let sql = "SELECT event_id, source, kind, subject, error, at_ms, data FROM dead_letters \
                           WHERE event_id > $1 ORDER BY event_id LIMIT $2";
                let rows = tx.query(sql, &params![after, limit.and_one() as i64]).await?;
                rows.iter().map(|row| dead_letter(service, row)).collect()
            })
            .await
    }

    /// Handles a dead letter again. `Ok(false)` if there is none with this id; it stays where its handler fails again.
    pub async fn replay(&self, id: Uuid) -> Result<bool, Failure> {
        let subscriptions = Arc::clone(&self.subscriptions);
        self.db
            .write(async move |tx| {
                let sql = "SELECT source, seq, kind, subject, sent_ms, trace, data FROM dead_letters WHERE event_id = $1 {lock}";
                let Some(row) = tx.query_one(sql, &params![id]).await? else { return Ok(false) };
                let event = envelope(id, &row)?;
                subscriptions.handle(tx, &[&event]).await?;
                tx.execute("DELETE FROM dead_letters WHERE event_id = $1", &params![id]).await?;
                Ok(true)
            })
            .await
    }
}

fn envelope(id: Uuid, row: &Row) -> Result<Envelope, DbError> {
    let text = |index| row.get::<String>(index).map(Arc::from);
    Ok(Envelope {
        source: text(0)?,
        seq: row.get(1)?,
        id,
        kind: text(2)?,
        subject: text(3)?,
        at: row.get(4)?,
        trace: row.get::<Option<String>>(5)?.map(Arc::from),
        data: text(6)?,
    })
}

fn dead_letter(service: &'static str, row: &Row) -> Result<DeadLetter, DbError> {
    let data: String = row.get(6)?;
    Ok(DeadLetter {
        id: row.get(0)?,
        service,
        source: row.get(1)?,
        kind: row.get(2)?,
        subject: row.get(3)?,
        error: row.get(4)?,
        at: row.get(5)?,
        data: serde_json::from_str(&data).unwrap_or(serde_json::Value::String(data)),
    })
}
