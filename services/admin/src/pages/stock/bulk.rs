//! Many figures at once, as a table in text: each is set only where the books say what is expected.

use super::tabs;
use crate::pages::{
    forms::{belongs_to_form, known, refused},
    frame::framed,
    import::file,
};
use axum::{
    extract::Request,
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;

/// Bytes of the longest table: a thousand rows.
const MAX_TABLE: usize = 256 * 1024;
const SAMPLE: &str = "sku,location,expected,on_hand\n85123A,main,14,12\n";

/// What became of each row.
#[derive(Debug, Deserialize)]
struct Report {
    set: i64,
    unchanged: i64,
    refused: i64,
    rows: Vec<Row>,
}

/// What became of a row.
#[derive(Debug, Deserialize)]
struct Row {
    #[serde(rename = "row")]
    place: i64,
    #[serde(default)]
    sku: Option<String>,
    #[serde(default)]
    location: Option<String>,
    outcome: String,
    #[serde(default)]
    on_hand: Option<i64>,
    #[serde(default)]
    detail: Option<String>,
}

/// `/admin/stock/bulk`
pub(super) async fn show(visit: Visit) -> Result<Page, Fault> {
    known(&visit)?;
    Ok(framed(&visit, "Many at once", &form(&visit, SAMPLE, None)).await)
}

/// A table was sent.
pub(super) async fn set(visit: Visit, request: Request) -> Result<Response, Fault> {
    let mut typed = String::new();
    let outcome = match file(request, MAX_TABLE).await {
        Ok((table, key)) => {
            typed = String::from_utf8_lossy(&table).into_owned();
            let ask = visit.ask(Method::POST, "/v1/admin/stock/bulk").bytes("text/csv", table);
            let ask = if key.is_empty() { ask } else { ask.key(&key) };
            ask.read::<Report>().await
        }
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(report) => Ok(framed(&visit, "What became of them", &result(&visit, &report)).await.into_response()),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(framed(&visit, "Many at once", &form(&visit, &typed, Some(&fault))).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn form(visit: &Visit, typed: &str, fault: Option<&Fault>) -> Markup {
    html! {
        (tabs(visit))
        (refused(fault))
        form.panel.form id="bulk" method="post" action="/admin/stock/bulk" enctype="multipart/form-data" {
            p { "A table of at most 1,000 rows. Each row is set only where the books say what it expects; the others are told." }
            (parts::hidden("key", &visit.new_key()))
            label.drop data-drop {
                span { "A CSV file" }
                input type="file" name="file" accept=".csv,text/csv" aria-label="A CSV file";
            }
            (parts::area(&parts::Field { name: "text", label: "Or the table itself", value: typed, ..parts::Field::default() }, 8))
            (parts::submit("Set them"))
        }
    }
}

fn result(visit: &Visit, report: &Report) -> Markup {
    let number = |number: i64| visit.lang().number(number);
    let row = |one: &Row| {
        vec![
            // The heading is the first line of the file.
            html! { (number(one.place + 2)) },
            html! { (one.sku.as_deref().unwrap_or_default()) },
            html! { (one.location.as_deref().unwrap_or_default()) },
            html! { @if let Some(on_hand) = one.on_hand { (number(on_hand)) } },
            outcome(&one.outcome),
            html! { (one.detail.as_deref().unwrap_or_default()) },
        ]
    };
    let rows: Vec<Vec<Markup>> = report.rows.iter().map(row).collect();
    html! {
        (tabs(visit))
        dl.figures id="report" {
            @for (name, value) in [("Set", report.set), ("As before", report.unchanged), ("Refused", report.refused)] {
                div.figure { dt.figure-name { (name) } dd.figure-value { (number(value)) } }
            }
        }
        (parts::table("Rows", &parts::columns(&["#Line", "SKU", "Location", "#In the books", "Outcome", "Why"]), &rows))
        (parts::link_button("/admin/stock/bulk", "More", true))
    }
}

fn outcome(outcome: &str) -> Markup {
    match outcome {
        "set" => parts::badge(Mood::Good, "Set"),
        "unchanged" => parts::badge(Mood::Plain, "As before"),
        "conflict" => parts::badge(Mood::Bad, "The books say otherwise"),
        "committed" => parts::badge(Mood::Bad, "More is promised to orders"),
        "unknown_location" => parts::badge(Mood::Bad, "No such location"),
        _ => parts::badge(Mood::Bad, "Not readable"),
    }
}
