//! Coupons: promotions, the codes that set them off, and how often they were used.
//!
//! Owns promotions, codes, counters and the claims of orders. Asks nobody. Hears `order.placed` (takes one use of each
//! promotion it claims, all or nothing), `order.confirmed` (they count for good), `order.cancelled` (they are free again,
//! and a tombstone stays) and `reward.granted` (makes a code for one customer). Publishes `promotion.changed`,
//! `coupon.*`. Answers cart what a code is. Limits are exact; what has no limit touches no row but its own order's, and an
//! order that is known to claim nothing leaves none.

mod api;
mod error;
mod events;
mod facts;
mod flows;
mod model;
mod store;
mod views;

use bodega_contracts::coupons::{
    CouponGranted, CouponRedeemed, CouponRejected, CouponReleased, CouponReserved, PromotionChanged,
};
use bodega_db::{Db, Migration};
use bodega_kernel::{Event, World};
use bodega_service::{Context, Definition, Running};

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_coupons", sql: include_str!("migrations/0001_coupons.sql") }];

const PUBLISHES: &[&str] = &[
    CouponGranted::TYPE,
    CouponRedeemed::TYPE,
    CouponRejected::TYPE,
    CouponReleased::TYPE,
    CouponReserved::TYPE,
    PromotionChanged::TYPE,
];

/// What every part of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Coupons {
    pub(crate) db: Db,
    pub(crate) world: World,
}

/// The service.
pub fn service() -> Definition {
    Definition::new("coupons", start).migrations(MIGRATIONS).publishes(PUBLISHES)
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let coupons = Coupons { db: context.db.clone(), world: context.world.clone() };
    Ok(Running::new()
        .routes(api::routes(coupons.clone()))
        .hears(events::subscriptions())
        .answers(facts::answers(&coupons)))
}
