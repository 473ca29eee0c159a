//! Many figures at once: counts of a location, and rows that are set where the books say what was expected.

use super::{
    MovedStock,
    staff::{Written, lock, once, shown},
    tell_changes,
};
use crate::{
    Inventory,
    error::Error,
    model::{BulkOutcome, BulkRow, Kind, LocationId, StockCount},
    store::{self, Movement},
    views::{BulkReport, RowReport},
};
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::Sku;
use std::collections::BTreeSet;

/// Books what was counted at a location, against what the books said then: all of it or nothing.
pub(crate) async fn book_count(
    inventory: &Inventory,
    actor: String,
    count: StockCount,
    key: Option<IdempotencyKey>,
) -> Result<Written<MovedStock>, Error> {
    let violations = count.violations();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let work = async move |tx: &mut Tx| apply_count(tx, &actor, &count).await;
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

async fn apply_count(tx: &mut Tx, actor: &str, count: &StockCount) -> Result<MovedStock, Error> {
    let unheard: BTreeSet<&Sku> = count.lines.iter().filter(|line| line.expected == 0).map(|line| &line.sku).collect();
    let places: Vec<_> = count.lines.iter().map(|line| (&line.sku, &count.location)).collect();
    let mut shelf = lock(tx, &places, |sku| unheard.contains(sku)).await?;
    count.apply(&mut shelf)?;
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    let rows: Vec<Movement<'_>> = count
        .lines
        .iter()
        .filter(|line| line.difference() != 0)
        .map(|line| Movement {
            on_hand: line.difference(),
            reason: count.reason.as_deref(),
            actor: Some(actor),
            ..Movement::of(&line.sku, &count.location, Kind::Count)
        })
        .collect();
    store::insert_movements(tx, &rows).await?;
    tell_changes(tx, &changes)?;
    Ok(MovedStock { items: count.lines.iter().map(|line| shown(&shelf, &line.sku)).collect() })
}

/// Sets rows one by one; one that cannot be set leaves the rest alone. Rows that could not be read are reported with them.
pub(crate) async fn set_bulk(
    inventory: &Inventory,
    actor: String,
    rows: Vec<Result<BulkRow, String>>,
    key: Option<IdempotencyKey>,
) -> Result<Written<BulkReport>, Error> {
    let work = async move |tx: &mut Tx| apply_bulk(tx, &actor, &rows).await;
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

async fn apply_bulk(tx: &mut Tx, actor: &str, rows: &[Result<BulkRow, String>]) -> Result<BulkReport, Error> {
    let locations = store::take_turn(tx).await?.locations;
    let good: Vec<&BulkRow> = rows.iter().flatten().filter(|row| locations.has(&row.location)).collect();
    let unheard: BTreeSet<&Sku> = good.iter().filter(|row| row.expected == 0).map(|row| &row.sku).collect();
    let places: Vec<(&Sku, &LocationId)> = good.iter().map(|row| (&row.sku, &row.location)).collect();
    let mut shelf = lock(tx, &places, |sku| unheard.contains(sku)).await?;
    let mut reports = Vec::with_capacity(rows.len());
    let mut movements = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(detail) => {
                reports.push(RowReport::unreadable(number, detail.clone()));
                continue;
            }
        };
        let known = shelf.item(&row.sku).is_some();
        let (outcome, on_hand) = match row.apply(&mut shelf) {
            // It was expected to be there, and nobody ever heard of it.
            (BulkOutcome::UnknownLocation, _) if !known && locations.has(&row.location) => (BulkOutcome::Conflict, 0),
            applied => applied,
        };
        if outcome == BulkOutcome::Set {
            let reason = Some("bulk");
            let movement = Movement::of(&row.sku, &row.location, Kind::Count);
            movements.push(Movement { on_hand, reason, actor: Some(actor), ..movement });
        }
        let there = shelf.level(&row.sku, &row.location).map(|level| level.on_hand);
        reports.push(RowReport::of(number, row, outcome, there));
    }
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    store::insert_movements(tx, &movements).await?;
    tell_changes(tx, &changes)?;
    Ok(BulkReport::of(reports))
}
