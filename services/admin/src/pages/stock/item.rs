//! A SKU: what is where, what moved it, and what staff do to it.

use super::{Level, Stock, draw, item};
use crate::{
    model::{Filled, Filters, Reading, address, encoded},
    pages::{
        forms::{Listed, belongs_to_form, currency, done},
        frame::framed,
    },
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_kernel::Time;
use bodega_pages::{Ask, Fault, Page, Visit};
use serde::Deserialize;
use serde_json::{Value, json};

/// A line of the ledger.
#[derive(Debug, Deserialize)]
pub(super) struct Movement {
    pub(super) location: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) on_hand: i64,
    #[serde(default)]
    pub(super) held: i64,
    #[serde(default)]
    pub(super) allocated: i64,
    #[serde(default)]
    pub(super) order_id: Option<String>,
    #[serde(default)]
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) reference: Option<String>,
    pub(super) at: Time,
}

/// A place where goods are.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Location {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) priority: i64,
    #[serde(default)]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) country: Option<String>,
    pub(super) version: i64,
}

/// All places.
pub(super) async fn places(visit: &Visit) -> Result<Vec<Location>, Fault> {
    let page: Listed<Location> = visit.get("/v1/admin/locations").await?;
    Ok(page.items)
}

/// `/admin/stock/items/{sku}`
pub(super) async fn show(visit: Visit, Path(sku): Path<String>) -> Result<Page, Fault> {
    page(&visit, &sku, &Filled::default(), None).await
}

/// Goods came, came back, or are corrected.
pub(super) async fn move_stock(visit: Visit, Path(sku): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let mut read = Reading::of(&sent, currency(&visit));
    let body = json!({
        "sku": sku,
        "kind": sent.text("kind").unwrap_or("receive"),
        "location": read.needed("location", "/location"),
        "quantity": read.number("quantity", "/quantity"),
        "reason": sent.text("reason"),
        "reference": sent.text("reference"),
    });
    let ask = visit.ask(Method::POST, "/v1/stock/movements").key(sent.get("key")).json(&body);
    carry_out(&visit, &sku, &sent, read, ask, "The movement is in the books.").await
}

/// A place was counted.
pub(super) async fn count(visit: Visit, Path(sku): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let mut read = Reading::of(&sent, currency(&visit));
    let location = read.needed("count_location", "/location");
    let expected: i64 = sent.get(&format!("expected.{location}")).parse().unwrap_or(0);
    let body = json!({
        "on_hand": read.number("counted", "/on_hand"),
        "location": location,
        "expected_on_hand": expected,
        "reason": sent.text("count_reason"),
    });
    let ask = visit.ask(Method::PUT, format!("/v1/stock/{}", encoded(&sku))).key(sent.get("key")).json(&body);
    carry_out(&visit, &sku, &sent, read, ask, "The count is in the books.").await
}

/// What may be sold of it is to change.
pub(super) async fn policy(visit: Visit, Path(sku): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let mut read = Reading::of(&sent, currency(&visit));
    let safety: Vec<Value> = (0..sent.rows("safety"))
        .map(|place| {
            let name = format!("safety.{place}.quantity");
            let quantity = read.number(&name, &format!("/safety/{place}/quantity")).unwrap_or(0);
            json!({"location": sent.get(&format!("safety.{place}.location")), "quantity": quantity})
        })
        .collect();
    let body = json!({
        "expected_version": read.number("policy_version", "/expected_version").unwrap_or_default(),
        "backorder": sent.is("backorder"),
        "backorder_limit": read.number("backorder_limit", "/backorder_limit"),
        "low_stock_threshold": read.number("threshold", "/low_stock_threshold"),
        "safety": safety,
    });
    let ask = visit.ask(Method::PATCH, format!("/v1/admin/stock/{}", encoded(&sku))).key(sent.get("key")).json(&body);
    carry_out(&visit, &sku, &sent, read, ask, "The rules are saved.").await
}

async fn carry_out(
    visit: &Visit,
    sku: &str,
    sent: &Filled,
    read: Reading<'_>,
    ask: Ask,
    text: &str,
) -> Result<Response, Fault> {
    let outcome = match read.finish() {
        Ok(()) => ask.send().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(visit, &item(sku), text)),
        Err(fault) if belongs_to_form(&fault) => {
            let sent = sent.clone().instead("key", visit.new_key());
            Ok(page(visit, sku, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn page(visit: &Visit, sku: &str, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let path = format!("/v1/stock/{}", encoded(sku));
    let (stock, is_known) = match visit.get::<Stock>(path.as_str()).await {
        Ok(stock) => (stock, true),
        // A SKU is known from the first time that something of it is received.
        Err(fault) if fault.status == 404 => (Stock { sku: sku.to_owned(), ..Stock::default() }, false),
        Err(fault) => return Err(fault),
    };
    let places = places(visit).await?;
    let filters = Filters::of(visit, &["cursor"]);
    let mut asked = vec![("limit", "30")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let moved: Listed<Movement> = if is_known {
        visit.get(address(&format!("{path}/movements"), &asked)).await?
    } else {
        Listed { items: Vec::new(), next_cursor: None }
    };
    let form = kept(form, &stock, &places, &visit.new_key());
    let main =
        draw::one(visit, &draw::Drawn { stock: &stock, is_known, places: &places, form: &form, fault, moved: &moved });
    Ok(framed(visit, sku, &main).await)
}

/// What was typed, with what stands in the books where nothing was.
fn kept(typed: &Filled, stock: &Stock, places: &[Location], key: &str) -> Filled {
    let mut form = typed.clone();
    if typed.text("key").is_none() {
        form = form.instead("key", key);
    }
    if typed.text("policy_version").is_none() {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        form = form
            .ticked("backorder", stock.backorder)
            .with("backorder_limit", number(stock.backorder_limit))
            .with("threshold", number(stock.low_stock_threshold));
        for (place, location) in places.iter().enumerate() {
            let level = stock.locations.iter().find(|level| level.location == location.id);
            let safety = level.map_or(0, |level: &Level| level.safety);
            form = form.with(&format!("safety.{place}.quantity"), safety.to_string());
        }
    }
    form
}
