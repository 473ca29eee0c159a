//! A real shop's invoices, sold again through the public API.
//!
//! The invoice number is the idempotency key of its cart and of its checkout, so that a second replay adds nothing. At the
//! shop's prices each invoice is a shopper's cart; at those of the invoices it is a draft that staff place.

pub mod dataset;

use crate::client::{Headers, ShopClient};
use anyhow::{Context as _, ensure};
use dataset::{Dataset, Invoice, RetailProduct};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How often to ask for a product that was just listed.
const MAX_TRIES: u32 = 200;

/// What to sell, and how.
#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    /// The invoices.
    pub data: &'a Dataset,
    /// How many shoppers buy at once.
    pub shoppers: usize,
    /// At which prices.
    pub prices: Prices,
    /// Without a progress bar.
    pub quiet: bool,
}

/// At which prices a line is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// At what its product costs in the shop: the most frequent price of its code.
    Shop,
    /// At its own price, as it stands on the invoice.
    Invoice,
}

/// What came of it, as the shop answers, not as the files say.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Different orders.
    pub orders: usize,
    /// Those that ended confirmed.
    pub confirmed: usize,
    /// Units of all orders.
    pub units: i64,
    /// Products on sale.
    pub skus: usize,
    /// The sum of the orders' totals, as a decimal.
    pub revenue: String,
    /// Stocked products with exactly ten left.
    pub with_ten_left: usize,
    /// How long the selling took.
    pub seconds: f64,
    /// Orders a second, from the first cart to the last confirmation.
    pub orders_per_s: f64,
}

struct Sold {
    order_id: String,
    confirmed: bool,
    units: i64,
    pence: i64,
}

/// Puts the products on sale, receives their stock, and sells every invoice.
pub async fn sell(client: &ShopClient, sale: &Sale<'_>) -> anyhow::Result<Outcome> {
    list_products(client, sale).await?;
    receive_stock(client, sale).await?;
    let bar = bar(sale, sale.data.invoices.len(), "selling");
    let started = Instant::now();
    let sold: Vec<Sold> = stream::iter(&sale.data.invoices)
        .map(|invoice| async {
            let sold =
                sell_one(client, sale.prices, invoice).await.with_context(|| format!("invoice {}", invoice.number));
            bar.inc(1);
            sold
        })
        .buffer_unordered(sale.shoppers)
        .try_collect()
        .await?;
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let by_order: BTreeMap<&str, &Sold> = sold.iter().map(|sold| (sold.order_id.as_str(), sold)).collect();
    let pence: i64 = by_order.values().map(|sold| sold.pence).sum();
    Ok(Outcome {
        orders: by_order.len(),
        confirmed: by_order.values().filter(|sold| sold.confirmed).count(),
        units: by_order.values().map(|sold| sold.units).sum(),
        skus: sale.data.products.len(),
        revenue: format!("{}.{:02}", pence / 100, pence % 100),
        with_ten_left: with_ten_left(client).await?,
        seconds,
        orders_per_s: by_order.len() as f64 / seconds,
    })
}

fn bar(sale: &Sale<'_>, length: usize, what: &'static str) -> ProgressBar {
    if sale.quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:>8} [{wide_bar}] {pos}/{len} {eta}");
    let bar = ProgressBar::new(length as u64).with_message(what);
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

async fn list_products(client: &ShopClient, sale: &Sale<'_>) -> anyhow::Result<()> {
    let bar = bar(sale, sale.data.products.len(), "listing");
    stream::iter(&sale.data.products)
        .map(|product| async {
            let listed = list_product(client, product).await.with_context(|| format!("product {}", product.sku));
            bar.inc(1);
            listed
        })
        .buffer_unordered(sale.shoppers)
        .try_collect::<()>()
        .await?;
    bar.finish_and_clear();
    Ok(())
}

/// The slug spells a capital letter with an underscore before it, because codes differ by case alone.
fn slug(sku: &str) -> String {
    let mut slug = String::new();
    for letter in sku.chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'A'..='Z' => {
                slug.push_str("-u-");
                slug.push(letter.to_ascii_lowercase());
            }
            _ => slug.push('-'),
        }
    }
    format!("item-{}", slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
}

async fn list_product(client: &ShopClient, product: &RetailProduct) -> anyhow::Result<()> {
    let body = json!({
        "name": product.name,
        "slug": slug(product.sku.as_str()),
        "status": "active",
        "variants": [{
            "sku": product.sku,
            "price": {"amount": product.price, "currency": "GBP"},
            "stocked": product.stocked,
        }],
    });
    let key = format!("online-retail-product-{}", slug(product.sku.as_str()));
    let headers = Headers { key: Some(&key), ..Headers::default() };
    let answer = client.call(Method::POST, "/v1/products", headers, Some(&body)).await?;
    // A replay of long ago has listed it already.
    if answer.status == StatusCode::CONFLICT {
        return Ok(());
    }
    answer.ok("/v1/products").map(drop)
}

async fn receive_stock(client: &ShopClient, sale: &Sale<'_>) -> anyhow::Result<()> {
    let stocked: Vec<&RetailProduct> = sale.data.products.iter().filter(|product| product.stocked).collect();
    for (portion, products) in stocked.chunks(500).enumerate() {
        let movements: Vec<Value> = products
            .iter()
            .map(|product| {
                json!({"sku": product.sku, "kind": "receive", "quantity": product.receive, "reason": "online-retail"})
            })
            .collect();
        let key = format!("{}-stock-{portion}", sale.prices.name());
        client.post("/v1/stock/movements", &json!(movements), Some(&key)).await?;
    }
    Ok(())
}

impl Prices {
    /// Names its stock and its orders.
    fn name(self) -> &'static str {
        match self {
            Self::Shop => "online-retail",
            Self::Invoice => "online-retail-exact",
        }
    }

    /// Where a cart is made, and the last part of where it is bought.
    fn paths(self) -> (&'static str, &'static str) {
        match self {
            Self::Shop => ("/v1/carts", "checkout"),
            Self::Invoice => ("/v1/admin/drafts", "place"),
        }
    }

    fn line(self, line: &dataset::Line) -> Value {
        match self {
            Self::Shop => json!({"sku": line.sku, "quantity": line.quantity}),
            Self::Invoice => json!({
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": {"amount": line.price, "currency": "GBP"},
            }),
        }
    }
}

async fn sell_one(client: &ShopClient, prices: Prices, invoice: &Invoice) -> anyhow::Result<Sold> {
    let lines: Vec<Value> = invoice.lines.iter().map(|line| prices.line(line)).collect();
    let name = invoice.customer.as_ref().map_or_else(|| "guest".to_owned(), |customer| format!("customer-{customer}"));
    let cart = json!({
        "lines": lines,
        "email": format!("{name}@example.com"),
        "shipping_address": {"name": name, "line1": "1 High Street", "city": "London", "postal_code": "N1 1AA", "country": "GB"},
        "shipping_method": "standard",
    });
    let key = format!("{}-{}", prices.name(), invoice.number);
    let (carts, last) = prices.paths();
    let made = fill_cart(client, carts, &cart, &key).await?;
    let id = made["id"].as_str().context("a cart without an id")?;
    let token = made["token"].as_str();
    let headers = Headers { key: Some(&key), cart: token, ..Headers::default() };
    let path = format!("{carts}/{id}/{last}");
    let body = json!({"payment_method": "sim_success"});
    let order = client.call(Method::POST, &path, headers, Some(&body)).await?.ok(&path)?;
    let order_id = order["order_id"].as_str().context("an order without an id")?.to_owned();
    wait_for(client, order_id, order["order_token"].as_str()).await
}

/// A product that was listed a moment ago may not have reached the carts yet.
async fn fill_cart(client: &ShopClient, carts: &str, cart: &Value, key: &str) -> anyhow::Result<Value> {
    let headers = Headers { key: Some(key), ..Headers::default() };
    let mut tries = 0;
    loop {
        let answer = client.call(Method::POST, carts, headers, Some(cart)).await?;
        tries += 1;
        if answer.body["code"] == "unknown_sku" && tries < MAX_TRIES {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        return answer.ok(carts);
    }
}

async fn wait_for(client: &ShopClient, order_id: String, token: Option<&str>) -> anyhow::Result<Sold> {
    let path = format!("/v1/orders/{order_id}?wait=confirmed&timeout=30");
    let order = client.get(&path, Headers { order: token, ..Headers::default() }).await?;
    let pence = order["total"]["amount"].as_i64().context("an order without a total")?;
    let lines = order["lines"].as_array().context("an order without lines")?;
    let units = lines.iter().filter_map(|line| line["quantity"].as_i64()).sum();
    ensure!(!lines.is_empty(), "order {order_id} has no lines");
    // What nothing is sent of has arrived when it is paid.
    let confirmed = order["status"] == "confirmed" || order["status"] == "delivered";
    Ok(Sold { order_id, confirmed, units, pence })
}

async fn with_ten_left(client: &ShopClient) -> anyhow::Result<usize> {
    let (mut count, mut cursor) = (0, None::<String>);
    loop {
        let after = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let page = client.get(&format!("/v1/stock?limit=100{after}"), Headers::default()).await?;
        let items = page["items"].as_array().context("a page without items")?;
        count += items.iter().filter(|stock| stock["available"].as_i64() == Some(dataset::SPARE_PIECES)).count();
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_differ_by_case_have_different_slugs() {
        assert_ne!(slug("85123A"), slug("85123a"));
        assert_eq!(slug("85123A"), "item-85123-u-a");
        assert_eq!(slug("gift_0001_20"), "item-gift-0001-20");
    }
}
