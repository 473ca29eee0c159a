//! What other systems say is there: each is the truth for its location, of each SKU the figure with the highest sequence.
//! A figure below what is promised to orders is not set; it waits among the mismatches for somebody to decide.

use super::{
    staff::{Written, lock, once},
    tell_changes,
};
use crate::{
    Inventory,
    error::Error,
    model::{
        Figure, Kind, LocationId, MismatchState, Refusal, Side, SourceReport, SyncTaken, Verdict, set_on_hand, take_in,
    },
    store::{self, Movement},
    views::MismatchView,
};
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::{Sku, uuid::Uuid};
use bodega_web::ReportError;

/// A report as it came.
pub(crate) struct Reported {
    /// Who says to have sent it.
    pub(crate) source: String,
    pub(crate) signature: Option<String>,
    /// The raw body.
    pub(crate) body: Vec<u8>,
}

/// Takes in what a system reports by itself, once for each delivery.
pub(crate) async fn receive_report(inventory: &Inventory, reported: Reported) -> Result<SyncTaken, Error> {
    let Reported { source: name, signature, body } = reported;
    let unknown = || Error::NoSource(name.clone());
    let source = inventory.sources.get(&name).ok_or_else(unknown)?;
    let key = source.key.as_ref().ok_or_else(unknown)?;
    key.verify(signature.as_deref(), &body, inventory.db.world().now()).map_err(Error::Report)?;
    let report: SourceReport = serde_json::from_slice(&body).map_err(|_| Error::Report(ReportError::Unreadable))?;
    if !report.fits() {
        return Err(Error::Report(ReportError::Unreadable));
    }
    let location = source.location.clone();
    let work = async move |tx: &mut Tx| {
        store::take_turn(tx).await?;
        store::make_source(tx, &name).await?;
        if !store::claim_delivery(tx, &name, &report.delivery_id).await? {
            return Ok(SyncTaken { duplicate: true, ..SyncTaken::default() });
        }
        let taken = take_figures(tx, &name, &location, &report.items).await?;
        store::write_taken(tx, &name, taken, false).await?;
        Ok::<_, Error>(taken)
    };
    inventory.db.write(work).await
}

/// Takes in figures of a source, in a transaction that is under way.
pub(super) async fn take_figures(
    tx: &mut Tx,
    source: &str,
    location: &LocationId,
    figures: &[Figure],
) -> Result<SyncTaken, Error> {
    let places: Vec<_> = figures.iter().map(|figure| (&figure.sku, location)).collect();
    let mut shelf = lock(tx, &places, |_| true).await?;
    let mut heard = store::heard(tx, source, figures.iter().map(|figure| &figure.sku)).await?;
    let actor = format!("source:{source}");
    let mut taken = SyncTaken { received: figures.len() as i64, ..SyncTaken::default() };
    let (mut movements, mut news) = (Vec::new(), Vec::<&Figure>::new());
    let (mut refused, mut agreed) = (Vec::new(), Vec::new());
    for figure in figures {
        let verdict = take_in(&mut shelf, location, heard.get(&figure.sku), figure);
        if verdict != Verdict::Stale {
            heard.insert(figure.sku.clone(), figure.heard());
            news.push(figure);
        }
        match verdict {
            Verdict::Applied(on_hand) => {
                taken.applied += 1;
                agreed.push(&figure.sku);
                if on_hand != 0 {
                    let movement = Movement::of(&figure.sku, location, Kind::Sync);
                    movements.push(Movement { on_hand, actor: Some(&actor), ..movement });
                }
            }
            Verdict::Stale => taken.stale += 1,
            Verdict::Refused => {
                taken.refused += 1;
                let ours = shelf.level(&figure.sku, location).map_or(0, |level| level.on_hand);
                refused.push((figure, ours));
            }
        }
    }
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    store::insert_movements(tx, &movements).await?;
    store::write_heard(tx, source, &news).await?;
    store::close_gone(tx, source, &agreed).await?;
    for (figure, ours) in refused {
        tracing::warn!(source, sku = %figure.sku, theirs = figure.on_hand, ours, "more is promised than they say is there");
        store::open_mismatch(tx, source, location, &figure.sku, (figure.on_hand, ours)).await?;
    }
    tell_changes(tx, &changes)?;
    Ok(taken)
}

/// Decides a mismatch.
pub(crate) async fn resolve_mismatch(
    inventory: &Inventory,
    actor: String,
    id: Uuid,
    side: Side,
    key: Option<IdempotencyKey>,
) -> Result<Written<MismatchView>, Error> {
    let work = async move |tx: &mut Tx| {
        // The turn comes before any other lock.
        store::take_turn(tx).await?;
        let mut mismatch = store::lock_mismatch(tx, id).await?.ok_or(Error::NoMismatch)?;
        if mismatch.state != MismatchState::Open {
            return Err(Error::MismatchClosed(mismatch.state));
        }
        mismatch.state = match side {
            Side::Theirs => {
                take_theirs(tx, &actor, &mismatch.location, &mismatch.sku, mismatch.theirs).await?;
                MismatchState::Theirs
            }
            Side::Ours => {
                store::keep_ours(tx, &mismatch.source, &mismatch.sku).await?;
                MismatchState::Ours
            }
        };
        mismatch.actor = Some(actor);
        mismatch.closed_at = Some(tx.now());
        store::close_mismatch(tx, &mismatch).await?;
        Ok(MismatchView::from(mismatch))
    };
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

async fn take_theirs(tx: &mut Tx, actor: &str, location: &LocationId, sku: &Sku, theirs: i64) -> Result<(), Error> {
    let mut shelf = lock(tx, &[(sku, location)], |_| true).await?;
    let committed = shelf.level(sku, location).map_or(0, |level| level.committed());
    let refused = || Refusal::Committed { sku: sku.clone(), on_hand: theirs, committed };
    let on_hand = set_on_hand(&mut shelf, location, sku, theirs).ok_or_else(refused)?;
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    if on_hand != 0 {
        let movement = Movement::of(sku, location, Kind::Sync);
        store::insert_movements(tx, &[Movement { on_hand, actor: Some(actor), ..movement }]).await?;
    }
    Ok(tell_changes(tx, &changes)?)
}
