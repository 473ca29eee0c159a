//! The ledger: a row for what staff, parcels and returns moved, and one for what a batch did at a SKU for the orders in it.
//! A row takes as many numbers as it has entries, the first one is its own.

use super::Movement;
use crate::model::{Kind, LocationId};
use bodega_contracts::OrderId;
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::{Sku, uuid::Uuid};
use std::{collections::BTreeMap, fmt::Write as _};

const COLUMNS: &[&str] = &[
    "sku",
    "seq",
    "location",
    "kind",
    "on_hand_delta",
    "held_delta",
    "allocated_delta",
    "order_id",
    "orders",
    "entries",
    "reason",
    "reference",
    "actor",
    "at_ms",
];

/// What a step does for an order, at one SKU and location.
pub(crate) struct Part {
    pub(crate) order: OrderId,
    pub(crate) held: i64,
    pub(crate) allocated: i64,
}

/// What a batch of orders does to promises, by SKU, location and kind.
#[derive(Default)]
pub(crate) struct Steps<'a>(BTreeMap<(&'a Sku, &'a LocationId, &'static str), Vec<Part>>);

impl<'a> Steps<'a> {
    /// Adds some of an order.
    pub(crate) fn push(&mut self, sku: &'a Sku, location: &'a LocationId, kind: Kind, part: Part) {
        self.0.entry((sku, location, kind.as_str())).or_default().push(part);
    }
}

/// Appends what a batch did, one row for each SKU, location and kind: it says of each order what its part was.
pub(crate) async fn insert_steps(tx: &mut Tx, steps: &Steps<'_>) -> Result<(), DbError> {
    let mut seq = first_of(tx, steps.0.values().map(Vec::len).sum()).await?;
    let now = tx.now();
    let nothing = None::<&str>;
    let mut rows: Vec<Vec<Value<'_>>> = Vec::with_capacity(steps.0.len());
    for ((sku, location, kind), parts) in &steps.0 {
        let (sku, at, entries) = (*sku, location.as_str(), parts.len() as i64);
        let (held, allocated, order, orders) = match parts.as_slice() {
            [Part { order, held, allocated }] => (*held, *allocated, Some(order.0), None),
            parts => (0, 0, None, Some(listed(parts))),
        };
        rows.push(
            params![sku, seq, at, *kind, 0, held, allocated, order, orders, entries, nothing, nothing, nothing, now]
                .to_vec(),
        );
        seq += entries;
    }
    tx.insert_rows("movements", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

/// Appends movements, each for itself.
pub(crate) async fn insert_movements(tx: &mut Tx, movements: &[Movement<'_>]) -> Result<(), DbError> {
    let first = first_of(tx, movements.len()).await?;
    let now = tx.now();
    let mut rows = Vec::with_capacity(movements.len());
    for (seq, movement) in (first..).zip(movements) {
        let Movement { sku, location, kind, on_hand, held, allocated, order, reason, reference, actor } = movement;
        let (sku, at, kind, order, orders) =
            (*sku, location.as_str(), kind.as_str(), order.map(|order| order.0), None::<&str>);
        rows.push(
            params![
                sku, seq, at, kind, *on_hand, *held, *allocated, order, orders, 1, *reason, *reference, *actor, now
            ]
            .to_vec(),
        );
    }
    tx.insert_rows("movements", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

/// The first of so many numbers that nobody else gets; whoever asks has the turn of stock.
async fn first_of(tx: &mut Tx, entries: usize) -> Result<i64, DbError> {
    if entries == 0 {
        return Ok(0);
    }
    let entries = entries as i64;
    let sql = "UPDATE turnstile SET seq = seq + $1 WHERE name = 'stock' RETURNING seq";
    let row = tx.query_one(sql, &params![entries]).await?;
    let last: i64 = row.map_or_else(|| Err(DbError::Refused("there is no turn of stock".into())), |row| row.get(0))?;
    Ok(last - entries + 1)
}

/// Ids have nothing to be escaped.
fn listed(parts: &[Part]) -> String {
    let mut text = String::with_capacity(parts.len() * 42);
    for Part { order, held, allocated } in parts {
        let comma = if text.is_empty() { '[' } else { ',' };
        // A string takes all that is written.
        let _ = write!(text, "{comma}[\"{}\",{held},{allocated}]", order.0.simple());
    }
    text.push(']');
    text
}

/// The parts of a row that has many.
pub(super) fn parts(orders: &str) -> Result<Vec<Part>, DbError> {
    let parts: Vec<(Uuid, i64, i64)> = super::from_json(orders)?;
    let part = |(order, held, allocated)| Part { order: OrderId(order), held, allocated };
    Ok(parts.into_iter().map(part).collect())
}
