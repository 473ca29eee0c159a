//! What was taken for orders, and the parcels that wait for it.
//!
//! The row of an order in `captures` is locked by whoever brings an amount, of money that was taken or of money that is due,
//! and only then are the parcels looked at: of two that come at once the second one sees both.

use super::all;
use bodega_contracts::{OrderId, ShipmentId};
use bodega_db::{DbError, Row, Tx, Value, params};
use std::collections::{BTreeMap, BTreeSet};

/// So much was taken for these orders in all, where nothing was known of their money; answers those of which something was.
/// Of the others no parcel waits: what is due is brought by making the row first.
pub(crate) async fn insert_captured(
    tx: &mut Tx,
    orders: &BTreeMap<OrderId, i64>,
) -> Result<BTreeSet<OrderId>, DbError> {
    let rows: Vec<_> = orders.iter().map(|(order, captured)| params![order.0, *captured].to_vec()).collect();
    let new = tx.insert_new("captures", &["order_id", "captured"], &rows).await?;
    Ok(orders.keys().zip(new).filter(|(_, new)| !new).map(|(order, _)| *order).collect())
}

/// So much was taken for these orders in all; of two amounts the higher one counts. Locks their rows.
pub(crate) async fn raise_captured(tx: &mut Tx, orders: &BTreeMap<OrderId, i64>) -> Result<(), DbError> {
    let sql = "INSERT INTO captures (order_id, captured) VALUES ($1, $2) ON CONFLICT (order_id) DO UPDATE SET \
               captured = CASE WHEN excluded.captured > captures.captured THEN excluded.captured \
               ELSE captures.captured END";
    let rows: Vec<_> = orders.iter().map(|(order, captured)| params![order.0, *captured].to_vec()).collect();
    tx.execute_each(sql, &rows).await.map(drop)
}

/// A parcel may go when so much was taken for its order in all: said once for ever. Its order is to be locked first.
pub(crate) async fn write_due(tx: &mut Tx, id: ShipmentId, amount: i64) -> Result<(), DbError> {
    let sql = "UPDATE shipments SET capture_amount = $2 WHERE id = $1 AND capture_amount IS NULL";
    tx.execute(sql, &params![id.0, amount]).await.map(drop)
}

/// The parcels of these orders that wait for their money, oldest first.
pub(crate) async fn awaiting(
    tx: &mut Tx,
    orders: impl Iterator<Item = OrderId>,
) -> Result<Vec<(OrderId, ShipmentId)>, DbError> {
    let sql = "SELECT order_id, id FROM shipments WHERE order_id = $1 AND state = 'awaiting_capture' \
               ORDER BY order_id, id";
    named(tx, sql, orders).await
}

/// Those of them whose money is there.
pub(crate) async fn covered(
    tx: &mut Tx,
    orders: impl Iterator<Item = OrderId>,
) -> Result<Vec<(OrderId, ShipmentId)>, DbError> {
    let sql = "SELECT s.order_id, s.id FROM shipments s LEFT JOIN captures c ON c.order_id = s.order_id \
               WHERE s.order_id = $1 AND s.state = 'awaiting_capture' AND s.capture_amount <= COALESCE(c.captured, 0) \
               ORDER BY s.order_id, s.id";
    named(tx, sql, orders).await
}

/// A parcel is to be called for from now on.
pub(crate) async fn call_for_label(tx: &mut Tx, id: ShipmentId) -> Result<(), DbError> {
    let sql = "UPDATE shipments SET state = 'preparing', due_ms = $2 WHERE id = $1 AND state = 'awaiting_capture'";
    let now = tx.now();
    let written = tx.execute(sql, &params![id.0, now]).await?;
    all(written, 1, "shipments")
}

async fn named(
    tx: &mut Tx,
    sql: &'static str,
    orders: impl Iterator<Item = OrderId>,
) -> Result<Vec<(OrderId, ShipmentId)>, DbError> {
    let keys: Vec<Value<'_>> = orders.map(|order| Value::from(order.0)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row: &Row| Ok((OrderId(row.get(0)?), ShipmentId(row.get(1)?)))).collect()
}
