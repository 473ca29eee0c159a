//! One shopper who buys: in one request, or by a cart with everything in one and its checkout in another.

use super::{
    connection::{Connection, Reply},
    goods,
};
use anyhow::{Context as _, ensure};
use axum::{
    body::Bytes,
    http::{Method, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// Of so many orders one comes with a code.
const ONE_WITH_A_CODE: usize = 5;
/// Lines of a cart.
const LINES: usize = 3;

/// The carts that are filled: bodies of requests, made once.
#[derive(Debug)]
pub(super) struct Carts {
    plain: Vec<Bytes>,
    with_code: Vec<Bytes>,
}

/// An order that the shop has answered for.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Accepted {
    order_id: String,
    order_token: Option<String>,
}

#[derive(Deserialize)]
struct Made {
    id: String,
    token: Option<String>,
}

impl Carts {
    /// Three different lines of so many products; every fifth cart has a code.
    pub(super) fn of_products(products: usize) -> Self {
        let lines = |first: usize| (0..LINES).map(|line| goods::sku((first + line * 7) % products)).collect::<Vec<_>>();
        let carts = |code: Option<&str>| (0..products).map(|first| body(&lines(first), code)).collect();
        Self { plain: carts(None), with_code: carts(Some(goods::CODE)) }
    }

    /// One piece of one article.
    pub(super) fn of_one(sku: &str) -> Self {
        let cart = vec![body(&[sku.to_owned()], None)];
        Self { plain: cart.clone(), with_code: cart }
    }

    /// To be bought in one request: each says how it is paid and what it costs, which the shop is asked for. All with a code cost
    /// the same, and all without.
    pub(super) async fn at_once(mut self, address: SocketAddr) -> anyhow::Result<Self> {
        let mut buyer = Buyer::connect(address, None).await?;
        for carts in [&mut self.plain, &mut self.with_code] {
            let Some(first) = carts.first() else { continue };
            let total = buyer.ask_total(purchase(first, &json!({"amount": 0, "currency": "GBP"}))?).await?;
            *carts = carts.iter().map(|cart| purchase(cart, &total)).collect::<anyhow::Result<_>>()?;
        }
        Ok(self)
    }

    /// The cart of somebody's `number`th order; neighbours buy different things.
    pub(super) fn pick(&self, shopper: usize, number: usize) -> Bytes {
        let carts = if (shopper + number).is_multiple_of(ONE_WITH_A_CODE) { &self.with_code } else { &self.plain };
        carts.get((shopper * 31 + number * 17) % carts.len().max(1)).cloned().unwrap_or_default()
    }
}

fn body(skus: &[String], code: Option<&str>) -> Bytes {
    let lines: Vec<Value> = skus.iter().map(|sku| json!({"sku": sku, "quantity": 1})).collect();
    let mut cart = json!({
        "lines": lines,
        "email": "shopper@example.com",
        "shipping_address": {"name": "A Shopper", "line1": "1 High Street", "city": "London", "postal_code": "N1 1AA", "country": "GB"},
        "shipping_method": "standard",
    });
    if let Some(code) = code {
        cart["coupon_code"] = json!(code);
    }
    Bytes::from(cart.to_string())
}

/// The same cart with all that buying it takes.
fn purchase(cart: &Bytes, total: &Value) -> anyhow::Result<Bytes> {
    let mut purchase: Value = serde_json::from_slice(cart)?;
    (purchase["payment_method"], purchase["total"]) = (json!("sim_success"), total.clone());
    Ok(Bytes::from(purchase.to_string()))
}

/// How often a shop that is busy is asked again, and after which pause.
const TRIES: usize = 200;
const PAUSE: Duration = Duration::from_millis(20);

/// A shopper with a connection.
pub(super) struct Buyer {
    pub(super) connection: Connection,
    /// `Bearer …` of somebody who is logged in.
    login: Option<String>,
    /// How often the shop was too busy.
    pub(super) turned_away: usize,
}

impl Buyer {
    /// A guest, or the holder of an access token.
    pub(super) async fn connect(address: SocketAddr, token: Option<&String>) -> anyhow::Result<Self> {
        let login = token.map(|token| format!("Bearer {token}"));
        Ok(Self { connection: Connection::open(address).await?, login, turned_away: 0 })
    }

    /// Buys what is in `cart`, see [`Carts::at_once`]; `key` names the purchase.
    pub(super) async fn buy(&mut self, cart: Bytes, key: &str) -> anyhow::Result<Accepted> {
        let reply = self.send(Method::POST, "/v1/checkouts", &[("idempotency-key", key)], cart).await?;
        reply.json(StatusCode::ACCEPTED).context("POST /v1/checkouts")
    }

    /// The same by a cart that is filled and checked out.
    pub(super) async fn buy_by_cart(&mut self, cart: Bytes, key: &str) -> anyhow::Result<Accepted> {
        let made = self.fill(cart).await.context("POST /v1/carts")?;
        self.check_out(&made, key).await.context("POST /v1/carts/{id}/checkout")
    }

    /// What it costs in all.
    async fn ask_total(&mut self, purchase: Bytes) -> anyhow::Result<Value> {
        let key = "what-does-it-cost-in-all";
        let reply = self.send(Method::POST, "/v1/checkouts", &[("idempotency-key", key)], purchase).await?;
        let refusal: Value = reply.json(StatusCode::CONFLICT).context("POST /v1/checkouts")?;
        Ok(refusal["total"].clone())
    }

    /// How long it took to fill a cart, and to check it out.
    pub(super) async fn buy_in_steps(
        &mut self,
        cart: Bytes,
        key: &str,
        pause: Duration,
    ) -> anyhow::Result<[Duration; 2]> {
        let asked = Instant::now();
        let made = self.fill(cart).await.context("POST /v1/carts")?;
        let filled = asked.elapsed();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let asked = Instant::now();
        self.check_out(&made, key).await.context("POST /v1/carts/{id}/checkout")?;
        Ok([filled, asked.elapsed()])
    }

    async fn fill(&mut self, cart: Bytes) -> anyhow::Result<Made> {
        self.send(Method::POST, "/v1/carts", &[], cart).await?.json(StatusCode::CREATED)
    }

    async fn check_out(&mut self, made: &Made, key: &str) -> anyhow::Result<Accepted> {
        let mut headers = vec![("idempotency-key", key)];
        headers.extend(made.token.as_deref().map(|token| ("x-cart-token", token)));
        let path = format!("/v1/carts/{}/checkout", made.id);
        let body = Bytes::from_static(br#"{"payment_method":"sim_success"}"#);
        self.send(Method::POST, &path, &headers, body).await?.json(StatusCode::ACCEPTED)
    }

    /// Waits until an order is confirmed.
    pub(super) async fn wait(&mut self, order: &Accepted) -> anyhow::Result<()> {
        let path = format!("/v1/orders/{}?wait=confirmed&timeout=30", order.order_id);
        let mut headers: Vec<(&'static str, &str)> = Vec::new();
        headers.extend(order.order_token.as_deref().map(|token| ("x-order-token", token)));
        let order: Value = self.send(Method::GET, &path, &headers, Bytes::new()).await?.json(StatusCode::OK)?;
        ensure!(order["status"] == "confirmed", "an order ended {}", order["status"]);
        Ok(())
    }
    /// As whoever is logged in; again after a moment where the shop is busy.
    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Reply> {
        let login = self.login.as_deref().map(|login| ("authorization", login));
        let headers: Vec<(&'static str, &str)> = headers.iter().copied().chain(login).collect();
        for _ in 1..TRIES {
            let reply = self.connection.send(method.clone(), path, &headers, body.clone()).await?;
            if !matches!(reply.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                return Ok(reply);
            }
            self.turned_away += 1;
            tokio::time::sleep(PAUSE).await;
        }
        self.connection.send(method, path, &headers, body).await
    }
}
