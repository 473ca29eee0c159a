//! Shipping: what is to be packed of paid orders, the parcels it leaves in, and the ways of shipping a cart may offer.
//!
//! Owns fulfilments, parcels, ways of shipping and the reports of carriers. Asks orders whose an order is and what its goods
//! are called, and catalog who sends (for labels). Hears `order.confirmed` (one fulfilment of what is stocked), `stock.allocated` (now it may be packed),
//! `order.stopping` (answers whether nothing has left), `order.cancelled`, `order.address_changed`, `payment.disputed` (nothing
//! leaves meanwhile), and of orders whose money is promised only `order.capture_due` with `payment.captured` or
//! `payment.capture_failed` (a parcel leaves when its money was taken). Publishes `fulfilment.*`, `shipment.*` and
//! `shipping_method.changed`. In whatever order those facts come, no piece leaves twice, and of a parcel and the wish to
//! stop the order exactly one is first.

mod api;
mod clients;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod pages;
mod store;
mod views;

use bodega_contracts::shipping::{
    FulfilmentCollected, FulfilmentOpened, FulfilmentReadyForPickup, FulfilmentStopped, FulfilmentUnderWay,
    ShipmentDelivered, ShipmentDispatched, ShipmentInTransit, ShipmentPacked, ShippingMethodChanged,
};
use bodega_db::{Db, Migration};
use bodega_kernel::{Currency, Event, World};
use bodega_rpc::Client;
use bodega_service::{Context, Definition, Running};
use bodega_web::{GuestKeys, ReportKey};
use clients::{Carriers, Post, ReportKeys, Simulator};
use flows::{Inbox, Received};
use std::sync::Arc;
use tokio::sync::Notify;

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_shipping", sql: include_str!("migrations/0001_shipping.sql") },
    Migration { name: "0002_simulator", sql: include_str!("migrations/0002_simulator.sql") },
    Migration { name: "0003_captures", sql: include_str!("migrations/0003_captures.sql") },
    Migration { name: "0004_lines", sql: include_str!("migrations/0004_lines.sql") },
];

/// What every part of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shipping {
    db: Db,
    world: World,
    rpc: Client,
    guests: GuestKeys,
    carriers: Carriers,
    inbox: Inbox,
    /// Its name, where the shop does not say who it is.
    shop: Arc<str>,
    /// Rung when a label is to be bought.
    wake: Arc<Notify>,
    /// Of all prices.
    currency: Currency,
    /// Tax on ways of shipping that say nothing else, basis points.
    tax_rate_bp: i64,
}

/// The shipping service.
pub fn service() -> Definition {
    Definition::new("shipping", start).migrations(MIGRATIONS).publishes(&[
        FulfilmentOpened::TYPE,
        FulfilmentStopped::TYPE,
        FulfilmentUnderWay::TYPE,
        FulfilmentReadyForPickup::TYPE,
        FulfilmentCollected::TYPE,
        ShipmentPacked::TYPE,
        ShipmentDispatched::TYPE,
        ShipmentInTransit::TYPE,
        ShipmentDelivered::TYPE,
        ShippingMethodChanged::TYPE,
    ])
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let shop = &context.settings.shop;
    let (db, world) = (context.db.clone(), context.world.clone());
    let keys = ReportKeys { simulator: simulator_key(&context) };
    let inbox = Inbox { db: db.clone(), world: world.clone(), keys: keys.clone() };
    let simulator = keys.simulator.clone().map(|key| Simulator::new(&db, key, post(&inbox)));
    let manual = is_on(&context, "manual");
    let shipping = Shipping {
        db,
        world,
        rpc: context.rpc.clone(),
        guests: context.guests.clone(),
        carriers: Carriers { manual, simulator },
        inbox,
        shop: shop.name.as_str().into(),
        wake: Arc::default(),
        currency: flows::currency(shop)?,
        tax_rate_bp: shop.tax_rate_bp,
    };
    flows::seed_methods(&shipping, shop).await?;
    let running = Running::new()
        .routes(api::routes(shipping.clone()))
        .hears(events::subscriptions())
        .answers(facts::answers(&shipping));
    Ok(jobs::all(&shipping).into_iter().fold(running, Running::job))
}

fn is_on(context: &Context, carrier: &str) -> bool {
    context.settings.shipping.carriers.iter().any(|name| name == carrier)
}

/// With what the simulated carrier signs, if it is on. Without a secret in the settings nobody but it can report.
fn simulator_key(context: &Context) -> Option<ReportKey> {
    let secret = context.settings.shipping.webhook_secret.as_bytes();
    is_on(context, "simulator").then(|| match secret {
        [] => ReportKey::new(&context.secrets.key("simulated carrier webhooks")),
        secret => ReportKey::new(secret),
    })
}

/// Takes the simulated carrier's reports through the same door as everybody's.
fn post(inbox: &Inbox) -> Post {
    let inbox = inbox.clone();
    Arc::new(move |signature, body| {
        let inbox = inbox.clone();
        Box::pin(async move {
            let received = Received { carrier: "simulator".to_owned(), signature: Some(signature), body };
            flows::receive_report(&inbox, received).await.is_ok()
        })
    })
}
