//! The route of the export: orders as CSV, streamed.

use crate::{Orders, flows, store::Filter};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bodega_contracts::orders::OrderStatus;
use bodega_kernel::Time;
use bodega_web::{Problem, Query, Staff};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Exported {
    /// Placed at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Time>,
    /// Placed before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Time>,
    /// Only in this status.
    #[param(inline)]
    status: Option<OrderStatus>,
}

/// Orders as CSV (RFC 4180), oldest first, a row for each: number, times in RFC 3339, amounts in major units.
#[utoipa::path(
    get, path = "/v1/admin/orders/export.csv", tag = "orders", params(Exported),
    responses(
        (status = 200, content_type = "text/csv", body = String, example = json!(
            "order_number,placed_at,status,payment_status,email,currency,subtotal,discount,shipping,tax,total,refunded\r\n"
        )),
        Problem,
    ),
)]
pub(super) async fn export_orders(
    State(state): State<Orders>,
    _: Staff,
    Query(Exported { from, to, status }): Query<Exported>,
) -> Result<Response, Problem> {
    let rows = flows::export(&state, Filter { status, from, to, ..Filter::default() })?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}
