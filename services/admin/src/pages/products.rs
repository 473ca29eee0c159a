//! What is sold: the list of products, and the way to each one's editor.

mod draw;
mod edit;
mod form;

use super::{forms::Listed, frame::framed};
use crate::model::{Filters, address};
use axum::{Router, routing::get};
use bodega_kernel::Money;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;

pub(super) use form::{Photo, Product};

const STATES: [(&str, &str); 3] = [("active", "For sale"), ("draft", "Drafts"), ("archived", "Archived")];

/// The pages of products.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/products", get(list))
        .route("/admin/products/new", get(edit::blank).post(edit::create))
        .route("/admin/products/{id}", get(edit::show).post(edit::save))
        .route("/admin/products/{id}/archive", axum::routing::post(edit::archive))
}

/// A product of a list.
#[derive(Debug, Deserialize)]
struct Summary {
    id: String,
    name: String,
    slug: String,
    price: Money,
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    in_stock: bool,
    #[serde(default)]
    status: String,
}

/// `/admin/products`
async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["q", "status", "cursor"]);
    let status =
        STATES.iter().map(|(state, _)| *state).find(|state| *state == filters.get("status")).unwrap_or("active");
    let mut asked = vec![("status", status), ("limit", "30")];
    asked.extend(
        ["q", "cursor"].map(|name| (name, filters.get(name))).into_iter().filter(|(_, value)| !value.is_empty()),
    );
    let page: Listed<Summary> = visit.get(address("/v1/products", &asked)).await?;
    let (first, next) = filters.pages(page.next_cursor.as_deref());
    let main = html! {
        div.row.is-spread {
            nav.tabs aria-label="Products" {
                @for (state, name) in STATES {
                    a href=(filters.with("status", state)) aria-current=[(state == status).then_some("page")] { (name) }
                }
            }
            div.row {
                (parts::link_button("/admin/import", "Import", true))
                (parts::link_button("/admin/products/new", "New product", false))
            }
        }
        form.toolbar method="get" action="/admin/products" role="search" {
            (parts::hidden("status", status))
            (parts::field(&parts::Field { name: "q", label: "Name or SKU", kind: "search", value: filters.get("q"), ..parts::Field::default() }))
            (parts::submit_quiet("Search"))
        }
        @if page.items.is_empty() {
            (parts::empty("No products here", "Nothing fits what you look for.", &html! {
                (parts::link_button("/admin/products/new", "Make the first one", true))
            }))
        } @else {
            (table(&visit, &page.items))
        }
        (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
    };
    Ok(framed(&visit, "Products", &main).await)
}

fn table(visit: &Visit, products: &[Summary]) -> Markup {
    let row = |product: &Summary| {
        let href = format!("/admin/products/{}", product.id);
        vec![
            html! { a href=(href) tabindex="-1" aria-hidden="true" { (parts::thumbnail(product.image.as_deref(), "")) } },
            html! { a href=(href) { (product.name) } p.muted.small { (product.slug) } },
            html! { (visit.money(product.price)) },
            if product.in_stock { parts::badge(Mood::Good, "In stock") } else { parts::badge(Mood::Warn, "Sold out") },
            state(&product.status),
        ]
    };
    let rows: Vec<Vec<Markup>> = products.iter().map(row).collect();
    parts::table("Products", &parts::columns(&["Photo", "Product", "#Price from", "Stock", "Status"]), &rows)
}

fn state(status: &str) -> Markup {
    match status {
        "draft" => parts::badge(Mood::Warn, "Draft"),
        "archived" => parts::badge(Mood::Plain, "Archived"),
        _ => parts::badge(Mood::Good, "For sale"),
    }
}
