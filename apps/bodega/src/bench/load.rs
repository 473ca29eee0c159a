//! Shoppers who buy in a closed loop: each its next order when the last one is answered, or confirmed.

use super::{
    buyer::{Accepted, Buyer, Carts},
    goods::{self, Goods, PLENTY},
    ground::OpenShop,
};
use bodega_kernel::{Role, World};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// What is on sale; shoppers spread over it.
pub(super) const GOODS: Goods = Goods { products: 500, description: 200, pieces: PLENTY };
/// Customers with an account.
const CUSTOMERS: usize = 8;
/// Of so many shoppers one is logged in and earns points.
const ONE_LOGGED_IN: usize = 4;

/// A crowd of shoppers.
#[derive(Clone)]
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) world: World,
    pub(super) carts: Arc<Carts>,
    /// Access tokens; empty where all are guests.
    pub(super) logins: Arc<[String]>,
    pub(super) shoppers: usize,
    /// Whether each waits until its order is confirmed.
    pub(super) wait: bool,
    /// Whether each fills a cart first, and checks it out then.
    pub(super) by_cart: bool,
}

/// What a crowd bought.
#[derive(Debug, Default)]
pub(super) struct Purchases {
    /// Of each order: from the first request to the last answer.
    pub(super) latencies_ms: Vec<f64>,
    /// How often the shop was too busy to answer.
    pub(super) turned_away: usize,
    last: Option<(usize, Accepted)>,
}

impl Load {
    /// Fills a shop with products, stock, a code and customers, for so many shoppers.
    pub(super) async fn prepare(open: &OpenShop, shoppers: usize) -> anyhow::Result<Self> {
        GOODS.import(&open.staff).await?;
        goods::make_code(&open.staff).await?;
        let mut logins = Vec::new();
        for customer in 0..CUSTOMERS.min(shoppers / ONE_LOGGED_IN) {
            logins.push(open.log_in(&format!("customer-{customer}@bench.invalid"), Role::Customer).await?);
        }
        open.settle().await?;
        Ok(Self {
            address: open.address,
            world: open.shop.world.clone(),
            carts: Arc::new(Carts::of_products(GOODS.products).at_once(open.address).await?),
            logins: logins.into(),
            shoppers,
            wait: false,
            by_cart: false,
        })
    }

    /// The `number`th shopper, connected.
    pub(super) async fn buyer(&self, number: usize) -> anyhow::Result<Buyer> {
        let is_customer = number % ONE_LOGGED_IN == ONE_LOGGED_IN - 1 && !self.logins.is_empty();
        let login = is_customer.then(|| &self.logins[number / ONE_LOGGED_IN % self.logins.len()]);
        Buyer::connect(self.address, login).await
    }

    /// Buys for so long; `started` is when, so that connecting does not count.
    pub(super) async fn buy_for(&self, span: Duration) -> anyhow::Result<(Instant, Purchases)> {
        let mut buyers = Vec::with_capacity(self.shoppers);
        for number in 0..self.shoppers {
            buyers.push(self.buyer(number).await?);
        }
        let started = Instant::now();
        let buying = buyers.into_iter().enumerate().map(|(number, buyer)| {
            let load = self.clone();
            tokio::spawn(async move { load.buy_until(buyer, number, started + span).await })
        });
        let mut all = Purchases::default();
        for one in buying.collect::<Vec<_>>() {
            let one = one.await??;
            all.latencies_ms.extend(one.latencies_ms);
            all.turned_away += one.turned_away;
            all.last = one.last.or(all.last);
        }
        Ok((started, all))
    }

    async fn buy_until(&self, mut buyer: Buyer, number: usize, end: Instant) -> anyhow::Result<Purchases> {
        let mut purchases = Purchases::default();
        while Instant::now() < end {
            let cart = self.carts.pick(number, purchases.latencies_ms.len());
            let asked = Instant::now();
            let key = self.world.uuid().to_string();
            let order = if self.by_cart { buyer.buy_by_cart(cart, &key).await? } else { buyer.buy(cart, &key).await? };
            if self.wait {
                buyer.wait(&order).await?;
            }
            purchases.latencies_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
            purchases.last = Some((number, order));
        }
        purchases.turned_away = buyer.turned_away;
        Ok(purchases)
    }

    /// Makes sure that the last order is confirmed.
    pub(super) async fn check(&self, purchases: &Purchases) -> anyhow::Result<()> {
        let Some((number, order)) = &purchases.last else { return Ok(()) };
        self.buyer(*number).await?.wait(order).await
    }
}
