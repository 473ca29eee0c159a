//! What orders does by itself: its timers fire.

use crate::{Orders, flows};
use bodega_db::{DueTimer, Tx};
use bodega_service::Job;

pub(crate) fn timers(state: &Orders) -> Job {
    let orders = state.clone();
    Job::timers(state.db.clone(), async move |tx: &mut Tx, due: &[DueTimer]| flows::fire(&orders, tx, due).await)
}
