//! Photos: staff upload, change and remove them, and anybody reads their files, which never change.

use super::{
    edits::{Change, ChangeHeaders, ChangeRefused, Removal, RemovalEnds, RemovalHeaders},
    importing::{key, unread},
    written,
};
use crate::{
    Catalog,
    error::Error,
    flows::{Target, photos},
    model::{PHOTOS, PhotoEdit, PhotoId, Width},
    views::ProductView,
};
use axum::{
    RequestExt,
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, OriginalUri, Request, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use bodega_contracts::ProductId;
use bodega_pictures::Seat;
use bodega_web::{Conditional, Path, Problem, Query, Staff};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

/// Bytes of the longest file.
pub(super) const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;

/// What every file is told with: it never changes, is a picture and nothing else, and may be shown on any page.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("image/webp")),
    (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
];

/// What is said of a photo that is uploaded.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Caption {
    /// For those who do not see it: at most 1,000 characters.
    #[serde(default)]
    alt: String,
}

/// Changes to a photo: what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"alt": "A mug on a table", "position": 1}))]
pub(super) struct PhotoChanges {
    /// For those who do not see it: at most 1,000 characters.
    alt: Option<String>,
    /// Its place among the photos of the product, from 1.
    position: Option<u32>,
}

/// A file that staff send, with its place among those that are worked on.
pub(super) struct Upload {
    target: Target<ProductId>,
    alt: String,
    file: Bytes,
    _seat: Seat,
}

impl FromRequest<Catalog> for Upload {
    type Rejection = Problem;

    /// A place is taken before the file is read, so that only so many are in memory.
    async fn from_request(request: Request, catalog: &Catalog) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Staff(caller) = Staff::from_request_parts(&mut parts, catalog).await?;
        let Removal(target) = Removal::<ProductId>::from_request_parts(&mut parts, catalog).await?;
        let Query(Caption { alt }) = Query::from_request_parts(&mut parts, catalog).await?;
        let seat = catalog.gallery.seat()?;
        let path = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0).path().to_owned();
        let headers = parts.headers.clone();
        let file = Request::from_parts(parts, body).extract::<Bytes, _>().await;
        let file = file.map_err(|rejection: BytesRejection| unread(&rejection))?;
        let said = Sha256::new().chain_update(Sha256::digest(&alt)).chain_update(&file).finalize().to_vec();
        let key = key(&headers, &caller, &format!("POST {path}"), said)?;
        Ok(Self { target: Target { key, ..target }, alt, file, _seat: seat })
    }
}

/// Adds a photo to a product, behind those that are there: at most 20. The body is the file as it is, a JPEG, PNG, WebP or
/// GIF of at most 20 MiB, 50 million pixels and 12,000 on a side; its first bytes say which. What is kept is made anew of
/// its pixels in three widths, turned as the camera says, without anything else that the file tells. A photo that the
/// product has already stays where it is.
#[utoipa::path(
    post, path = "/v1/products/{id}/photos", tag = "catalog",
    request_body(content = Vec<u8>, content_type = "image/*", description = "The file as it is, at most 20 MiB"),
    params(
        ("id" = ProductId, Path, description = "Which"), Caption, RemovalHeaders,
        ("Idempotency-Key" = Option<String>, Header, description = "The same key adds it once"),
    ),
    responses(
        (status = 201, description = "The product", body = ProductView),
        (status = 200, description = "The product, which has this photo already", body = ProductView),
        (status = 404, description = "There is no such product"),
        (status = 409, description = "`too_many`: it has 20 photos"),
        (status = 412, description = "The product has changed since it was read"),
        (status = 413, description = "The file is too long"),
        (status = 415, description = "`photo_type`: no JPEG, PNG, WebP or GIF"),
        (status = 422, description = "`photo_too_large`: too many pixels; `photo_unreadable`: it is broken"),
        (status = 429, description = "`busy`: many photos are being worked on; try again"),
    )
)]
pub(super) async fn add_photo(State(catalog): State<Catalog>, upload: Upload) -> Result<Response, Problem> {
    let Upload { target, alt, file, _seat } = upload;
    Ok(written(photos::add_photo(&catalog, target, alt, file).await?))
}

/// Changes the text of a photo that was uploaded, or its place.
#[utoipa::path(
    patch, path = "/v1/products/{id}/photos/{photo}", tag = "catalog", request_body = PhotoChanges,
    params(
        ("id" = ProductId, Path, description = "Which product"),
        ("photo" = String, Path, description = "Which photo: 32 hexadecimal digits"), ChangeHeaders,
    ),
    responses((status = 200, description = "The product", body = ProductView), ChangeRefused)
)]
pub(super) async fn change_photo(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<(ProductId, PhotoId), PhotoChanges>,
) -> Result<Response, Problem> {
    let edit = PhotoEdit { alt: body.alt, position: body.position };
    Ok(written(photos::change_photo(&catalog, target, edit).await?))
}

/// Takes a photo that was uploaded from a product. Its address goes on giving it, since it may be kept anywhere.
#[utoipa::path(
    delete, path = "/v1/products/{id}/photos/{photo}", tag = "catalog",
    params(
        ("id" = ProductId, Path, description = "Which product"),
        ("photo" = String, Path, description = "Which photo: 32 hexadecimal digits"), RemovalHeaders,
    ),
    responses(RemovalEnds)
)]
pub(super) async fn delete_photo(
    State(catalog): State<Catalog>,
    Removal(target): Removal<(ProductId, PhotoId)>,
) -> Result<StatusCode, Problem> {
    photos::delete_photo(&catalog, target).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a photo. What an address gives never changes.
#[utoipa::path(
    get, path = "/v1/photos/{photo}/{size}", tag = "catalog",
    params(
        ("photo" = String, Path, description = "Which: 32 hexadecimal digits"),
        ("size" = String, Path, description = "How wide: `320.webp`, `800.webp` or `1600.webp`", example = "800.webp"),
    ),
    responses(
        (status = 200, description = "The picture, at most so wide", body = Vec<u8>, content_type = "image/webp"),
        (status = 304, description = "It is the one that the reader has"),
        (status = 404, description = "There is no such photo"),
    )
)]
pub(super) async fn get_photo(
    State(catalog): State<Catalog>,
    Path((photo, size)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, width) = named(&photo, &size).ok_or(Error::NotFound)?;
    let file = photos::read_photo(&catalog, id, width).await?;
    Ok(shown(&headers, id, width, file))
}

/// The file that an address names, if it is in memory.
pub(super) fn at_hand(catalog: &Catalog, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    let (photo, size) = uri.path().strip_prefix(PHOTOS)?.split_once('/')?;
    let (id, width) = named(photo, size)?;
    Some(shown(headers, id, width, catalog.gallery.at_hand(id, width)?))
}

fn named(photo: &str, size: &str) -> Option<(PhotoId, Width)> {
    Some((PhotoId::read(photo)?, Width::of_file(size)?))
}

fn shown(asked: &HeaderMap, id: PhotoId, width: Width, file: Bytes) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{id}-{}\"", width.pixels()));
    let tag = tag.unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    let unchanged = Conditional::has(asked, &tag);
    let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(file) });
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.reserve(16);
    headers.insert(header::ETAG, tag);
    headers.extend(HEADERS);
    response
}
