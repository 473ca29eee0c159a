//! The routes. Readers are anybody; writers are staff.

mod edits;
mod importing;
mod markets;
mod products;
mod shapes;
mod shop;
mod tax;
mod taxonomy;

use crate::{Catalog, flows::Answered, pages::Page as Answer};
use axum::{
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_web::{Conditional, answer_again, etag};
use utoipa_axum::{router::OpenApiRouter, routes};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// May be kept, and is asked for again each time: 304 where nothing changed.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// All routes of the catalogue.
pub(crate) fn routes(catalog: Catalog) -> OpenApiRouter<()> {
    let files = OpenApiRouter::new()
        .routes(routes!(importing::import_products))
        .layer(DefaultBodyLimit::max(importing::MAX_FILE_BYTES));
    let texts = OpenApiRouter::new()
        .routes(routes!(shop::get_shop_settings, shop::put_shop_settings))
        .layer(DefaultBodyLimit::max(shop::MAX_BODY_BYTES));
    OpenApiRouter::new()
        .routes(routes!(products::list_products, products::create_product))
        .routes(routes!(products::get_product, products::change_product, products::archive_product))
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
        .merge(files)
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

fn read(headers: &HeaderMap, answer: Answer) -> Response {
    let kind = [(header::CONTENT_TYPE, JSON), (header::CACHE_CONTROL, ASK_AGAIN)];
    Conditional::respond(headers, answer.etag, (kind, answer.body))
}
