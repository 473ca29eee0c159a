//! Brands: made, renamed, deleted where no product has them.

use super::{
    forms::{all, known},
    frame::framed,
    naming::{Kind, Sent, body},
};
use crate::model::{Filled, Id};
use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_pages::{Fault, Page, Visit, parts};
use maud::{Markup, html};
use serde::Deserialize;

const BRANDS: Kind = Kind { word: "brand", page: "/admin/brands", api: "/v1/brands" };

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
    match BRANDS.make(&visit, &body(&sent)).await? {
        Sent::Done(response) => Ok(response),
        Sent::Refused(fault) => Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response()),
    }
}

/// A renamed brand was sent.
async fn save(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    BRANDS.change_in_list(&visit, id, &sent, &body(&sent)).await
}

/// A brand is to go.
async fn delete(visit: Visit, id: Id) -> Result<Response, Fault> {
    BRANDS.delete(&visit, id).await
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let brands: Vec<Brand> = all(visit, "/v1/brands").await?;
    let row = |brand: &Brand| {
        let form = format!("brand-{}", brand.id);
        let of = |what: &str| format!("{what} of {}", brand.name);
        vec![
            html! { input.cell form=(form) name="name" value=(brand.name) required maxlength="255" aria-label=(of("Name")); },
            html! { input.cell form=(form) name="slug" value=(brand.slug) aria-label=(of("Address")); },
            html! {
                form.inline id=(form) method="post" action={ "/admin/brands/" (brand.id) } {
                    (parts::hidden("version", &brand.version.to_string()))
                    button.button.is-quiet.is-small type="submit" { "Save" }
                }
            },
            BRANDS.delete_button(&brand.id),
        ]
    };
    let rows: Vec<Vec<Markup>> = brands.iter().map(row).collect();
    let list = html! {
        @if rows.is_empty() { (parts::empty("No brands yet", "Who makes what the shop sells.", &html! {})) }
        @else { (parts::table("Brands", &parts::columns(&["Name", "Address", "Save", "Delete"]), &rows)) }
    };
    Ok(framed(visit, "Brands", &BRANDS.page(&list, form, fault, &html! {})).await)
}
