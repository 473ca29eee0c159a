//! Prices that change while they are read, and how long the old ones are still seen.

use super::{
    connection::Connection,
    goods,
    ground::OpenShop,
    pairs::{quantile, sorted},
    tickets::Tickets,
    zipf::Dice,
};
use anyhow::{Context as _, ensure};
use axum::{
    body::Bytes,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

/// Changes a second.
const CHANGES: f64 = 100.0;
/// Who makes them, each of products of its own.
const EDITORS: usize = 4;
/// The products, the most wanted ones, whose prices change.
const CHANGED: usize = 400;
/// How long an old price may be seen.
const PATIENCE: Duration = Duration::from_secs(10);
/// Prices begin here, in minor units; each one is seen once.
const FIRST_PRICE: i64 = 10_000;

/// Changes prices as staff. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pricing {
    address: SocketAddr,
    login: Arc<str>,
    currency: Arc<str>,
    /// Ids of products, by number.
    ids: Arc<[String]>,
    next_price: Arc<AtomicI64>,
}

/// What was changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed {
    pub(super) count: usize,
    /// From the answer to a change until a read shows it.
    pub(super) stale_p50_ms: f64,
    pub(super) stale_p99_ms: f64,
}

impl Pricing {
    pub(super) async fn prepare(open: &OpenShop, products: usize) -> anyhow::Result<Self> {
        let mut connection = Connection::open(open.address).await?;
        let mut ids = Vec::new();
        for number in 0..products.min(CHANGED) {
            let product: Value = connection.get(&goods::page(number), &[]).await?.json(StatusCode::OK)?;
            ids.push(product["id"].as_str().context("a product without an id")?.to_owned());
        }
        Ok(Self {
            address: open.address,
            login: format!("Bearer {}", open.token).into(),
            currency: open.shop.settings.shop.currency.as_str().into(),
            ids: ids.into(),
            next_price: Arc::new(AtomicI64::new(FIRST_PRICE)),
        })
    }

    /// Changes a hundred prices a second for so long.
    pub(super) async fn change_for(self, span: Duration) -> anyhow::Result<Changed> {
        let tickets = Tickets::start(CHANGES, span);
        let editing = (0..EDITORS).map(|editor| tokio::spawn(self.clone().edit(editor, tickets.clone())));
        let mut stale_ms = Vec::new();
        for one in editing.collect::<Vec<_>>() {
            stale_ms.extend(one.await??);
        }
        let stale_ms = sorted(stale_ms.into_iter());
        let known = |share| quantile(&stale_ms, share).context("no price was changed");
        Ok(Changed { count: stale_ms.len(), stale_p50_ms: known(0.5)?, stale_p99_ms: known(0.99)? })
    }

    async fn edit(self, editor: usize, tickets: Tickets) -> anyhow::Result<Vec<f64>> {
        let mut connection = Connection::open(self.address).await?;
        let (mut dice, mut stale_ms) = (Dice(editor as u64), Vec::new());
        while tickets.take().await.is_some() {
            let number = dice.below(self.ids.len() / EDITORS) * EDITORS + editor;
            let price = self.next_price.fetch_add(1, Ordering::Relaxed);
            let variant = json!({"sku": goods::sku(number), "price": {"amount": price, "currency": &*self.currency}});
            let body = Bytes::from(json!({"variants": [variant]}).to_string());
            let path = format!("/v1/products/{}", self.ids[number]);
            let headers = [("authorization", &*self.login)];
            connection.send(Method::PATCH, &path, &headers, body).await?.check(StatusCode::OK)?;
            stale_ms.push(seen(&mut connection, number, price).await?);
        }
        Ok(stale_ms)
    }
}

/// Reads a product until it has this price: how long that took, in milliseconds.
async fn seen(connection: &mut Connection, number: usize, price: i64) -> anyhow::Result<f64> {
    let (changed, sign) = (Instant::now(), format!("\"amount\":{price},"));
    loop {
        let reply = connection.get(&goods::page(number), &[]).await?;
        reply.check(StatusCode::OK)?;
        if reply.body.windows(sign.len()).any(|bytes| bytes == sign.as_bytes()) {
            return Ok(changed.elapsed().as_secs_f64() * 1_000.0);
        }
        ensure!(changed.elapsed() < PATIENCE, "the price {price} of product {number} is not seen");
    }
}
