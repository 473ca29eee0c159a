//! Reads that are answered with 304, and edits that state what they edit.

use crate::{Problem, hex::hex, problem};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// The version an edit is meant for; `None` where `If-Match` is absent or `*`. Compare it and answer
/// [`Problem::precondition_failed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

/// Answers reads with 304 where the reader has what it would get.
#[derive(Clone, Copy, Debug)]
pub struct Conditional;

/// The tag of a version: `"7"`.
pub fn etag(version: i64) -> HeaderValue {
    tag(&version.to_string())
}

/// The tag of an answer that has no version: a digest of its bytes.
pub fn etag_of(bytes: impl AsRef<[u8]>) -> HeaderValue {
    tag(&hex(&Sha256::digest(bytes)[..16]))
}

fn tag(digits: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{digits}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

impl Conditional {
    /// `body` with its tag, or 304 where `If-None-Match` names the tag (weakly compared, as RFC 9110 says).
    pub fn respond(headers: &HeaderMap, etag: HeaderValue, body: impl IntoResponse) -> Response {
        let mut response =
            if Self::has(headers, &etag) { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
        response.headers_mut().insert(header::ETAG, etag);
        response
    }

    /// Whether `If-None-Match` names the tag, weakly compared: the reader has it.
    pub fn has(headers: &HeaderMap, etag: &HeaderValue) -> bool {
        let etag = etag.to_str().map(|text| text.strip_prefix("W/").unwrap_or(text)).unwrap_or_default();
        headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|list| {
            let mut tags = list.split(',').map(str::trim);
            tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter();
        let text = match (values.next(), values.next()) {
            (None, _) => return Ok(Self(None)),
            (Some(value), None) => value.to_str().unwrap_or_default().trim(),
            (Some(_), Some(_)) => "",
        };
        if text == "*" {
            return Ok(Self(None));
        }
        // Proxies that compress make our tags weak; our versions are exact all the same.
        let tag = text.strip_prefix("W/").unwrap_or(text);
        let version =
            tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|digits| digits.parse().ok());
        match version {
            Some(version) => Ok(Self(Some(version))),
            None => Err(problem(422, "invalid_if_match").detail("If-Match holds one ETag as it was given")),
        }
    }
}
