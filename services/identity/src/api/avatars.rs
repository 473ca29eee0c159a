//! The picture that somebody shows of themselves: they send and remove it, and anybody reads its file, which never changes.

use crate::{
    Identity,
    error::Error,
    flows,
    model::{AvatarId, MAX_AVATAR_BYTES, UserView},
};
use axum::{
    Json, RequestExt,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bodega_kernel::UserId;
use bodega_pictures::Seat;
use bodega_web::{Conditional, Customer, Path, Problem, problem};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What every file is told with: it never changes, is a picture and nothing else, and may be shown on any page.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("image/webp")),
    (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
];

/// The routes of pictures.
pub(super) fn routes() -> OpenApiRouter<Identity> {
    let sent = OpenApiRouter::new().routes(routes!(set_avatar, remove_avatar));
    sent.layer(DefaultBodyLimit::max(MAX_AVATAR_BYTES)).routes(routes!(get_avatar))
}

/// A file that somebody sends, with its place among those that are worked on.
pub(super) struct Upload {
    user: UserId,
    file: Bytes,
    _seat: Seat,
}

impl FromRequest<Identity> for Upload {
    type Rejection = Problem;

    /// A place is taken before the file is read, so that only so many are in memory.
    async fn from_request(request: Request, identity: &Identity) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Customer(user) = Customer::from_request_parts(&mut parts, identity).await?;
        let seat = identity.portraits.seat()?;
        let file = Request::from_parts(parts, body).extract::<Bytes, _>().await;
        let file = file.map_err(|rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => problem(413, "body_too_large").detail("a picture has at most 5 MiB"),
            _ => problem(400, "body_unreadable").detail("the body ended early"),
        })?;
        Ok(Self { user, file, _seat: seat })
    }
}

/// Shows a picture of oneself in place of the one before. The body is the file as it is, a JPEG, PNG, WebP or GIF of at most
/// 5 MiB, 50 million pixels and 12,000 on a side; its first bytes say which. What is kept is its middle, made anew of its
/// pixels in 256 x 256, turned as the camera says, without anything else that the file tells. Anybody who is given its
/// address can see it. 30 in a quarter of an hour.
#[utoipa::path(
    put, path = "/v1/me/avatar", tag = "accounts",
    request_body(content = Vec<u8>, content_type = "image/*", description = "The file as it is, at most 5 MiB"),
    responses(
        (status = 200, description = "The user, with its address as `avatar`", body = UserView),
        (status = 413, description = "`body_too_large`: the file is too long"),
        (status = 415, description = "`photo_type`: no JPEG, PNG, WebP or GIF"),
        (status = 422, description = "`photo_too_large`: too many pixels; `photo_unreadable`: it is broken"),
        (status = 429, description = "`busy`: try again; `too_many_attempts`: wait"),
        Problem,
    )
)]
async fn set_avatar(State(identity): State<Identity>, upload: Upload) -> Result<Json<UserView>, Problem> {
    let Upload { user, file, _seat } = upload;
    Ok(Json(flows::set_avatar(&identity, user, file).await?))
}

/// Takes the picture of oneself away. Its address gives nothing from then on, but where it was kept it may be shown longer.
#[utoipa::path(delete, path = "/v1/me/avatar", tag = "accounts",
    responses((status = 204, description = "There is none"), Problem))]
async fn remove_avatar(State(identity): State<Identity>, Customer(user): Customer) -> Result<StatusCode, Problem> {
    flows::remove_avatar(&identity, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A picture that somebody shows of themselves. What an address gives never changes.
#[utoipa::path(
    get, path = "/v1/avatars/{file}", tag = "accounts",
    params(("file" = String, Path, description = "From `avatar` of a user", example = "3f2a8c0de4b1460f9a7c55d0e1b2c3d4.webp")),
    responses(
        (status = 200, description = "256 x 256 pixels", body = Vec<u8>, content_type = "image/webp"),
        (status = 304, description = "It is the one that the reader has"),
        (status = 404, description = "`avatar_not_found`: nobody shows it"),
    )
)]
async fn get_avatar(
    State(identity): State<Identity>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = AvatarId::of_file(&file).ok_or(Error::NotFound("avatar_not_found"))?;
    let tag = HeaderValue::from_str(&format!("\"{id}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    let unchanged = Conditional::has(&headers, &tag);
    let picture = flows::read_avatar(&identity, &id, unchanged).await?;
    let mut response = Response::new(Body::from(picture));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().extend(HEADERS);
    Ok(response)
}
