//! What is there: stock of all SKUs, what runs low, a SKU with all that can be done to it, and what goes on between
//! places.

mod bulk;
mod draw;
mod item;
mod locations;
mod sources;
mod transfers;

use super::{forms::Listed, frame::framed};
use crate::model::{Filters, address, encoded};
use axum::{
    Router,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field, Mood},
};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;

/// What is few where nobody says how many.
const FEW: i64 = 5;
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
    let filters = Filters::of(&visit, &["sku", "q", "below", "cursor"]);
    if !filters.get("sku").is_empty() {
        return Ok(Redirect::to(&item(filters.get("sku"))).into_response());
    }
    let (sought, below) = (filters.get("q"), filters.get("below"));
    let wrong = (!below.is_empty() && below.parse::<i64>().is_err()).then_some("Please enter a whole number.");
    let page = asked(&visit, &filters, &[("q", sought), ("below", if wrong.is_some() { "" } else { below })]).await?;
    let main = html! {
        (tabs(&visit))
        form.toolbar id="filters" method="get" action="/admin/stock" role="search" {
            (parts::field(&Field { kind: "search", max: Some(64), ..filter(&filters, "q", "SKU begins with") }))
            (parts::field(&Field { inputmode: "numeric", error: wrong, ..filter(&filters, "below", "Fewer available than") }))
            (parts::submit_quiet("Find"))
        }
        @if !page.items.is_empty() { (table(&visit, &page.items)) }
        @else if !sought.is_empty() {
            (parts::empty("Nothing like that", "No SKU begins so, or there is more of it.", &html! {
                p { a href=(item(sought)) { "Receive the first pieces of " (sought) } }
            }))
        } @else if filters.any() {
            (parts::empty("Nothing is that few", "Of everything there is more.", &html! {}))
        } @else {
            (parts::empty("No stock yet", "Look for a SKU and receive its first pieces, or import products with their stock.", &html! {}))
        }
        (pager(&filters, &page))
    };
    Ok(framed(&visit, "Stock", &main).await.into_response())
}

/// A page of stock; filters that are empty ask for nothing.
async fn asked(visit: &Visit, filters: &Filters, wanted: &[(&str, &str)]) -> Result<Listed<Stock>, Fault> {
    let given = wanted.iter().copied().chain([("cursor", filters.get("cursor"))]);
    let pairs: Vec<(&str, &str)> =
        [("limit", "50")].into_iter().chain(given.filter(|(_, value)| !value.is_empty())).collect();
    visit.get(address("/v1/stock", &pairs)).await
}

fn filter<'a>(filters: &'a Filters, name: &'a str, label: &'a str) -> Field<'a> {
    Field { name, label, value: filters.get(name), ..Field::default() }
}

fn pager(filters: &Filters, page: &Listed<Stock>) -> Markup {
    let (first, next) = filters.pages(page.next_cursor.as_deref());
    parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More")))
}

/// `/admin/stock/low`
async fn low(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["below", "cursor"]);
    let below = filters.get("below").parse().unwrap_or(FEW).to_string();
    let wanted = [("below", below.as_str())];
    let (few, told) =
        join!(asked(&visit, &filters, &wanted), visit.get::<Listed<Stock>>("/v1/stock?low=true&limit=50"));
    let (few, told) = (few?, told?);
    let is_first = filters.get("cursor").is_empty();
    let main = html! {
        (tabs(&visit))
        @if is_first {
            section.section id="at-threshold" {
                h2 { "At or under their threshold" }
                @if told.items.is_empty() { p.muted { "None. Thresholds are set on the page of each SKU." } }
                @else { (table(&visit, &told.items)) }
                @if told.next_cursor.is_some() { p.muted { "These are the first 50." } }
            }
        }
        section.section id="few" {
            h2 { "Fewer than " (below) " available" }
            form.toolbar method="get" action="/admin/stock/low" {
                (parts::field(&Field { value: &below, inputmode: "numeric", ..filter(&filters, "below", "Fewer available than") }))
                (parts::submit_quiet("Show"))
            }
            @if few.items.is_empty() { p.muted { "Of everything there is more." } } @else { (table(&visit, &few.items)) }
            (pager(&filters, &few))
        }
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
