//! Statements about what is reserved for orders.

use super::{all, from_json, json};
use crate::model::{self, Case, Departure, Taken, Wanted};
use bodega_contracts::{
    OrderId,
    inventory::{ReservationState, Shortage},
};
use bodega_db::{DbError, Row, Tx, Value, params};
use bodega_kernel::Time;
use std::collections::BTreeMap;

/// What is reserved for an order, as it is stored.
#[derive(Default)]
pub(crate) struct Reservation {
    /// `None` where goods have left of an order that was not heard of.
    pub(crate) state: Option<ReservationState>,
    pub(crate) lines: Wanted,
    pub(crate) short: Vec<Shortage>,
    pub(crate) shipped: Wanted,
    /// As in [`Case`].
    pub(crate) taken: Option<Taken>,
}

impl Reservation {
    /// The order at its turn.
    pub(crate) fn case(self, order: OrderId) -> Case {
        let Self { state, lines, short, shipped, taken } = self;
        Case { order, state, lines, short, shipped, taken }
    }
}

/// The word of an order of which goods have left and nothing else was heard.
pub(super) const EARLY: &str = "early";

/// The most holds that expire in one transaction.
const OVERDUE: i64 = 200;

/// A reservation on its way from one state to another.
pub(crate) struct Moved<'a> {
    pub(crate) order: OrderId,
    /// `None` where goods have left of an order that was not heard of.
    pub(crate) from: Option<ReservationState>,
    pub(crate) to: ReservationState,
    pub(crate) short: &'a [Shortage],
    pub(crate) taken: Option<&'a Taken>,
}

/// Inserts reservations in this state; says of each whether it is new.
pub(crate) async fn claim(
    tx: &mut Tx,
    state: ReservationState,
    orders: &[(OrderId, &Wanted)],
) -> Result<Vec<bool>, DbError> {
    insert(tx, model::state_str(state), orders).await
}

/// Inserts rows for orders of which goods have left and nothing else was heard; says of each whether it is new.
pub(crate) async fn insert_early(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<bool>, DbError> {
    let nothing = Wanted::default();
    let orders: Vec<_> = orders.iter().map(|order| (*order, &nothing)).collect();
    insert(tx, EARLY, &orders).await
}

async fn insert(tx: &mut Tx, state: &str, orders: &[(OrderId, &Wanted)]) -> Result<Vec<bool>, DbError> {
    const COLUMNS: &[&str] = &["order_id", "state", "lines", "version", "at_ms"];
    let now = tx.now();
    let mut rows = Vec::with_capacity(orders.len());
    for (order, lines) in orders {
        rows.push(params![order.0, state, json(lines.pairs())?, 1, now].to_vec());
    }
    tx.insert_new("reservations", COLUMNS, &rows).await
}

/// Notes that these left, each once; says of each whether it is new.
pub(crate) async fn claim_departures(tx: &mut Tx, departures: &[Departure]) -> Result<Vec<bool>, DbError> {
    let now = tx.now();
    let row = |Departure { id, order, at, .. }: &Departure| params![*id, order.0, now, *at].to_vec();
    let rows: Vec<_> = departures.iter().map(row).collect();
    tx.insert_new("departures", &["id", "order_id", "at_ms", "left_ms"], &rows).await
}

/// Notes what has left of orders whose reservations are locked, and where the rest is.
pub(crate) async fn write_shipped(tx: &mut Tx, cases: impl Iterator<Item = &Case>) -> Result<(), DbError> {
    let sql = "UPDATE reservations SET shipped = $2, taken = $3, version = version + 1 WHERE order_id = $1";
    let mut rows = Vec::new();
    for Case { order, shipped, taken, .. } in cases {
        let taken = taken.as_ref().map(json).transpose()?;
        rows.push(params![order.0, json(shipped.pairs())?, taken].to_vec());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "reservations")
}

/// The reservations there are for these orders, locked until the transaction ends.
pub(crate) async fn lock_reservations(
    tx: &mut Tx,
    orders: impl Iterator<Item = &OrderId>,
) -> Result<BTreeMap<OrderId, Reservation>, DbError> {
    let sql = "SELECT order_id, state, lines, short, shipped, taken FROM reservations WHERE order_id = $1 \
               ORDER BY order_id {lock}";
    let keys: Vec<Value<'_>> = orders.map(|order| Value::from(order.0)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row| Ok((OrderId(row.get(0)?), reservation(row)?))).collect()
}

/// Orders that have held goods since `since` or longer, those that have for the longest time first.
pub(crate) async fn overdue_holds(tx: &mut Tx, since: Time) -> Result<Vec<OrderId>, DbError> {
    let sql = "SELECT order_id FROM reservations WHERE state = 'held' AND at_ms <= $1 ORDER BY at_ms LIMIT $2";
    let rows = tx.query(sql, &params![since, OVERDUE]).await?;
    rows.iter().map(|row| Ok(OrderId(row.get(0)?))).collect()
}

/// Notes what orders had wanted that were cancelled, or of which goods had left, before anybody said it.
pub(crate) async fn fill_tombstones(tx: &mut Tx, orders: &[(OrderId, &Wanted)]) -> Result<(), DbError> {
    let sql =
        "UPDATE reservations SET lines = $2 WHERE order_id = $1 AND state IN ('released', 'early') AND lines = '[]'";
    let mut rows = Vec::with_capacity(orders.len());
    for (order, lines) in orders {
        rows.push(params![order.0, json(lines.pairs())?].to_vec());
    }
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Moves reservations that are locked or new.
pub(crate) async fn move_reservations(tx: &mut Tx, moved: &[Moved<'_>]) -> Result<(), DbError> {
    let sql = "UPDATE reservations SET state = $2, short = $3, taken = $6, version = version + 1, at_ms = $4 \
               WHERE order_id = $1 AND state = $5";
    let now = tx.now();
    let mut rows = Vec::with_capacity(moved.len());
    for Moved { order, from, to, short, taken } in moved {
        let short = if short.is_empty() { None } else { Some(json(short)?) };
        let from = from.map_or(EARLY, model::state_str);
        let taken = taken.map(json).transpose()?;
        rows.push(params![order.0, model::state_str(*to), short, now, from, taken].to_vec());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "reservations")
}

fn reservation(row: &Row) -> Result<Reservation, DbError> {
    let (short, shipped): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let taken: Option<String> = row.get(5)?;
    let word: String = row.get(1)?;
    Ok(Reservation {
        state: if word == EARLY { None } else { Some(state(&word)?) },
        lines: Wanted::from_pairs(from_json(&row.get::<String>(2)?)?),
        short: short.map_or(Ok(Vec::new()), |short| from_json(&short))?,
        shipped: Wanted::from_pairs(shipped.map_or(Ok(Vec::new()), |shipped| from_json(&shipped))?),
        taken: taken.map(|taken| from_json(&taken)).transpose()?,
    })
}

pub(super) fn state(word: &str) -> Result<ReservationState, DbError> {
    model::state_from_str(word).ok_or_else(|| DbError::Refused(format!("{word} is no state of a reservation").into()))
}
