//! The inbox of what carriers report by themselves: each event once, with its raw body.

use bodega_db::{DbError, OnConflict, Tx, params};

/// Keeps a report as it came; `false` where its event was reported before.
pub(crate) async fn insert_report(tx: &mut Tx, carrier: &str, event: &str, body: &[u8]) -> Result<bool, DbError> {
    const COLUMNS: &[&str] = &["carrier", "event_id", "body", "received_ms"];
    let row = params![carrier, event, body, tx.now()];
    Ok(tx.insert_rows("carrier_reports", COLUMNS, OnConflict::Skip, &[row.to_vec()]).await? > 0)
}

/// Keeps what became of a report.
pub(crate) async fn report_counted(tx: &mut Tx, carrier: &str, event: &str, verdict: &str) -> Result<(), DbError> {
    let sql = "UPDATE carrier_reports SET verdict = $3 WHERE carrier = $1 AND event_id = $2";
    tx.execute(sql, &params![carrier, event, verdict]).await.map(drop)
}
