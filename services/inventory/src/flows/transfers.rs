//! Goods that go from one location to another: sent, received as counted, or brought back; each once.

use super::{
    staff::{Written, lock, once},
    tell_changes,
};
use crate::{
    Inventory,
    error::Error,
    model::{Amount, Kind, LocationId, Shelf, Transfer, TransferLine, TransferState, bad_amounts},
    store::{self, Movement},
    views::TransferView,
};
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::{Sku, uuid::Uuid};

/// What is to be sent from where to where.
pub(crate) struct NewTransfer {
    pub(crate) source: LocationId,
    pub(crate) target: LocationId,
    pub(crate) reference: Option<String>,
    pub(crate) lines: Vec<Amount>,
}

/// Sends goods: they leave the source now.
pub(crate) async fn send_transfer(
    inventory: &Inventory,
    actor: String,
    new: NewTransfer,
    key: Option<IdempotencyKey>,
) -> Result<Written<TransferView>, Error> {
    let amounts = bad_amounts(&new.lines, 1);
    let NewTransfer { source, target, reference, lines } = new;
    let line = |Amount { sku, quantity }| TransferLine { sku, sent: quantity, received: None };
    let transfer = Transfer {
        id: inventory.db.world().uuid(),
        state: TransferState::Sent,
        source,
        target,
        lines: lines.into_iter().map(line).collect(),
        reference,
        actor,
        sent_at: inventory.db.world().now(),
        closed_at: None,
    };
    let violations: Vec<_> = amounts.into_iter().chain(transfer.violations()).collect();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let work = async move |tx: &mut Tx| {
        let mut shelf = lock(tx, &places(&transfer), |_| false).await?;
        transfer.send(&mut shelf)?;
        store::insert_transfer(tx, &transfer).await?;
        book(tx, &shelf, &transfer, &transfer.source, |line| -line.sent).await?;
        Ok(TransferView::from(transfer))
    };
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// Receives what was counted at the target; what is missing is lost, what is more is found.
pub(crate) async fn receive_transfer(
    inventory: &Inventory,
    id: Uuid,
    counted: Vec<Amount>,
    key: Option<IdempotencyKey>,
) -> Result<Written<TransferView>, Error> {
    let violations = bad_amounts(&counted, 0);
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let work = async move |tx: &mut Tx| {
        let (mut transfer, mut shelf) = open(tx, id).await?;
        transfer.lines = transfer.counted(&counted).map_err(Error::Invalid)?;
        transfer.receive(&mut shelf)?;
        close(tx, &mut transfer, TransferState::Received).await?;
        book(tx, &shelf, &transfer, &transfer.target, |line| line.received.unwrap_or(0)).await?;
        Ok(TransferView::from(transfer))
    };
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

/// Brings back what is on its way.
pub(crate) async fn cancel_transfer(
    inventory: &Inventory,
    id: Uuid,
    key: Option<IdempotencyKey>,
) -> Result<Written<TransferView>, Error> {
    let work = async move |tx: &mut Tx| {
        let (mut transfer, mut shelf) = open(tx, id).await?;
        transfer.cancel(&mut shelf)?;
        close(tx, &mut transfer, TransferState::Cancelled).await?;
        book(tx, &shelf, &transfer, &transfer.source, |line| line.sent).await?;
        Ok(TransferView::from(transfer))
    };
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

/// A transfer that is on its way, and the stock that it is about.
async fn open(tx: &mut Tx, id: Uuid) -> Result<(Transfer, Shelf), Error> {
    // The turn comes before any other lock.
    store::take_turn(tx).await?;
    let transfer = store::lock_transfer(tx, id).await?.ok_or(Error::NoTransfer)?;
    if transfer.state != TransferState::Sent {
        return Err(Error::TransferClosed(transfer.state));
    }
    let shelf = lock(tx, &places(&transfer), |_| false).await?;
    Ok((transfer, shelf))
}

async fn close(tx: &mut Tx, transfer: &mut Transfer, state: TransferState) -> Result<(), Error> {
    transfer.state = state;
    transfer.closed_at = Some(tx.now());
    Ok(store::close_transfer(tx, transfer).await?)
}

fn places(transfer: &Transfer) -> Vec<(&Sku, &LocationId)> {
    let both = |line| [(line, &transfer.source), (line, &transfer.target)];
    transfer.lines.iter().flat_map(|line| both(&line.sku)).collect()
}

/// Writes what a transfer did to stock, and its lines in the ledger of one location.
async fn book(
    tx: &mut Tx,
    shelf: &Shelf,
    transfer: &Transfer,
    at: &LocationId,
    count: fn(&TransferLine) -> i64,
) -> Result<(), Error> {
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    let reference = transfer.id.to_string();
    let reasons: Vec<Option<String>> = transfer.lines.iter().map(missing).collect();
    let line = |(line, reason): (&TransferLine, &Option<String>)| (line.sku.clone(), count(line), reason.clone());
    let booked: Vec<_> = transfer.lines.iter().zip(&reasons).map(line).collect();
    let rows: Vec<Movement<'_>> = booked
        .iter()
        .filter(|(_, on_hand, _)| *on_hand != 0)
        .map(|(sku, on_hand, reason)| Movement {
            on_hand: *on_hand,
            reason: reason.as_deref(),
            reference: Some(&reference),
            actor: Some(&transfer.actor),
            ..Movement::of(sku, at, Kind::Transfer)
        })
        .collect();
    store::insert_movements(tx, &rows).await?;
    Ok(tell_changes(tx, &changes)?)
}

/// What is to be read of a line of which another number arrived than was sent.
fn missing(line: &TransferLine) -> Option<String> {
    let received = line.received.filter(|received| *received != line.sent)?;
    Some(format!("{received} of {} that were sent", line.sent))
}
