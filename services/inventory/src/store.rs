//! The statements of a transaction: each says what it expects, so that losing a race is seen. Reads for pages and facts
//! are in `reads`, through the entities.

mod entities;
mod facts;
mod ledger;
mod locations;
mod reads;
mod reservations;
mod returns;
mod sources;
mod transfers;
mod turn;

pub(crate) use facts::{reservation_facts, stock_facts};
pub(crate) use ledger::{Part, Steps, insert_movements, insert_steps};
pub(crate) use locations::{
    begin_retelling, count_locations, insert_location, location_in, note_locations, retelling, skus_at,
    update_location, write_retold,
};
pub(crate) use reads::{Sought, list_locations, list_movements, list_stock, location_of, stock_of};
pub(crate) use reservations::{
    Moved, Reservation, claim, claim_departures, fill_tombstones, insert_early, lock_reservations, move_reservations,
    overdue_holds, write_shipped,
};
pub(crate) use returns::{Lying, Received, claim_returns, lying, received, sent};
pub(crate) use sources::{
    claim_delivery, claim_poll, close_gone, close_mismatch, comparison, forget_closed, forget_deliveries, heard,
    heard_after, keep_ours, list_mismatches, lock_mismatch, make_source, open_mismatch, standings, touch_polled,
    write_comparison, write_heard, write_poll_error, write_polled, write_taken,
};
pub(crate) use transfers::{close_transfer, insert_transfer, list_transfers, lock_transfer, transfer_of};
pub(crate) use turn::{Memory, Remembered, lock_shelf, take_turn};

use crate::model::{Change, Kind, LocationId, Policy, RowChange, Shelf};
use bodega_contracts::OrderId;
use bodega_db::{DbError, OnConflict, Tx, params};
use bodega_kernel::Sku;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// A line for the ledger.
pub(crate) struct Movement<'a> {
    pub(crate) sku: &'a Sku,
    pub(crate) location: &'a LocationId,
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
    pub(crate) fn of(sku: &'a Sku, location: &'a LocationId, kind: Kind) -> Self {
        let (on_hand, held, allocated) = (0, 0, 0);
        let (order, reason, reference, actor) = (None, None, None, None);
        Self { sku, location, kind, on_hand, held, allocated, order, reason, reference, actor }
    }
}

/// Makes rows, with nothing in them, for SKUs at locations where there are none; a SKU has one at the main location too.
pub(crate) async fn add_rows<'a>(
    tx: &mut Tx,
    shelf: &mut Shelf,
    wanted: impl Iterator<Item = (&'a Sku, &'a LocationId)>,
) -> Result<(), DbError> {
    const COLUMNS: &[&str] =
        &["sku", "location", "on_hand", "held", "allocated", "safety", "backorder", "backorder_limit", "version"];
    let main = LocationId::main();
    let mut missing = BTreeSet::new();
    for (sku, location) in wanted {
        missing.extend([(sku, &main), (sku, location)].into_iter().filter(|(sku, at)| shelf.level(sku, at).is_none()));
    }
    let policy = |sku: &Sku| shelf.item(sku).map(|item| item.policy).unwrap_or_default();
    let mut rows = Vec::with_capacity(missing.len());
    for (sku, location) in &missing {
        let Policy { backorder, limit, .. } = policy(sku);
        rows.push(params![*sku, location.as_str(), 0, 0, 0, 0, backorder, limit, 0].to_vec());
    }
    tx.insert_rows("stock", COLUMNS, OnConflict::Fail, &rows).await?;
    for (sku, location) in missing.iter().copied() {
        shelf.insert(sku, location);
    }
    Ok(())
}

/// Writes what changed of stock that is locked. Nothing is promised that is not there, whoever else writes.
pub(crate) async fn write_changes(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    let sql = "UPDATE stock SET on_hand = on_hand + $3, held = held + $4, allocated = allocated + $5, \
               version = version + $6, incoming = incoming + $8, safety = $9, is_low = $10, alert = $11 \
               WHERE sku = $1 AND location = $2 AND version = $7 AND held + $4 >= 0 AND allocated + $5 >= 0 \
               AND (backorder OR held + allocated + $4 + $5 <= on_hand + $3)";
    let mut rows = Vec::with_capacity(changes.len());
    for Change { sku, rows: changed, policy, .. } in changes {
        for RowChange { location, before, after } in changed {
            let on_hand = after.on_hand - before.on_hand;
            let (held, allocated) = (after.held - before.held, after.allocated - before.allocated);
            let (news, incoming) = (after.version - before.version, after.incoming - before.incoming);
            let (id, seen) = (location.as_str(), before.version);
            let (low, alert) = if location.is_main() { (policy.low, policy.alert) } else { (false, 0) };
            let row = params![sku, id, on_hand, held, allocated, news, seen, incoming, after.safety, low, alert];
            rows.push(row.to_vec());
        }
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "stock")
}

/// Gives SKUs that are locked their next version.
pub(crate) async fn touch(tx: &mut Tx, skus: &[Sku]) -> Result<(), DbError> {
    let sql = "UPDATE stock SET version = version + 1 WHERE sku = $1 AND location = 'main'";
    let rows: Vec<_> = skus.iter().map(|sku| params![sku].to_vec()).collect();
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "stock")
}

/// Writes what holds for a SKU at all of its locations.
pub(crate) async fn write_policy(tx: &mut Tx, sku: &Sku, policy: &Policy) -> Result<(), DbError> {
    let sql = "UPDATE stock SET backorder = $2, backorder_limit = $3, low_threshold = $4, policy_version = $5 \
               WHERE sku = $1";
    let values = params![sku, policy.backorder, policy.limit, policy.threshold, policy.version];
    tx.execute(sql, &values).await.map(drop)
}

/// Notes the first stock of SKUs, each of them once; says of each whether it is new.
pub(crate) async fn claim_openings(tx: &mut Tx, opening: &[(Sku, i64)]) -> Result<Vec<bool>, DbError> {
    let now = tx.now();
    let rows: Vec<_> = opening.iter().map(|(sku, quantity)| params![sku, *quantity, now].to_vec()).collect();
    tx.insert_new("openings", &["sku", "quantity", "at_ms"], &rows).await
}

/// A statement that found less than was locked lost a race; the same again will see what won.
fn all(written: u64, expected: usize, table: &str) -> Result<(), DbError> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(DbError::Unavailable(format!("{table}: {written} of {expected} rows were as expected").into()))
}

fn location(text: &str) -> Result<LocationId, DbError> {
    LocationId::new(text).ok_or_else(|| DbError::Refused(format!("{text} is no location").into()))
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Refused(error.to_string().into()))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Refused(error.to_string().into()))
}
