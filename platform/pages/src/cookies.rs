//! Cookies: read from a request, written to its answer. All of them are for this host alone, out of reach of scripts.

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{collections::BTreeMap, time::Duration};

/// What makes browsers keep a cookie for this host, this path and encrypted connections alone.
const PREFIX: &str = "__Host-";
/// The most bytes of a value: browsers drop longer cookies without a word.
const MAX_VALUE: usize = 3_500;

/// What a browser brought, and what it is told to keep.
#[derive(Debug, Default)]
pub(crate) struct Cookies {
    brought: BTreeMap<String, String>,
    told: BTreeMap<String, HeaderValue>,
}

impl Cookies {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let ours = pairs.filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)));
        let brought = ours.map(|(name, value)| (name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into()));
        Self { brought: brought.collect(), told: BTreeMap::new() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.brought.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Keeps `value` for `age`, or as long as the browser is open.
    pub(crate) fn set(&mut self, name: &str, value: &str, age: Option<Duration>) {
        let written = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        if written.len() > MAX_VALUE {
            tracing::error!(name, "a cookie is too long to be kept");
            return;
        }
        let age = age.map(|age| format!("; Max-Age={}", age.as_secs())).unwrap_or_default();
        let line = format!("{PREFIX}{name}={written}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
        if let Ok(line) = HeaderValue::from_str(&line) {
            self.told.insert(name.to_owned(), line);
            self.brought.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) fn forget(&mut self, name: &str) {
        if self.brought.contains_key(name) {
            self.set(name, "", Some(Duration::ZERO));
        }
    }

    /// What the answer says.
    pub(crate) fn told(&self) -> impl Iterator<Item = &HeaderValue> {
        self.told.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(line: &'static str) -> Cookies {
        Cookies::read(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]))
    }

    #[test]
    fn only_cookies_of_this_host_are_read() {
        let cookies = brought("__Host-cart=a%2Eb; session=forged; __Host-empty=");
        assert_eq!(cookies.get("cart"), Some("a.b"));
        assert_eq!(cookies.get("session"), None);
        assert_eq!(cookies.get("empty"), None);
    }

    #[test]
    fn what_is_kept_is_out_of_reach_of_scripts_and_other_sites() {
        let mut cookies = Cookies::default();
        cookies.set("cart", "a;b\r\n", Some(Duration::from_mins(1)));
        let lines: Vec<_> = cookies.told().filter_map(|line| line.to_str().ok()).collect();
        assert_eq!(lines, ["__Host-cart=a%3Bb%0D%0A; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"],);
        assert_eq!(cookies.get("cart"), Some("a;b\r\n"), "whoever asks later in the same request sees it");
    }

    #[test]
    fn what_was_never_there_is_not_forgotten() {
        let mut cookies = brought("__Host-cart=a");
        cookies.forget("session");
        assert_eq!(cookies.told().count(), 0);
        cookies.forget("cart");
        assert_eq!(cookies.told().count(), 1);
        assert_eq!(cookies.get("cart"), None);
    }
}
