//! The shop itself: who it is, and the legal texts that shoppers accept, with every version there was.

mod legal;
mod profile;

use axum::{Router, routing::get};
use bodega_pages::{Fault, Visit};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TABS: [(&str, &str); 5] = [
    ("/admin/settings", "Shop"),
    ("/admin/settings/legal", "Legal texts"),
    ("/admin/settings/markets", "Markets"),
    ("/admin/settings/taxes", "Taxes"),
    ("/admin/settings/shipping", "Shipping"),
];

/// A legal text by its language.
type Text = BTreeMap<String, String>;

/// The pages of the shop itself.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/settings", get(profile::show).post(profile::save))
        .route("/admin/settings/legal", get(legal::show).post(legal::save))
        .route("/admin/settings/legal/{version}", get(legal::version))
}

/// The shop.
#[derive(Clone, Debug, Deserialize)]
struct Shop {
    version: i64,
    name: String,
    #[serde(default)]
    address: Option<Place>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    tax_number: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    legal: BTreeMap<String, Text>,
    #[serde(default)]
    legal_version: i64,
}

/// Where it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: String,
    country: String,
    phone: Option<String>,
}

/// The way between the settings.
pub(super) fn tabs(here: &str) -> Markup {
    html! {
        nav.tabs aria-label="Settings" {
            @for (path, name) in TABS { a href=(path) aria-current=[(here == path).then_some("page")] { (name) } }
        }
    }
}

async fn read(visit: &Visit) -> Result<Shop, Fault> {
    visit.get("/v1/admin/shop").await
}

/// The shop as the API takes it, whole.
fn whole(shop: &Shop) -> Value {
    let address = shop.address.as_ref().map(|place| {
        json!({
            "name": place.name, "line1": place.line1, "line2": place.line2, "city": place.city, "region": place.region,
            "postal_code": place.postal_code, "country": place.country, "phone": place.phone,
        })
    });
    json!({
        "name": shop.name, "address": address, "email": shop.email, "tax_number": shop.tax_number,
        "languages": shop.languages, "legal": shop.legal,
    })
}
