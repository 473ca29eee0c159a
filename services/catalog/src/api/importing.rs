//! The upload of a Shopify product file.

use super::written;
use crate::{Catalog, flows::importing, views::ImportReport};
use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use bodega_db::IdempotencyKey;
use bodega_kernel::Caller;
use bodega_web::{Problem, Staff, problem};
use sha2::{Digest, Sha256};

/// Bytes of the longest file.
pub(super) const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;
/// Characters of the longest idempotency key.
const MAX_KEY_CHARS: usize = 255;

/// Imports a Shopify product CSV. Products with a bad row are left out and reported; a file that is no table imports
/// nothing. Variants that are new bring their stock, which inventory receives soon after. Importing a file again changes
/// nothing.
#[utoipa::path(
    post, path = "/v1/products/import", tag = "catalog",
    request_body(content = String, content_type = "text/csv", description = "Shopify's product CSV, at most 32 MiB"),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key imports once")),
    responses(
        (status = 200, description = "What came of it", body = ImportReport),
        (status = 413, description = "The file is too long"),
        (status = 415, description = "The body is not `text/csv`"),
        (status = 422, description = "`malformed_file`: nothing was imported; `line` says where"),
    )
)]
pub(super) async fn import_products(
    State(catalog): State<Catalog>,
    Staff(caller): Staff,
    headers: HeaderMap,
    file: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let file = csv(&headers, file)?;
    let key = key(&headers, &caller, "POST /v1/products/import", Sha256::digest(&file).to_vec())?;
    Ok(written(importing::import_products(&catalog, key, file).await?))
}

fn csv(headers: &HeaderMap, file: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("text/csv") {
        return Err(problem(415, "unsupported_media_type").detail("send text/csv"));
    }
    file.map_err(|rejection| unread(&rejection))
}

/// Why a file was not read.
pub(super) fn unread(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => problem(413, "body_too_large"),
        _ => problem(400, "body_unreadable").detail("the body ended early"),
    }
}

/// The same rules as for JSON bodies. `request` tells one request on a route from another.
pub(super) fn key(
    headers: &HeaderMap,
    caller: &Caller,
    route: &str,
    request: Vec<u8>,
) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let fits = (1..=MAX_KEY_CHARS).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
    match (value.to_str(), values.next()) {
        (Ok(key), None) if fits => Ok(Some(IdempotencyKey {
            scope: format!("{} {route}", caller.scope()),
            key: key.to_owned(),
            request,
            forever: false,
        })),
        _ => Err(problem(422, "invalid_idempotency_key")
            .detail("Idempotency-Key is given once, in 1 to 255 visible ASCII characters")),
    }
}
