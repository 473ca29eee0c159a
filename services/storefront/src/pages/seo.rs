//! What searchers and browsers ask for: the sitemap, the rules for robots, the manifest.

use crate::{clients::categories, model::query};
use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bodega_pages::{Fault, Lang, Visit, address};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::json;
use std::io;

/// The most products of one sitemap; where there are more, it is an index of several.
const MOST_PRODUCTS: usize = 10_000;
/// The most sitemaps of an index.
const MOST_PARTS: usize = 100;
/// Products on a page of the API.
const PAGE: usize = 100;
const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
                    xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n";
const CLOSE: &str = "</urlset>\n";
const LEGAL: [&str; 4] = ["terms", "privacy", "withdrawal", "imprint"];
/// What is for one visitor alone, or has as many addresses as one likes.
const PRIVATE: [&str; 8] =
    ["/account", "/admin", "/checkout", "/login", "/orders", "/password", "/register", "/search"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listed {
    items: Vec<Slug>,
    next_cursor: Option<String>,
    total: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Slug {
    slug: String,
}

/// A walk through the products of a part: where it goes on, and how many pages are written before it ends.
struct Walk {
    visit: Visit,
    begun: String,
    part: usize,
    cursor: Option<String>,
    left: usize,
}

/// `GET /sitemap.xml`: all pages, or an index where there are too many for one.
pub(crate) async fn sitemap(visit: Visit) -> Result<Response, Fault> {
    let counted: Listed = visit.get_public("/v1/products?limit=1&count=true").await?;
    let products = counted.total.unwrap_or_default();
    if products > MOST_PRODUCTS {
        return Ok(xml(Body::from(index(&visit, products.div_ceil(MOST_PRODUCTS).min(MOST_PARTS)))));
    }
    let begun = first_pages(&visit).await;
    Ok(xml(Body::from_stream(written(visit, begun, 1))))
}

/// `GET /sitemap/{part}`: `1.xml` and so on, of an index.
pub(crate) async fn part(visit: Visit, Path(part): Path<String>) -> Result<Response, Fault> {
    let number = part.strip_suffix(".xml").and_then(|number| number.parse::<usize>().ok());
    let number =
        number.filter(|number| (1..=MOST_PARTS).contains(number)).ok_or_else(|| Fault::of(404, "not_found"))?;
    let begun = if number == 1 { first_pages(&visit).await } else { OPEN.to_owned() };
    Ok(xml(Body::from_stream(written(visit, begun, number))))
}

/// `GET /robots.txt`
pub(crate) async fn robots(visit: Visit) -> Response {
    let both = PRIVATE.iter().flat_map(|path| Lang::ALL.map(|lang| format!("Disallow: {}\n", lang.link(path))));
    let rules: String = both.collect();
    let text = format!("User-agent: *\n{rules}Sitemap: {}/sitemap.xml\n", origin(&visit));
    kept("text/plain; charset=utf-8", Body::from(text))
}

/// `GET /manifest.webmanifest`
pub(crate) async fn manifest(visit: Visit) -> Response {
    let icon = json!({"src": address("icon.svg"), "type": "image/svg+xml", "sizes": "any"});
    let name = visit.shop();
    let manifest = json!({"name": name, "short_name": name, "start_url": "/", "display": "browser", "icons": [icon]});
    kept("application/manifest+json", Body::from(manifest.to_string()))
}

async fn first_pages(visit: &Visit) -> String {
    let mut pages = page(origin(visit), "/");
    for category in categories(visit).await {
        pages.push_str(&page(origin(visit), &format!("/c/{}", category.slug)));
    }
    for text in LEGAL.into_iter().filter(|text| visit.has_legal_text(text)) {
        pages.push_str(&page(origin(visit), &format!("/legal/{text}")));
    }
    format!("{OPEN}{pages}")
}

/// The products of a part behind what has begun, a page of the API at a time; the API begins where the part does. What
/// cannot be read breaks it off, so that nobody takes half of it for all.
fn written(visit: Visit, begun: String, part: usize) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let walk = Walk { visit, begun, part, cursor: None, left: MOST_PRODUCTS / PAGE };
    stream::unfold(Some(walk), |walk| async move {
        let mut walk = walk?;
        let part = walk.part.to_string();
        let place = walk.cursor.as_deref().map_or(("part", part.as_str()), |cursor| ("cursor", cursor));
        let asked = format!("/v1/products?{}", query(&[("limit", "100"), ("sort", "newest"), place]));
        let listed = match walk.visit.get_public::<Listed>(asked).await {
            Ok(listed) => listed,
            Err(fault) => return Some((Err(io::Error::other(fault)), None)),
        };
        walk.cursor = listed.next_cursor;
        let mut text = std::mem::take(&mut walk.begun);
        for product in &listed.items {
            text.push_str(&page(origin(&walk.visit), &format!("/p/{}", product.slug)));
        }
        walk.left = walk.left.saturating_sub(1);
        let is_last = walk.left == 0 || walk.cursor.is_none();
        if is_last {
            text.push_str(CLOSE);
        }
        Some((Ok(Bytes::from(text)), (!is_last).then_some(walk)))
    })
}

fn index(visit: &Visit, parts: usize) -> String {
    let part = |number| format!("<sitemap><loc>{}/sitemap/{number}.xml</loc></sitemap>\n", escaped(origin(visit)));
    let parts: String = (1..=parts).map(part).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
         {parts}</sitemapindex>\n"
    )
}

/// A page in every language, each naming the others.
fn page(base: &str, path: &str) -> String {
    let url = |lang: Lang| escaped(&format!("{base}{}", lang.link(path)));
    let others: String = Lang::ALL
        .map(|lang| format!("<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{}\"/>", lang.code(), url(lang)))
        .concat();
    Lang::ALL.map(|lang| format!("<url><loc>{}</loc>{others}</url>\n", url(lang))).concat()
}

fn escaped(text: &str) -> String {
    maud::html! { (text) }.into_string()
}

fn origin(visit: &Visit) -> &str {
    visit.settings().shop.base_url.trim_end_matches('/')
}

fn xml(body: Body) -> Response {
    kept("application/xml; charset=utf-8", body)
}

fn kept(kind: &'static str, body: Body) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600")),
    ];
    (headers, body).into_response()
}
