//! A shop in this process, on either database, listening on a port of its own.

use anyhow::{Context as _, ensure};
use bodega::{
    Shop, admin,
    client::{Answer, Headers, ShopClient},
    verify::{Report, Strictness, verify},
};
use bodega_contracts::{CartId, OrderId};
use bodega_kernel::{Role, World};
use bodega_service::Mode;
use bodega_settings::Settings;
use bodega_testkit::{Backend, Home};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A shop in this process.
pub struct TestShop {
    /// The shop itself.
    pub shop: Shop,
    /// Where it listens.
    pub url: String,
    /// Nobody in particular.
    pub guest: ShopClient,
    /// A member of staff.
    pub staff: ShopClient,
    /// Where its data is.
    pub home: Home,
    serving: JoinHandle<anyhow::Result<()>>,
}

/// What a shopper has after a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The cart.
    pub cart_id: CartId,
    /// The order.
    pub order_id: OrderId,
    /// The guest's key to it.
    pub order_token: String,
}

/// An address that any shop delivers to.
pub fn address() -> Value {
    json!({"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 1AA", "country": "GB"})
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
        let shop = Shop::open(settings, World::system(), Mode::Run).await?;
        let (url, serving) = shop.serve_here().await?;
        let guest = ShopClient::new(&url, None)?;
        admin::create_user(&shop, "staff@example.com", "lantern orchard harbour", Role::Admin).await?;
        let staff = guest.log_in("staff@example.com", "lantern orchard harbour").await?;
        Ok(Self { shop, url, guest, staff, home, serving })
    }

    /// Puts a product on sale and receives pieces of it, and waits until carts know it.
    pub async fn sell(&self, sku: &str, pence: i64, pieces: i64) -> anyhow::Result<()> {
        sell(&self.staff, sku, pence, pieces).await?;
        self.settle().await
    }

    /// A guest's cart with these lines, everything filled in: its id and token.
    pub async fn cart(&self, lines: &[(&str, i64)]) -> anyhow::Result<(CartId, String)> {
        cart(&self.guest, lines).await
    }

    /// Checks a cart out.
    pub async fn checkout(&self, cart: &(CartId, String), method: &str, key: &str) -> anyhow::Result<Answer> {
        let headers = Headers { key: Some(key), cart: Some(&cart.1), order: None };
        let body = json!({"payment_method": method});
        self.guest.call(Method::POST, &format!("/v1/carts/{}/checkout", cart.0), headers, Some(&body)).await
    }

    /// A guest buys.
    pub async fn buy(&self, lines: &[(&str, i64)], method: &str) -> anyhow::Result<Bought> {
        let cart = self.cart(lines).await?;
        let key = cart.0.to_string();
        let answer = self.checkout(&cart, method, &key).await?.ok("checkout")?;
        bought(cart.0, &answer)
    }

    /// The order once it reached this status, a later or a terminal one.
    pub async fn wait(&self, bought: &Bought, status: &str) -> anyhow::Result<Value> {
        let headers = Headers { order: Some(&bought.order_token), ..Headers::default() };
        self.guest.get(&format!("/v1/orders/{}?wait={status}&timeout=20", bought.order_id), headers).await
    }

    /// The order as its guest sees it.
    pub async fn order(&self, bought: &Bought) -> anyhow::Result<Value> {
        let headers = Headers { order: Some(&bought.order_token), ..Headers::default() };
        self.guest.get(&format!("/v1/orders/{}", bought.order_id), headers).await
    }

    /// A guest writes to their order.
    pub async fn write_order(&self, bought: &Bought, what: &str, body: &Value, key: &str) -> anyhow::Result<Answer> {
        let headers = Headers { key: Some(key), order: Some(&bought.order_token), cart: None };
        self.guest.call(Method::POST, &format!("/v1/orders/{}/{what}", bought.order_id), headers, Some(body)).await
    }

    /// What is on hand, held, allocated and available of a SKU.
    pub async fn stock(&self, sku: &str) -> anyhow::Result<Value> {
        self.staff.get(&format!("/v1/stock/{sku}"), Headers::default()).await
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

pub(crate) async fn sell(staff: &ShopClient, sku: &str, pence: i64, pieces: i64) -> anyhow::Result<()> {
    let product = json!({
        "name": format!("The {sku}"),
        "slug": sku.to_lowercase(),
        "status": "active",
        "variants": [{"sku": sku, "price": {"amount": pence, "currency": "GBP"}, "stocked": true}],
    });
    staff.post("/v1/products", &product, None).await?;
    if pieces > 0 {
        let movement = json!({"sku": sku, "kind": "receive", "quantity": pieces, "reason": "test"});
        staff.post("/v1/stock/movements", &movement, None).await?;
    }
    Ok(())
}

pub(crate) async fn cart(guest: &ShopClient, lines: &[(&str, i64)]) -> anyhow::Result<(CartId, String)> {
    let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    let body = json!({"lines": lines, "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard"});
    let made = guest.post("/v1/carts", &body, None).await?;
    let id = made["id"].as_str().context("a cart without an id")?.parse()?;
    Ok((id, made["token"].as_str().context("a cart without a token")?.to_owned()))
}

pub(crate) fn bought(cart_id: CartId, answer: &Value) -> anyhow::Result<Bought> {
    Ok(Bought {
        cart_id,
        order_id: answer["order_id"].as_str().context("no order id")?.parse()?,
        order_token: answer["order_token"].as_str().context("no order token")?.to_owned(),
    })
}
