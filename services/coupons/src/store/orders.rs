//! What orders claimed: a row for each order, and one for each of its claims. Nobody else's.

use super::{all, from_json, json, refused};
use crate::model::{self, Refused};
use bodega_contracts::{CouponClaim, OrderId, coupons::CouponUseState};
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::Time;
use std::collections::BTreeMap;

/// An order as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub order: OrderId,
    pub state: CouponUseState,
    pub claims: Vec<CouponClaim>,
    /// The counters it holds one of.
    pub held: Vec<String>,
    pub refused: Option<Refused>,
}

/// An order on its way from one state to another.
pub(crate) struct Moved {
    pub row: Row,
    pub from: CouponUseState,
}

/// Puts in orders; says of each whether it is new.
pub(crate) async fn insert_orders(tx: &mut Tx, rows: &[Row]) -> Result<Vec<bool>, DbError> {
    const COLUMNS: &[&str] = &["order_id", "state", "claims", "held", "version", "at_ms"];
    let now = tx.now();
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let (claims, held) = (json(&row.claims)?, json(&row.held)?);
        values.push(params![row.order.0, model::state_str(row.state), claims, held, 1, now].to_vec());
    }
    tx.insert_new("orders", COLUMNS, &values).await
}

/// The rows there are for these orders, locked until the transaction ends.
pub(crate) async fn lock_orders(
    tx: &mut Tx,
    orders: impl Iterator<Item = &OrderId>,
) -> Result<BTreeMap<OrderId, Row>, DbError> {
    let sql = "SELECT order_id, state, claims, held, refused_code, refused_reason FROM orders WHERE order_id = $1 \
               ORDER BY order_id {lock}";
    let keys: Vec<Value<'_>> = orders.map(|order| Value::from(order.0)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    let row = |row: &bodega_db::Row| {
        let order = OrderId(row.get(0)?);
        let refused = match (row.get::<Option<String>>(4)?, row.get::<Option<String>>(5)?) {
            (Some(code), Some(reason)) => Some(Refused { code, reason }),
            (Some(_) | None, Some(_) | None) => None,
        };
        let state = state(&row.get::<String>(1)?)?;
        let (claims, held) = (from_json(&row.get::<String>(2)?)?, from_json(&row.get::<String>(3)?)?);
        Ok((order, Row { order, state, claims, held, refused }))
    };
    rows.iter().map(row).collect()
}

/// Writes orders that are locked or new.
pub(crate) async fn move_orders(tx: &mut Tx, moved: &[Moved]) -> Result<(), DbError> {
    let sql = "UPDATE orders SET state = $2, claims = $3, held = $4, refused_code = $5, refused_reason = $6, \
               version = version + 1, at_ms = $7 WHERE order_id = $1 AND state = $8";
    let now = tx.now();
    let mut rows = Vec::with_capacity(moved.len());
    for Moved { row, from } in moved {
        let code = row.refused.as_ref().map(|refused| refused.code.as_str());
        let reason = row.refused.as_ref().map(|refused| refused.reason.as_str());
        let (state, from) = (model::state_str(row.state), model::state_str(*from));
        let (claims, held) = (json(&row.claims)?, json(&row.held)?);
        rows.push(params![row.order.0, state, claims, held, code, reason, now, from].to_vec());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "orders")
}

/// Notes what orders claim: once for each order.
pub(crate) async fn insert_uses(tx: &mut Tx, claimed: &[(OrderId, Time, &[CouponClaim])]) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &["order_id", "item", "promotion_id", "code", "customer", "at_ms"];
    let mut rows = Vec::new();
    for (order, at, claims) in claimed {
        for (place, claim) in (0_i64..).zip(*claims) {
            let code = claim.code.as_deref();
            rows.push(params![order.0, place, claim.promotion_id.0, code, &claim.customer, *at].to_vec());
        }
    }
    tx.insert_rows("uses", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

pub(super) fn state(word: &str) -> Result<CouponUseState, DbError> {
    model::state_from_str(word).ok_or_else(|| refused(&format!("{word} is no state of a claim")))
}
