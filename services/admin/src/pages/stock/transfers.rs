//! Goods that go from one place to another: sent, counted where they come in, or brought back.

use super::{item::places, tabs};
use crate::{
    model::{Filled, Filters, Id, Reading, address},
    pages::{
        forms::{Listed, belongs_to_form, button, cell, currency, done, entry, refused, save, told},
        frame::framed,
    },
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_kernel::Time;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Choice, Field, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

const HERE: &str = "/admin/stock/transfers";

/// A transfer.
#[derive(Debug, Deserialize)]
struct Transfer {
    id: String,
    state: String,
    source: String,
    target: String,
    lines: Vec<Line>,
    #[serde(default)]
    reference: Option<String>,
    sent_at: Time,
}

/// A line of a transfer.
#[derive(Debug, Deserialize)]
struct Line {
    sku: String,
    sent: i64,
    #[serde(default)]
    received: Option<i64>,
}

/// `/admin/stock/transfers`
pub(super) async fn list(visit: Visit) -> Result<Page, Fault> {
    page(&visit, &blank(&visit), None).await
}

fn blank(visit: &Visit) -> Filled {
    Filled::default().with("key", visit.new_key()).with("line.0.id", "")
}

/// A new transfer was sent, or a row of it added.
pub(super) async fn send(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    if let Some(changed) = sent.rebuilt() {
        return Ok(page(&visit, &changed, None).await?.into_response());
    }
    let outcome = match body(&visit, &sent) {
        Ok(body) => visit.ask(Method::POST, "/v1/admin/transfers").key(sent.get("key")).json(&body).send().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, HERE, "The goods are on their way.")),
        Err(fault) if belongs_to_form(&fault) => {
            let sent = sent.instead("key", visit.new_key());
            Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn body(visit: &Visit, form: &Filled) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency(visit));
    let lines = lines(form, &mut read);
    let body = json!({
        "source": read.needed("source", "/source"),
        "target": read.needed("target", "/target"),
        "reference": form.text("reference"),
        "lines": lines,
    });
    read.finish()?;
    Ok(body)
}

fn lines(form: &Filled, read: &mut Reading<'_>) -> Vec<Value> {
    let line = |place: usize| {
        json!({
            "sku": read.needed(&format!("line.{place}.sku"), &format!("/lines/{place}/sku")),
            "quantity": read.number(&format!("line.{place}.quantity"), &format!("/lines/{place}/quantity")).unwrap_or(0),
        })
    };
    (0..form.rows("line")).map(line).collect()
}

/// `/admin/stock/transfers/{id}`
pub(super) async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    one(&visit, id, &Filled::default(), None).await
}

/// A transfer was counted where it came in.
pub(super) async fn receive(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let mut read = Reading::of(&sent, currency(&visit));
    let lines = lines(&sent, &mut read);
    let outcome = match read.finish() {
        Ok(()) => visit.post(format!("/v1/admin/transfers/{id}/receive"), &json!({"lines": lines})).await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, HERE, "The goods are on hand where they came in.")),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(one(&visit, id, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// A transfer is brought back.
pub(super) async fn cancel(visit: Visit, id: Id) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::POST, format!("/v1/admin/transfers/{id}/cancel")).send().await;
    told(&visit, HERE, outcome, "The goods are back where they were.")
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let filters = Filters::of(visit, &["cursor"]);
    let mut asked = vec![("limit", "30")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let transfers: Listed<Transfer> = visit.get(address("/v1/admin/transfers", &asked)).await?;
    let (first, next) = filters.pages(transfers.next_cursor.as_deref());
    let row = |one: &Transfer| {
        let pieces: i64 = one.lines.iter().map(|line| line.sent).sum();
        vec![
            html! { a href={ (HERE) "/" (one.id) } { (visit.lang().moment(one.sent_at)) } },
            html! { (one.source) " → " (one.target) },
            html! { (visit.lang().number(pieces)) },
            html! { (one.reference.as_deref().unwrap_or_default()) },
            state(&one.state),
        ]
    };
    let rows: Vec<Vec<Markup>> = transfers.items.iter().map(row).collect();
    let main = html! {
        (tabs(visit))
        @if rows.is_empty() { (parts::empty("No transfers yet", "Goods that go from one location to another.", &html! {})) }
        @else { (parts::table("Transfers", &parts::columns(&["Sent", "From and to", "#Pieces", "Reference", "State"]), &rows)) }
        (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
        (new(visit, form, fault).await?)
    };
    Ok(framed(visit, "Transfers", &main).await)
}

fn state(state: &str) -> Markup {
    match state {
        "sent" => parts::badge(Mood::Warn, "On its way"),
        "received" => parts::badge(Mood::Good, "Received"),
        _ => parts::badge(Mood::Plain, "Brought back"),
    }
}

async fn new(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Markup, Fault> {
    let places = places(visit).await?;
    let of: Vec<Choice<'_>> = places.iter().map(|place| Choice::new(&place.id, &place.name)).collect();
    let row = |place: usize| {
        let at = |field: &str| (format!("line.{place}.{field}"), format!("/lines/{place}/{field}"));
        let ((sku, sku_at), (quantity, quantity_at)) = (at("sku"), at("quantity"));
        vec![
            html! {
                (parts::hidden(&format!("line.{place}.id"), ""))
                (cell(&entry(form, fault, &sku, &format!("SKU of line {}", place + 1), &sku_at)))
            },
            cell(&Field {
                inputmode: "numeric",
                ..entry(form, fault, &quantity, &format!("Pieces of line {}", place + 1), &quantity_at)
            }),
            html! {
                button.button.is-quiet.is-small type="submit" name="remove" value={ "line." (place) } formnovalidate
                    aria-label={ "Remove line " (place + 1) } { "Remove" }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = (0..form.rows("line")).map(row).collect();
    Ok(html! {
        form.panel.form id="new-transfer" method="post" action={ (HERE) "#new-transfer" } {
            h2 { "Send goods" }
            (refused(fault))
            (parts::hidden("key", form.get("key")))
            (save("Send"))
            div.fields-2 {
                (parts::select(&entry(form, fault, "source", "From", "/source"), &of))
                (parts::select(&entry(form, fault, "target", "To", "/target"), &of))
            }
            (parts::field(&entry(form, fault, "reference", "Reference", "/reference")))
            (parts::table("Lines", &parts::columns(&["SKU", "#Pieces", "Remove"]), &rows))
            div { button.button.is-quiet.is-small type="submit" name="add" value="line" formnovalidate { "Add a line" } }
        }
    })
}

async fn one(visit: &Visit, id: Id, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let transfer: Transfer = visit.get(format!("/v1/admin/transfers/{id}")).await?;
    let is_open = transfer.state == "sent";
    let row = |(place, line): (usize, &Line)| {
        let name = format!("line.{place}.quantity");
        let sent = line.sent.to_string();
        let field = entry(form, fault, &name, &line.sku, &format!("/lines/{place}/quantity"));
        let value = if form.rows("line") == 0 { sent.as_str() } else { field.value };
        vec![
            html! { (line.sku) (parts::hidden(&format!("line.{place}.sku"), &line.sku)) },
            html! { (visit.lang().number(line.sent)) },
            match (is_open, line.received) {
                (true, _) => cell(&Field { value, inputmode: "numeric", ..field }),
                (false, Some(received)) => html! { (visit.lang().number(received)) },
                (false, None) => html! {},
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = transfer.lines.iter().enumerate().map(row).collect();
    let main = html! {
        (parts::crumbs("Way", &[(HERE, "Transfers"), ("", &visit.lang().moment(transfer.sent_at))]))
        p { (transfer.source) " → " (transfer.target) " " (state(&transfer.state)) }
        (refused(fault))
        form.panel.form id="receive" method="post" action={ (HERE) "/" (transfer.id) } {
            (parts::table("Lines", &parts::columns(&["SKU", "#Sent", "#Counted"]), &rows))
            @if is_open { (parts::submit("Receive as counted")) }
        }
        @if is_open {
            (button(&format!("{HERE}/{}/cancel", transfer.id), "Bring it back", "Bring these goods back to where they were?", &[]))
        }
    };
    Ok(framed(visit, "Transfer", &main).await)
}
