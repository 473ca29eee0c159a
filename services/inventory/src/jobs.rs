//! What inventory does by itself: takes back goods that were held for an order that never ended, tells anew what can be sold
//! where a location was opened or closed, asks other systems for their stock, and compares theirs with ours at night.
//!
//! Taking back is a safety net only. It opens after the longest time that any payment may take, so no outage can take goods away
//! from somebody who is still allowed to pay.

use crate::{Inventory, error::Error, flows};
use bodega_db::Tx;
use bodega_service::Job;
use bodega_settings::Settings;
use std::{sync::Arc, time::Duration};

/// How often it is looked whether a hold has lasted too long.
const LOOK_FOR_OVERDUE: Duration = Duration::from_secs(10);
/// How often it is looked whether another system is to be asked.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked whether there is something to tell that another process has left; whoever changes a location wakes
/// the job.
const LOOK_FOR_LEFT: Duration = Duration::from_secs(10);
/// How often it is looked whether it is night.
const LOOK_AT_NIGHT: Duration = Duration::from_secs(30);

/// How often it is looked whether there is something to forget.
const FORGET: Duration = Duration::from_hours(1);

/// How long goods are held: the longest time to pay, and a grace.
pub(crate) fn hold_for(settings: &Settings) -> Duration {
    let deadline = Duration::from_secs(settings.payments.deadline_minutes.saturating_mul(60));
    let transfer = Duration::from_secs(settings.payments.manual.deadline_days.saturating_mul(24 * 3_600));
    let grace = Duration::from_secs(settings.inventory.hold_grace_hours.saturating_mul(3_600));
    deadline.max(transfer).saturating_add(grace)
}

/// Lets holds expire that lasted too long.
pub(crate) fn expire_holds(inventory: &Inventory) -> Job {
    let inventory = inventory.clone();
    Job::new("expire_holds", LOOK_FOR_OVERDUE, move || {
        let inventory = inventory.clone();
        Box::pin(async move {
            flows::expire_holds(&inventory).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "holds that lasted too long could not be given back");
                false
            })
        })
    })
}

/// Tells anew what can be sold of the goods at locations that are sold from, or are no more.
pub(crate) fn retell(inventory: &Inventory) -> Job {
    let (db, wake) = (inventory.db.clone(), Arc::clone(&inventory.changed));
    let job = Job::new("retell", LOOK_FOR_LEFT, move || {
        let db = db.clone();
        Box::pin(async move {
            db.write(async |tx: &mut Tx| flows::retell(tx).await).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "what can be sold was not told anew");
                false
            })
        })
    });
    job.woken_by(wake)
}

/// Asks other systems for their stock, each when it is due.
pub(crate) fn poll_sources(inventory: &Inventory) -> Job {
    let inventory = inventory.clone();
    Job::new("poll", LOOK, move || {
        let inventory = inventory.clone();
        Box::pin(async move { went_on("poll", flows::poll_sources(&inventory).await) })
    })
}

/// Compares with the books what other systems said, every night.
pub(crate) fn compare_sources(inventory: &Inventory) -> Job {
    let inventory = inventory.clone();
    Job::new("compare", LOOK_AT_NIGHT, move || {
        let inventory = inventory.clone();
        Box::pin(async move { went_on("compare", flows::compare_sources(&inventory).await) })
    })
}

/// Forgets mismatches with other systems that were closed long ago.
pub(crate) fn forget_mismatches(inventory: &Inventory) -> Job {
    let inventory = inventory.clone();
    Job::new("forget", FORGET, move || {
        let inventory = inventory.clone();
        Box::pin(async move { went_on("forget", flows::forget_mismatches(&inventory).await) })
    })
}

fn went_on(job: &str, step: Result<bool, Error>) -> bool {
    step.unwrap_or_else(|error| {
        tracing::warn!(job, %error, "the exchange with another system is held up");
        false
    })
}
