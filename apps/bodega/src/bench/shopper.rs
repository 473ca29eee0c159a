//! One keep-alive shopper, with as little code of its own as HTTP allows.

use anyhow::{Context as _, ensure};
use axum::{body::Bytes, http::Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;

pub(super) struct Shopper {
    connection: SendRequest<Full<Bytes>>,
    host: String,
}

impl Shopper {
    pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Self { connection, host: address.to_string() })
    }

    /// Fills a cart in one request and checks it out in another; the order's id and token.
    pub(super) async fn buy(&mut self, cart: &Bytes, key: &str) -> anyhow::Result<(String, String)> {
        let made = self.call("POST", "/v1/carts", cart.clone(), &[]).await?;
        let id = made["id"].as_str().context("no cart id")?;
        let token = made["token"].as_str().context("no cart token")?;
        let body = Bytes::from_static(br#"{"payment_method":"sim_success"}"#);
        let headers = [("x-cart-token", token), ("idempotency-key", key)];
        let order = self.call("POST", &format!("/v1/carts/{id}/checkout"), body, &headers).await?;
        let text = |key: &str| order[key].as_str().map(str::to_owned).context("no order");
        Ok((text("order_id")?, text("order_token")?))
    }

    /// Waits until an order is confirmed.
    pub(super) async fn wait(&mut self, order: &(String, String)) -> anyhow::Result<Value> {
        let path = format!("/v1/orders/{}?wait=confirmed&timeout=30", order.0);
        self.call("GET", &path, Bytes::new(), &[("x-order-token", &order.1)]).await
    }

    async fn call(&mut self, method: &str, path: &str, body: Bytes, headers: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.connection.ready().await?;
        let answer = self.connection.send_request(request.body(Full::new(body))?).await?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{path} answered {status}: {}", String::from_utf8_lossy(&bytes));
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// A cart of three different products with an address.
pub(super) fn cart(first: usize, products: usize) -> Bytes {
    let lines: Vec<Value> = (0..3).map(|line| json!({"sku": sku((first + line) % products), "quantity": 1})).collect();
    let cart = json!({
        "lines": lines,
        "email": "shopper@example.com",
        "shipping_address": {"name": "A Shopper", "line1": "1 High Street", "city": "London", "postal_code": "N1 1AA", "country": "GB"},
        "shipping_method": "standard",
    });
    Bytes::from(cart.to_string())
}

/// The SKU of a product of the bench.
pub(super) fn sku(product: usize) -> String {
    format!("BENCH-{product:04}")
}
