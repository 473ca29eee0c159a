//! What people enter: a count, and goods that came or went. All of a request or nothing of it, once for a key.

use super::tell_changes;
use crate::{
    Inventory,
    error::Error,
    model::{self, Count, Kind, Level, NewMovement, Refusal, StockView},
    store::{self, Movement},
};
use bodega_db::{IdempotencyKey, Replay, StoredAnswer, Tx};
use bodega_kernel::Sku;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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
    store::take_turn(tx).await?;
    let skus = BTreeSet::from([sku]);
    store::make_missing(tx, &skus).await?;
    let mut shelf = store::lock_shelf(tx, &skus).await?;
    let level = shelf.level_mut(sku).ok_or_else(|| Refusal::Unknown { sku: sku.clone() })?;
    *level = count.apply(sku, *level)?;
    let unchanged = *level;
    let Some(change) = shelf.changes().pop() else { return Ok(StockView::of(sku.clone(), unchanged)) };
    store::write_count(tx, &change).await?;
    let on_hand = change.after.on_hand - change.before.on_hand;
    if on_hand != 0 {
        let reason = count.reason.as_deref();
        let movement = Movement { on_hand, reason, actor: Some(actor), ..Movement::of(sku, Kind::Count) };
        store::insert_movements(tx, &[movement]).await?;
    }
    tell_changes(tx, std::slice::from_ref(&change))?;
    Ok(StockView::of(change.sku, change.after))
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
    store::take_turn(tx).await?;
    let received = movements.iter().filter(|movement| movement.makes_sku()).map(|movement| &movement.sku);
    store::make_missing(tx, &received.collect()).await?;
    let skus: BTreeSet<&Sku> = movements.iter().map(|movement| &movement.sku).collect();
    let mut shelf = store::lock_shelf(tx, &skus).await?;
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
            ..Movement::of(&movement.sku, movement.ledger_kind())
        })
        .collect();
    store::insert_movements(tx, &rows).await?;
    tell_changes(tx, &changes)?;
    let moved: BTreeMap<&Sku, Level> = changes.iter().map(|change| (&change.sku, change.after)).collect();
    let item = |sku: &Sku| {
        // Movements that cancel each other out change nothing.
        let level = moved.get(sku).copied().or_else(|| shelf.level(sku)).unwrap_or_default();
        StockView::of(sku.clone(), level)
    };
    Ok(MovedStock { items: skus.into_iter().map(item).collect() })
}

/// Does `work` unless its key was used before.
async fn once<T: Serialize>(
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
