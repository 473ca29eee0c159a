//! `If-Match` with any tag this service gives: that of a product read in public holds a digest behind its version.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use bodega_web::{Problem, problem};

/// The version an edit is meant for; `None` where `If-Match` is absent or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ForVersion(pub(super) Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for ForVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter();
        let text = match (values.next(), values.next()) {
            (None, _) => return Ok(Self(None)),
            (Some(value), None) => value.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => "",
        };
        let text = text.trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let refusal = || problem(422, "invalid_if_match").detail("If-Match holds one ETag as it was given");
        version(text).map(|version| Self(Some(version))).ok_or_else(refusal)
    }
}

/// The version in a tag such as `"7"`, `W/"7"` or `"7-0a1b"`.
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
