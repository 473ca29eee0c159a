//! What shipping does by itself: calling carriers for labels, and moving the parcels of the simulated one.

use crate::{Shipping, flows};
use bodega_service::Job;
use std::{sync::Arc, time::Duration};

/// How often to look for labels that are due again.
const POLL: Duration = Duration::from_secs(1);
/// How many call carriers at a time, each for several parcels.
const CALLERS: usize = 2;

/// All jobs.
pub(crate) fn all(shipping: &Shipping) -> Vec<Job> {
    let state = shipping.clone();
    let labels = Job::new("labels", POLL, move || {
        let shipping = state.clone();
        Box::pin(async move { flows::buy_labels(&shipping).await })
    });
    let labels = labels.workers(CALLERS).woken_by(Arc::clone(&shipping.wake));
    let simulator = shipping.carriers.simulator.clone().map(|simulator| {
        Job::new("simulated carrier", POLL, move || {
            let simulator = simulator.clone();
            Box::pin(async move { simulator.move_on().await })
        })
    });
    [labels].into_iter().chain(simulator).collect()
}
