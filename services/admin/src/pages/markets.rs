//! Where the shop sells and in which currency, and what each country taxes.

mod taxes;

use super::{
    forms::{Listed, belongs_to_form, button, done, entry, refused, told},
    frame::framed,
    settings::tabs,
};
use crate::model::{Filled, encoded};
use axum::{
    Router,
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

const HERE: &str = "/admin/settings/markets";

/// The pages of markets and taxes.
pub(super) fn routes() -> Router {
    Router::new()
        .route(HERE, get(list).post(create))
        .route("/admin/settings/markets/{id}", get(show).post(save))
        .route("/admin/settings/markets/{id}/switch", post(switch))
        .merge(taxes::routes())
}

/// A market.
#[derive(Debug, Deserialize)]
struct Market {
    id: String,
    version: i64,
    name: String,
    #[serde(default)]
    countries: Vec<String>,
    currency: String,
    #[serde(default)]
    prices_include_tax: bool,
    #[serde(default)]
    enabled: bool,
}

/// `/admin/settings/markets`
async fn list(visit: Visit) -> Result<Page, Fault> {
    page(&visit, &Filled::default().with("prices_include_tax", "yes"), None).await
}

/// A new market was sent.
async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    let mut body = body(&sent);
    body["id"] = sent.get("id").trim().into();
    match visit.post("/v1/admin/markets", &body).await {
        Ok(_) => Ok(done(&visit, HERE, "The market is made.")),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn read(visit: &Visit, id: &str) -> Result<Market, Fault> {
    visit.get(format!("/v1/admin/markets/{}", encoded(id))).await
}

/// `/admin/settings/markets/{id}`
async fn show(visit: Visit, Path(id): Path<String>) -> Result<Page, Fault> {
    let market = read(&visit, &id).await?;
    Ok(editor(&visit, &market, &filled(&market), None).await)
}

/// A changed market was sent.
async fn save(visit: Visit, Path(id): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let mut ask = visit.ask(Method::PATCH, format!("/v1/admin/markets/{}", encoded(&id))).json(&body(&sent));
    if let Ok(version) = sent.get("version").parse() {
        ask = ask.version(version);
    }
    match ask.send().await {
        Ok(_) => Ok(done(&visit, HERE, "The market is saved.")),
        Err(fault) if belongs_to_form(&fault) => {
            let market = read(&visit, &id).await?;
            let status = if fault.status == 412 { 412 } else { 422 };
            let sent = sent.instead("version", market.version.to_string());
            Ok(editor(&visit, &market, &sent, Some(&fault)).await.status(status).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// A market is to be switched on or off.
async fn switch(visit: Visit, Path(id): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let body = json!({"enabled": sent.get("to") == "on"});
    let mut ask = visit.ask(Method::PATCH, format!("/v1/admin/markets/{}", encoded(&id))).json(&body);
    if let Ok(version) = sent.get("version").parse() {
        ask = ask.version(version);
    }
    told(&visit, HERE, ask.send().await, "The market is saved.")
}

fn filled(market: &Market) -> Filled {
    Filled::default()
        .with("version", market.version.to_string())
        .with("name", market.name.as_str())
        .with("countries", market.countries.join(", "))
        .with("currency", market.currency.as_str())
        .ticked("prices_include_tax", market.prices_include_tax)
}

fn body(form: &Filled) -> Value {
    let countries: Vec<String> = form.list("countries").iter().map(|code| code.to_ascii_uppercase()).collect();
    json!({
        "name": form.get("name").trim(),
        "countries": countries,
        "currency": form.get("currency").trim().to_ascii_uppercase(),
        "prices_include_tax": form.is("prices_include_tax"),
    })
}

fn fields(form: &Filled, fault: Option<&Fault>) -> Markup {
    let line = |name, label| entry(form, fault, name, label, &format!("/{name}"));
    html! {
        (parts::field(&Field { required: true, max: Some(100), ..line("name", "Name") }))
        (parts::field(&Field { hint: "Two letters each, such as DE, FR. Empty: every country that is in no other market.", ..line("countries", "Countries") }))
        (parts::field(&Field { required: true, max: Some(3), hint: "Three letters, such as EUR.", ..line("currency", "Currency") }))
        (parts::check("prices_include_tax", "Prices contain their tax", form.is("prices_include_tax")))
    }
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let markets: Listed<Market> = visit.get("/v1/admin/markets?limit=100").await?;
    let row = |market: &Market| {
        let href = format!("{HERE}/{}", encoded(&market.id));
        let (to, text) = if market.enabled { ("off", "Switch off") } else { ("on", "Switch on") };
        vec![
            html! { a href=(href) { (market.name) } },
            html! { @if market.countries.is_empty() { "All others" } @else { (market.countries.join(", ")) } },
            html! { (market.currency) @if market.prices_include_tax { ", with tax" } @else { ", plus tax" } },
            if market.enabled { parts::badge(Mood::Good, "Sold to") } else { parts::badge(Mood::Plain, "Off") },
            button(&format!("{href}/switch"), text, "", &[("to", to), ("version", &market.version.to_string())]),
        ]
    };
    let rows: Vec<Vec<Markup>> = markets.items.iter().map(row).collect();
    let main = html! {
        (tabs(HERE))
        div.split {
            div.stack { (parts::table("Markets", &parts::columns(&["Market", "Countries", "Prices", "State", "Switch"]), &rows)) }
            aside {
                form.panel.form id="new-market" method="post" action=(HERE) {
                    h2 { "New market" }
                    (refused(fault))
                    (parts::field(&Field {
                        required: true, max: Some(40), hint: "For ever: small letters, digits, hyphens.",
                        ..entry(form, fault, "id", "Short name", "/id")
                    }))
                    (fields(form, fault))
                    (parts::submit("Make it"))
                }
            }
        }
    };
    Ok(framed(visit, "Markets", &main).await)
}

async fn editor(visit: &Visit, market: &Market, form: &Filled, fault: Option<&Fault>) -> Page {
    let now = [
        ("Countries", html! { (market.countries.join(", ")) }),
        ("Currency", html! { (market.currency) }),
        ("Prices contain tax", html! { @if market.prices_include_tax { "Yes" } @else { "No" } }),
    ];
    let main = html! {
        (parts::crumbs("Way", &[(HERE, "Markets"), ("", &market.name)]))
        (refused(fault))
        @if fault.is_some_and(|fault| fault.status == 412) { (parts::card("Saved meanwhile", &parts::facts(&now))) }
        form.panel.form id="market" method="post" action={ (HERE) "/" (encoded(&market.id)) } {
            (parts::hidden("version", form.get("version")))
            (fields(form, fault))
            (parts::submit("Save"))
        }
    };
    framed(visit, &market.name, &main).await
}
