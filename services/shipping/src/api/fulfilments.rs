//! Fulfilments: what is to be packed, how far it is, and what the customer fetches.

use super::whole;
use crate::{
    Shipping,
    error::Error,
    flows::{self, Seen},
    store::{self, Filter},
    views::{FulfilmentBrief, FulfilmentView, OrderFulfilments, PackingList, ShopperFulfilment},
};
use axum::{Json, extract::State, http::HeaderMap, response::Response};
use bodega_contracts::{FulfilmentId, OrderId, shipping::FulfilmentState};
use bodega_kernel::Page;
use bodega_web::{
    Conditional, Idempotent, OrderToken, Paging, Path, Problem, Query, Staff, Who, current_trace, etag_of,
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which fulfilments to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Listing {
    /// Only those that are there.
    state: Option<FulfilmentState>,
    /// Only that of this order, by its id or its number.
    order: Option<String>,
}

/// Fulfilments, newest first.
#[utoipa::path(
    get, path = "/v1/fulfilments", tag = "shipping", params(Listing, Paging),
    responses((status = 200, body = Page<FulfilmentBrief>), Problem),
)]
pub(super) async fn list_fulfilments(
    State(shipping): State<Shipping>,
    _: Staff,
    Query(listing): Query<Listing>,
    paging: Paging,
) -> Result<Json<Page<FulfilmentBrief>>, Problem> {
    let before = paging.key::<Uuid>()?;
    let filter = Filter { state: listing.state, order: listing.order };
    let page = store::list_fulfilments(shipping.db.reader(), &filter, before, &paging).await?;
    let Page { items, next_cursor, total } = page;
    let items = items.into_iter().map(FulfilmentBrief::of_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(Page { items, next_cursor, total }))
}

/// A fulfilment with its lines and its parcels.
#[utoipa::path(
    get, path = "/v1/fulfilments/{id}", tag = "shipping", params(("id" = FulfilmentId, Path)),
    responses((status = 200, body = FulfilmentView), (status = 304, description = "As in `If-None-Match`"), Problem),
)]
pub(super) async fn get_fulfilment(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<FulfilmentId>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let view = find(&shipping, id).await?;
    // A parcel is seen on its way without a new version of its fulfilment.
    let tag = etag_of(serde_json::to_vec(&view)?);
    Ok(Conditional::respond(&headers, tag, Json(view)))
}

/// What is to be packed, with its names and where it goes.
#[utoipa::path(
    get, path = "/v1/fulfilments/{id}/packing", tag = "shipping", params(("id" = FulfilmentId, Path)),
    responses((status = 200, body = PackingList), Problem),
)]
pub(super) async fn get_packing_list(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<FulfilmentId>,
) -> Result<Json<PackingList>, Error> {
    let view = find(&shipping, id).await?;
    let names = flows::product_names(&shipping, view.brief.order_id).await;
    Ok(Json(PackingList::of(view, names)))
}

/// The fulfilments of an order, one at most, with its parcels and where they are. Staff see more than the shopper.
#[utoipa::path(
    get, path = "/v1/orders/{id}/fulfilments", tag = "shipping",
    params(("id" = OrderId, Path), ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it")),
    responses((status = 200, body = OrderFulfilments), Problem),
)]
pub(super) async fn list_order_fulfilments(
    State(shipping): State<Shipping>,
    Path(order): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
) -> Result<Json<OrderFulfilments>, Error> {
    let (row, seen) = flows::order_fulfilments(&shipping, order, &caller, token.as_deref()).await?;
    let view = match row {
        Some(row) => Some(whole(&shipping, row).await?),
        None => None,
    };
    Ok(Json(match seen {
        Seen::ByStaff => OrderFulfilments::Whole { items: view.into_iter().collect() },
        Seen::ByShopper => OrderFulfilments::Shopper { items: view.into_iter().map(ShopperFulfilment::of).collect() },
    }))
}

/// All is packed and the customer may fetch it. Only for methods where they do; said again it changes nothing.
#[utoipa::path(
    post, path = "/v1/fulfilments/{id}/ready", tag = "shipping",
    params(("id" = FulfilmentId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = FulfilmentBrief), Problem),
)]
pub(super) async fn mark_ready(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<FulfilmentId>,
    Idempotent(key): Idempotent,
) -> Result<flows::Given, Error> {
    flows::mark_ready(&shipping, id, key, current_trace()).await
}

/// The customer fetched all of it: it has left the shelf. Said again it changes nothing. 202 where its money is taken first: it
/// is `collected` as soon as that is done.
#[utoipa::path(
    post, path = "/v1/fulfilments/{id}/collected", tag = "shipping",
    params(("id" = FulfilmentId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = FulfilmentBrief),
        (status = 202, description = "Its money is being taken", body = FulfilmentBrief),
        Problem,
    ),
)]
pub(super) async fn collect_fulfilment(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<FulfilmentId>,
    Idempotent(key): Idempotent,
) -> Result<flows::Given, Error> {
    flows::collect(&shipping, id, key, current_trace()).await
}

/// Lets a fulfilment go on that a dispute holds, whatever the bank said so far. Said again it changes nothing.
#[utoipa::path(
    post, path = "/v1/fulfilments/{id}/release-hold", tag = "shipping",
    params(("id" = FulfilmentId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = FulfilmentBrief), Problem),
)]
pub(super) async fn release_hold(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<FulfilmentId>,
    Idempotent(key): Idempotent,
) -> Result<flows::Given, Error> {
    flows::release_hold(&shipping, id, key, current_trace()).await
}

async fn find(shipping: &Shipping, id: FulfilmentId) -> Result<FulfilmentView, Error> {
    let row = store::fulfilment_row(shipping.db.reader(), id).await?;
    whole(shipping, row.ok_or(Error::NotFound)?).await
}
