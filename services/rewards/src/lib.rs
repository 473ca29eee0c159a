//! Rewards: points that customers earn by buying and spend on buying.
//!
//! Owns an account for each customer, the ledger of all that moved it, what each order spends and earns, and the lots
//! that points expire by. Asks nobody. Hears `order.placed` (holds the points it spends or refuses them),
//! `order.confirmed` (held becomes spent; the order earns pending points), `order.completed` (pending becomes
//! spendable), `order.cancelled` (all comes back, and a tombstone stays) and `payment.refunded` (what was earned is taken
//! back in proportion). Publishes `points.*`, and `reward.granted` for whoever reaches a tier. Whatever order those facts
//! arrive in, an order ends in the same state and no point is spent twice.

mod api;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod settings;
mod store;
mod views;

use bodega_contracts::rewards::{
    PointsEarned, PointsPending, PointsRejected, PointsReleased, PointsReserved, PointsReversed, PointsSpent,
    RewardGranted,
};
use bodega_db::{Db, Migration};
use bodega_kernel::{Event, World};
use bodega_service::{Context, Definition, Running};
use model::Rules;
use std::sync::Arc;

const MIGRATIONS: &[Migration] = &[Migration { name: "0001_points", sql: include_str!("migrations/0001_points.sql") }];

const PUBLISHES: &[&str] = &[
    PointsEarned::TYPE,
    PointsPending::TYPE,
    PointsRejected::TYPE,
    PointsReleased::TYPE,
    PointsReserved::TYPE,
    PointsReversed::TYPE,
    PointsSpent::TYPE,
    RewardGranted::TYPE,
];

/// What every part of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Rewards {
    pub(crate) db: Db,
    pub(crate) world: World,
    pub(crate) rules: Arc<Rules>,
}

/// The rewards service.
pub fn service() -> Definition {
    Definition::new("rewards", start).migrations(MIGRATIONS).publishes(PUBLISHES)
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let rules = Arc::new(settings::rules(&context.settings)?);
    let rewards = Rewards { db: context.db.clone(), world: context.world.clone(), rules };
    Ok(Running::new()
        .routes(api::routes(rewards.clone()))
        .hears(events::subscriptions(&rewards))
        .answers(facts::answers(&rewards))
        .job(jobs::expire_points(&rewards)))
}
