//! Reviews: what everybody reads, what customers write, what staff decide.

use super::{address, read, read_kept, written};
use crate::{
    Catalog,
    flows::reviews,
    model::{ReviewEdit, ReviewState},
    views::{ModeratedReview, ReviewView},
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use bodega_kernel::{Page, uuid::Uuid};
use bodega_web::{Customer, Idempotent, KeyedBody, Paging, Path, Problem, Query, Staff};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// What a customer says of a product. All of it is plain text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"stars": 5, "title": "Warm", "text": "It keeps its promise.", "author": "Ada"}))]
pub(super) struct NewReview {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    stars: u8,
    /// At most 120 characters.
    #[serde(default)]
    title: String,
    /// At most 5,000 characters.
    #[serde(default)]
    text: String,
    /// The name to be shown: 1 to 60 characters.
    author: String,
}

/// Which reviews staff look at.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReviewSearch {
    /// `pending` where it is left out.
    #[param(inline)]
    status: Option<ReviewState>,
}

/// The approved reviews of a product, the newest first.
#[utoipa::path(
    get, path = "/v1/products/{id}/reviews", tag = "catalog",
    params(("id" = String, Path, description = "Slug, or id, of the product"), Paging),
    responses(
        (status = 200, description = "A page of reviews", body = Page<ReviewView>),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is no such product for sale"),
    )
)]
pub(super) async fn list_reviews(
    State(catalog): State<Catalog>,
    Path(name): Path<String>,
    paging: Paging,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (before, limit) = (paging.key()?, paging.limit);
    let answer = reviews::list_reviews(&catalog, address(&uri), &name, before, limit).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

/// Writes a review of what one has bought. It waits for staff; another one takes its place.
#[utoipa::path(
    post, path = "/v1/products/{id}/reviews", tag = "catalog", request_body = NewReview,
    params(
        ("id" = String, Path, description = "Slug, or id, of the product"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key writes it once"),
    ),
    responses(
        (status = 201, description = "It waits for staff", body = ModeratedReview),
        (status = 401, description = "Only for customers who are logged in"),
        (status = 403, description = "`not_bought`"),
        (status = 404, description = "There is no such product for sale"),
        (status = 422, description = "Fields are wrong; `errors` names them"),
    )
)]
pub(super) async fn write_review(
    State(catalog): State<Catalog>,
    Customer(customer): Customer,
    Path(name): Path<String>,
    KeyedBody { body, key }: KeyedBody<NewReview>,
) -> Result<Response, Problem> {
    let NewReview { stars, title, text, author } = body;
    let edit = ReviewEdit { stars, title, text, author };
    Ok(written(reviews::write_review(&catalog, key, &name, customer, edit).await?))
}

/// Reviews by state, the newest first.
#[utoipa::path(
    get, path = "/v1/admin/reviews", tag = "catalog", params(ReviewSearch, Paging),
    responses((status = 200, description = "A page of reviews", body = Page<ModeratedReview>))
)]
pub(super) async fn list_reviews_for_staff(
    State(catalog): State<Catalog>,
    _: Staff,
    Query(search): Query<ReviewSearch>,
    paging: Paging,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = search.status.unwrap_or_default();
    let answer = reviews::list_by_state(&catalog, state, paging.key()?, paging.limit).await?;
    Ok(read(&headers, &answer))
}

/// Shows a review: its stars count from now on.
#[utoipa::path(
    post, path = "/v1/admin/reviews/{id}/approve", tag = "catalog",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key does it once"),
    ),
    responses(
        (status = 200, description = "The review", body = ModeratedReview),
        (status = 404, description = "There is no such review, or its author has written another one"),
    )
)]
pub(super) async fn approve_review(
    State(catalog): State<Catalog>,
    _: Staff,
    Path(id): Path<Uuid>,
    Idempotent(key): Idempotent,
) -> Result<Response, Problem> {
    Ok(written(reviews::moderate_review(&catalog, key, id, ReviewState::Approved).await?))
}

/// Does not show a review: its stars count no more.
#[utoipa::path(
    post, path = "/v1/admin/reviews/{id}/reject", tag = "catalog",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key does it once"),
    ),
    responses(
        (status = 200, description = "The review", body = ModeratedReview),
        (status = 404, description = "There is no such review, or its author has written another one"),
    )
)]
pub(super) async fn reject_review(
    State(catalog): State<Catalog>,
    _: Staff,
    Path(id): Path<Uuid>,
    Idempotent(key): Idempotent,
) -> Result<Response, Problem> {
    Ok(written(reviews::moderate_review(&catalog, key, id, ReviewState::Rejected).await?))
}
