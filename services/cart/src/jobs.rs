//! What the cart does by itself: forgets the carts that guests left behind.

use crate::{flows::CART_LIFE, store};
use bodega_db::Db;
use bodega_kernel::Time;
use bodega_service::Job;
use std::time::Duration;

/// How often to look.
const EVERY: Duration = Duration::from_mins(10);
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
