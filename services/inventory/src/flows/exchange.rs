//! What is done with other systems by itself: those that are due are asked for their whole stock, and every night what
//! they said is compared with the books.

use super::sources::take_figures;
use crate::{
    Inventory,
    clients::{Answer, ask},
    error::Error,
    model::{AskedFigure, Figure, LocationId, MAX_STOCK, SyncTaken, WholeStock},
    settings::Source,
    store,
};
use bodega_db::Tx;
use bodega_kernel::Time;
use std::{collections::BTreeSet, time::Duration};

/// Figures that are taken in at once.
const CHUNK: usize = 500;
/// The time of day at which is compared, after midnight UTC.
const NIGHT: Duration = Duration::from_hours(3);
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long deliveries are remembered.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);
/// How long mismatches are kept after they were closed.
const KEPT: Duration = Duration::from_hours(400 * 24);

/// Asks a source that is due; whether one was.
pub(crate) async fn poll_sources(inventory: &Inventory) -> Result<bool, Error> {
    for (name, source) in inventory.sources.iter() {
        let Some(url) = source.url.clone() else { continue };
        let (claimed, every) = (name.clone(), source.every);
        let claim = async move |tx: &mut Tx| {
            store::make_source(tx, &claimed).await?;
            let next = tx.now().plus(every);
            Ok::<_, Error>(store::claim_poll(tx, &claimed, next).await?)
        };
        let Some(etag) = inventory.db.write(claim).await? else { continue };
        let asked_at = inventory.db.world().now();
        let answer = ask(&url, source.ca_file.as_deref(), etag.as_deref()).await;
        record(inventory, name, source, asked_at, answer).await?;
        return Ok(true);
    }
    Ok(false)
}

async fn record(
    inventory: &Inventory,
    name: &str,
    source: &Source,
    asked_at: Time,
    answer: Result<Answer, String>,
) -> Result<(), Error> {
    let read = answer.and_then(|answer| match answer {
        Answer::Unchanged => Ok(None),
        Answer::Stock { body, etag } => figures(&body, asked_at).map(|figures| Some((figures, etag))),
    });
    let name = name.to_owned();
    match read {
        Ok(Some((figures, etag))) => {
            let mut whole = SyncTaken::default();
            for chunk in figures.chunks(CHUNK) {
                let taken = take_chunk(inventory, &name, &source.location, chunk.to_vec()).await;
                match taken {
                    Ok(taken) => whole = whole.and(taken),
                    Err(error) => return failed(inventory, name, error.to_string()).await,
                }
            }
            let write = async move |tx: &mut Tx| {
                store::write_taken(tx, &name, whole, true).await?;
                Ok(store::write_polled(tx, &name, etag.as_deref()).await?)
            };
            inventory.db.write(write).await
        }
        Ok(None) => inventory.db.write(async move |tx: &mut Tx| Ok(store::touch_polled(tx, &name).await?)).await,
        Err(error) => failed(inventory, name, error).await,
    }
}

async fn take_chunk(
    inventory: &Inventory,
    name: &str,
    location: &LocationId,
    chunk: Vec<Figure>,
) -> Result<SyncTaken, Error> {
    let (name, location) = (name.to_owned(), location.clone());
    inventory.db.write(async move |tx: &mut Tx| take_figures(tx, &name, &location, &chunk).await).await
}

async fn failed(inventory: &Inventory, name: String, error: String) -> Result<(), Error> {
    tracing::warn!(source = name, error, "a source of stock was asked for nothing");
    inventory.db.write(async move |tx: &mut Tx| Ok(store::write_poll_error(tx, &name, &error).await?)).await
}

/// The figures of a whole stock; those without a sequence count as of the time of the question.
fn figures(body: &[u8], asked_at: Time) -> Result<Vec<Figure>, String> {
    let stock: WholeStock = serde_json::from_slice(body).map_err(|error| format!("its answer is no stock: {error}"))?;
    if stock.items.len() > MAX_STOCK {
        return Err(format!("its answer has {} items", stock.items.len()));
    }
    let figure = |AskedFigure { sku, on_hand, sequence }: AskedFigure| {
        let figure = Figure { sku, on_hand, sequence: sequence.unwrap_or_else(|| asked_at.ms()) };
        if figure.fits() { Ok(figure) } else { Err(format!("{} of {} cannot be", figure.on_hand, figure.sku)) }
    };
    stock.items.into_iter().map(figure).collect()
}

/// Compares some SKUs of a source that is due with the books; whether there was anything to do.
pub(crate) async fn compare_sources(inventory: &Inventory) -> Result<bool, Error> {
    for (name, source) in inventory.sources.iter() {
        let (name, location) = (name.clone(), source.location.clone());
        let work = async move |tx: &mut Tx| compare(tx, &name, &location).await;
        if inventory.db.write(work).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets some of the mismatches that were closed long ago; whether there may be more.
pub(crate) async fn forget_mismatches(inventory: &Inventory) -> Result<bool, Error> {
    let work = async |tx: &mut Tx| {
        let then = Time::from_ms(tx.now().ms() - KEPT.as_millis() as i64);
        Ok(store::forget_closed(tx, then).await?)
    };
    inventory.db.write(work).await
}

async fn compare(tx: &mut Tx, name: &str, location: &LocationId) -> Result<bool, Error> {
    let now = tx.now();
    let Some((due, _)) = store::comparison(tx, name).await? else { return Ok(false) };
    let Some(due) = due else {
        // It was heard for the first time: its first night is the next one.
        store::write_comparison(tx, name, "", next_night(now), None).await?;
        return Ok(false);
    };
    if due > now {
        return Ok(false);
    }
    let locations = store::take_turn(tx).await?.locations;
    // Another replica may have compared these while we waited.
    let Some((Some(due), after)) = store::comparison(tx, name).await? else { return Ok(false) };
    if due > now {
        return Ok(true);
    }
    let heard = store::heard_after(tx, name, &after).await?;
    let skus = heard.iter().map(|heard| &heard.sku).collect::<BTreeSet<_>>();
    let shelf = store::lock_shelf(tx, locations, &skus).await?;
    let mut agreed = Vec::new();
    for heard in &heard {
        let ours = shelf.level(&heard.sku, location).map_or(0, |level| level.on_hand);
        if ours == heard.on_hand {
            agreed.push(&heard.sku);
        } else if !heard.kept {
            store::open_mismatch(tx, name, location, &heard.sku, (heard.on_hand, ours)).await?;
        }
    }
    store::close_gone(tx, name, &agreed).await?;
    if let Some(last) = heard.last() {
        store::write_comparison(tx, name, last.sku.as_str(), due, None).await?;
        return Ok(true);
    }
    store::write_comparison(tx, name, "", next_night(now), Some(now)).await?;
    store::forget_deliveries(tx, Time::from_ms(now.ms() - REMEMBERED.as_millis() as i64)).await?;
    Ok(true)
}

fn next_night(now: Time) -> Time {
    let midnight = now.ms() - now.ms().rem_euclid(DAY_MS);
    let tonight = Time::from_ms(midnight).plus(NIGHT);
    if tonight > now { tonight } else { Time::from_ms(midnight + DAY_MS).plus(NIGHT) }
}
