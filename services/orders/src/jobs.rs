//! What orders does by itself: its timers fire, and it asks how orders are to be paid that were tried to be paid before.

use crate::{Orders, flows};
use bodega_db::{DueTimer, Tx};
use bodega_service::Job;
use std::{sync::Arc, time::Duration};

/// How often later attempts to pay are looked for; whoever hears of one wakes the job.
const LOOK: Duration = Duration::from_secs(5);

pub(crate) fn timers(state: &Orders) -> Job {
    let orders = state.clone();
    Job::timers(state.db.clone(), async move |tx: &mut Tx, due: &[DueTimer]| flows::fire(&orders, tx, due).await)
}

pub(crate) fn later_attempts(state: &Orders) -> Job {
    let (orders, wake) = (state.clone(), Arc::clone(&state.later_attempts));
    let job = Job::new("later attempts", LOOK, move || {
        let orders = orders.clone();
        Box::pin(async move {
            flows::ask_about_attempts(&orders).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "later attempts to pay wait");
                false
            })
        })
    });
    job.woken_by(wake)
}
