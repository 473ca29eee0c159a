//! Promotions and their codes: what takes something off, for whom and when, and how it was used.

mod codes;
mod draw;
mod edit;
mod form;

use super::{
    forms::{Listed, button, told},
    frame::framed,
};
use crate::model::{Filters, address, encoded};
use axum::{
    Router,
    extract::Path,
    http::Method,
    response::Response,
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use form::Promotion;
use maud::{Markup, html};
use serde::Deserialize;

/// Promotions and gift cards beside each other.
pub(super) const TABS: [(&str, &str); 2] =
    [("/admin/coupons", "Promotions"), ("/admin/coupons/gift-cards", "Gift cards")];

/// The pages of promotions.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/coupons", get(list))
        .route("/admin/coupons/new", get(edit::blank).post(edit::create))
        .route("/admin/coupons/{id}", get(edit::show).post(edit::save))
        .route("/admin/coupons/{id}/codes", get(codes::list).post(codes::make))
        .route("/admin/coupons/{id}/uses", get(codes::uses))
        .route("/admin/coupons/code/{code}/disable", post(disable))
}

/// One code and how it stands.
#[derive(Debug, Deserialize)]
struct Standing {
    code: String,
    promotion_id: String,
    label: String,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    uses: i64,
    #[serde(default)]
    refused: Option<String>,
}

/// The way between promotions and gift cards.
pub(super) fn tabs(here: &str) -> Markup {
    html! {
        nav.tabs aria-label="Coupons" {
            @for (path, name) in TABS { a href=(path) aria-current=[(here == path).then_some("page")] { (name) } }
        }
    }
}

/// `/admin/coupons`
async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["code", "cursor"]);
    let mut asked = vec![("limit", "30")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let page: Listed<Promotion> = visit.get(address("/v1/promotions", &asked)).await?;
    let found = look_up(&visit, filters.get("code")).await?;
    let (first, next) = filters.pages(page.next_cursor.as_deref());
    let main = html! {
        (tabs("/admin/coupons"))
        div.row.is-spread {
            form.toolbar method="get" action="/admin/coupons" role="search" {
                (parts::field(&parts::Field { name: "code", label: "Code", kind: "search", value: filters.get("code"), ..parts::Field::default() }))
                (parts::submit_quiet("Look it up"))
            }
            (parts::link_button("/admin/coupons/new", "New promotion", false))
        }
        @if !filters.get("code").is_empty() { (found) }
        @if page.items.is_empty() {
            (parts::empty("No promotions yet", "What takes something off, with a code or by itself.", &html! {
                (parts::link_button("/admin/coupons/new", "Make the first one", true))
            }))
        } @else { (table(&visit, &page.items)) }
        (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
    };
    Ok(framed(&visit, "Coupons", &main).await)
}

async fn look_up(visit: &Visit, code: &str) -> Result<Markup, Fault> {
    if code.is_empty() {
        return Ok(html! {});
    }
    let found: Standing = match visit.get(format!("/v1/coupons/{}", encoded(code))).await {
        Ok(found) => found,
        Err(fault) if [404, 422].contains(&fault.status) => {
            return Ok(parts::notice(Mood::Warn, &format!("There is no code {code}.")));
        }
        Err(fault) => return Err(fault),
    };
    let uses = match found.limit {
        Some(limit) => format!("{} of {limit}", found.uses),
        None => found.uses.to_string(),
    };
    Ok(html! {
        section.panel.stack id="found" {
            h2 { span.code { (found.code) } }
            (parts::facts(&[
                ("Promotion", html! { a href={ "/admin/coupons/" (found.promotion_id) } { (found.label) } }),
                ("Uses", html! { (uses) }),
                ("Now", html! {
                    @if let Some(why) = &found.refused { (parts::badge(Mood::Bad, &why.replace('_', " "))) }
                    @else { (parts::badge(Mood::Good, "Can be used")) }
                }),
            ]))
            @if found.enabled {
                (button(
                    &format!("/admin/coupons/code/{}/disable", encoded(&found.code)), "Disable this code",
                    "Disable this code for good?", &[],
                ))
            }
        }
    })
}

fn table(visit: &Visit, promotions: &[Promotion]) -> Markup {
    let row = |one: &Promotion| {
        vec![
            html! { a href={ "/admin/coupons/" (one.id) } { (one.label) } },
            html! { (form::in_words(visit, &one.reward)) },
            html! { @if one.trigger == "code" { "With a code" } @else { "By itself" } },
            html! { @if let Some(limit) = one.limit { (visit.lang().number(limit)) } @else { "—" } },
            if one.enabled { parts::badge(Mood::Good, "On") } else { parts::badge(Mood::Plain, "Off") },
        ]
    };
    let rows: Vec<Vec<Markup>> = promotions.iter().map(row).collect();
    parts::table("Promotions", &parts::columns(&["Promotion", "Gives", "Applies", "#Limit", "State"]), &rows)
}

/// A code is to be used no more.
async fn disable(visit: Visit, Path(code): Path<String>) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::DELETE, format!("/v1/coupons/{}", encoded(&code))).send().await;
    told(&visit, &address("/admin/coupons", &[("code", &code)]), outcome, "The code is disabled.")
}
