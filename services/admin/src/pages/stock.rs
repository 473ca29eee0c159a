//! What is there: stock of all SKUs, what runs low, a SKU with all that can be done to it, and what goes on between
//! places.

mod bulk;
mod draw;
mod item;
mod locations;
mod sources;
mod transfers;

use super::{
    forms::{Listed, all},
    frame::framed,
};
use crate::model::{Filters, address, encoded};
use axum::{
    Router,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;

const TABS: [(&str, &str); 6] = [
    ("/admin/stock", "All"),
    ("/admin/stock/low", "Running low"),
    ("/admin/stock/transfers", "Transfers"),
    ("/admin/stock/locations", "Locations"),
    ("/admin/stock/bulk", "Many at once"),
    ("/admin/stock/sources", "Other systems"),
];

/// The pages of stock.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/stock", get(list))
        .route("/admin/stock/low", get(low))
        .route("/admin/stock/items/{sku}", get(item::show))
        .route("/admin/stock/items/{sku}/move", post(item::move_stock))
        .route("/admin/stock/items/{sku}/count", post(item::count))
        .route("/admin/stock/items/{sku}/policy", post(item::policy))
        .route("/admin/stock/locations", get(locations::list).post(locations::create))
        .route("/admin/stock/locations/{id}", post(locations::save))
        .route("/admin/stock/transfers", get(transfers::list).post(transfers::send))
        .route("/admin/stock/transfers/{id}", get(transfers::show).post(transfers::receive))
        .route("/admin/stock/transfers/{id}/cancel", post(transfers::cancel))
        .route("/admin/stock/bulk", get(bulk::show).post(bulk::set))
        .route("/admin/stock/sources", get(sources::list))
        .route("/admin/stock/mismatches/{id}", post(sources::resolve))
}

/// Stock of a SKU.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Stock {
    sku: String,
    on_hand: i64,
    held: i64,
    allocated: i64,
    incoming: i64,
    available: i64,
    sellable: i64,
    backorder: bool,
    backorder_limit: Option<i64>,
    low_stock_threshold: Option<i64>,
    low: bool,
    policy_version: i64,
    locations: Vec<Level>,
}

/// Stock of a SKU at a place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Level {
    location: String,
    enabled: bool,
    on_hand: i64,
    held: i64,
    allocated: i64,
    incoming: i64,
    safety: i64,
    available: i64,
}

/// `/admin/stock`
async fn list(visit: Visit) -> Result<Response, Fault> {
    let filters = Filters::of(&visit, &["sku", "cursor"]);
    if !filters.get("sku").is_empty() {
        return Ok(Redirect::to(&item(filters.get("sku"))).into_response());
    }
    let mut asked = vec![("limit", "50")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let page: Listed<Stock> = visit.get(address("/v1/stock", &asked)).await?;
    let (first, next) = filters.pages(page.next_cursor.as_deref());
    let main = html! {
        (tabs(&visit))
        form.toolbar method="get" action="/admin/stock" role="search" {
            (parts::field(&parts::Field { name: "sku", label: "SKU", kind: "search", required: true, ..parts::Field::default() }))
            (parts::submit_quiet("Open"))
        }
        @if page.items.is_empty() {
            (parts::empty("No stock yet", "Look for a SKU and receive its first pieces, or import products with their stock.", &html! {}))
        } @else {
            (table(&visit, &page.items))
        }
        (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
    };
    Ok(framed(&visit, "Stock", &main).await.into_response())
}

/// `/admin/stock/low`
async fn low(visit: Visit) -> Result<Page, Fault> {
    let stock: Vec<Stock> = all(&visit, "/v1/stock").await?;
    let few: Vec<Stock> =
        stock.iter().filter(|one| one.low || (one.available <= 0 && !one.backorder)).cloned().collect();
    let main = html! {
        (tabs(&visit))
        p.muted { "At or under their threshold, or gone. Of the first " (visit.lang().number(1_000)) " SKUs." }
        @if few.is_empty() { (parts::empty("Nothing runs low", "Thresholds are set on the page of each SKU.", &html! {})) }
        @else { (table(&visit, &few)) }
    };
    Ok(framed(&visit, "Running low", &main).await)
}

fn table(visit: &Visit, stock: &[Stock]) -> Markup {
    let number = |number: i64| html! { (visit.lang().number(number)) };
    let row = |one: &Stock| {
        vec![
            html! { a href=(item(&one.sku)) { (one.sku) } },
            number(one.on_hand),
            number(one.held),
            number(one.allocated),
            number(one.incoming),
            number(one.available),
            standing(one),
        ]
    };
    let rows: Vec<Vec<Markup>> = stock.iter().map(row).collect();
    let titles = ["SKU", "#On hand", "#Held", "#Allocated", "#Incoming", "#Available", "Standing"];
    parts::table("Stock", &parts::columns(&titles), &rows)
}

fn standing(stock: &Stock) -> Markup {
    match stock {
        Stock { available: ..=0, backorder: true, .. } => parts::badge(Mood::Warn, "Backorder"),
        Stock { available: ..=0, .. } => parts::badge(Mood::Bad, "Sold out"),
        Stock { low: true, .. } => parts::badge(Mood::Warn, "Low"),
        _ => parts::badge(Mood::Good, "Good"),
    }
}

/// The page of a SKU.
fn item(sku: &str) -> String {
    format!("/admin/stock/items/{}", encoded(sku))
}

fn tabs(visit: &Visit) -> Markup {
    let here =
        TABS.iter().map(|(path, _)| *path).filter(|path| visit.path().starts_with(path)).max_by_key(|path| path.len());
    html! {
        nav.tabs aria-label="Stock" {
            @for (path, name) in TABS { a href=(path) aria-current=[(here == Some(path)).then_some("page")] { (name) } }
        }
    }
}
