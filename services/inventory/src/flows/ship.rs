//! Goods that left: each parcel counts once, whoever says so and however often, and whatever of its order was heard before.

use super::{returns, tell_changes};
use crate::{
    model::{self, Case, Departure, Kind, Shift, Taken},
    store::{self, Movement},
};
use bodega_contracts::OrderId;
use bodega_db::{DbError, Tx};
use bodega_kernel::Sku;
use std::collections::{BTreeMap, BTreeSet};

/// Takes off the shelf what left, parcel by parcel as they arrived.
pub(crate) async fn ship(tx: &mut Tx, departures: Vec<Departure>) -> Result<(), DbError> {
    let locations = store::take_turn(tx).await?.locations;
    let new = store::claim_departures(tx, &departures).await?;
    let fresh: Vec<&Departure> =
        departures.iter().zip(new).filter(|(_, new)| *new).map(|(departure, _)| departure).collect();
    let mut cases = cases(tx, &fresh.iter().map(|departure| departure.order).collect()).await?;
    let skus: BTreeSet<&Sku> = fresh.iter().flat_map(|departure| departure.lines.skus()).collect();
    let mut shelf = store::lock_shelf(tx, locations, &skus).await?;
    let mut gone = Vec::with_capacity(fresh.len());
    for departure in &fresh {
        let lost = || DbError::Unavailable("a reservation was not stored".into());
        let case = cases.get_mut(&departure.order).ok_or_else(lost)?;
        let left = model::depart(&mut shelf, case, &departure.lines).map_err(|broken| {
            tracing::error!(%broken, order = %departure.order, alert = true, "a parcel does not fit the books of stock");
            DbError::Refused(broken.to_string().into())
        })?;
        gone.push(left);
    }
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    store::write_shipped(tx, cases.values()).await?;
    record(tx, &fresh, &gone).await?;
    tx.follow(fresh.first().and_then(|departure| departure.trace.clone()));
    tell_changes(tx, &changes)?;
    returns::bring_home(tx, &fresh).await
}

/// What is reserved for these orders, locked. One that was not heard of gets a row that says only what has left of it.
async fn cases(tx: &mut Tx, orders: &BTreeSet<OrderId>) -> Result<BTreeMap<OrderId, Case>, DbError> {
    let mut known = store::lock_reservations(tx, orders.iter()).await?;
    let early: Vec<OrderId> = orders.iter().filter(|order| !known.contains_key(order)).copied().collect();
    let new = store::insert_early(tx, &early).await?;
    // Nobody inserts while it is our turn; what is not new is read like any other.
    let late = early.iter().zip(&new).filter(|(_, new)| !**new).map(|(order, _)| order);
    known.extend(store::lock_reservations(tx, late).await?);
    let case = |order: &OrderId| {
        let reservation = known.remove(order).unwrap_or_default();
        (*order, reservation.case(*order))
    };
    Ok(orders.iter().map(case).collect())
}

async fn record(tx: &mut Tx, departures: &[&Departure], gone: &[(Shift, Taken)]) -> Result<(), DbError> {
    let references: Vec<String> = departures.iter().map(|departure| departure.id.to_string()).collect();
    let mut movements = Vec::new();
    for ((departure, (shift, taken)), reference) in departures.iter().zip(gone).zip(&references) {
        movements.extend(taken.lines().iter().map(|(sku, location, quantity)| Movement {
            on_hand: shift.on_hand * quantity,
            held: shift.held * quantity,
            allocated: shift.allocated * quantity,
            order: Some(departure.order),
            reference: Some(reference),
            ..Movement::of(sku, location, Kind::Ship)
        }));
    }
    store::insert_movements(tx, &movements).await
}
