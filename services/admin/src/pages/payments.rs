//! What needs a look about money: disputed orders, and what the books of providers say otherwise than ours.

use super::{
    forms::told,
    frame::framed,
    orders::{in_words, order_table, pager, path, when},
};
use crate::{
    model::{Filters, Form, Id},
    views::{List, money::Mismatch, orders::OrderBrief},
};
use axum::{
    Router,
    http::Method,
    response::Response,
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde_json::json;

/// Everything under `/admin/payments`.
pub(crate) fn routes() -> Router {
    Router::new().route("/admin/payments", get(list)).route("/admin/payments/{id}/resolve", post(resolve))
}

async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["cursor"]);
    let pairs = [("limit", "50"), ("cursor", filters.get("cursor"))];
    let list: List<Mismatch> = visit.get(path("/v1/admin/payments/mismatches", &pairs)).await?;
    let disputed = visit.get::<List<OrderBrief>>("/v1/orders?payment_status=disputed&limit=50").await.ok();
    let rows: Vec<Vec<Markup>> = list.items.iter().map(|one| row(&visit, one)).collect();
    let main = html! {
        section.section {
            h2 { "Disputed" }
            p.muted { "The buyer's bank wants the money back. Evidence is given at the provider, before its deadline." }
            @match &disputed {
                Some(list) if !list.items.is_empty() => { (order_table(&visit, &list.items)) }
                _ => { p { "None." } }
            }
        }
        section.section {
            h2 { "Books that differ" }
            p.muted { "Every night our books are compared with those of the providers." }
            @if rows.is_empty() { p { "None." } } @else {
                (parts::table("Books that differ", &parts::columns(&["Order", "How", "#Ours", "#Theirs", "Found", "Dealt with"]), &rows))
            }
            (pager(&filters, list.next_cursor.as_deref()))
        }
    };
    Ok(framed(&visit, "Payments", &main).await)
}

fn row(visit: &Visit, one: &Mismatch) -> Vec<Markup> {
    let dealt = if let Some(at) = one.resolved {
        html! {
            (parts::badge(Mood::Good, "Yes")) p.small.muted { (visit.lang().moment(at)) @if let Some(note) = &one.note { ": " (note) } }
        }
    } else {
        html! {
            form.join method="post" action={ "/admin/payments/" (one.id) "/resolve" } {
                input name="note" required maxlength="500" aria-label="What was done" placeholder="What was done";
                button.button.is-quiet.is-small type="submit" { "Dealt with" }
            }
        }
    };
    vec![
        html! { a href={ "/admin/orders/" (one.order_id) } { "Order" } p.small.muted { (one.subject) } },
        html! { (in_words(&one.kind)) },
        html! { (visit.money(one.ours)) },
        html! { (visit.money(one.theirs)) },
        html! { (when(one.first_seen)) },
        dealt,
    ]
}

async fn resolve(visit: Visit, id: Id, form: Form) -> Result<Response, Fault> {
    let ask = visit.ask(Method::POST, format!("/v1/admin/payments/mismatches/{id}/resolve"));
    let outcome = ask.json(&json!({"note": form.get("note")})).send().await;
    told(&visit, "/admin/payments", outcome, "Noted.")
}
