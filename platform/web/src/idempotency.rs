//! Idempotency keys: read together with the body, since the same key with another body is refused.

use crate::{
    Problem,
    body::{ContentKind, decode, read},
    guest::{CART_TOKEN, ORDER_TOKEN, token},
    hex::hex,
    problem,
    who::caller,
};
use axum::{
    extract::{FromRequest, OriginalUri, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bodega_db::{IdempotencyKey, StoredAnswer};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// The header a key comes in.
const KEY: &str = "idempotency-key";
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Characters of the longest key.
const LONGEST: usize = 255;

/// A JSON body with the key it came with, if any; kept for a week.
#[derive(Clone, Debug)]
pub struct KeyedBody<T> {
    /// The body.
    pub body: T,
    /// Caller, route, key and digest of the body.
    pub key: Option<IdempotencyKey>,
}

/// A JSON body that must come with a key, kept for ever: checkout, payment, refund. 400 `idempotency_key_required`.
#[derive(Clone, Debug)]
pub struct RequiredKeyBody<T> {
    /// The body.
    pub body: T,
    /// Caller, route, key and digest of the body.
    pub key: IdempotencyKey,
}

/// The key of a request that has no body.
#[derive(Clone, Debug)]
pub struct Idempotent(pub Option<IdempotencyKey>);

/// The key that a request without a body must have.
#[derive(Clone, Debug)]
pub struct IdempotentRequired(pub IdempotencyKey);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Gives an answer again, marked with `Idempotent-Replayed: true`.
pub fn answer_again(stored: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let refused = status.is_client_error() || status.is_server_error();
    let kind = if refused { "application/problem+json" } else { "application/json" };
    let mut response = (status, [(REPLAYED, HeaderValue::from_static("true"))]).into_response();
    if !stored.body.is_empty() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        *response.body_mut() = stored.body.into();
    }
    response
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for KeyedBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (body, key) = keyed(request, named).await?;
        Ok(Self { body, key })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for RequiredKeyBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (body, key) = keyed(request, required).await?;
        Ok(Self { body, key: IdempotencyKey { forever: true, ..key.ok_or_else(no_key)? } })
    }
}

impl<S: Send + Sync> FromRequest<S> for Idempotent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let KeyedBody { body: Nothing {}, key } = KeyedBody::from_request(request, state).await?;
        Ok(Self(key))
    }
}

impl<S: Send + Sync> FromRequest<S> for IdempotentRequired {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let RequiredKeyBody { body: Nothing {}, key } = RequiredKeyBody::from_request(request, state).await?;
        Ok(Self(key))
    }
}

type FindKey = fn(&HeaderMap) -> Result<Option<String>, Problem>;

async fn keyed<T: DeserializeOwned>(request: Request, find: FindKey) -> Result<(T, Option<IdempotencyKey>), Problem> {
    let (parts, body) = request.into_parts();
    let named = match find(&parts.headers)? {
        Some(key) => Some((scope(&parts)?, key)),
        None => None,
    };
    let kind = ContentKind::of(&parts.headers);
    kind.check()?;
    let bytes = read(Request::from_parts(parts, body)).await?;
    let body = decode(kind, &bytes)?;
    let key = named.map(|(scope, key)| {
        let request = Sha256::digest(&bytes).to_vec();
        IdempotencyKey { scope, key, request, forever: false }
    });
    Ok((body, key))
}

/// The key as its header names it: one, of 1 to 255 visible ASCII characters.
fn named(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let bytes = value.as_bytes();
    let fits = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match (value.to_str(), values.next()) {
        (Ok(key), None) if fits => Ok(Some(key.to_owned())),
        _ => Err(problem(422, "invalid_idempotency_key")
            .detail("Idempotency-Key is given once, in 1 to 255 visible ASCII characters")),
    }
}

fn required(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    named(headers)?.map_or_else(|| Err(no_key()), |key| Ok(Some(key)))
}

fn no_key() -> Problem {
    problem(400, "idempotency_key_required").detail("send an Idempotency-Key, and the same one when trying again")
}

/// Who did what where: guests are told apart by the token they hold, by a digest of it, since the scope is stored.
fn scope(parts: &Parts) -> Result<String, Problem> {
    let caller = caller(parts)?;
    let mut who = caller.scope();
    let held = token(&parts.headers, CART_TOKEN).or_else(|| token(&parts.headers, ORDER_TOKEN));
    if let (None, Some(token)) = (caller.user, held) {
        who.push(':');
        who.push_str(&hex(&Sha256::digest(token)[..16]));
    }
    let path = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.path());
    Ok(format!("{who} {} {path}", parts.method))
}
