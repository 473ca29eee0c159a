//! The routes. Readers are anybody; writers are staff.

mod edits;
mod importing;
mod markets;
mod photos;
mod products;
mod reviews;
mod search;
mod shapes;
mod shop;
mod tax;
mod taxonomy;
mod variants;

use crate::{Catalog, flows::Answered, pages::Page as Answer};
use axum::{
    body::{Body, Bytes},
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bodega_web::{Conditional, Shelf, answer_again, etag};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// May be kept, and is asked for again each time: 304 where nothing changed.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const BY_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");

/// What is at hand for readers: the answers that are kept and good.
pub(crate) fn shelf(catalog: &Catalog) -> Shelf {
    let catalog = catalog.clone();
    Arc::new(move |uri, headers| {
        let kept = || catalog.pages.get(address(uri), &catalog.world);
        let read = || Some(read_kept(&catalog, uri, headers, kept()?));
        photos::at_hand(&catalog, uri, headers).or_else(read)
    })
}

/// All routes of the catalogue.
pub(crate) fn routes(catalog: Catalog) -> OpenApiRouter<()> {
    let files = OpenApiRouter::new()
        .routes(routes!(importing::import_products))
        .layer(DefaultBodyLimit::max(importing::MAX_FILE_BYTES));
    let pictures =
        OpenApiRouter::new().routes(routes!(photos::add_photo)).layer(DefaultBodyLimit::max(photos::MAX_FILE_BYTES));
    let texts = OpenApiRouter::new()
        .routes(routes!(shop::get_shop_settings, shop::put_shop_settings))
        .layer(DefaultBodyLimit::max(shop::MAX_BODY_BYTES));
    OpenApiRouter::new()
        .routes(routes!(products::list_products, products::create_product))
        .routes(routes!(products::get_product, products::change_product, products::archive_product))
        .routes(routes!(search::suggest_products))
        .routes(routes!(search::list_related_products))
        .routes(routes!(variants::list_variants))
        .routes(routes!(reviews::list_reviews, reviews::write_review))
        .routes(routes!(reviews::list_reviews_for_staff))
        .routes(routes!(reviews::approve_review))
        .routes(routes!(reviews::reject_review))
        .routes(routes!(taxonomy::list_categories, taxonomy::create_category))
        .routes(routes!(taxonomy::change_category, taxonomy::delete_category))
        .routes(routes!(taxonomy::list_brands, taxonomy::create_brand))
        .routes(routes!(taxonomy::change_brand, taxonomy::delete_brand))
        .routes(routes!(markets::list_markets, markets::create_market))
        .routes(routes!(markets::get_market, markets::change_market))
        .routes(routes!(tax::list_tax_rates))
        .routes(routes!(tax::get_tax_rates, tax::put_tax_rates))
        .routes(routes!(shop::get_legal_version))
        .routes(routes!(shop::get_shop))
        .routes(routes!(shop::get_legal_text))
        .routes(routes!(photos::change_photo, photos::delete_photo))
        .routes(routes!(photos::get_photo))
        .merge(files)
        .merge(pictures)
        .merge(texts)
        .with_state(catalog)
}

fn written(answered: Answered) -> Response {
    let done = match answered {
        Answered::Again(answer) => return answer_again(answer),
        Answered::Now(done) => done,
    };
    let status = StatusCode::from_u16(done.status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(header::CONTENT_TYPE, JSON)], done.body).into_response();
    if let Some(version) = done.version {
        response.headers_mut().insert(header::ETAG, etag(version));
    }
    response
}

/// What an answer is kept under.
fn address(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", |address| address.as_str())
}

/// An answer that is kept: in gzip for those who take it.
fn read_kept(catalog: &Catalog, uri: &Uri, headers: &HeaderMap, page: Arc<Answer>) -> Response {
    let wants_packed = page.is_packable() && takes_gzip(headers);
    let page = if wants_packed { catalog.pages.packed(address(uri), page) } else { page };
    match &page.packed {
        Some(packed) if wants_packed => {
            // Other bytes than those the tag was made of: it says so.
            let tag = [b"W/", page.etag.as_bytes()].concat();
            let tag = HeaderValue::from_bytes(&tag).unwrap_or_else(|_| page.etag.clone());
            let mut response = respond(headers, tag, packed);
            response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
            response
        }
        Some(_) | None => respond(headers, page.etag.clone(), &page.body),
    }
}

fn read(headers: &HeaderMap, answer: &Answer) -> Response {
    respond(headers, answer.etag.clone(), &answer.body)
}

fn respond(asked: &HeaderMap, tag: HeaderValue, body: &Bytes) -> Response {
    let unchanged = Conditional::has(asked, &tag);
    let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(body.clone()) });
    let headers = response.headers_mut();
    // With those that the gateway adds.
    headers.reserve(16);
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
    headers.insert(header::VARY, BY_ENCODING);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
    response
}

/// Whether `Accept-Encoding` names gzip, and not as what is not wanted.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let is_unwanted = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.trim().parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !is_unwanted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for (list, takes) in [
            ("gzip", true),
            ("GZIP", true),
            ("deflate, gzip;q=0.5, br", true),
            ("br;q=1.0, gzip; q=1", true),
            ("", false),
            ("identity", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("gzippy", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(list))]);
            assert_eq!(takes_gzip(&headers), takes, "{list}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
