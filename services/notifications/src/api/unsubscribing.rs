//! Where readers unsubscribe: by a button in their mail program (RFC 8058), or by the link in the mail and a button there.

use crate::{Notifications, error::Error, flows};
use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_web::{Body, Problem, Query, Who};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// The page asks a question and nothing else.
const ASKS_ALONE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");

/// The link of a mail.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Link {
    /// What it holds.
    token: Option<String>,
}

/// The same as a body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unsubscribe {
    /// What the link of the mail holds.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")]
    token: String,
}

/// The page behind the link of a mail, with a button. It changes nothing by itself: programs follow links, too.
#[utoipa::path(get, path = "/v1/mails/unsubscribe", tag = "mails", params(Link),
    responses((status = 200, description = "A page", body = String, content_type = "text/html"), Problem))]
pub(super) async fn ask_reader(
    State(state): State<Notifications>,
    _: Who,
    Query(link): Query<Link>,
) -> Result<Response, Error> {
    let token = link.token.ok_or(Error::LinkUnknown)?;
    Ok(page(flows::ask_reader(&state, &token).await?))
}

/// The address that a mail went to is sent no more reminders. With the token in the query any body will do, as mail programs
/// send theirs; without, it is in the body. Once more changes nothing. 422 `unsubscribe_link_unknown` for any other token.
#[utoipa::path(post, path = "/v1/mails/unsubscribe", tag = "mails", params(Link), request_body = Unsubscribe,
    responses(
        (status = 200, description = "A page, for a token in the query", body = String, content_type = "text/html"),
        (status = 204, description = "For a token in the body"),
        Problem,
    ))]
pub(super) async fn unsubscribe(
    State(state): State<Notifications>,
    _: Who,
    Query(link): Query<Link>,
    request: Request,
) -> Result<Response, Problem> {
    if let Some(token) = link.token {
        return Ok(page(flows::unsubscribe(&state, &token).await?));
    }
    let Body(Unsubscribe { token }) = Body::from_request(request, &state).await?;
    flows::unsubscribe(&state, &token).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn page(html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, ASKS_ALONE),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    (headers, html).into_response()
}
