//! What the cart does by itself: tells of carts that were left behind, and forgets those of guests after a long time.

use crate::{
    flows::{self, CART_LIFE},
    store,
};
use bodega_db::Db;
use bodega_kernel::Time;
use bodega_service::Job;
use std::time::Duration;

/// How often to look for carts that are to be forgotten.
const EVERY: Duration = Duration::from_mins(10);
/// How often to look for carts that somebody is to be reminded of.
const REMINDING: Duration = Duration::from_mins(1);
/// The most carts of one transaction.
const PORTION: i64 = 500;

/// Deletes guests' carts that were not touched for as long as their token lives.
pub(crate) fn forget_carts(db: &Db) -> Job {
    let db = db.clone();
    Job::new("forget_carts", EVERY, move || {
        let db = db.clone();
        Box::pin(async move {
            let before = Time::from_ms(db.world().now().ms() - CART_LIFE.as_millis() as i64);
            match db.write(async move |tx| store::forget_left(tx, before, PORTION).await).await {
                Ok(forgotten) => forgotten > 0,
                Err(error) => {
                    tracing::warn!(%error, "left carts could not be forgotten");
                    false
                }
            }
        })
    })
}

/// Tells of carts that were not touched for `after`, where their shoppers want to be reminded.
pub(crate) fn remind_shoppers(db: &Db, after: Duration) -> Job {
    let db = db.clone();
    Job::new("remind_shoppers", REMINDING, move || {
        let db = db.clone();
        Box::pin(async move {
            match db.write(async move |tx| flows::tell_of_left_carts(tx, after).await).await {
                Ok(told) => told,
                Err(error) => {
                    tracing::warn!(%error, "nobody is reminded of left carts");
                    false
                }
            }
        })
    })
}
