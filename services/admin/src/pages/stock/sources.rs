//! Other systems that say how much is there, and where they and the books disagree.

use super::{item, tabs};
use crate::{
    model::{Filled, Filters, Id, address},
    pages::{
        forms::{Listed, button, told},
        frame::framed,
    },
};
use axum::response::Response;
use bodega_kernel::Time;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

const HERE: &str = "/admin/stock/sources";

/// Another system.
#[derive(Debug, Deserialize)]
struct Source {
    name: String,
    location: String,
    #[serde(default)]
    last_reported_at: Option<Time>,
    #[serde(default)]
    last_polled_at: Option<Time>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    open_mismatches: i64,
}

/// Where it and the books disagree.
#[derive(Debug, Deserialize)]
struct Mismatch {
    id: String,
    source: String,
    sku: String,
    location: String,
    theirs: i64,
    ours: i64,
    state: String,
    found_at: Time,
}

/// `/admin/stock/sources`
pub(super) async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["state", "cursor"]);
    let state = if filters.get("state").is_empty() { "open" } else { filters.get("state") };
    let sources: Listed<Source> = visit.get("/v1/admin/stock/sources").await?;
    let mut asked = vec![("limit", "30")];
    if state != "all" {
        asked.push(("state", state));
    }
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let mismatches: Listed<Mismatch> = visit.get(address("/v1/admin/stock/mismatches", &asked)).await?;
    let (first, next) = filters.pages(mismatches.next_cursor.as_deref());
    let main = html! {
        (tabs(&visit))
        @if sources.items.is_empty() {
            (parts::empty("No other systems", "They are named in the settings, under [inventory.sources].", &html! {}))
        } @else { (systems(&visit, &sources.items)) }
        section.stack id="mismatches" {
            h2 { "Where they and the books disagree" }
            nav.tabs aria-label="Mismatches" {
                @for (value, name) in [("open", "To be decided"), ("all", "All")] {
                    a href=(filters.with("state", value)) aria-current=[(state == value).then_some("page")] { (name) }
                }
            }
            @if mismatches.items.is_empty() { p.muted { "Nowhere." } } @else { (table(&visit, &mismatches.items)) }
            (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
        }
    };
    Ok(framed(&visit, "Other systems", &main).await)
}

/// Somebody decided whose figure holds.
pub(super) async fn resolve(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let take = if sent.get("take") == "theirs" { "theirs" } else { "ours" };
    let outcome = visit.post(format!("/v1/admin/stock/mismatches/{id}/resolve"), &json!({"take": take})).await;
    told(&visit, HERE, outcome, "It is decided.")
}

fn systems(visit: &Visit, sources: &[Source]) -> Markup {
    let at = |time: Option<Time>| html! { @if let Some(time) = time { (visit.lang().moment(time)) } @else { "—" } };
    let row = |one: &Source| {
        vec![
            html! { (one.name) },
            html! { (one.location) },
            at(one.last_reported_at),
            at(one.last_polled_at),
            html! { (visit.lang().number(one.open_mismatches)) },
            match &one.error {
                None => parts::badge(Mood::Good, "Good"),
                Some(error) => html! { (parts::badge(Mood::Bad, "Does not answer")) p.small { (error) } },
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = sources.iter().map(row).collect();
    let titles = ["System", "Location", "Reported", "Answered", "#Open", "Standing"];
    parts::table("Other systems", &parts::columns(&titles), &rows)
}

fn table(visit: &Visit, mismatches: &[Mismatch]) -> Markup {
    let number = |number: i64| html! { (visit.lang().number(number)) };
    let row = |one: &Mismatch| {
        let action = format!("/admin/stock/mismatches/{}", one.id);
        vec![
            html! { (visit.lang().moment(one.found_at)) },
            html! { (one.source) },
            html! { a href=(item(&one.sku)) { (one.sku) } },
            html! { (one.location) },
            number(one.theirs),
            number(one.ours),
            match one.state.as_str() {
                "open" => html! {
                    div.row {
                        (button(&action, "Take theirs", "", &[("take", "theirs")]))
                        (button(&action, "Keep ours", "", &[("take", "ours")]))
                    }
                },
                "theirs" => html! { "Theirs was taken" },
                "ours" => html! { "Ours was kept" },
                _ => html! { "Went away" },
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = mismatches.iter().map(row).collect();
    let titles = ["Found", "System", "SKU", "Location", "#Theirs", "#Ours", "Decision"];
    parts::table("Mismatches", &parts::columns(&titles), &rows)
}
