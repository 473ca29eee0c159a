//! What people enter: a count, goods that came or went, what may be sold. All of a request or nothing of it, once for a key.

use super::tell_changes;
use crate::{
    Inventory,
    error::Error,
    model::{self, Count, Item, Kind, LocationId, NewMovement, Policy, PolicyChange, Refusal, Shelf},
    store::{self, Movement},
    views::StockView,
};
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Tx};
use bodega_kernel::Sku;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a write came to.
pub(crate) enum Written<T> {
    /// It was done now.
    Now(T),
    /// It was done before with the same key: this was the answer.
    Before(StoredAnswer),
}

/// The stock of each SKU that was moved, sorted by SKU.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MovedStock {
    /// After the movements.
    pub(crate) items: Vec<StockView>,
}

/// Sets the stock of a SKU to what was counted.
pub(crate) async fn count_stock(
    inventory: &Inventory,
    actor: String,
    sku: Sku,
    count: Count,
    key: Option<IdempotencyKey>,
) -> Result<Written<StockView>, Error> {
    let violations = count.violations();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let work = async move |tx: &mut Tx| apply_count(tx, &actor, &sku, &count).await;
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

async fn apply_count(tx: &mut Tx, actor: &str, sku: &Sku, count: &Count) -> Result<StockView, Error> {
    let mut shelf = lock(tx, &[(sku, &count.location)], |_| true).await?;
    let before = shelf.item(sku).cloned().unwrap_or_default();
    if let Some(item) = shelf.item_mut(sku) {
        count.apply(sku, item)?;
    }
    let after = shelf.item(sku).cloned().unwrap_or_default();
    write_item(tx, &shelf, sku, (before.policy, after.policy)).await?;
    let there = |item: &Item| item.levels.get(&count.location).map_or(0, |level| level.on_hand);
    let on_hand = there(&after) - there(&before);
    if on_hand != 0 {
        let reason = count.reason.as_deref();
        let movement =
            Movement { on_hand, reason, actor: Some(actor), ..Movement::of(sku, &count.location, Kind::Count) };
        store::insert_movements(tx, &[movement]).await?;
    }
    Ok(shown(&shelf, sku))
}

/// Changes what may be sold of a SKU, if it is still in the version that was read.
pub(crate) async fn change_policy(
    inventory: &Inventory,
    sku: Sku,
    change: PolicyChange,
    key: Option<IdempotencyKey>,
) -> Result<Written<StockView>, Error> {
    let violations = change.violations();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let work = async move |tx: &mut Tx| apply_policy(tx, &sku, &change).await;
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

async fn apply_policy(tx: &mut Tx, sku: &Sku, change: &PolicyChange) -> Result<StockView, Error> {
    let main = LocationId::main();
    let mut places = vec![(sku, &main)];
    places.extend(change.safety.iter().map(|safety| (sku, &safety.location)));
    let mut shelf = lock(tx, &places, |_| false).await?;
    let item = shelf.item_mut(sku).ok_or_else(|| Error::NotFound(sku.clone()))?;
    let before = item.policy;
    if before.version != change.expected_version {
        return Err(Error::OtherPolicy(before.version));
    }
    change.apply(sku, item)?;
    let after = item.policy;
    write_item(tx, &shelf, sku, (before, after)).await?;
    Ok(shown(&shelf, sku))
}

/// Writes the one SKU of a shelf, and tells. What may be oversold from now on is written before what is there, what may
/// not be any more after it, so that each statement leaves stock as it may be.
async fn write_item(tx: &mut Tx, shelf: &Shelf, sku: &Sku, (before, after): (Policy, Policy)) -> Result<(), DbError> {
    let changes = shelf.changes();
    let is_other = before.version != after.version;
    if is_other && after.backorder {
        store::write_policy(tx, sku, &after).await?;
    }
    store::write_changes(tx, &changes).await?;
    if is_other && !after.backorder {
        store::write_policy(tx, sku, &after).await?;
    }
    tell_changes(tx, &changes)
}

/// Enters movements, in their order. What is received makes its SKU known.
pub(crate) async fn move_stock(
    inventory: &Inventory,
    actor: String,
    movements: Vec<NewMovement>,
    key: Option<IdempotencyKey>,
) -> Result<Written<MovedStock>, Error> {
    let work = async move |tx: &mut Tx| enter(tx, Some(&actor), &movements).await;
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// The same in a transaction that is under way; `actor` is the member of staff who says it, if one does.
pub(super) async fn enter(tx: &mut Tx, actor: Option<&str>, movements: &[NewMovement]) -> Result<MovedStock, Error> {
    let received: BTreeSet<&Sku> =
        movements.iter().filter(|movement| movement.makes_sku()).map(|movement| &movement.sku).collect();
    let places: Vec<_> = movements.iter().map(|movement| (&movement.sku, &movement.location)).collect();
    let mut shelf = lock(tx, &places, |sku| received.contains(sku)).await?;
    model::apply_movements(&mut shelf, movements)?;
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    let rows: Vec<Movement<'_>> = movements
        .iter()
        .map(|movement| Movement {
            on_hand: movement.quantity,
            reason: movement.reason.as_deref(),
            reference: movement.reference.as_deref(),
            actor,
            ..Movement::of(&movement.sku, &movement.location, movement.ledger_kind())
        })
        .collect();
    store::insert_movements(tx, &rows).await?;
    tell_changes(tx, &changes)?;
    let skus: BTreeSet<&Sku> = movements.iter().map(|movement| &movement.sku).collect();
    Ok(MovedStock { items: skus.into_iter().map(|sku| shown(&shelf, sku)).collect() })
}

/// Takes the turn and locks this stock; a SKU that is not known is made where `makes` says so, a location that there is
/// none of is refused.
pub(super) async fn lock(
    tx: &mut Tx,
    wanted: &[(&Sku, &LocationId)],
    makes: impl Fn(&Sku) -> bool,
) -> Result<Shelf, Error> {
    let locations = store::take_turn(tx).await?.locations;
    if let Some((_, location)) = wanted.iter().find(|(_, location)| !locations.has(location)) {
        return Err(Refusal::NoLocation { location: (*location).clone() }.into());
    }
    let skus: BTreeSet<&Sku> = wanted.iter().map(|(sku, _)| *sku).collect();
    let mut shelf = store::lock_shelf(tx, locations, &skus).await?;
    let known: BTreeSet<&Sku> = skus.into_iter().filter(|sku| makes(sku) || shelf.item(sku).is_some()).collect();
    store::add_rows(tx, &mut shelf, wanted.iter().copied().filter(|(sku, _)| known.contains(sku))).await?;
    Ok(shelf)
}

/// A SKU as its changes leave it.
pub(super) fn shown(shelf: &Shelf, sku: &Sku) -> StockView {
    let mut item = shelf.item(sku).cloned().unwrap_or_default();
    if let Some(change) = shelf.changes().into_iter().find(|change| change.sku == *sku) {
        item.policy = change.policy;
        item.levels.extend(change.rows.into_iter().map(|row| (row.location, row.after)));
    }
    StockView::of(sku.clone(), &item, shelf.locations())
}

/// Does `work` unless its key was used before.
pub(super) async fn once<T: Serialize>(
    tx: &mut Tx,
    key: Option<&IdempotencyKey>,
    status: u16,
    work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>,
) -> Result<Written<T>, Error> {
    let Some(key) = key else { return Ok(Written::Now(work(tx).await?)) };
    match tx.replayed(key).await? {
        Replay::Same(answer) => return Ok(Written::Before(answer)),
        Replay::Other => return Err(Error::KeyReused),
        Replay::New => {}
    }
    let value = work(tx).await?;
    tx.remember(key, &StoredAnswer { status, body: serde_json::to_string(&value)? }).await?;
    Ok(Written::Now(value))
}
