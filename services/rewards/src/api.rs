//! Points over HTTP: customers see theirs, staff see anybody's and may give or take some.

use crate::{
    Rewards,
    error::Error,
    flows::{self, Written},
    model::Figures,
    store,
    views::{Adjustment, EntryView, PointsView},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_kernel::{Page, UserId};
use bodega_web::{Conditional, Customer, KeyedBody, Paging, Path, Problem, Staff, answer_again, etag_of};
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes, for callers the gateway has verified.
pub(crate) fn routes(rewards: Rewards) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_my_points))
        .routes(routes!(list_my_entries))
        .routes(routes!(get_points))
        .routes(routes!(list_entries))
        .routes(routes!(adjust_points))
        .with_state(rewards)
}

/// What I have, which tier I am in, what comes next and what expires soon.
#[utoipa::path(get, path = "/v1/me/points", tag = "points",
    responses((status = 200, body = PointsView), (status = 304, description = "As in `If-None-Match`"), Problem))]
async fn get_my_points(
    State(rewards): State<Rewards>,
    Customer(user): Customer,
    headers: HeaderMap,
) -> Result<Response, Error> {
    shown(&headers, &flows::show_points(&rewards, user).await?)
}

/// Everything that moved my points, newest first.
#[utoipa::path(get, path = "/v1/me/points/statement", tag = "points", params(Paging),
    responses((status = 200, body = Page<EntryView>), Problem))]
async fn list_my_entries(
    State(rewards): State<Rewards>,
    Customer(user): Customer,
    paging: Paging,
) -> Result<Json<Page<EntryView>>, Problem> {
    let before = paging.key::<i64>()?;
    let page = store::list_entries(rewards.db.reader(), user, before, &paging).await?;
    Ok(Json(page.map(|entry| EntryView { actor: None, ..entry })))
}

/// What a customer has; nothing for somebody who never had any.
#[utoipa::path(get, path = "/v1/customers/{id}/points", tag = "points", params(("id" = UserId, Path)),
    responses((status = 200, body = PointsView), (status = 304, description = "As in `If-None-Match`"), Problem))]
async fn get_points(
    State(rewards): State<Rewards>,
    _: Staff,
    Path(user): Path<UserId>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    shown(&headers, &flows::show_points(&rewards, user).await?)
}

/// Everything that moved a customer's points, newest first.
#[utoipa::path(get, path = "/v1/customers/{id}/points/statement", tag = "points", params(("id" = UserId, Path), Paging),
    responses((status = 200, body = Page<EntryView>), Problem))]
async fn list_entries(
    State(rewards): State<Rewards>,
    _: Staff,
    Path(user): Path<UserId>,
    paging: Paging,
) -> Result<Json<Page<EntryView>>, Problem> {
    let before = paging.key::<i64>()?;
    Ok(Json(store::list_entries(rewards.db.reader(), user, before, &paging).await?))
}

/// Gives a customer points, or takes some; never more than can be spent: 409 `points_short`.
#[utoipa::path(post, path = "/v1/customers/{id}/points/adjustments", tag = "points", params(("id" = UserId, Path)),
    request_body = Adjustment, responses((status = 201, body = Figures), Problem))]
async fn adjust_points(
    State(rewards): State<Rewards>,
    Staff(caller): Staff,
    Path(user): Path<UserId>,
    KeyedBody { body, key }: KeyedBody<Adjustment>,
) -> Result<Response, Error> {
    Ok(match flows::adjust_points(&rewards, caller.scope(), user, body, key).await? {
        Written::Now(figures) => json(StatusCode::CREATED, serde_json::to_string(&figures)?),
        Written::Before(stored) => answer_again(stored),
    })
}

fn shown(headers: &HeaderMap, points: &PointsView) -> Result<Response, Error> {
    let body = serde_json::to_string(points)?;
    Ok(Conditional::respond(headers, etag_of(&body), json(StatusCode::OK, body)))
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
