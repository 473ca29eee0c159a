//! The doors of a shop: one, or one for each of its replicas. Whoever is number `n` comes in at door `n`; the doors take
//! turns.

use anyhow::{Context as _, bail, ensure};
use bodega::client::{Answer, Headers, ShopClient};
use bodega_contracts::{CartId, OrderId};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Requests of a crowd that are in flight at once.
const AT_ONCE: usize = 128;

/// Where shoppers and staff come in.
#[derive(Clone, Debug)]
pub struct Doors {
    guests: Vec<ShopClient>,
    staff: Vec<ShopClient>,
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

/// What everybody of a crowd comes to; many are at it at once.
pub async fn everybody<T, F: Future<Output = T>>(contenders: usize, one: impl Fn(usize) -> F) -> Vec<T> {
    stream::iter(0..contenders).map(one).buffer_unordered(AT_ONCE).collect().await
}

/// A cart of whoever this is with these lines, everything filled in and more: its id, and its token where a guest made it.
pub async fn cart_with(buyer: &ShopClient, lines: &[(&str, i64)], more: &Value) -> anyhow::Result<(CartId, String)> {
    let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    let mut body = json!({
        "lines": lines, "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    let made = buyer.post("/v1/carts", &body, None).await?;
    let id = made["id"].as_str().context("a cart without an id")?.parse()?;
    Ok((id, made["token"].as_str().unwrap_or_default().to_owned()))
}

/// Whoever this is checks a cart out.
pub async fn check_out(buyer: &ShopClient, cart: &(CartId, String), method: &str, key: &str) -> anyhow::Result<Answer> {
    let token = (!cart.1.is_empty()).then_some(cart.1.as_str());
    let headers = Headers { key: Some(key), cart: token, order: None };
    let body = json!({"payment_method": method});
    buyer.call(Method::POST, &format!("/v1/carts/{}/checkout", cart.0), headers, Some(&body)).await
}

/// Whoever this is checks a cart out and is to get an order.
pub async fn order_of(buyer: &ShopClient, cart: &(CartId, String), method: &str) -> anyhow::Result<Bought> {
    let answer = check_out(buyer, cart, method, &cart.0.to_string()).await?.ok("checkout")?;
    Bought::of(cart.0, &answer)
}

impl Bought {
    /// What a checkout answered.
    pub fn of(cart_id: CartId, answer: &Value) -> anyhow::Result<Self> {
        Ok(Self {
            cart_id,
            order_id: answer["order_id"].as_str().context("no order id")?.parse()?,
            order_token: answer["order_token"].as_str().context("no order token")?.to_owned(),
        })
    }
}

impl Doors {
    /// Those at these addresses, known to this member of staff.
    pub async fn open(urls: &[&str], email: &str, password: &str) -> anyhow::Result<Self> {
        let (mut guests, mut staff) = (Vec::new(), Vec::new());
        for url in urls {
            let guest = ShopClient::new(url, None)?;
            staff.push(guest.log_in(email, password).await?);
            guests.push(guest);
        }
        Ok(Self { guests, staff })
    }

    /// Nobody in particular, at their door.
    pub fn guest(&self, number: usize) -> &ShopClient {
        &self.guests[number % self.guests.len()]
    }

    /// A member of staff, at their door.
    pub fn staff(&self, number: usize) -> &ShopClient {
        &self.staff[number % self.staff.len()]
    }

    /// Puts a product on sale and receives pieces of it.
    pub async fn list(&self, sku: &str, pence: i64, pieces: i64) -> anyhow::Result<()> {
        let product = json!({
            "name": format!("The {sku}"),
            "slug": sku.to_lowercase(),
            "status": "active",
            "variants": [{"sku": sku, "price": {"amount": pence, "currency": "GBP"}, "stocked": true}],
        });
        self.staff(0).post("/v1/products", &product, None).await?;
        if pieces > 0 {
            let movement = json!({"sku": sku, "kind": "receive", "quantity": pieces, "reason": "test"});
            self.staff(0).post("/v1/stock/movements", &movement, None).await?;
        }
        Ok(())
    }

    /// The same, and waits until it can be put into a cart at every door.
    pub async fn sell(&self, sku: &str, pence: i64, pieces: i64) -> anyhow::Result<()> {
        self.list(sku, pence, pieces).await?;
        for number in 0..self.guests.len() {
            let mut tries = 0;
            while let Err(error) = self.cart(number, &[(sku, 1)]).await {
                tries += 1;
                ensure!(tries < 400, "carts never heard of {sku}: {error}");
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
        Ok(())
    }

    /// A guest's cart with these lines, everything filled in: its id and token.
    pub async fn cart(&self, number: usize, lines: &[(&str, i64)]) -> anyhow::Result<(CartId, String)> {
        cart_with(self.guest(number), lines, &json!({})).await
    }

    /// Checks a cart out.
    pub async fn checkout(
        &self,
        number: usize,
        cart: &(CartId, String),
        method: &str,
        key: &str,
    ) -> anyhow::Result<Answer> {
        check_out(self.guest(number), cart, method, key).await
    }

    /// A guest checks a cart out and is to get an order.
    pub async fn order_of(&self, number: usize, cart: &(CartId, String), method: &str) -> anyhow::Result<Bought> {
        order_of(self.guest(number), cart, method).await
    }

    /// A guest buys.
    pub async fn buy(&self, number: usize, lines: &[(&str, i64)], method: &str) -> anyhow::Result<Bought> {
        let cart = self.cart(number, lines).await?;
        self.order_of(number, &cart, method).await
    }

    /// The order as its guest sees it.
    pub async fn order(&self, number: usize, bought: &Bought) -> anyhow::Result<Value> {
        self.read(number, bought, "").await
    }

    /// The order once it reached this status, a later or a terminal one; as it is after 20 s if it does not.
    pub async fn wait(&self, number: usize, bought: &Bought, status: &str) -> anyhow::Result<Value> {
        self.read(number, bought, &format!("?wait={status}&timeout=20")).await
    }

    /// The order once it is in the first of these statuses, or in another of them.
    pub async fn reach(&self, number: usize, bought: &Bought, statuses: &[&str]) -> anyhow::Result<Value> {
        let first = statuses.first().context("no status to wait for")?;
        for _ in 0..12 {
            let order = self.wait(number, bought, first).await?;
            if order["status"].as_str().is_some_and(|status| statuses.contains(&status)) {
                return Ok(order);
            }
            // One that ended otherwise is answered at once.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("{statuses:?} was not reached: {:#}", self.order(number, bought).await?)
    }

    async fn read(&self, number: usize, bought: &Bought, query: &str) -> anyhow::Result<Value> {
        let headers = Headers { order: Some(&bought.order_token), ..Headers::default() };
        self.guest(number).get(&format!("/v1/orders/{}{query}", bought.order_id), headers).await
    }

    /// A guest writes to their order.
    pub async fn write_order(
        &self,
        number: usize,
        bought: &Bought,
        what: &str,
        body: &Value,
        key: &str,
    ) -> anyhow::Result<Answer> {
        let headers = Headers { key: Some(key), order: Some(&bought.order_token), cart: None };
        let path = format!("/v1/orders/{}/{what}", bought.order_id);
        self.guest(number).call(Method::POST, &path, headers, Some(body)).await
    }

    /// What is on hand, held, allocated and available of a SKU, as each door says.
    pub async fn stock(&self, number: usize, sku: &str) -> anyhow::Result<Value> {
        self.staff(number).get(&format!("/v1/stock/{sku}"), Headers::default()).await
    }

    /// Proves the books strictly at every door, once the shop has come to rest. For administrators.
    pub async fn prove(&self) -> anyhow::Result<()> {
        for staff in &self.staff {
            let mut tries = 0;
            loop {
                let report = staff.post("/v1/verify?strict=true", &json!({}), None).await?;
                if report["ok"] == true {
                    break;
                }
                tries += 1;
                ensure!(tries < 240, "the books do not agree: {report:#}");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
        Ok(())
    }
}
