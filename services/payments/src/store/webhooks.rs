//! The inbox of what providers report by themselves: each event once, with its raw body.

use bodega_db::{DbError, OnConflict, Tx, params};

/// Keeps a report as it came; `false` where its event was reported before.
pub(crate) async fn insert_webhook(tx: &mut Tx, provider: &str, event: &str, body: &[u8]) -> Result<bool, DbError> {
    let columns = &["provider", "event_id", "body", "received_ms"];
    let row = params![provider, event, body, tx.now()];
    Ok(tx.insert_rows("webhooks", columns, OnConflict::Skip, &[row.to_vec()]).await? > 0)
}

/// Keeps what became of a report.
pub(crate) async fn webhook_handled(tx: &mut Tx, provider: &str, event: &str, verdict: &str) -> Result<(), DbError> {
    let sql = "UPDATE webhooks SET handled_ms = $3, verdict = $4 WHERE provider = $1 AND event_id = $2";
    tx.execute(sql, &params![provider, event, tx.now(), verdict]).await.map(drop)
}
