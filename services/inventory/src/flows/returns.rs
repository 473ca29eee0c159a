//! Goods of orders that came back: each return counts once, whoever says so and however often. What can be sold again is
//! on hand at the main location; what cannot came back and was written off, which changes nothing.

use super::{staff::lock, tell_changes};
use crate::{
    error::Error,
    model::{Comeback, Kind, LocationId, NewMovement, Wanted, apply_movements},
    store::{self, Movement},
};
use bodega_db::Tx;

/// Puts back what came back, return by return.
pub(crate) async fn take_back(tx: &mut Tx, comebacks: Vec<Comeback>) -> Result<(), Error> {
    // The turn comes before any other lock.
    store::take_turn(tx).await?;
    let claims: Vec<_> = comebacks.iter().map(|comeback| (comeback.id, comeback.order)).collect();
    let new = store::claim_returns(tx, &claims).await?;
    let fresh: Vec<&Comeback> =
        comebacks.iter().zip(new).filter(|(_, new)| *new).map(|(comeback, _)| comeback).collect();
    let main = LocationId::main();
    let skus = fresh.iter().flat_map(|comeback| comeback.restock.skus().chain(comeback.written_off.skus()));
    let mut shelf = lock(tx, &skus.map(|sku| (sku, &main)).collect::<Vec<_>>(), |_| true).await?;
    let restocked: Vec<NewMovement> = fresh.iter().flat_map(|comeback| on_hand(&comeback.restock)).collect();
    apply_movements(&mut shelf, &restocked)?;
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    record(tx, &fresh, &main).await?;
    tx.follow(fresh.first().and_then(|comeback| comeback.trace.clone()));
    Ok(tell_changes(tx, &changes)?)
}

fn on_hand(restock: &Wanted) -> impl Iterator<Item = NewMovement> {
    restock.pairs().iter().map(|(sku, quantity)| NewMovement::back(sku.clone(), *quantity))
}

async fn record(tx: &mut Tx, comebacks: &[&Comeback], main: &LocationId) -> Result<(), Error> {
    let references: Vec<String> = comebacks.iter().map(|comeback| comeback.id.to_string()).collect();
    let mut rows = Vec::new();
    for (comeback, reference) in comebacks.iter().zip(&references) {
        let mut line = |sku, kind, on_hand| {
            let (order, reference) = (Some(comeback.order), Some(reference.as_str()));
            rows.push(Movement { on_hand, order, reference, ..Movement::of(sku, main, kind) });
        };
        for (sku, quantity) in comeback.restock.pairs() {
            line(sku, Kind::Return, *quantity);
        }
        // It was there for a moment: both lines together change nothing.
        for (sku, quantity) in comeback.written_off.pairs() {
            line(sku, Kind::WriteOff, *quantity);
            line(sku, Kind::WriteOff, -quantity);
        }
    }
    Ok(store::insert_movements(tx, &rows).await?)
}
