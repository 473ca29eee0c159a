//! The import of a product file: sent as it is, and told product by product what came of it.

use super::{
    forms::{belongs_to_form, refused},
    frame::framed,
};
use axum::{
    Router,
    extract::{FromRequest, Multipart, Request},
    http::Method,
    response::{IntoResponse as _, Response},
    routing::get,
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use bytes::BytesMut;
use maud::{Markup, html};
use serde::Deserialize;

/// Bytes of the longest file, as the API takes it.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// Bytes of the longest key.
const MAX_KEY: usize = 300;

/// The pages of imports.
pub(super) fn routes() -> Router {
    Router::new().route("/admin/import", get(show).post(import))
}

/// What came of an import.
#[derive(Debug, Deserialize)]
struct Report {
    rows: i64,
    created: i64,
    updated: i64,
    rejected: i64,
    #[serde(default)]
    unchanged: i64,
    #[serde(default)]
    errors: Vec<Left>,
    #[serde(default)]
    stock: Vec<Brought>,
}

/// A product that was left out.
#[derive(Debug, Deserialize)]
struct Left {
    line: i64,
    handle: String,
    reason: String,
}

/// Stock that came with the file.
#[derive(Debug, Deserialize)]
struct Brought {
    #[serde(default)]
    quantity: i64,
    #[serde(default)]
    new: bool,
}

/// `/admin/import`
async fn show(visit: Visit) -> Result<Page, Fault> {
    super::forms::known(&visit)?;
    Ok(framed(&visit, "Import products", &form(&visit, None)).await)
}

/// A file was sent.
async fn import(visit: Visit, request: Request) -> Result<Response, Fault> {
    let report = match file(request, MAX_FILE).await {
        Ok((file, key)) => {
            let mut ask = visit.ask(Method::POST, "/v1/products/import").bytes("text/csv", file);
            if !key.is_empty() {
                ask = ask.key(&key);
            }
            ask.read::<Report>().await
        }
        Err(fault) => Err(fault),
    };
    match report {
        Ok(report) => Ok(framed(&visit, "What came of the import", &result(&visit, &report)).await.into_response()),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(framed(&visit, "Import products", &form(&visit, Some(&fault))).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// The file of a form, or the text that was put in place of it, and the key that was sent before.
pub(super) async fn file(request: Request, most_bytes: usize) -> Result<(bytes::Bytes, String), Fault> {
    let broken =
        |status: u16, detail: &str| Fault { detail: Some(detail.to_owned()), ..Fault::of(status, "unreadable_form") };
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|_| broken(415, "Send the file by the form."))?;
    let mut key = String::new();
    let too_long = "The upload ended early, or the file is too long.";
    let ended = |_| broken(413, too_long);
    while let Some(mut field) = form.next_field().await.map_err(ended)? {
        let is_file = matches!(field.name(), Some("file" | "text"));
        let most = if is_file { most_bytes } else { MAX_KEY };
        let mut kept = BytesMut::new();
        while let Some(chunk) = field.chunk().await.map_err(ended)? {
            if kept.len() + chunk.len() > most {
                return Err(broken(413, too_long));
            }
            kept.extend_from_slice(&chunk);
        }
        if is_file && !kept.is_empty() {
            return Ok((kept.freeze(), key));
        }
        if !is_file {
            key = String::from_utf8_lossy(&kept).into_owned();
        }
    }
    Err(broken(422, "Choose a file first."))
}

fn form(visit: &Visit, fault: Option<&Fault>) -> Markup {
    html! {
        (parts::crumbs("Way", &[("/admin/products", "Products"), ("", "Import")]))
        (refused(fault))
        form.panel.form id="import" method="post" action="/admin/import" enctype="multipart/form-data" data-progress {
            p {
                "Takes the product file of Shopify (CSV, at most 32 MB). Products of the same handle are brought up to date, "
                "new ones are made with their stock. The same file twice changes nothing the second time."
            }
            // Before the file, so that it is known when the file comes.
            (parts::hidden("key", &visit.new_key()))
            label.drop data-drop {
                span { "Product file, CSV" }
                input id="file" type="file" name="file" accept=".csv,text/csv" required aria-label="Product file";
            }
            progress.unseen id="progress" max="100" aria-label="How much of the file is sent" {}
            (parts::submit("Import"))
        }
    }
}

fn result(visit: &Visit, report: &Report) -> Markup {
    let number = |number: i64| visit.lang().number(number);
    let figures = [
        ("Rows read", report.rows),
        ("Made", report.created),
        ("Changed", report.updated),
        ("As before", report.unchanged),
        ("Left out", report.rejected),
    ];
    let pieces: i64 = report.stock.iter().filter(|brought| brought.new).map(|brought| brought.quantity).sum();
    let row = |left: &Left| vec![html! { (number(left.line)) }, html! { (left.handle) }, html! { (left.reason) }];
    let rows: Vec<Vec<Markup>> = report.errors.iter().map(row).collect();
    html! {
        (parts::crumbs("Way", &[("/admin/products", "Products"), ("/admin/import", "Import"), ("", "What came of it")]))
        @if report.rejected == 0 { (parts::notice(Mood::Good, "Every product of the file is in the shop.")) }
        @else { (parts::notice(Mood::Warn, "Some products were left out. The others are in the shop.")) }
        dl.figures id="report" {
            @for (name, value) in figures {
                div.figure { dt.figure-name { (name) } dd.figure-value { (number(value)) } }
            }
        }
        @if pieces > 0 { p { (number(pieces)) " pieces come into stock with new variants." } }
        @if !rows.is_empty() {
            (parts::section("Left out", &parts::table("Left out", &parts::columns(&["#Line", "Handle", "Why"]), &rows)))
        }
        div.row {
            (parts::link_button("/admin/products", "To the products", false))
            (parts::link_button("/admin/import", "Import another", true))
        }
    }
}
