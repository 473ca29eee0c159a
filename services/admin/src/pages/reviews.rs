//! What buyers say: read before the shop shows it, approved or rejected.

use super::{
    forms::{Listed, button, told},
    frame::framed,
};
use crate::model::{Filled, Filters, Id, address};
use axum::{
    Router,
    extract::Path,
    http::Method,
    response::Response,
    routing::{get, post},
};
use bodega_kernel::Time;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;

const STATES: [(&str, &str); 3] = [("pending", "To be read"), ("approved", "Shown"), ("rejected", "Rejected")];

/// The pages of reviews.
pub(super) fn routes() -> Router {
    Router::new().route("/admin/reviews", get(list)).route("/admin/reviews/{id}/{step}", post(decide))
}

/// A review.
#[derive(Debug, Deserialize)]
struct Review {
    id: String,
    stars: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    author: String,
    at: Time,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    product: Option<Reviewed>,
}

/// What a review is about.
#[derive(Debug, Deserialize)]
struct Reviewed {
    id: String,
    name: String,
}

/// `/admin/reviews`
async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["status", "cursor"]);
    let status =
        STATES.iter().map(|(state, _)| *state).find(|state| *state == filters.get("status")).unwrap_or("pending");
    let mut asked = vec![("status", status), ("limit", "30")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let page: Listed<Review> = visit.get(address("/v1/admin/reviews", &asked)).await?;
    let (first, next) = filters.pages(page.next_cursor.as_deref());
    let main = html! {
        nav.tabs aria-label="Reviews" {
            @for (state, name) in STATES {
                a href=(filters.with("status", state)) aria-current=[(state == status).then_some("page")] { (name) }
            }
        }
        @if page.items.is_empty() {
            (parts::empty("Nothing here", "What buyers write is read here before the shop shows it.", &html! {}))
        }
        ul.reviews { @for review in &page.items { li.review id={ "review-" (review.id) } { (one(&visit, review, status)) } } }
        (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
    };
    Ok(framed(&visit, "Reviews", &main).await)
}

fn one(visit: &Visit, review: &Review, status: &str) -> Markup {
    #[expect(clippy::cast_precision_loss, reason = "stars are 1 to 5")]
    let stars = review.stars as f64;
    let decide =
        |what: &str, text| button(&format!("/admin/reviews/{}/{what}", review.id), text, "", &[("status", status)]);
    html! {
        (parts::stars(visit.lang(), Some(stars), 0))
        h2 { (review.title) }
        p { (review.text) }
        p.review-by {
            (review.author) ", " (visit.lang().moment(review.at))
            @if review.verified { " " (parts::badge(Mood::Good, "Bought it")) }
        }
        @if let Some(product) = &review.product {
            p.small { a href={ "/admin/products/" (product.id) } { (product.name) } }
        }
        div.row {
            @if status != "approved" { (decide("approve", "Approve")) }
            @if status != "rejected" { (decide("reject", "Reject")) }
        }
    }
}

/// A review is approved or rejected.
async fn decide(
    visit: Visit,
    id: Id,
    Path((_, step)): Path<(String, String)>,
    sent: Filled,
) -> Result<Response, Fault> {
    let text = match step.as_str() {
        "approve" => "The review is shown.",
        "reject" => "The review is not shown.",
        _ => return Err(Fault::of(404, "not_found")),
    };
    let outcome = visit.ask(Method::POST, format!("/v1/admin/reviews/{id}/{step}")).send().await;
    told(&visit, &address("/admin/reviews", &[("status", sent.get("status"))]), outcome, text)
}
