//! Finding products by other ways than lists: suggestions while somebody types, and what is like a product.

use super::{address, products::PricesIn, read_kept};
use crate::{
    Catalog,
    flows::searching,
    views::{RelatedProducts, Suggestions},
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use bodega_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

/// What somebody has written so far.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Typed {
    /// At most 200 characters and 10 words; the last one may be the beginning of a word.
    #[param(example = "muc")]
    q: Option<String>,
}

/// What somebody may mean who has written so much.
#[utoipa::path(
    get, path = "/v1/products/suggestions", tag = "catalog", params(Typed, PricesIn),
    responses(
        (status = 200, description = "At most 8 products, what fits best first", body = Suggestions),
        (status = 304, description = "Nothing has changed"),
        (status = 422, description = "A parameter does not fit"),
    )
)]
pub(super) async fn suggest_products(
    State(catalog): State<Catalog>,
    Query(Typed { q }): Query<Typed>,
    Query(prices): Query<PricesIn>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let text = q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let answer = searching::suggestions(&catalog, address(&uri), text, &prices.into()).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

/// Products that share categories, brand, tags or words of the name with this one; those that can be bought first.
#[utoipa::path(
    get, path = "/v1/products/{id}/related", tag = "catalog",
    params(("id" = String, Path, description = "Slug, or id"), PricesIn),
    responses(
        (status = 200, description = "At most 8 products", body = RelatedProducts),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is no such product for sale"),
        (status = 422, description = "There is no such market"),
    )
)]
pub(super) async fn list_related_products(
    State(catalog): State<Catalog>,
    Path(name): Path<String>,
    Query(prices): Query<PricesIn>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = searching::related(&catalog, address(&uri), &name, &prices.into()).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}
