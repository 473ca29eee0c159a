//! What a form or a query says, as it was typed.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use bodega_pages::Fault;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What an address cannot hold as it is. A dot is among it: two of them would lead elsewhere.
const SPECIAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');
/// Bytes of the longest form.
const MAX_BYTES: usize = 64 * 1024;
/// The most fields of a form.
const MAX_FIELDS: usize = 200;

/// Fields by name. What is missing is empty: a form is never unreadable, its fields may be wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `a=1&b=2`.
    pub(crate) fn read(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(MAX_FIELDS);
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (plain(name), plain(value)))
                .collect(),
        )
    }

    /// What was typed, without the blanks around it.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// What was typed, with its blanks: of a password they count.
    pub(crate) fn whole(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same without the blanks around it; `None` where it is empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let body = Bytes::from_request(request, state).await.map_err(|_| Fault::of(413, "form_too_long"))?;
        if body.len() > MAX_BYTES {
            return Err(Fault::of(413, "form_too_long"));
        }
        Ok(Self::read(&String::from_utf8_lossy(&body)))
    }
}

/// A query of these fields, those without a value left out: `a=1&b=2`.
pub(crate) fn query(fields: &[(&str, &str)]) -> String {
    let written = |(name, value): &(&str, &str)| format!("{name}={}", escaped(value));
    let fields: Vec<String> = fields.iter().filter(|(_, value)| !value.is_empty()).map(written).collect();
    fields.join("&")
}

/// A text as a part of an address.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, SPECIAL).to_string()
}

fn plain(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_whatever_it_holds() {
        let form = Form::read("q=a+b%26c&&empty=&%zz=%ff&name=%3Cb%3E&name=second");
        assert_eq!(form.get("q"), "a b&c");
        assert_eq!(form.some("empty"), None);
        assert_eq!(form.get("name"), "<b>");
        assert_eq!(form.get("nothing"), "");
    }

    #[test]
    fn a_query_is_read_as_it_was_written() {
        let written = query(&[("q", "a b&c=ü"), ("empty", ""), ("sort", "-price")]);
        let form = Form::read(&written);
        assert_eq!((form.get("q"), form.get("sort")), ("a b&c=ü", "-price"));
        assert!(!written.contains("empty"));
    }
}
