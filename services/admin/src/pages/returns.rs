//! Returns: what waits for a decision, and what comes back.

use super::{
    forms::{belongs_to_form, done, in_words as refusal, wrong},
    frame::framed,
    orders::{in_words, mood, one_of, pager, path, when},
};
use crate::{
    model::{Filters, Form, Id},
    views::{List, orders::Return},
};
use axum::{
    Router,
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde_json::{Value, json};

const NAMES: [&str; 2] = ["state", "cursor"];
const STATES: [&str; 5] = ["requested", "approved", "received", "rejected", "cancelled"];

/// Everything under `/admin/returns`.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/admin/returns", get(list))
        .route("/admin/returns/{id}", get(show))
        .route("/admin/returns/{id}/{step}", post(act))
}

/// What was sent and refused.
struct Tried {
    step: String,
    form: Form,
    fault: Fault,
}

async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &NAMES);
    let pairs = [("limit", "50"), ("state", filters.get("state")), ("cursor", filters.get("cursor"))];
    let list: List<Return> = visit.get(path("/v1/admin/returns", &pairs)).await?;
    let row = |one: &Return| {
        vec![
            html! { a href={ "/admin/returns/" (one.id) } { (one.number) } },
            html! { (parts::badge(mood(&one.state), &in_words(&one.state))) },
            html! { (in_words(&one.wish)) },
            html! { (one.reason) },
            html! { (when(one.requested_at)) },
            html! { (one.lines.iter().map(|line| line.quantity).sum::<i64>()) },
            html! { @if let Some(refund) = one.refund { (visit.money(refund)) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = list.items.iter().map(row).collect();
    let columns = ["Return", "State", "For", "Why", "Asked", "#Pieces", "#Given back"];
    let main = html! {
        form.toolbar id="filters" method="get" action="/admin/returns" {
            (one_of(&filters, "state", "State", &STATES))
            (parts::submit("Filter"))
        }
        @if rows.is_empty() { (parts::empty("No returns", "Nothing comes back.", &html! {})) }
        @else { (parts::table("Returns", &parts::columns(&columns), &rows)) }
        (pager(&filters, list.next_cursor.as_deref()))
    };
    Ok(framed(&visit, "Returns", &main).await)
}

async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    page(&visit, id, None).await
}

async fn page(visit: &Visit, id: Id, tried: Option<&Tried>) -> Result<Page, Fault> {
    let one: Return = visit.get(format!("/v1/admin/returns/{id}")).await?;
    let main = html! {
        (parts::crumbs("You are here", &[("/admin/returns", "Returns"), ("", &one.number)]))
        @if let Some(tried) = tried {
            div.notice.is-bad id="refused" role="alert" tabindex="-1" {
                p { strong { "Not done. The return is shown as it is now." } }
                p { (refusal(&tried.fault)) }
            }
        }
        div.split {
            div.stack.is-loose { (what(visit, &one)) }
            aside.stack aria-label="What to do" { (forms(visit, &one, tried)) }
        }
    };
    let page = framed(visit, &format!("Return {}", one.number), &main).await;
    Ok(match tried {
        Some(tried) => page.status(tried.fault.status),
        None => page,
    })
}

fn what(visit: &Visit, one: &Return) -> Markup {
    let rows: Vec<Vec<Markup>> = one
        .lines
        .iter()
        .map(|line| {
            vec![
                html! { span.code.nowrap { (line.sku) } },
                html! { (line.quantity) },
                html! { (line.restocked) },
                html! { (line.written_off) },
            ]
        })
        .collect();
    let columns = ["SKU", "#Asked", "#Shelved", "#Written off"];
    html! {
        (parts::card("", &parts::facts(&[
            ("State", html! { (parts::badge(mood(&one.state), &in_words(&one.state))) }),
            ("Order", html! { a href={ "/admin/orders/" (one.order_id) } { "Open the order" } }),
            ("For", html! { (in_words(&one.wish)) }),
            ("Why", html! { (one.reason) }),
            ("Asked", html! { (visit.lang().moment(one.requested_at)) @if one.by_staff { " by staff" } }),
            ("Last changed", html! { (visit.lang().moment(one.changed_at)) }),
        ])))
        (parts::card("What comes back", &parts::table("What comes back", &parts::columns(&columns), &rows)))
        @if let Some(message) = &one.message { (parts::card("Told to the buyer", &html! { p { (message) } })) }
        @if !one.replacement.is_empty() {
            (parts::card("In exchange", &html! {
                ul { @for piece in &one.replacement { li { (piece.quantity) " × " span.code { (piece.sku) } } } }
                @if let Some(id) = one.replacement_id { p { a href={ "/admin/orders/" (id) } { "The order that was made of it" } } }
            }))
        }
        @if let Some(refund) = one.refund {
            (parts::card("Given back", &html! {
                p { (visit.money(refund)) }
                @if let Some(id) = one.refund_order_id { p { a href={ "/admin/orders/" (id) } { "Of another order" } } }
            }))
        }
    }
}

fn forms(visit: &Visit, one: &Return, tried: Option<&Tried>) -> Markup {
    html! {
        @match one.state.as_str() {
            "requested" => {
                (parts::card("Allow it", &form(visit, one, tried, "approve", &message(tried, "approve", false), "Allow the return", false)))
                (parts::card("Refuse it", &form(visit, one, tried, "reject", &message(tried, "reject", true), "Refuse the return", true)))
            }
            "approved" => {
                (parts::card("The goods are here", &form(visit, one, tried, "receive", &counting(one, tried), "Received", false)))
                (parts::card("They do not come", &form(visit, one, tried, "cancel", &message(tried, "cancel", false), "Call it off", true)))
            }
            _ => {}
        }
    }
}

fn of<'a>(tried: Option<&'a Tried>, step: &str) -> Option<&'a Tried> {
    tried.filter(|tried| tried.step == step)
}

fn form(
    visit: &Visit,
    one: &Return,
    tried: Option<&Tried>,
    step: &str,
    fields: &Markup,
    button: &str,
    quiet: bool,
) -> Markup {
    let key = of(tried, step).map_or_else(|| visit.new_key(), |tried| tried.form.get("key").to_owned());
    html! {
        form.form id={ "form-" (step) } method="post" action={ "/admin/returns/" (one.id) "/" (step) } {
            (parts::hidden("key", &key))
            (fields)
            div.actions { @if quiet { (parts::submit_quiet(button)) } @else { (parts::submit(button)) } }
        }
    }
}

fn message(tried: Option<&Tried>, step: &str, required: bool) -> Markup {
    let tried = of(tried, step);
    let name = format!("{step}_message");
    let label = if required { "Why (the buyer reads it)" } else { "Say something to the buyer" };
    parts::area(
        &Field {
            name: &name,
            label,
            value: tried.map_or("", |tried| tried.form.get(&name)),
            error: wrong(tried.map(|tried| &tried.fault), "/message"),
            required,
            max: Some(500),
            ..Field::default()
        },
        2,
    )
}

fn counting(one: &Return, tried: Option<&Tried>) -> Markup {
    let tried = of(tried, "receive");
    let typed = |name: &str, place: usize, before: i64| {
        tried.and_then(|tried| tried.form.all(name).nth(place).map(str::to_owned)).unwrap_or_else(|| before.to_string())
    };
    let input = |name: &'static str, label: &str, place: usize, before: i64, most: i64| {
        html! {
            label.small for={ (name) "-" (place) } { (label) }
            input.cell id={ (name) "-" (place) } name=(name) type="number" min="0" max=(most) inputmode="numeric" value=(typed(name, place, before));
        }
    };
    html! {
        ul.stack.is-tight {
            @for (place, line) in one.lines.iter().enumerate() {
                li {
                    (parts::hidden("sku", &line.sku))
                    p { span.code { (line.sku) } span.muted.small { " " (line.quantity) " asked for" } }
                    div.row {
                        (input("restock", "On the shelf", place, line.quantity, line.quantity))
                        (input("write_off", "Written off", place, 0, line.quantity))
                    }
                }
            }
        }
        @if let Some(error) = wrong(tried.map(|tried| &tried.fault), "/lines") { p.field-error { (error) } }
        (parts::check("refund_shipping", "Give the shipping back, too", tried.is_some_and(|tried| tried.form.ticked("refund_shipping"))))
        (message(tried, "receive", false))
    }
}

async fn act(visit: Visit, id: Id, Path((_, step)): Path<(String, String)>, form: Form) -> Result<Response, Fault> {
    let told = match step.as_str() {
        "approve" => "The return is allowed; the buyer is told.",
        "reject" => "The return is refused; the buyer is told.",
        "receive" => "The goods are received.",
        "cancel" => "The return is called off.",
        _ => return Err(Fault::of(404, "not_found")),
    };
    let mut body = json!({});
    if let Some(message) = form.some(&format!("{step}_message")) {
        body["message"] = json!(message);
    } else if step == "reject" {
        body["message"] = json!("");
    }
    if step == "receive" {
        body["lines"] = counted(&form);
        body["refund_shipping"] = json!(form.ticked("refund_shipping"));
    }
    let ask = visit.ask(Method::POST, format!("/v1/admin/returns/{id}/{step}")).key(form.get("key")).json(&body);
    match ask.send().await {
        Ok(_) => Ok(done(&visit, &format!("/admin/returns/{id}"), told)),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, id, Some(&Tried { step, form, fault })).await?.into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// What came of each SKU. What is no number is passed on as none, which the API refuses by its place.
fn counted(form: &Form) -> Value {
    let pieces = form.all("restock").zip(form.all("write_off"));
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i64>().ok() };
    let lines = form.all("sku").zip(pieces).map(
        |(sku, (restock, write_off))| json!({"sku": sku, "restock": number(restock), "write_off": number(write_off)}),
    );
    Value::Array(lines.collect())
}
