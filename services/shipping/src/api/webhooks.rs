//! Where carriers report by themselves.

use crate::{
    Shipping,
    error::Error,
    flows::{self, Received},
};
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};
use bodega_web::{Path, Problem, problem};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of the longest report.
const MAX_BYTES: usize = 64 * 1024;

/// The routes of reports, with a body limit of their own.
pub(super) fn routes() -> OpenApiRouter<Shipping> {
    OpenApiRouter::new().routes(routes!(receive_carrier_webhook)).layer(DefaultBodyLimit::max(MAX_BYTES))
}

/// A carrier reports. Its signature is checked over the raw body; a report that came before is answered the same.
#[utoipa::path(
    post, path = "/v1/webhooks/carriers/{carrier}", tag = "shipping",
    params(("carrier" = String, Path, example = "simulator")),
    request_body(content = Vec<u8>, content_type = "application/json"),
    responses((status = 200, description = "Kept"), Problem),
)]
async fn receive_carrier_webhook(
    State(shipping): State<Shipping>,
    Path(carrier): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let body = body.map_err(|rejection| unreadable(&rejection))?.to_vec();
    let header = shipping.inbox.keys.signature_header(&carrier).ok_or(Error::NotFound)?;
    let signature = headers.get(header).and_then(|value| value.to_str().ok()).map(str::to_owned);
    flows::receive_report(&shipping.inbox, Received { carrier, signature, body }).await?;
    Ok(StatusCode::OK)
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => problem(413, "body_too_large"),
        _ => problem(400, "body_unreadable"),
    }
}
