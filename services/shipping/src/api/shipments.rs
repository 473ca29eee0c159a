//! Parcels: staff pack and send them, look at them, and know that they arrived.

use crate::{
    Shipping,
    error::Error,
    flows::{self, Given, Parcel, Printed, Target},
    model::Wanted,
    store,
    views::ShipmentView,
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bodega_contracts::{FulfilmentId, OrderId, ShipmentId};
use bodega_web::{Idempotent, Path, Problem, RequiredKeyBody, Staff, current_trace};
use serde::Deserialize;
use utoipa::ToSchema;

/// A parcel.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"carrier": "manual", "carrier_name": "Royal Mail", "tracking_number": "RM123456789GB",
    "lines": [{"sku": "85123A", "quantity": 2}]}))]
pub(super) struct NewParcel {
    /// What goes in; left out, all that has not left.
    #[serde(default)]
    lines: Option<Vec<Wanted>>,
    /// `manual`: it is handed in by hand. `simulator`: a carrier that carries nothing.
    carrier: String,
    /// As customers see the carrier, 1 to 60 characters.
    #[serde(default)]
    carrier_name: Option<String>,
    /// What to ask the carrier by, 1 to 100 characters; some carriers give one.
    #[serde(default)]
    tracking_number: Option<String>,
    /// Where to look: an address of the web of at most 500 characters.
    #[serde(default)]
    tracking_url: Option<String>,
}

impl From<NewParcel> for Parcel {
    fn from(new: NewParcel) -> Self {
        let NewParcel { lines, carrier, carrier_name, tracking_number, tracking_url } = new;
        Self { lines, carrier, carrier_name, tracking_number, tracking_url }
    }
}

/// Sends a parcel: a part of what is left, or all of it. 201 where it has left. 202 where its carrier sells labels: it is
/// `preparing` until the carrier has answered, and then `dispatched`, or `failed` with its goods to be packed again. 202 also
/// where its money is taken first: it is `awaiting_capture` until then, and `failed` if that cannot be.
#[utoipa::path(
    post, path = "/v1/fulfilments/{id}/shipments", tag = "shipping", request_body = NewParcel,
    params(("id" = FulfilmentId, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 201, description = "It has left", body = ShipmentView),
        (status = 202, description = "The carrier is being asked, or the money taken", body = ShipmentView),
        Problem,
    ),
)]
pub(super) async fn dispatch_fulfilment(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<FulfilmentId>,
    parcel: RequiredKeyBody<NewParcel>,
) -> Result<Given, Error> {
    dispatch(&shipping, Target::Fulfilment(id), parcel).await
}

/// The same by the order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/shipments", tag = "shipping", request_body = NewParcel,
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 201, description = "It has left", body = ShipmentView),
        (status = 202, description = "The carrier is being asked, or the money taken", body = ShipmentView),
        Problem,
    ),
)]
pub(super) async fn dispatch_order(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<OrderId>,
    parcel: RequiredKeyBody<NewParcel>,
) -> Result<Given, Error> {
    dispatch(&shipping, Target::Order(id), parcel).await
}

async fn dispatch(
    shipping: &Shipping,
    target: Target,
    RequiredKeyBody { body, key }: RequiredKeyBody<NewParcel>,
) -> Result<Given, Error> {
    flows::dispatch(shipping, target, body.into(), key, current_trace()).await
}

/// A parcel.
#[utoipa::path(
    get, path = "/v1/shipments/{id}", tag = "shipping", params(("id" = ShipmentId, Path)),
    responses((status = 200, body = ShipmentView), Problem),
)]
pub(super) async fn get_shipment(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<ShipmentId>,
) -> Result<Json<ShipmentView>, Error> {
    let row = store::shipment_row(shipping.db.reader(), id).await?.ok_or(Error::NotFound)?;
    Ok(Json(ShipmentView::of_row(row)?))
}

/// The label of a parcel that has left, to be printed: where it goes, its order, and its number as text and as bars
/// (Code 128).
#[utoipa::path(
    get, path = "/v1/shipments/{id}/label.pdf", tag = "shipping", params(("id" = ShipmentId, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Problem),
)]
pub(super) async fn get_label(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<ShipmentId>,
) -> Result<Response, Error> {
    let Printed { name, bytes } = flows::print_label(&shipping, id).await?;
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-._".contains(letter) { letter } else { '_' };
    let disposition = format!("inline; filename=\"{}\"", name.chars().map(plain).collect::<String>());
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// A parcel arrived. Said again it changes nothing.
#[utoipa::path(
    post, path = "/v1/shipments/{id}/delivered", tag = "shipping",
    params(("id" = ShipmentId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ShipmentView), Problem),
)]
pub(super) async fn mark_delivered(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<ShipmentId>,
    Idempotent(key): Idempotent,
) -> Result<Given, Error> {
    flows::mark_delivered(&shipping, id, key, current_trace()).await
}
