//! The files of the pages, compiled in. Their addresses hold what is in them, so that browsers keep them for ever. What
//! in them is for people alone, remarks and indentation, is not sent.

use crate::guard::pack;
use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};
use std::{fmt::Write as _, sync::LazyLock};

const FILES: [(&str, &str, &str); 5] = [
    ("bodega.css", "text/css; charset=utf-8", include_str!("../assets/bodega.css")),
    ("desk.css", "text/css; charset=utf-8", include_str!("../assets/desk.css")),
    ("bodega.js", "text/javascript; charset=utf-8", include_str!("../assets/bodega.js")),
    ("desk.js", "text/javascript; charset=utf-8", include_str!("../assets/desk.js")),
    ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.iter().map(Asset::new).collect());

struct Asset {
    name: &'static str,
    address: String,
    kind: &'static str,
    body: Bytes,
    packed: Option<Bytes>,
}

impl Asset {
    fn new((name, kind, body): &(&'static str, &'static str, &'static str)) -> Self {
        let body = if kind.starts_with("text/css") { tight(&squeezed(body)) } else { squeezed(body) };
        let body = body.as_bytes();
        let digest = Sha256::digest(body).iter().take(6).fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        Self {
            name,
            address: format!("/assets/{stem}.{digest}.{end}"),
            kind,
            body: Bytes::copy_from_slice(body),
            packed: pack(body),
        }
    }
}

/// Without remarks that have lines of their own, and without indentation.
fn squeezed(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut in_remark = false;
    for line in text.lines().map(str::trim) {
        in_remark |= line.starts_with("/*");
        if !in_remark && !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        in_remark &= !line.ends_with("*/");
    }
    kept
}

/// A stylesheet without the blanks that only people need. None of ours has such signs in a text.
fn tight(css: &str) -> String {
    let signs =
        [(": ", ":"), ("; ", ";"), (" {", "{"), ("{ ", "{"), (" }", "}"), (";}", "}"), (", ", ","), (" > ", ">")];
    signs.into_iter().fold(css.to_owned(), |css, (loose, tight)| css.replace(loose, tight))
}

/// The address of a file of ours, such as `bodega.css`; of one that there is not, its bare name.
pub fn address(name: &'static str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or(name, |asset| &asset.address)
}

/// `/assets/{file}`.
pub fn assets() -> Router {
    Router::new().route("/assets/{file}", get(file))
}

async fn file(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let named = |asset: &&Asset| asset.address.strip_prefix("/assets/") == Some(file.as_str());
    let Some(asset) = ASSETS.iter().find(named) else { return StatusCode::NOT_FOUND.into_response() };
    let told = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, for_ever),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    match &asset.packed {
        Some(packed) if told.contains("gzip") => {
            let packed = ([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))], packed.clone());
            (head, packed).into_response()
        }
        Some(_) | None => (head, asset.body.clone()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_not_sent() {
        let text = "/* For people\n   a { b: c } */\na { b: c; }\n  // why\n  let x = 1; // here\n";
        assert_eq!(squeezed(text), "a { b: c; }\nlet x = 1; // here\n");
    }

    #[test]
    fn a_stylesheet_means_the_same_without_its_blanks() {
        let css = "@media (min-width: 56rem) { .a > li, .b :is(i) { margin: calc(1px + 2px) 0; color: red; } }";
        assert_eq!(tight(css), "@media (min-width:56rem){.a>li,.b :is(i){margin:calc(1px + 2px) 0;color:red}}");
    }

    #[test]
    fn the_stylesheet_of_every_page_is_small() {
        let css = ASSETS.iter().find(|asset| asset.name == "bodega.css").unwrap();
        assert!(css.body.len() <= 30_000, "{} bytes", css.body.len());
    }

    #[test]
    fn what_every_page_loads_is_small() {
        let packed = |asset: &Asset| asset.packed.as_ref().map_or(0, Bytes::len);
        let sum: usize = ASSETS.iter().map(packed).sum();
        assert!(sum < 18_000, "{sum} bytes packed");
    }
}
