//! Inventory: what is there, what is held for orders that wait for their money, what belongs to paid ones.
//!
//! Owns stock per SKU, the ledger of its movements and the reservations of orders. Asks nobody. Hears `product.stocked`
//! (the first stock of what an import brings), `order.placed`
//! (holds all of an order or nothing), `order.confirmed` (the hold becomes an allocation), `order.cancelled` (what has not
//! left comes back, and a tombstone stays), `shipment.dispatched` and `fulfilment.collected` (goods left). Publishes the answers, `stock.*`, and one `stock.changed` for each SKU it moved.
//! Whatever order those facts arrive in, an order ends in the same state and no unit is promised twice.

mod api;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod store;

use bodega_contracts::inventory::{
    StockAllocated, StockChanged, StockHoldExpired, StockRejected, StockReleased, StockReserved, StockUnavailable,
};
use bodega_db::{Db, Migration};
use bodega_kernel::Event;
use bodega_service::{Context, Definition, Running};
use std::time::Duration;

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_stock", sql: include_str!("migrations/0001_stock.sql") },
    Migration { name: "0002_openings", sql: include_str!("migrations/0002_openings.sql") },
    Migration { name: "0003_departures", sql: include_str!("migrations/0003_departures.sql") },
];

const PUBLISHES: &[&str] = &[
    StockAllocated::TYPE,
    StockChanged::TYPE,
    StockHoldExpired::TYPE,
    StockRejected::TYPE,
    StockReleased::TYPE,
    StockReserved::TYPE,
    StockUnavailable::TYPE,
];

/// What every part of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Inventory {
    pub(crate) db: Db,
    /// How long goods are held for an order that is not paid.
    pub(crate) hold_for: Duration,
}

/// The inventory service.
pub fn service() -> Definition {
    Definition::new("inventory", start).migrations(MIGRATIONS).publishes(PUBLISHES)
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let inventory = Inventory { db: context.db.clone(), hold_for: jobs::hold_for(&context.settings) };
    Ok(Running::new()
        .routes(api::routes(inventory.clone()))
        .hears(events::subscriptions(&inventory))
        .answers(facts::answers(&inventory))
        .job(jobs::expire_holds(&inventory)))
}
