//! Ways from a page to the next one: redirects within the shop, and ids out of addresses.

use crate::model::escaped;
use axum::response::{IntoResponse, Redirect, Response};
use bodega_pages::{Fault, Visit};

/// The longest way back that is followed.
const LONGEST: usize = 1_000;

/// To another page of the shop in the same language, by GET.
pub(crate) fn go(visit: &Visit, path: &str) -> Response {
    Redirect::to(&visit.link(path)).into_response()
}

/// To where somebody wanted to go, if that is within the shop; else to `otherwise`.
pub(crate) fn go_back(visit: &Visit, to: &str, otherwise: &str) -> Response {
    match local(to) {
        Some(to) => Redirect::to(to).into_response(),
        None => go(visit, otherwise),
    }
}

/// The log-in page that comes back to `to`, a path with its language.
pub(crate) fn log_in_first(visit: &Visit, to: &str) -> String {
    visit.link(&format!("/login?to={}", escaped(to)))
}

/// An address within the shop: browsers take `//host` and `/\host` for other places.
pub(crate) fn local(to: &str) -> Option<&str> {
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && to.len() <= LONGEST;
    let within = to.starts_with('/') && !to.starts_with("//");
    (plain && within).then_some(to)
}

/// An id out of an address; whatever has no shape of one is not found.
pub(crate) fn id(text: &str) -> Result<&str, Fault> {
    let fits = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if fits { Ok(text) } else { Err(Fault::of(404, "not_found")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_shop_are_followed() {
        for good in ["/", "/account", "/de/orders/1?placed=1", "/cart?cart=1&token=a.b"] {
            assert_eq!(local(good), Some(good));
        }
        let evil = ["", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "javascript:alert(1)"];
        for evil in evil.into_iter().chain(["/\t/evil.example", "/a\r\nset-cookie: a=b", "/ä", " /"]) {
            assert_eq!(local(evil), None, "{evil:?}");
        }
    }

    #[test]
    fn what_is_no_id_is_not_found() {
        assert!(id("01890c33-90a7-7f6e-8b3e-0d3d3a1f1a11").is_ok());
        for bad in
            ["", "..", "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a11/../x", "%2e%2e", "zzzzzzzz-90a7-7f6e-8b3e-0d3d3a1f1a11"]
        {
            assert!(id(bad).is_err(), "{bad}");
        }
    }
}
