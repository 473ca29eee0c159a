//! Inventory: what is there, what is held for orders that wait for their money, what belongs to paid ones.
//!
//! Owns locations, stock per SKU and location, the ledger of its movements and the reservations of orders. Asks nobody.
//! Hears `product.stocked` (the first stock of what an import brings), `order.placed` (holds all of an order or nothing),
//! `order.confirmed` (the hold becomes an allocation), `order.cancelled` (what has not left comes back, and a tombstone
//! stays), `shipment.dispatched` and `fulfilment.collected` (goods left), `return.received` (goods came back). Publishes
//! the answers, `stock.*`, one `stock.changed` for each SKU it moved, and `stock.low`.
//! Whatever order those facts arrive in, an order ends in the same state and no unit is promised twice.

mod api;
mod clients;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod settings;
mod store;
mod views;

use bodega_contracts::inventory::{
    StockAllocated, StockChanged, StockHoldExpired, StockLow, StockRejected, StockReleased, StockReserved,
    StockUnavailable,
};
use bodega_db::{Db, Migration};
use bodega_kernel::Event;
use bodega_service::{Context, Definition, Running};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::Notify;

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_stock", sql: include_str!("migrations/0001_stock.sql") },
    Migration { name: "0002_openings", sql: include_str!("migrations/0002_openings.sql") },
    Migration { name: "0003_departures", sql: include_str!("migrations/0003_departures.sql") },
    Migration { name: "0004_returns", sql: include_str!("migrations/0004_returns.sql") },
    Migration { name: "0005_locations", sql: include_str!("migrations/0005_locations.sql") },
    Migration { name: "0006_policies", sql: include_str!("migrations/0006_policies.sql") },
    Migration { name: "0007_transfers", sql: include_str!("migrations/0007_transfers.sql") },
    Migration { name: "0008_sources", sql: include_str!("migrations/0008_sources.sql") },
    Migration { name: "0009_homes", sql: include_str!("migrations/0009_homes.sql") },
    Migration { name: "0010_ledger", sql: include_str!("migrations/0010_ledger.sql") },
    Migration { name: "0011_finding", sql: include_str!("migrations/0011_finding.sql") },
];

const PUBLISHES: &[&str] = &[
    StockAllocated::TYPE,
    StockChanged::TYPE,
    StockHoldExpired::TYPE,
    StockLow::TYPE,
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
    /// What the last turn at the stock left.
    pub(crate) remembered: Arc<store::Remembered>,
    /// Other systems that say how much is there, by name.
    pub(crate) sources: Arc<BTreeMap<String, settings::Source>>,
    /// Rung when a location was opened or closed.
    pub(crate) changed: Arc<Notify>,
}

/// The inventory service.
pub fn service() -> Definition {
    Definition::new("inventory", start).migrations(MIGRATIONS).publishes(PUBLISHES)
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let sources = Arc::new(settings::sources(&context.settings)?);
    let hold_for = jobs::hold_for(&context.settings);
    let inventory =
        Inventory { db: context.db.clone(), hold_for, remembered: Arc::default(), sources, changed: Arc::default() };
    let running = Running::new()
        .routes(api::routes(inventory.clone()))
        .hears(events::subscriptions(&inventory))
        .answers(facts::answers(&inventory))
        .job(jobs::expire_holds(&inventory))
        .job(jobs::retell(&inventory))
        .job(jobs::forget_mismatches(&inventory));
    if inventory.sources.is_empty() {
        return Ok(running);
    }
    Ok(running.job(jobs::poll_sources(&inventory)).job(jobs::compare_sources(&inventory)))
}
