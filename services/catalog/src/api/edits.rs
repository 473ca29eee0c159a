//! What all writes of staff have in common: who may, which thing is meant in which version (`If-Match`), the key that
//! makes it happen once, and for what they are refused.

use crate::flows::Target;
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use bodega_db::IdempotencyKey;
use bodega_web::{KeyedBody, Path, Problem, Staff, problem};
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, IntoResponses};

/// Something new, from staff.
#[derive(Debug)]
pub(super) struct New<T> {
    pub(super) body: T,
    pub(super) key: Option<IdempotencyKey>,
}

/// A change of what the path names, from staff.
#[derive(Debug)]
pub(super) struct Change<Id, T> {
    pub(super) target: Target<Id>,
    pub(super) body: T,
}

/// What the path names is to go, say staff. Once is as good as twice, so it takes no key.
#[derive(Debug)]
pub(super) struct Removal<Id>(pub(super) Target<Id>);

/// The headers of a new thing.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the description; the header is read with the body")]
pub(super) struct NewHeaders {
    /// The same key makes the same thing once.
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
}

/// The headers of a change.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the description; the headers are read by `Change`")]
pub(super) struct ChangeHeaders {
    /// The `ETag` it was read with.
    #[param(rename = "If-Match")]
    version: Option<String>,
    /// The same key changes it once.
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
}

/// The header of a removal.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the description; the header is read by `Removal`")]
pub(super) struct RemovalHeaders {
    /// The `ETag` it was read with.
    #[param(rename = "If-Match")]
    version: Option<String>,
}

/// For what something new is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum NewRefused {
    /// `slug_taken`, or of a product `sku_taken`.
    #[response(status = 409)]
    Taken,
    /// Fields are wrong; `errors` names them.
    #[response(status = 422)]
    Invalid,
}

/// For what a change is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum ChangeRefused {
    /// There is no such thing.
    #[response(status = 404)]
    NotFound,
    /// `slug_taken`, or of a product `sku_taken`.
    #[response(status = 409)]
    Taken,
    /// It has changed since it was read.
    #[response(status = 412)]
    OtherVersion,
    /// Fields are wrong; `errors` names them.
    #[response(status = 422)]
    Invalid,
}

/// How a removal ends.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum RemovalEnds {
    /// It is gone; a product is archived.
    #[response(status = 204)]
    Done,
    /// There is no such thing.
    #[response(status = 404)]
    NotFound,
    /// `in_use`: products or categories depend on it.
    #[response(status = 409)]
    InUse,
    /// It has changed since it was read.
    #[response(status = 412)]
    OtherVersion,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for New<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        Staff::from_request_parts(&mut parts, state).await?;
        let KeyedBody { body, key } = KeyedBody::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { body, key })
    }
}

impl<S: Send + Sync, Id: DeserializeOwned + Send, T: DeserializeOwned> FromRequest<S> for Change<Id, T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Removal(target) = Removal::from_request_parts(&mut parts, state).await?;
        let KeyedBody { body, key } = KeyedBody::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { target: Target { key, ..target }, body })
    }
}

impl<S: Send + Sync, Id: DeserializeOwned + Send> FromRequestParts<S> for Removal<Id> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Staff::from_request_parts(parts, state).await?;
        let Path(id) = Path::from_request_parts(parts, state).await?;
        Ok(Self(Target { id, read_version: read_version(parts)?, key: None }))
    }
}

/// The version that `If-Match` names with any tag this service gives; `None` where it is absent or `*`.
fn read_version(parts: &Parts) -> Result<Option<i64>, Problem> {
    let mut values = parts.headers.get_all(header::IF_MATCH).iter();
    let text = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        (Some(_), Some(_)) => "",
    };
    if text == "*" {
        return Ok(None);
    }
    let refusal = || problem(422, "invalid_if_match").detail("If-Match holds one ETag as it was given");
    version(text).map(Some).ok_or_else(refusal)
}

/// The version in a tag such as `"7"`, `W/"7"` or `"7-0a1b"`: that of a product read in public holds a digest behind it.
fn version(text: &str) -> Option<i64> {
    let tag = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    let digits = tag.split_once('-').map_or(tag, |(version, _)| version);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_we_give_is_understood_and_nothing_else_is() {
        for text in ["\"7\"", "W/\"7\"", "\"7-0a1b\"", "W/\"7-0a1b\""] {
            assert_eq!(version(text), Some(7), "{text}");
        }
        for text in ["", "*", "7", "\"", "\"\"", "\"a\"", "\"-\"", "\"7\", \"8\"", "\"99999999999999999999\""] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
