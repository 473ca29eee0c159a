//! Ways of shipping: what each costs, where it goes, from when on it is free.

use super::{
    forms::{
        Listed, belongs_to_form, both, button, cell, currency, done, entry, known, refused, save as save_button, told,
    },
    frame::framed,
    settings::tabs,
};
use crate::model::{Filled, Reading, encoded, major, percent};
use axum::{
    Router,
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_kernel::{Currency, Money};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Choice, Field, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

const HERE: &str = "/admin/settings/shipping";
const KINDS: [Choice<'static>; 4] = [
    Choice::new("flat", "Always the same price"),
    Choice::new("by_weight", "By weight"),
    Choice::new("by_price", "By the price of the goods"),
    Choice::new("pickup", "The customer fetches it"),
];

/// The pages of shipping.
pub(super) fn routes() -> Router {
    Router::new()
        .route(HERE, get(list))
        .route("/admin/settings/shipping/new", get(blank).post(create))
        .route("/admin/settings/shipping/{id}", get(show).post(save))
        .route("/admin/settings/shipping/{id}/disable", post(disable))
}

/// A way of shipping.
#[derive(Debug, Deserialize)]
struct Way {
    id: String,
    name: String,
    enabled: bool,
    rate: Rate,
    #[serde(default)]
    free_above: Option<i64>,
    #[serde(default)]
    countries: Vec<String>,
    #[serde(default)]
    tax_rate_bp: i64,
    currency: Currency,
    version: i64,
}

/// What it costs; which fields there are depends on the kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rate {
    kind: String,
    price: i64,
    steps: Vec<Step>,
}

/// A step of a table.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Step {
    up_to: Option<i64>,
    price: i64,
}

/// `/admin/settings/shipping`
async fn list(visit: Visit) -> Result<Page, Fault> {
    let ways: Listed<Way> = visit.get("/v1/shipping-methods?limit=100").await?;
    let row = |way: &Way| {
        let money = |amount| visit.money(Money::new(amount, way.currency));
        vec![
            html! { a href={ (HERE) "/" (encoded(&way.id)) } { (way.name) } },
            html! { (costs(&visit, way)) },
            html! { @if let Some(amount) = way.free_above { (money(amount)) } @else { "—" } },
            html! { @if way.countries.is_empty() { "Everywhere" } @else { (way.countries.join(", ")) } },
            if way.enabled { parts::badge(Mood::Good, "Offered") } else { parts::badge(Mood::Plain, "Off") },
        ]
    };
    let rows: Vec<Vec<Markup>> = ways.items.iter().map(row).collect();
    let main = html! {
        (tabs(HERE))
        div.row.is-end { (parts::link_button("/admin/settings/shipping/new", "New way of shipping", false)) }
        @if rows.is_empty() { (parts::empty("No way of shipping yet", "Without one nothing can be bought.", &html! {})) }
        @else { (parts::table("Shipping", &parts::columns(&["Name", "Costs", "#Free from", "Goes to", "State"]), &rows)) }
    };
    Ok(framed(&visit, "Shipping", &main).await)
}

fn costs(visit: &Visit, way: &Way) -> String {
    let money = |amount| visit.money(Money::new(amount, way.currency));
    match way.rate.kind.as_str() {
        "by_weight" => format!("By weight, from {}", money(cheapest(&way.rate))),
        "by_price" => format!("By price, from {}", money(cheapest(&way.rate))),
        "pickup" => format!("Fetched, {}", money(way.rate.price)),
        _ => money(way.rate.price),
    }
}

fn cheapest(rate: &Rate) -> i64 {
    rate.steps.iter().map(|step| step.price).min().unwrap_or_default()
}

/// `/admin/settings/shipping/new`
async fn blank(visit: Visit) -> Result<Page, Fault> {
    known(&visit)?;
    let form = Filled::default().with("kind", "flat").with("key", visit.new_key());
    Ok(editor(&visit, &form, None, None, None).await)
}

/// A new way was sent.
async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    if let Some(changed) = sent.rebuilt() {
        return Ok(editor(&visit, &changed, None, None, None).await.into_response());
    }
    let outcome = match body(&visit, &sent) {
        Ok(mut body) => {
            body["id"] = sent.get("id").trim().into();
            visit.ask(Method::POST, "/v1/shipping-methods").key(sent.get("key")).json(&body).send().await
        }
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, HERE, "It is offered from now on.")),
        Err(fault) if belongs_to_form(&fault) => {
            let sent = sent.instead("key", visit.new_key());
            Ok(editor(&visit, &sent, Some(&fault), None, None).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn read(visit: &Visit, id: &str) -> Result<Way, Fault> {
    visit.get(format!("/v1/shipping-methods/{}", encoded(id))).await
}

/// `/admin/settings/shipping/{id}`
async fn show(visit: Visit, Path(id): Path<String>) -> Result<Page, Fault> {
    let way = read(&visit, &id).await?;
    Ok(editor(&visit, &filled(&way), None, Some(&way), None).await)
}

/// A changed way was sent.
async fn save(visit: Visit, Path(id): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let way = read(&visit, &id).await?;
    if let Some(changed) = sent.rebuilt() {
        return Ok(editor(&visit, &changed, None, Some(&way), None).await.into_response());
    }
    let version = sent.get("version").parse().unwrap_or(way.version);
    let outcome = match body(&visit, &sent) {
        Ok(mut body) => {
            body["enabled"] = sent.is("enabled").into();
            let path = format!("/v1/shipping-methods/{}", encoded(&id));
            visit.ask(Method::PATCH, path).version(version).json(&body).send().await
        }
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, HERE, "It is saved. Carts cost so from now on.")),
        Err(fault) if fault.status == 412 => {
            let sent = sent.instead("version", way.version.to_string());
            let page = editor(&visit, &sent, Some(&fault), Some(&way), Some(&filled(&way))).await;
            Ok(page.status(412).into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            Ok(editor(&visit, &sent, Some(&fault), Some(&way), None).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// A way is to be offered no more.
async fn disable(visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::DELETE, format!("/v1/shipping-methods/{}", encoded(&id))).send().await;
    told(&visit, HERE, outcome, "It is offered no more. Orders that have it keep it.")
}

fn filled(way: &Way) -> Filled {
    let typed = |amount| major(Money::new(amount, way.currency));
    let mut form = Filled::default()
        .with("version", way.version.to_string())
        .with("name", way.name.as_str())
        .ticked("enabled", way.enabled)
        .with("kind", way.rate.kind.as_str())
        .with("price", typed(way.rate.price))
        .with("free_above", way.free_above.map(typed).unwrap_or_default())
        .with("countries", way.countries.join(", "))
        .with("tax", percent(way.tax_rate_bp));
    for (place, step) in way.rate.steps.iter().enumerate() {
        let at = |field: &str| format!("step.{place}.{field}");
        let up_to = match (way.rate.kind.as_str(), step.up_to) {
            (_, None) => String::new(),
            ("by_price", Some(amount)) => typed(amount),
            (_, Some(grams)) => grams.to_string(),
        };
        form = form.with(&at("id"), "").with(&at("up_to"), up_to).with(&at("price"), typed(step.price));
    }
    form
}

fn body(visit: &Visit, form: &Filled) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency(visit));
    let kind = form.text("kind").unwrap_or("flat");
    let rate = match kind {
        "by_weight" | "by_price" => {
            let steps: Vec<Value> = (0..form.rows("step")).map(|place| step(&mut read, place, kind)).collect();
            if steps.is_empty() {
                read.refuse("/rate/steps", "has at least one step");
            }
            json!({"kind": kind, "steps": steps})
        }
        "pickup" => json!({"kind": kind, "price": read.money("price", "/rate/price").unwrap_or_default()}),
        _ => json!({"kind": "flat", "price": read.price("price", "/rate/price")}),
    };
    let countries: Vec<String> = form.list("countries").iter().map(|code| code.to_ascii_uppercase()).collect();
    let mut body = json!({
        "name": read.needed("name", "/name"),
        "rate": rate,
        "free_above": read.money("free_above", "/free_above"),
        "countries": countries,
    });
    if let Some(share) = read.percent("tax", "/tax_rate_bp") {
        body["tax_rate_bp"] = share.into();
    }
    read.finish()?;
    Ok(body)
}

fn step(read: &mut Reading<'_>, place: usize, kind: &str) -> Value {
    let (name, pointer) = (format!("step.{place}.up_to"), format!("/rate/steps/{place}/up_to"));
    let up_to = if kind == "by_price" { read.money(&name, &pointer) } else { read.number(&name, &pointer) };
    let price = read.price(&format!("step.{place}.price"), &format!("/rate/steps/{place}/price"));
    match up_to {
        Some(up_to) => json!({"up_to": up_to, "price": price}),
        None => json!({"price": price}),
    }
}

async fn editor(
    visit: &Visit,
    form: &Filled,
    fault: Option<&Fault>,
    way: Option<&Way>,
    theirs: Option<&Filled>,
) -> Page {
    let action = way.map_or_else(|| format!("{HERE}/new"), |way| format!("{HERE}/{}", encoded(&way.id)));
    let title = way.map_or("New way of shipping", |way| &way.name);
    let line = |name, label, pointer: &str| entry(form, fault, name, label, pointer);
    let main = html! {
        (parts::crumbs("Way", &[(HERE, "Shipping"), ("", title)]))
        (refused(fault))
        @if let Some(theirs) = theirs { (both(form, theirs, &labels([form, theirs]))) }
        form.panel.form id="method" method="post" action=(action) {
            @for name in ["version", "key"] {
                @if let Some(value) = form.text(name) { (parts::hidden(name, value)) }
            }
            (save_button("Save"))
            @if way.is_none() {
                (parts::field(&Field { required: true, max: Some(40), hint: "For ever: small letters, digits, hyphens.", ..line("id", "Short name", "/id") }))
            } @else { (parts::check("enabled", "Offered", form.is("enabled"))) }
            (parts::field(&Field { required: true, max: Some(100), hint: "As customers see it.", ..line("name", "Name", "/name") }))
            (parts::select(&line("kind", "Costs", "/rate/kind"), &KINDS))
            (parts::field(&Field { inputmode: "decimal", hint: "Where it is always the same, or the goods are fetched.", ..line("price", "Price", "/rate/price") }))
            (steps(form, fault, &action))
            (parts::field(&Field { inputmode: "decimal", hint: "Goods of at least this much are sent free. Empty: never.", ..line("free_above", "Free from", "/free_above") }))
            (parts::field(&Field { hint: "Two letters each, such as GB, IE. Empty: everywhere.", ..line("countries", "Goes to", "/countries") }))
            (parts::field(&Field { inputmode: "decimal", hint: "Empty: as the shop taxes what has no rate of its own.", ..line("tax", "Tax, percent", "/tax_rate_bp") }))
            (save_button("Save shipping"))
        }
        @if let Some(way) = way.filter(|way| way.enabled) {
            (button(&format!("{action}/disable"), "Switch it off", &format!("Offer {} no more?", way.name), &[]))
        }
    };
    framed(visit, title, &main).await
}

fn steps(form: &Filled, fault: Option<&Fault>, action: &str) -> Markup {
    let row = |place: usize| {
        let line = |field: &str, label: &str| {
            let (name, label) = (format!("step.{place}.{field}"), format!("{label}, step {}", place + 1));
            let field = entry(form, fault, &name, &label, &format!("/rate/steps/{place}/{field}"));
            cell(&Field { inputmode: "decimal", ..field })
        };
        vec![
            html! { (parts::hidden(&format!("step.{place}.id"), "")) (line("up_to", "Up to")) },
            line("price", "Price"),
            html! {
                button.button.is-quiet.is-small type="submit" name="remove" value={ "step." (place) } formnovalidate
                    formaction={ (action) "#steps" } aria-label={ "Remove step " (place + 1) } { "Remove" }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = (0..form.rows("step")).map(row).collect();
    html! {
        div.stack id="steps" {
            @if !rows.is_empty() {
                (parts::table("Steps", &parts::columns(&["Up to: grams, or an amount", "Price", "Remove"]), &rows))
            }
            @if let Some(error) = fault.and_then(|fault| fault.at("/rate/steps")) { p.field-error { (error) } }
            div {
                button.button.is-quiet.is-small type="submit" name="add" value="step" formnovalidate
                    formaction={ (action) "#steps" } { "Add a step" }
            }
            p.muted.small { "Steps are for prices by weight or by price, in growing order. The last one may be without an end." }
        }
    }
}

fn labels(forms: [&Filled; 2]) -> Vec<(String, String)> {
    let plain = [
        ("name", "Name"),
        ("enabled", "Offered"),
        ("kind", "Costs"),
        ("price", "Price"),
        ("free_above", "Free from"),
        ("countries", "Goes to"),
        ("tax", "Tax"),
    ];
    let mut labels: Vec<(String, String)> =
        plain.iter().map(|(name, label)| ((*name).into(), (*label).into())).collect();
    for place in 0..forms.iter().map(|form| form.rows("step")).max().unwrap_or_default() {
        labels.push((format!("step.{place}.up_to"), format!("Step {}, up to", place + 1)));
        labels.push((format!("step.{place}.price"), format!("Step {}, price", place + 1)));
    }
    labels
}
