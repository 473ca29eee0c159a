//! Goods that go from one location to another: staff send, receive and cancel transfers.

use super::answer;
use crate::{
    Inventory,
    error::Error,
    flows::{self, NewTransfer},
    model::{Amount, LocationId, TransferState},
    store,
    views::TransferView,
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use bodega_kernel::{Page, uuid::Uuid};
use bodega_web::{Idempotent, KeyedBody, Paging, Path, Problem, Query, Staff};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of transfers.
pub(super) fn routes() -> OpenApiRouter<Inventory> {
    OpenApiRouter::new()
        .routes(routes!(list_transfers, send_transfer))
        .routes(routes!(get_transfer))
        .routes(routes!(receive_transfer))
        .routes(routes!(cancel_transfer))
}

/// Which transfers are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those in this state.
    #[serde(default)]
    #[param(value_type = Option<TransferState>)]
    state: Option<TransferState>,
}

/// What is to be sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source": "main", "target": "north", "reference": "TR-7",
    "lines": [{"sku": "85123A", "quantity": 12}]}))]
struct TransferRequest {
    /// Where the goods are.
    source: LocationId,
    /// Where they go.
    target: LocationId,
    /// A delivery note, at most 100 characters.
    #[serde(default)]
    reference: Option<String>,
    /// 1 to 500, each SKU once, at least one unit.
    lines: Vec<Amount>,
}

/// What was counted of every line that was sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lines": [{"sku": "85123A", "quantity": 11}]}))]
struct Counted {
    /// Each SKU that was sent, once; 0 where nothing of it came.
    lines: Vec<Amount>,
}

/// Transfers, newest first.
#[utoipa::path(get, path = "/v1/admin/transfers", tag = "stock", params(Which, Paging),
    responses((status = 200, body = Page<TransferView>), Problem))]
async fn list_transfers(
    State(inventory): State<Inventory>,
    _: Staff,
    Query(which): Query<Which>,
    paging: Paging,
) -> Result<Json<Page<TransferView>>, Problem> {
    let before = paging.key::<Uuid>()?;
    let page = store::list_transfers(inventory.db.reader(), which.state, before, &paging).await?;
    Ok(Json(page.map(TransferView::from)))
}

/// A transfer.
#[utoipa::path(get, path = "/v1/admin/transfers/{id}", tag = "stock", params(("id" = Uuid, Path)),
    responses((status = 200, body = TransferView), Problem))]
async fn get_transfer(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(id): Path<Uuid>,
) -> Result<Json<TransferView>, Error> {
    let transfer = store::transfer_of(inventory.db.reader(), id).await?.ok_or(Error::NoTransfer)?;
    Ok(Json(transfer.into()))
}

/// Sends goods. They leave the source at once and are incoming at the target; what is promised to orders stays: 409
/// `stock_short`.
#[utoipa::path(post, path = "/v1/admin/transfers", tag = "stock", request_body = TransferRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = TransferView), Problem))]
async fn send_transfer(
    State(inventory): State<Inventory>,
    Staff(caller): Staff,
    KeyedBody { body, key }: KeyedBody<TransferRequest>,
) -> Result<Response, Error> {
    let TransferRequest { source, target, reference, lines } = body;
    let new = NewTransfer { source, target, reference, lines };
    answer(StatusCode::CREATED, flows::send_transfer(&inventory, caller.scope(), new, key).await?)
}

/// Receives a transfer as it was counted: that much is on hand at the target. 409 `transfer_closed` where it is no more on
/// its way.
#[utoipa::path(post, path = "/v1/admin/transfers/{id}/receive", tag = "stock", request_body = Counted,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = TransferView), Problem))]
async fn receive_transfer(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(id): Path<Uuid>,
    KeyedBody { body, key }: KeyedBody<Counted>,
) -> Result<Response, Error> {
    answer(StatusCode::OK, flows::receive_transfer(&inventory, id, body.lines, key).await?)
}

/// Brings a transfer back to its source. 409 `transfer_closed` where it is no more on its way.
#[utoipa::path(post, path = "/v1/admin/transfers/{id}/cancel", tag = "stock",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = TransferView), Problem))]
async fn cancel_transfer(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(id): Path<Uuid>,
    Idempotent(key): Idempotent,
) -> Result<Response, Error> {
    answer(StatusCode::OK, flows::cancel_transfer(&inventory, id, key).await?)
}
