//! Statements about goods that came back, and about where those of their orders had left from and lie now.

use super::location;
use crate::model::{Comeback, LocationId, Sent};
use bodega_contracts::{OrderId, ReturnId};
use bodega_db::{DbError, Tx, Value, params};
use bodega_kernel::{Sku, Time, uuid::Uuid};
use std::collections::{BTreeMap, BTreeSet};

// The statements about the ledger name `kind` twice: once as its index does, once as they mean it.

/// A return that was received.
pub(crate) struct Received {
    pub(crate) id: ReturnId,
    pub(crate) order: OrderId,
    /// When.
    pub(crate) at: Time,
}

/// What of a return was put back at a location.
pub(crate) struct Lying {
    pub(crate) return_id: ReturnId,
    pub(crate) sku: Sku,
    pub(crate) location: LocationId,
    pub(crate) quantity: i64,
}

/// Notes returns, each of them once; says of each whether it is new.
pub(crate) async fn claim_returns(tx: &mut Tx, returns: &[Comeback]) -> Result<Vec<bool>, DbError> {
    let now = tx.now();
    let row = |Comeback { id, order, at, .. }: &Comeback| params![id.0, order.0, now, *at].to_vec();
    let rows: Vec<_> = returns.iter().map(row).collect();
    tx.insert_new("returns", &["id", "order_id", "at_ms", "received_ms"], &rows).await
}

/// The returns there are of these orders.
pub(crate) async fn received(tx: &mut Tx, orders: &BTreeSet<OrderId>) -> Result<Vec<Received>, DbError> {
    let sql = "SELECT id, order_id, received_ms FROM returns WHERE order_id = $1 ORDER BY order_id, id";
    let rows = tx.query_keys(sql, &keys(orders)).await?;
    let received = |row: &bodega_db::Row| {
        Ok(Received { id: ReturnId(row.get(0)?), order: OrderId(row.get(1)?), at: Time::from_ms(row.get(2)?) })
    };
    rows.iter().map(received).collect()
}

/// What has left of these orders, and when, by parcel.
pub(crate) async fn sent(tx: &mut Tx, orders: &BTreeSet<OrderId>) -> Result<Vec<Sent>, DbError> {
    let keys = keys(orders);
    let sql = "SELECT id, left_ms FROM departures WHERE order_id = $1 ORDER BY order_id, id";
    let mut left = BTreeMap::new();
    for row in tx.query_keys(sql, &keys).await? {
        left.insert(row.get::<Uuid>(0)?.to_string(), Time::from_ms(row.get(1)?));
    }
    let sql = "SELECT order_id, sku, location, reference, CAST(-SUM(on_hand_delta) AS BIGINT) FROM movements \
               WHERE order_id = $1 AND kind IN ('ship', 'return') AND kind = 'ship' \
               GROUP BY order_id, sku, location, reference ORDER BY order_id, sku, location, reference";
    let mut sent = Vec::new();
    for row in tx.query_keys(sql, &keys).await? {
        let Some(at) = row.get::<Option<String>>(3)?.and_then(|parcel| left.get(&parcel).copied()) else { continue };
        let (order, sku, quantity) = (OrderId(row.get(0)?), row.get(1)?, row.get(4)?);
        sent.push(Sent { order, sku, location: location(&row.get::<String>(2)?)?, quantity, at });
    }
    Ok(sent)
}

/// Where what came back of these orders was put.
pub(crate) async fn lying(tx: &mut Tx, orders: &BTreeSet<OrderId>) -> Result<Vec<Lying>, DbError> {
    let sql = "SELECT sku, location, reference, CAST(SUM(on_hand_delta) AS BIGINT) FROM movements \
               WHERE order_id = $1 AND kind IN ('ship', 'return') AND kind = 'return' \
               GROUP BY order_id, sku, location, reference ORDER BY order_id, sku, location, reference";
    let mut lying = Vec::new();
    for row in tx.query_keys(sql, &keys(orders)).await? {
        let quantity: i64 = row.get(3)?;
        let Some(return_id) = row.get::<Option<String>>(2)?.and_then(|text| text.parse().ok()) else { continue };
        if quantity > 0 {
            lying.push(Lying { return_id, sku: row.get(0)?, location: location(&row.get::<String>(1)?)?, quantity });
        }
    }
    Ok(lying)
}

fn keys(orders: &BTreeSet<OrderId>) -> Vec<Value<'static>> {
    orders.iter().map(|order| Value::from(order.0)).collect()
}
