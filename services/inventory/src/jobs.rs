//! What inventory does by itself: takes back goods that were held for an order that never ended.
//!
//! A safety net only. It opens after the longest time that any payment may take, so no outage can take goods away
//! from somebody who is still allowed to pay.

use crate::{
    Inventory, flows,
    model::{Ask, Fact, Wanted},
};
use bodega_contracts::OrderId;
use bodega_db::{DueTimer, Tx};
use bodega_service::Job;
use bodega_settings::Settings;
use std::time::Duration;

/// What the timer of a hold waits for.
pub(crate) const HOLD_EXPIRES: &str = "hold_expires";
/// The slowest way to pay, a bank transfer, may take this long.
const SLOWEST_PAYMENT: Duration = Duration::from_hours(7 * 24);

/// How long goods are held: the longest time to pay, and a grace.
pub(crate) fn hold_for(settings: &Settings) -> Duration {
    let deadline = Duration::from_secs(settings.payments.deadline_minutes.saturating_mul(60));
    let grace = Duration::from_secs(settings.inventory.hold_grace_hours.saturating_mul(3_600));
    deadline.max(SLOWEST_PAYMENT).saturating_add(grace)
}

/// Lets holds expire whose timer is due.
pub(crate) fn expire_holds(inventory: &Inventory) -> Job {
    let hold_for = inventory.hold_for;
    Job::timers(inventory.db.clone(), async move |tx: &mut Tx, due: &[DueTimer]| {
        let expired = due.iter().filter(|timer| timer.kind == HOLD_EXPIRES).map(|timer| Ask {
            order: OrderId(timer.subject),
            lines: Wanted::default(),
            trace: None,
        });
        flows::settle(tx, Fact::Expired, expired.collect(), hold_for).await
    })
}
