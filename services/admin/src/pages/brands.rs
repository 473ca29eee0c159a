//! Brands: made, renamed, deleted where no product has them.

use super::{
    forms::{all, belongs_to_form, button, done, entry, known, refused, told},
    frame::framed,
};
use crate::model::{Filled, Id};
use axum::{
    Router,
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

/// The pages of brands.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/brands", get(list).post(create))
        .route("/admin/brands/{id}", post(save))
        .route("/admin/brands/{id}/delete", post(delete))
}

/// A brand.
#[derive(Debug, Deserialize)]
struct Brand {
    id: String,
    slug: String,
    name: String,
    version: i64,
}

/// `/admin/brands`
async fn list(visit: Visit) -> Result<Page, Fault> {
    known(&visit)?;
    page(&visit, &Filled::default(), None).await
}

/// A new brand was sent.
async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    match visit.post("/v1/brands", &body(&sent)).await {
        Ok(_) => Ok(done(&visit, "/admin/brands", "The brand is made.")),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// A renamed brand was sent.
async fn save(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let mut ask = visit.ask(Method::PATCH, format!("/v1/brands/{id}")).json(&body(&sent));
    if let Ok(version) = sent.get("version").parse() {
        ask = ask.version(version);
    }
    told(&visit, "/admin/brands", ask.send().await, "The brand is saved.")
}

/// A brand is to go.
async fn delete(visit: Visit, id: Id) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::DELETE, format!("/v1/brands/{id}")).send().await;
    told(&visit, "/admin/brands", outcome, "The brand is deleted.")
}

fn body(form: &Filled) -> Value {
    let mut body = json!({"name": form.text("name").unwrap_or_default()});
    if let Some(slug) = form.text("slug") {
        body["slug"] = slug.into();
    }
    body
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let brands: Vec<Brand> = all(visit, "/v1/brands").await?;
    let row = |brand: &Brand| {
        let action = format!("/admin/brands/{}", brand.id);
        let form = format!("brand-{}", brand.id);
        let of = |what: &str| format!("{what} of {}", brand.name);
        vec![
            html! { input.cell form=(form) name="name" value=(brand.name) required maxlength="255" aria-label=(of("Name")); },
            html! { input.cell form=(form) name="slug" value=(brand.slug) aria-label=(of("Address")); },
            html! {
                form.inline id=(form) method="post" action=(action) {
                    (parts::hidden("version", &brand.version.to_string()))
                    button.button.is-quiet.is-small type="submit" { "Save" }
                }
            },
            button(&format!("{action}/delete"), "Delete", "Delete this brand?", &[]),
        ]
    };
    let rows: Vec<Vec<Markup>> = brands.iter().map(row).collect();
    let main = html! {
        div.split {
            div.stack {
                @if rows.is_empty() { (parts::empty("No brands yet", "Who makes what the shop sells.", &html! {})) }
                @else { (parts::table("Brands", &parts::columns(&["Name", "Address", "Save", "Delete"]), &rows)) }
            }
            aside {
                form.panel.form id="new-brand" method="post" action="/admin/brands" {
                    h2 { "New brand" }
                    (refused(fault))
                    (parts::field(&Field { required: true, max: Some(255), ..entry(form, fault, "name", "Name", "/name") }))
                    (parts::field(&Field { hint: "Made from the name where it is empty.", ..entry(form, fault, "slug", "Address", "/slug") }))
                    (parts::submit("Make it"))
                }
            }
        }
    };
    Ok(framed(visit, "Brands", &main).await)
}
