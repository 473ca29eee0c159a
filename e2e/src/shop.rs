//! A shop in this process, in any shape, listening on a port of its own.

use crate::{
    Ahead, Shape,
    doors::{Bought, Doors},
    part::{self, Part},
};
use anyhow::{Context as _, ensure};
use bodega::{
    Shop, admin,
    client::{Answer, Headers, ShopClient},
    verify::{Books, Report, Strictness, verify},
};
use bodega_contracts::CartId;
use bodega_kernel::{Role, SystemRandom, World};
use bodega_service::Hosted;
use bodega_settings::Settings;
use bodega_testkit::Home;
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "lantern orchard harbour";
/// Longest time for a shop to come to rest.
const PATIENCE: Duration = Duration::from_secs(30);
/// The check that every event reached every subscriber.
const DELIVERY: &str = "V9";

/// A shop in this process.
pub struct TestShop {
    /// Where it listens.
    pub url: String,
    /// Its one door.
    pub doors: Doors,
    /// Nobody in particular.
    pub guest: ShopClient,
    /// A member of staff.
    pub staff: ShopClient,
    /// The part with the gateway first.
    parts: Vec<Part>,
    /// Where its data is.
    pub home: Home,
    clock: Ahead,
}

impl TestShop {
    /// A fresh shop.
    pub async fn start(shape: impl Into<Shape>) -> anyhow::Result<Self> {
        let shape = shape.into();
        let home = shape.home();
        let settings = shape.settings(&home);
        Self::open(home, settings).await
    }

    /// A shop in a home that may hold one already. Whether it is whole or apart is in the settings.
    pub async fn open(home: Home, settings: Settings) -> anyhow::Result<Self> {
        let clock = Ahead::default();
        let world = World::new(Arc::new(clock.clone()), Arc::new(SystemRandom));
        let parts = part::start(settings, world).await?;
        let identity = parts.iter().find(|part| part.shop.host.service("identity").is_some());
        admin::create_user(&identity.context("nobody knows people")?.shop, EMAIL, PASSWORD, Role::Admin).await?;
        let url = parts[0].url.clone();
        let doors = Doors::open(&[&url], EMAIL, PASSWORD).await?;
        let (guest, staff) = (doors.guest(0).clone(), doors.staff(0).clone());
        Ok(Self { url, doors, guest, staff, parts, home, clock })
    }

    /// What has the gateway: the whole shop, where it is not apart.
    pub fn shop(&self) -> &Shop {
        &self.parts[0].shop
    }

    /// A service of it, wherever it runs.
    pub fn service(&self, name: &str) -> anyhow::Result<&Hosted> {
        let service = self.parts.iter().find_map(|part| part.shop.host.service(name));
        service.with_context(|| format!("there is no service {name}"))
    }

    /// What every service says of its own database.
    pub async fn books(&self) -> anyhow::Result<Books> {
        let host = &self.shop().host;
        Ok(Books::read(&host.rpc, &host.names()).await?)
    }

    /// Some time passes; staff log in again, because nobody stays logged in for long.
    pub async fn later(&mut self, span: Duration) -> anyhow::Result<()> {
        self.clock.advance(span);
        self.doors = Doors::open(&[&self.url], EMAIL, PASSWORD).await?;
        self.staff = self.doors.staff(0).clone();
        Ok(())
    }

    /// Puts a product on sale and receives pieces of it, and waits until carts know it.
    pub async fn sell(&self, sku: &str, pence: i64, pieces: i64) -> anyhow::Result<()> {
        self.doors.list(sku, pence, pieces).await?;
        self.settle().await
    }

    /// A guest's cart with these lines, everything filled in: its id and token.
    pub async fn cart(&self, lines: &[(&str, i64)]) -> anyhow::Result<(CartId, String)> {
        self.doors.cart(0, lines).await
    }

    /// Checks a cart out.
    pub async fn checkout(&self, cart: &(CartId, String), method: &str, key: &str) -> anyhow::Result<Answer> {
        self.doors.checkout(0, cart, method, key).await
    }

    /// A guest buys.
    pub async fn buy(&self, lines: &[(&str, i64)], method: &str) -> anyhow::Result<Bought> {
        self.doors.buy(0, lines, method).await
    }

    /// The order once it reached this status, a later or a terminal one.
    pub async fn wait(&self, bought: &Bought, status: &str) -> anyhow::Result<Value> {
        self.doors.wait(0, bought, status).await
    }

    /// The order as its guest sees it.
    pub async fn order(&self, bought: &Bought) -> anyhow::Result<Value> {
        self.doors.order(0, bought).await
    }

    /// A guest writes to their order.
    pub async fn write_order(&self, bought: &Bought, what: &str, body: &Value, key: &str) -> anyhow::Result<Answer> {
        self.doors.write_order(0, bought, what, body, key).await
    }

    /// What is on hand, held, allocated and available of a SKU.
    pub async fn stock(&self, sku: &str) -> anyhow::Result<Value> {
        // A log-in lasts for minutes, a long race for longer.
        let staff = self.guest.log_in(EMAIL, PASSWORD).await?;
        staff.get(&format!("/v1/stock/{sku}"), Headers::default()).await
    }

    /// Waits until every event is handled.
    pub async fn settle(&self) -> anyhow::Result<()> {
        if self.parts.len() == 1 {
            return self.shop().settle(PATIENCE).await;
        }
        let began = Instant::now();
        loop {
            let report = self.verify().await?;
            let Some(under_way) = report.checks.iter().find(|check| check.id == DELIVERY && !check.ok) else {
                return Ok(());
            };
            ensure!(began.elapsed() < PATIENCE, "events are still under way: {:?}", under_way.offenders);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn verify(&self) -> anyhow::Result<Report> {
        let host = &self.shop().host;
        Ok(verify(&host.rpc, &host.names(), Strictness::Strict).await?)
    }

    /// Checks the books of a shop that has come to rest; waits for what is still under way.
    pub async fn prove(&self) -> anyhow::Result<Report> {
        for _ in 0..100 {
            self.settle().await?;
            let report = self.verify().await?;
            if report.ok {
                return Ok(report);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let report = self.verify().await?;
        let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
        ensure!(report.ok, "the books do not agree: {failed:#?}");
        Ok(report)
    }
}
