//! Variants by SKU, for carts and orders that know no more of them.

use super::read;
use crate::{Catalog, flows::variants, views::NamedVariants};
use axum::{extract::State, http::HeaderMap, response::Response};
use bodega_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which variants are meant.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Named {
    /// At most 100 SKUs with commas between them.
    #[param(example = "SHIRT-S,MUG-12")]
    skus: String,
}

/// What these SKUs stand for, in the order they are named, also where it is no longer sold. What nobody knows is left out.
#[utoipa::path(
    get, path = "/v1/variants", tag = "catalog", params(Named),
    responses(
        (status = 200, description = "The variants", body = NamedVariants),
        (status = 304, description = "Nothing has changed"),
        (status = 422, description = "What is named is no SKU, or there are too many"),
    )
)]
pub(super) async fn list_variants(
    State(catalog): State<Catalog>,
    Query(Named { skus }): Query<Named>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &variants::named_variants(&catalog, &skus).await?))
}
