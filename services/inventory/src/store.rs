//! The statements of a transaction: each says what it expects, so that losing a race is seen. Reads for pages and facts
//! are in `reads`, through the entities.

mod entities;
mod reads;

pub(crate) use reads::{list_movements, list_stock, reservation_facts, stock_facts, stock_of};

use crate::model::{self, Case, Change, Kind, Level, MAIN, Shelf, Wanted};
use bodega_contracts::{
    OrderId,
    inventory::{ReservationState, Shortage},
};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Sku, uuid::Uuid};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// What is reserved for an order, as it is stored.
#[derive(Default)]
pub(crate) struct Reservation {
    /// `None` where goods have left of an order that was not heard of.
    pub(crate) state: Option<ReservationState>,
    pub(crate) lines: Wanted,
    pub(crate) short: Vec<Shortage>,
    pub(crate) shipped: Wanted,
}

impl Reservation {
    /// The order at its turn.
    pub(crate) fn case(self, order: OrderId) -> Case {
        let Self { state, lines, short, shipped } = self;
        Case { order, state, lines, short, shipped }
    }
}

/// The word of an order of which goods have left and nothing else was heard.
const EARLY: &str = "early";

/// A reservation on its way from one state to another.
pub(crate) struct Moved<'a> {
    pub(crate) order: OrderId,
    /// `None` where goods have left of an order that was not heard of.
    pub(crate) from: Option<ReservationState>,
    pub(crate) to: ReservationState,
    pub(crate) short: &'a [Shortage],
}

/// A line for the ledger.
pub(crate) struct Movement<'a> {
    pub(crate) sku: &'a Sku,
    pub(crate) kind: Kind,
    pub(crate) on_hand: i64,
    pub(crate) held: i64,
    pub(crate) allocated: i64,
    pub(crate) order: Option<OrderId>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) reference: Option<&'a str>,
    pub(crate) actor: Option<&'a str>,
}

impl<'a> Movement<'a> {
    /// One that moves nothing yet.
    pub(crate) fn of(sku: &'a Sku, kind: Kind) -> Self {
        Self { sku, kind, on_hand: 0, held: 0, allocated: 0, order: None, reason: None, reference: None, actor: None }
    }
}

/// Lets one transaction at a time at the stock, whatever replica it runs on. A batch holds, allocates and releases goods
/// of many SKUs one kind of fact after the other, so the order of SKUs alone does not keep two batches from waiting
/// for each other. Call it before any other lock.
pub(crate) async fn take_turn(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "SELECT name FROM turnstile WHERE name = 'stock' ORDER BY name {lock}";
    tx.query(sql, &[]).await.map(drop)
}

/// Reads the stock of these SKUs and locks it until the transaction ends.
pub(crate) async fn lock_shelf(tx: &mut Tx, skus: &BTreeSet<&Sku>) -> Result<Shelf, DbError> {
    let sql = "SELECT sku, on_hand, held, allocated, safety, backorder, version FROM stock \
               WHERE sku = $1 AND location = 'main' ORDER BY sku {lock}";
    let keys: Vec<Value<'_>> = skus.iter().map(|sku| Value::from(*sku)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    let levels = rows.iter().map(|row| {
        let level = Level {
            on_hand: row.get(1)?,
            held: row.get(2)?,
            allocated: row.get(3)?,
            safety: row.get(4)?,
            backorder: row.get(5)?,
            version: row.get(6)?,
        };
        Ok((row.get(0)?, level))
    });
    Ok(Shelf::new(levels.collect::<Result<Vec<(Sku, Level)>, DbError>>()?))
}

/// Makes these SKUs known, with nothing of them, where they are not.
pub(crate) async fn make_missing(tx: &mut Tx, skus: &BTreeSet<&Sku>) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &["sku", "location", "on_hand", "held", "allocated", "safety", "backorder", "version"];
    let rows: Vec<_> = skus.iter().map(|sku| params![*sku, MAIN, 0, 0, 0, 0, false, 0].to_vec()).collect();
    tx.insert_rows("stock", COLUMNS, OnConflict::Skip, &rows).await.map(drop)
}

/// Writes what changed of stock that is locked. Nothing is promised that is not there, whoever else writes.
pub(crate) async fn write_changes(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    let sql = "UPDATE stock SET on_hand = on_hand + $2, held = held + $3, allocated = allocated + $4, \
               version = version + $5 \
               WHERE sku = $1 AND location = 'main' AND version = $6 AND held + $3 >= 0 AND allocated + $4 >= 0 \
               AND (backorder OR held + allocated + $3 + $4 <= on_hand + $2)";
    let mut rows = Vec::with_capacity(changes.len());
    for Change { sku, before, after } in changes {
        let on_hand = after.on_hand - before.on_hand;
        let (held, allocated) = (after.held - before.held, after.allocated - before.allocated);
        let news = after.version - before.version;
        rows.push(params![sku, on_hand, held, allocated, news, before.version].to_vec());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "stock")
}

/// Writes what was counted.
pub(crate) async fn write_count(tx: &mut Tx, change: &Change) -> Result<(), DbError> {
    let sql = "UPDATE stock SET on_hand = $2, backorder = $3, safety = $4, version = $5 \
               WHERE sku = $1 AND location = 'main' AND on_hand = $6 AND version = $7 \
               AND ($3 OR held + allocated <= $2)";
    let Change { sku, before, after } = change;
    let values =
        params![sku, after.on_hand, after.backorder, after.safety, after.version, before.on_hand, before.version];
    let written = tx.execute(sql, &values).await?;
    all(written, 1, "stock")
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
pub(crate) async fn claim_departures(tx: &mut Tx, departures: &[(Uuid, OrderId)]) -> Result<Vec<bool>, DbError> {
    let now = tx.now();
    let rows: Vec<_> = departures.iter().map(|(id, order)| params![*id, order.0, now].to_vec()).collect();
    tx.insert_new("departures", &["id", "order_id", "at_ms"], &rows).await
}

/// Notes what has left of orders whose reservations are locked.
pub(crate) async fn write_shipped(tx: &mut Tx, orders: &[(OrderId, &Wanted)]) -> Result<(), DbError> {
    let sql = "UPDATE reservations SET shipped = $2, version = version + 1, at_ms = $3 WHERE order_id = $1";
    let now = tx.now();
    let mut rows = Vec::with_capacity(orders.len());
    for (order, shipped) in orders {
        rows.push(params![order.0, json(shipped.pairs())?, now].to_vec());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "reservations")
}

/// The reservations there are for these orders, locked until the transaction ends.
pub(crate) async fn lock_reservations(
    tx: &mut Tx,
    orders: impl Iterator<Item = &OrderId>,
) -> Result<BTreeMap<OrderId, Reservation>, DbError> {
    let sql =
        "SELECT order_id, state, lines, short, shipped FROM reservations WHERE order_id = $1 ORDER BY order_id {lock}";
    let keys: Vec<Value<'_>> = orders.map(|order| Value::from(order.0)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row| Ok((OrderId(row.get(0)?), reservation(row)?))).collect()
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
    let sql = "UPDATE reservations SET state = $2, short = $3, version = version + 1, at_ms = $4 \
               WHERE order_id = $1 AND state = $5";
    let now = tx.now();
    let mut rows = Vec::with_capacity(moved.len());
    for Moved { order, from, to, short } in moved {
        let short = if short.is_empty() { None } else { Some(json(short)?) };
        let from = from.map_or(EARLY, model::state_str);
        rows.push(params![order.0, model::state_str(*to), short, now, from].to_vec());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "reservations")
}

/// Notes the first stock of SKUs, each of them once; says of each whether it is new.
pub(crate) async fn claim_openings(tx: &mut Tx, opening: &[(Sku, i64)]) -> Result<Vec<bool>, DbError> {
    let now = tx.now();
    let rows: Vec<_> = opening.iter().map(|(sku, quantity)| params![sku, *quantity, now].to_vec()).collect();
    tx.insert_new("openings", &["sku", "quantity", "at_ms"], &rows).await
}

/// Appends to the ledger.
pub(crate) async fn insert_movements(tx: &mut Tx, movements: &[Movement<'_>]) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &[
        "sku",
        "location",
        "kind",
        "on_hand_delta",
        "held_delta",
        "allocated_delta",
        "order_id",
        "reason",
        "reference",
        "actor",
        "at_ms",
    ];
    let now = tx.now();
    let mut rows = Vec::with_capacity(movements.len());
    for Movement { sku, kind, on_hand, held, allocated, order, reason, reference, actor } in movements {
        let order = order.map(|order| order.0);
        let (sku, kind) = (*sku, kind.as_str());
        let row = params![sku, MAIN, kind, *on_hand, *held, *allocated, order, *reason, *reference, *actor, now];
        rows.push(row.to_vec());
    }
    tx.insert_rows("movements", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

/// A statement that found less than was locked lost a race; the same again will see what won.
fn all(written: u64, expected: usize, table: &str) -> Result<(), DbError> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(DbError::Unavailable(format!("{table}: {written} of {expected} rows were as expected").into()))
}

fn reservation(row: &Row) -> Result<Reservation, DbError> {
    let (short, shipped): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let word: String = row.get(1)?;
    Ok(Reservation {
        state: if word == EARLY { None } else { Some(state(&word)?) },
        lines: Wanted::from_pairs(from_json(&row.get::<String>(2)?)?),
        short: short.map_or(Ok(Vec::new()), |short| from_json(&short))?,
        shipped: Wanted::from_pairs(shipped.map_or(Ok(Vec::new()), |shipped| from_json(&shipped))?),
    })
}

fn state(word: &str) -> Result<ReservationState, DbError> {
    model::state_from_str(word).ok_or_else(|| DbError::Refused(format!("{word} is no state of a reservation").into()))
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Refused(error.to_string().into()))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Refused(error.to_string().into()))
}
