//! A shop in this process, on either database, listening on a port of its own.

use crate::{
    Ahead,
    doors::{Bought, Doors},
};
use anyhow::ensure;
use bodega::{
    Shop, admin,
    client::{Answer, Headers, ShopClient},
    verify::{Report, Strictness, verify},
};
use bodega_contracts::CartId;
use bodega_kernel::{Role, SystemRandom, World};
use bodega_service::Mode;
use bodega_settings::Settings;
use bodega_testkit::{Backend, Home};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;

const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "lantern orchard harbour";

/// A shop in this process.
pub struct TestShop {
    /// The shop itself.
    pub shop: Shop,
    /// Where it listens.
    pub url: String,
    /// Its one door.
    pub doors: Doors,
    /// Nobody in particular.
    pub guest: ShopClient,
    /// A member of staff.
    pub staff: ShopClient,
    /// Where its data is.
    pub home: Home,
    clock: Ahead,
    serving: JoinHandle<anyhow::Result<()>>,
}

impl TestShop {
    /// A fresh shop.
    pub async fn start(backend: Backend) -> anyhow::Result<Self> {
        let home = Home::new(backend);
        let settings = home.settings();
        Self::open(home, settings).await
    }

    /// A shop in a home that may hold one already.
    pub async fn open(home: Home, settings: Settings) -> anyhow::Result<Self> {
        let clock = Ahead::default();
        let world = World::new(Arc::new(clock.clone()), Arc::new(SystemRandom));
        let shop = Shop::open(settings, world, Mode::Run).await?;
        let (url, serving) = shop.serve_here().await?;
        admin::create_user(&shop, EMAIL, PASSWORD, Role::Admin).await?;
        let doors = Doors::open(&[&url], EMAIL, PASSWORD).await?;
        let (guest, staff) = (doors.guest(0).clone(), doors.staff(0).clone());
        Ok(Self { shop, url, doors, guest, staff, home, clock, serving })
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
        self.shop.settle(Duration::from_secs(30)).await
    }

    /// Checks the books of a shop that has come to rest; waits for what is still under way.
    pub async fn prove(&self) -> anyhow::Result<Report> {
        for _ in 0..100 {
            self.settle().await?;
            let report = verify(&self.shop.host.rpc, &self.shop.host.names(), Strictness::Strict).await?;
            if report.ok {
                return Ok(report);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let report = verify(&self.shop.host.rpc, &self.shop.host.names(), Strictness::Strict).await?;
        let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
        ensure!(report.ok, "the books do not agree: {failed:#?}");
        Ok(report)
    }
}

impl Drop for TestShop {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
