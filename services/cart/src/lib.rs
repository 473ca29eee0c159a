//! The cart: what shoppers mean to buy, at present prices, until it becomes an order.
//!
//! Owns carts, checkouts and order numbers, and read models of prices, stock, promotions, ways of shipping, markets, taxes and
//! customers' groups. Asks coupons what a code is, rewards what a customer can spend, payments what gift cards and store credit
//! hold, identity where a customer is written to; at checkout nobody. Publishes `cart.checked_out`, and `cart.abandoned` of those
//! left behind whose shoppers want to be reminded. A shopper never sends a price:
//! a line keeps the one that was shown last, and checkout refuses where it is not the present one, or where the present one may
//! not be known. Only staff say prices, in drafts, which nobody else opens.

mod api;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod store;
mod views;

use crate::{
    flows::{Command, Memory, Numbers, Outcome, Prices, decide},
    model::{Shop, of_settings},
};
use bodega_contracts::cart::{CartAbandoned, CartCheckedOut};
use bodega_db::{Db, Lane, Migration, Tx};
use bodega_kernel::{Currency, Event, World};
use bodega_rpc::Client;
use bodega_service::{Context, Definition, Running};
use bodega_web::GuestKeys;
use std::{sync::Arc, time::Duration};

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_carts", sql: include_str!("migrations/0001_carts.sql") },
    Migration { name: "0002_promotions", sql: include_str!("migrations/0002_promotions.sql") },
    Migration { name: "0003_methods", sql: include_str!("migrations/0003_methods.sql") },
    Migration { name: "0004_markets", sql: include_str!("migrations/0004_markets.sql") },
    Migration { name: "0005_reminders", sql: include_str!("migrations/0005_reminders.sql") },
    Migration { name: "0006_lighter_checkouts", sql: include_str!("migrations/0006_lighter_checkouts.sql") },
];

/// What every request needs. Cheap to clone.
#[derive(Clone)]
struct Carts {
    db: Db,
    world: World,
    rpc: Client,
    guests: GuestKeys,
    shop: Arc<Shop>,
    lane: Lane<Arc<Command>, Outcome>,
    numbers: Numbers,
    prices: Prices,
}

/// The service.
pub fn service() -> Definition {
    Definition::new("cart", start).migrations(MIGRATIONS).publishes(&[CartAbandoned::TYPE, CartCheckedOut::TYPE])
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let shop = &context.settings.shop;
    let shop = Arc::new(Shop {
        currency: Currency::new(&shop.currency)?,
        country: shop.country.clone(),
        prices_include_tax: shop.prices_include_tax,
        methods: shop.shipping_methods.iter().map(|method| of_settings(method, shop.tax_rate_bp)).collect(),
    });
    let prices = Prices::new(Duration::from_secs(context.settings.cart.prices_stale_after_seconds));
    let memory = if context.db.has_one_owner() {
        context.db.write(async |tx: &mut Tx| store::keep_stamp(tx).await).await?;
        Memory::kept()
    } else {
        Memory::default()
    };
    let shop_of_lane = Arc::clone(&shop);
    let remind_after = Duration::from_hours(context.settings.cart.remind_after_hours);
    let carts = Carts {
        lane: context
            .db
            .lane(async move |tx: &mut Tx, batch: &[Arc<Command>]| decide((&shop_of_lane, &memory), tx, batch).await),
        db: context.db,
        world: context.world,
        rpc: context.rpc,
        guests: context.guests,
        shop,
        numbers: Numbers::default(),
        prices,
    };
    let mut running = Running::new()
        .answers(api::with_questions(facts::answers(&carts), &carts))
        .hears(events::subscriptions(&carts.prices, &carts.shop, &carts.numbers))
        .job(jobs::forget_carts(&carts.db));
    if !remind_after.is_zero() {
        running = running.job(jobs::remind_shoppers(&carts.db, remind_after));
    }
    Ok(running.routes(api::routes(carts)))
}
