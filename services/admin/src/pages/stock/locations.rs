//! Places where goods are: in the order in which they are sold from.

use super::{
    item::{Location, places},
    tabs,
};
use crate::{
    model::{Filled, Reading, encoded},
    pages::{
        forms::{belongs_to_form, currency, done, entry, refused, told},
        frame::framed,
    },
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde_json::{Value, json};

const HERE: &str = "/admin/stock/locations";

/// `/admin/stock/locations`
pub(super) async fn list(visit: Visit) -> Result<Page, Fault> {
    page(&visit, &Filled::default().with("priority", "10").with("enabled", "yes"), None).await
}

/// A new place was sent.
pub(super) async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    let outcome = match body(&visit, &sent) {
        Ok(mut body) => {
            body["id"] = sent.get("id").trim().into();
            visit.post("/v1/admin/locations", &body).await
        }
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, HERE, "The location is made.")),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// A changed place was sent.
pub(super) async fn save(visit: Visit, Path(id): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let outcome = match body(&visit, &sent) {
        Ok(body) => {
            let mut ask = visit.ask(Method::PATCH, format!("/v1/admin/locations/{}", encoded(&id))).json(&body);
            if let Ok(version) = sent.get("version").parse() {
                ask = ask.version(version);
            }
            ask.send().await
        }
        Err(fault) => Err(fault),
    };
    told(&visit, HERE, outcome, "The location is saved.")
}

fn body(visit: &Visit, form: &Filled) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency(visit));
    let body = json!({
        "name": read.needed("name", "/name"),
        "priority": read.number("priority", "/priority").unwrap_or(0),
        "enabled": form.is("enabled"),
        "country": form.text("country").map(str::to_ascii_uppercase),
    });
    read.finish()?;
    Ok(body)
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let places = places(visit).await?;
    let rows: Vec<Vec<Markup>> = places.iter().map(row).collect();
    let line = |name, label| entry(form, fault, name, label, &format!("/{name}"));
    let main = html! {
        (tabs(visit))
        div.split {
            (parts::table("Locations", &parts::columns(&["Location", "Name", "Order", "Country", "Save"]), &rows))
            aside {
                form.panel.form id="new-location" method="post" action=(HERE) {
                    h2 { "New location" }
                    (refused(fault))
                    (parts::field(&Field { required: true, hint: "For ever: small letters, digits and hyphens.", ..line("id", "Short name") }))
                    (parts::field(&Field { required: true, ..line("name", "Name") }))
                    (parts::field(&Field { inputmode: "numeric", hint: "Lower is sold from first.", ..line("priority", "Order") }))
                    (parts::field(&Field { max: Some(2), hint: "Two letters, such as GB.", ..line("country", "Country") }))
                    (parts::check("enabled", "Sold from", form.is("enabled")))
                    (parts::submit("Make it"))
                }
            }
        }
    };
    Ok(framed(visit, "Locations", &main).await)
}

fn row(place: &Location) -> Vec<Markup> {
    let form = format!("location-{}", place.id);
    let label = |what: &str| format!("{what} of {}", place.name);
    vec![
        html! { (place.id) },
        html! { input.cell form=(form) name="name" value=(place.name) required aria-label=(label("Name")); },
        html! { input.cell form=(form) name="priority" value=(place.priority) inputmode="numeric" aria-label=(label("Order")); },
        html! {
            input.cell form=(form) name="country" value=(place.country.as_deref().unwrap_or_default()) maxlength="2"
                aria-label=(label("Country"));
        },
        html! {
            form.inline id=(form) method="post" action={ (HERE) "/" (encoded(&place.id)) } {
                (parts::hidden("version", &place.version.to_string()))
                (parts::check("enabled", "Sold from", place.enabled))
                button.button.is-quiet.is-small type="submit" { "Save" }
            }
        },
    ]
}
