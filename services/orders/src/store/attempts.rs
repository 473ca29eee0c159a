//! Attempts to pay after the first: payments is asked once for each how it is to be paid.

use bodega_contracts::OrderId;
use bodega_db::{Db, DbError, Tx, params};
use std::collections::BTreeMap;

/// Attempts that are read at once.
const ROWS: i64 = 100;

/// Keeps the latest attempt of each order, to be asked about.
pub(crate) async fn insert_attempts(tx: &mut Tx, attempts: &BTreeMap<OrderId, i64>) -> Result<(), DbError> {
    let sql = "INSERT INTO later_attempts (order_id, attempt, asked) VALUES ($1, $2, FALSE) ON CONFLICT (order_id) \
               DO UPDATE SET attempt = excluded.attempt, asked = FALSE WHERE later_attempts.attempt < excluded.attempt";
    for (order, attempt) in attempts {
        tx.execute(sql, &params![order.0, *attempt]).await?;
    }
    Ok(())
}

/// Attempts that were not asked about.
pub(crate) async fn open_attempts(db: &Db) -> Result<Vec<(OrderId, i64)>, DbError> {
    let sql = "SELECT order_id, attempt FROM later_attempts WHERE asked = FALSE ORDER BY order_id LIMIT $1";
    db.write(async move |tx| {
        let rows = tx.query(sql, &params![ROWS]).await?;
        rows.iter().map(|row| Ok((OrderId(row.get(0)?), row.get(1)?))).collect()
    })
    .await
}

/// Notes that an attempt was asked about; whether it still was to be.
pub(crate) async fn close_attempt(tx: &mut Tx, order: OrderId, attempt: i64) -> Result<bool, DbError> {
    let sql = "UPDATE later_attempts SET asked = TRUE WHERE order_id = $1 AND attempt = $2 AND asked = FALSE";
    Ok(tx.execute(sql, &params![order.0, attempt]).await? == 1)
}
