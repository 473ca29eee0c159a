//! Forms as browsers send them, and ids in paths.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::request::Parts,
};
use bodega_kernel::uuid::Uuid;
use bodega_pages::Fault;
use percent_encoding::percent_decode;
use std::fmt;

/// The most fields of a form.
const MOST: usize = 5_000;

/// A form that was sent: names and values, a name as often as it was filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The first value under this name without what stands around it; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// The same with all that stands around it, such as the blanks of a password.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same as [`Self::get`], `None` where it is empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Every value under this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// Whether a box was ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// A whole number; `None` where it is none.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let body = Bytes::from_request(request, state).await.map_err(|_| Fault::of(413, "body_too_large"))?;
        Ok(Self(pairs(&body)))
    }
}

/// Names and values of `application/x-www-form-urlencoded`.
pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let decoded = |part: &[u8]| {
        let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_decode(&spaced).decode_utf8_lossy().replace("\r\n", "\n")
    };
    let pair = |pair: &[u8]| {
        let split = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (decoded(&pair[..split]), decoded(pair.get(split + 1..).unwrap_or_default()))
    };
    text.split(|byte| *byte == b'&').filter(|part| !part.is_empty()).take(MOST).map(pair).collect()
}

/// The id in a path; another text is an address that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) Uuid);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let given = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let id = given.ok().and_then(|Path(given)| given.first().and_then(|(_, id)| Uuid::parse_str(id).ok()));
        id.map(Self).ok_or_else(|| Fault::of(404, "not_found"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form = Form(pairs(b"name=Ada+%26+Co&sku=A&sku=B&empty=&text=a%0D%0Ab&lonely&big=%FF"));
        assert_eq!(form.get("name"), "Ada & Co");
        assert_eq!(form.all("sku").collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!((form.some("empty"), form.some("none")), (None, None));
        assert_eq!(form.get("text"), "a\nb");
        assert_eq!(form.get("lonely"), "");
        assert_eq!(form.get("big"), "\u{fffd}");
    }
}
