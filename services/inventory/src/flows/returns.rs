//! Goods of orders that came back: each return counts once, whoever says so and however often. What can be sold again is
//! on hand where it was sent from; what cannot came back and was written off, which changes nothing. A return that is heard
//! of before its parcel waits at the main location, and goes home when the parcel is heard of.

use super::{staff::lock, tell_changes};
use crate::{
    error::Error,
    model::{Comeback, Departure, Kind, LocationId, MAX_UNITS, NewMovement, Shelf, apply_movements, home},
    store::{self, Lying, Movement, Received},
};
use bodega_contracts::OrderId;
use bodega_db::{DbError, Tx};
use bodega_kernel::Sku;
use std::collections::{BTreeMap, BTreeSet};

/// What came back of a SKU with a return, and where it belongs.
struct Line<'a> {
    comeback: &'a Comeback,
    sku: &'a Sku,
    quantity: i64,
    kind: Kind,
    home: LocationId,
}

/// Puts back what came back, return by return.
pub(crate) async fn take_back(tx: &mut Tx, comebacks: Vec<Comeback>) -> Result<(), Error> {
    // The turn comes before any other lock.
    let locations = store::take_turn(tx).await?.locations;
    let new = store::claim_returns(tx, &comebacks).await?;
    let fresh: Vec<&Comeback> =
        comebacks.iter().zip(new).filter(|(_, new)| *new).map(|(comeback, _)| comeback).collect();
    let sent = store::sent(tx, &fresh.iter().map(|comeback| comeback.order).collect()).await?;
    let mut lines = Vec::new();
    for comeback in fresh.iter().copied() {
        for (kind, goods) in [(Kind::Return, &comeback.restock), (Kind::WriteOff, &comeback.written_off)] {
            lines.extend(goods.pairs().iter().map(|(sku, quantity)| {
                let home = home(&sent, &locations, (comeback.order, sku), comeback.at);
                Line { comeback, sku, quantity: *quantity, kind, home }
            }));
        }
    }
    let mut shelf = lock(tx, &lines.iter().map(|line| (line.sku, &line.home)).collect::<Vec<_>>(), |_| true).await?;
    let on_hand = |line: &Line<'_>| NewMovement::back(line.sku.clone(), line.home.clone(), line.quantity);
    let restocked: Vec<NewMovement> = lines.iter().filter(|line| line.kind == Kind::Return).map(on_hand).collect();
    apply_movements(&mut shelf, &restocked)?;
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    record(tx, &lines).await?;
    tx.follow(fresh.first().and_then(|comeback| comeback.trace.clone()));
    Ok(tell_changes(tx, &changes)?)
}

async fn record(tx: &mut Tx, lines: &[Line<'_>]) -> Result<(), DbError> {
    let references: Vec<String> = lines.iter().map(|line| line.comeback.id.to_string()).collect();
    let mut rows = Vec::new();
    for (line, reference) in lines.iter().zip(&references) {
        let (order, reference) = (Some(line.comeback.order), Some(reference.as_str()));
        let row = |on_hand| Movement { on_hand, order, reference, ..Movement::of(line.sku, &line.home, line.kind) };
        rows.push(row(line.quantity));
        if line.kind == Kind::WriteOff {
            // It was there for a moment: both lines together change nothing.
            rows.push(row(-line.quantity));
        }
    }
    store::insert_movements(tx, &rows).await
}

/// Goods on their way from where they were put to where they belong.
struct Move<'a> {
    lying: &'a Lying,
    order: OrderId,
    home: LocationId,
}

/// Parcels became known whose goods had come back already: those go where they belong, as far as they still lie where they
/// were put. What was sold meanwhile is not taken from whoever bought it.
pub(super) async fn bring_home(tx: &mut Tx, departures: &[&Departure]) -> Result<(), DbError> {
    let received = store::received(tx, &departures.iter().map(|departure| departure.order).collect()).await?;
    let says =
        |received: &Received, departure: &Departure| departure.order == received.order && departure.at <= received.at;
    let late = |received: &&Received| departures.iter().any(|departure| says(received, departure));
    let late: BTreeMap<_, _> = received.iter().filter(late).map(|received| (received.id, received)).collect();
    if late.is_empty() {
        return Ok(());
    }
    let orders: BTreeSet<OrderId> = late.values().map(|received| received.order).collect();
    let (sent, lying) = (store::sent(tx, &orders).await?, store::lying(tx, &orders).await?);
    let locations = store::take_turn(tx).await?.locations;
    let mut moves = Vec::new();
    for lying in &lying {
        let Some(received) = late.get(&lying.return_id) else { continue };
        let of_it = |departure: &&&Departure| departure.lines.skus().any(|sku| *sku == lying.sku);
        if departures.iter().filter(of_it).any(|departure| says(received, departure)) {
            let home = home(&sent, &locations, (received.order, &lying.sku), received.at);
            moves.push(Move { lying, order: received.order, home });
        }
    }
    moves.retain(|going| going.home != going.lying.location);
    if moves.is_empty() {
        return Ok(());
    }
    let mut shelf = store::lock_shelf(tx, locations, &moves.iter().map(|going| &going.lying.sku).collect()).await?;
    store::add_rows(tx, &mut shelf, moves.iter().map(|going| (&going.lying.sku, &going.home))).await?;
    let carried: Vec<(&Move<'_>, i64)> = moves.iter().map(|going| (going, carry(&mut shelf, going))).collect();
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    let references: Vec<String> = moves.iter().map(|going| going.lying.return_id.to_string()).collect();
    let mut rows = Vec::new();
    for ((Move { lying, order, home }, quantity), reference) in carried.into_iter().zip(&references) {
        let (order, reference) = (Some(*order), Some(reference.as_str()));
        for (location, on_hand) in [(&lying.location, -quantity), (home, quantity)].into_iter().filter(|_| quantity > 0)
        {
            rows.push(Movement { on_hand, order, reference, ..Movement::of(&lying.sku, location, Kind::Return) });
        }
    }
    store::insert_movements(tx, &rows).await?;
    tell_changes(tx, &changes)
}

/// Carries what is free of it and has room there; answers how many units that is.
fn carry(shelf: &mut Shelf, Move { lying, home, .. }: &Move<'_>) -> i64 {
    let free = shelf.level(&lying.sku, &lying.location).map_or(0, |level| level.free());
    let room = shelf.level(&lying.sku, home).map_or(0, |level| MAX_UNITS - level.on_hand);
    let quantity = lying.quantity.min(free).min(room).max(0);
    for (location, on_hand) in [(&lying.location, -quantity), (home, quantity)] {
        if let Some(level) = shelf.level_mut(&lying.sku, location) {
            level.on_hand += on_hand;
        }
    }
    quantity
}
