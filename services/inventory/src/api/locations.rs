//! Where goods are: staff list, make and change locations.

use super::answer;
use crate::{
    Inventory,
    error::Error,
    flows,
    model::{Location, LocationChange, LocationId, Nullable},
    store,
    views::LocationView,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bodega_kernel::Page;
use bodega_web::{Conditional, IfMatch, KeyedBody, Path, Problem, Staff, etag};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of locations.
pub(super) fn routes() -> OpenApiRouter<Inventory> {
    OpenApiRouter::new().routes(routes!(list_locations, create_location)).routes(routes!(get_location, change_location))
}

/// A new location.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "north", "name": "Warehouse North", "priority": 10, "country": "GB"}))]
struct NewLocation {
    /// Names it for ever: 1 to 40 small letters, digits and hyphens.
    id: LocationId,
    /// As staff see it, 1 to 100 characters.
    name: String,
    /// Lower is sold from first, -1,000,000 to 1,000,000; `main` begins with 0.
    #[serde(default)]
    priority: i64,
    /// Whether it is sold from.
    #[serde(default = "yes")]
    enabled: bool,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    country: Option<String>,
}

fn yes() -> bool {
    true
}

/// What is to be different; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"priority": 20, "enabled": false}))]
struct LocationChanges {
    /// As staff see it, 1 to 100 characters.
    #[serde(default)]
    name: Option<String>,
    /// Lower is sold from first.
    #[serde(default)]
    priority: Option<i64>,
    /// Whether it is sold from. What is held there for orders stays theirs.
    #[serde(default)]
    enabled: Option<bool>,
    /// ISO 3166-1 alpha-2; null is none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    country: Nullable<String>,
}

/// All locations, in the order in which they are sold from. There are at most 50.
#[utoipa::path(get, path = "/v1/admin/locations", tag = "stock",
    responses((status = 200, body = Page<LocationView>), Problem))]
async fn list_locations(State(inventory): State<Inventory>, _: Staff) -> Result<Json<Page<LocationView>>, Problem> {
    let locations = store::list_locations(inventory.db.reader()).await?;
    let items = locations.into_iter().map(LocationView::from).collect();
    Ok(Json(Page { items, next_cursor: None, total: None }))
}

/// A location.
#[utoipa::path(get, path = "/v1/admin/locations/{id}", tag = "stock", params(("id" = String, Path, example = "main")),
    responses((status = 200, body = LocationView), (status = 304, description = "As in `If-None-Match`"), Problem))]
async fn get_location(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(id): Path<LocationId>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let location = store::location_of(inventory.db.reader(), &id).await?.ok_or(Error::NoLocation(id))?;
    Ok(Conditional::respond(&headers, etag(location.version), Json(LocationView::from(location))))
}

/// Makes a location. Goods come to it by movements and transfers.
#[utoipa::path(post, path = "/v1/admin/locations", tag = "stock", request_body = NewLocation,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = LocationView), Problem))]
async fn create_location(
    State(inventory): State<Inventory>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<NewLocation>,
) -> Result<Response, Error> {
    let NewLocation { id, name, priority, enabled, country } = body;
    let location = Location { id, name, priority, enabled, country, version: 1 };
    answer(StatusCode::CREATED, flows::create_location(&inventory, location, key).await?)
}

/// Changes a location. With `If-Match` only if nobody changed it since it was read: 412. What can be sold is told anew
/// where it is opened or closed.
#[utoipa::path(patch, path = "/v1/admin/locations/{id}", tag = "stock", request_body = LocationChanges,
    params(
        ("id" = String, Path, example = "north"),
        ("If-Match" = Option<String>, Header, description = "the ETag it was read with"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = LocationView), Problem))]
async fn change_location(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(id): Path<LocationId>,
    IfMatch(version): IfMatch,
    KeyedBody { body, key }: KeyedBody<LocationChanges>,
) -> Result<Response, Error> {
    let LocationChanges { name, priority, enabled, country } = body;
    let change = LocationChange { name, priority, enabled, country };
    answer(StatusCode::OK, flows::change_location(&inventory, id, version, change, key).await?)
}
