//! Products: lists, one in full, and what staff do with them.

use super::{
    edits::{Change, ChangeHeaders, ChangeRefused, New, NewHeaders, NewRefused, Removal, RemovalEnds, RemovalHeaders},
    read,
    shapes::{NewProduct, ProductChanges},
    written,
};
use crate::{
    Catalog,
    error::Error,
    flows::{
        products,
        reading::{self, Search},
    },
    model::Status,
    store::reads::Sort,
    views::{ProductSummary, ProductView},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bodega_contracts::ProductId;
use bodega_kernel::{Page, Role};
use bodega_web::{Paging, Path, Problem, Query, Who};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which products are looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProductSearch {
    /// A part of the name, in any case.
    q: Option<String>,
    /// The slug of a category; those under it count.
    category: Option<String>,
    /// The slug of a brand.
    brand: Option<String>,
    /// The lowest price, minor units of the shop's currency.
    price_min: Option<i64>,
    /// The highest price, minor units of the shop's currency.
    price_max: Option<i64>,
    /// Whether to see what can be bought now, or what cannot.
    in_stock: Option<bool>,
    /// The order; `newest` where it is left out.
    #[param(inline)]
    sort: Option<Sort>,
    /// For staff: what is not active.
    #[param(inline)]
    status: Option<Status>,
}

impl ProductSearch {
    fn on(self, paging: &Paging) -> Result<Search, Problem> {
        let text = self.q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Search {
            text,
            category: self.category,
            brand: self.brand,
            price_min: self.price_min,
            price_max: self.price_max,
            in_stock: self.in_stock,
            sort: self.sort.unwrap_or_default(),
            key: paging.key()?,
            limit: paging.limit,
            count: paging.count,
            status: self.status,
        })
    }
}

/// Products that are for sale, a page at a time.
#[utoipa::path(
    get, path = "/v1/products", tag = "catalog", params(ProductSearch, Paging),
    responses(
        (status = 200, description = "A page of products", body = Page<ProductSummary>),
        (status = 304, description = "Nothing has changed"),
        (status = 422, description = "A parameter does not fit"),
    )
)]
pub(super) async fn list_products(
    State(catalog): State<Catalog>,
    Who(caller): Who,
    Query(search): Query<ProductSearch>,
    paging: Paging,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let search = search.on(&paging)?;
    let answer = reading::list_products(&catalog, search, caller.is_at_least(Role::Staff)).await?;
    Ok(read(&headers, answer))
}

/// A product in full. Staff see those that are not active too.
#[utoipa::path(
    get, path = "/v1/products/{id}", tag = "catalog", params(("id" = String, Path, description = "Slug, or id")),
    responses(
        (status = 200, description = "The product", body = ProductView),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is no such product for sale"),
    )
)]
pub(super) async fn get_product(
    State(catalog): State<Catalog>,
    Who(caller): Who,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = reading::product(&catalog, &name, caller.is_at_least(Role::Staff)).await?;
    Ok(read(&headers, answer))
}

/// Makes a product.
#[utoipa::path(
    post, path = "/v1/products", tag = "catalog", request_body = NewProduct, params(NewHeaders),
    responses((status = 201, description = "The product", body = ProductView), NewRefused)
)]
pub(super) async fn create_product(
    State(catalog): State<Catalog>,
    New { body, key }: New<NewProduct>,
) -> Result<Response, Problem> {
    let edit = body.into_edit(&catalog.terms).map_err(Error::Invalid)?;
    Ok(written(products::create_product(&catalog, key, edit).await?))
}

/// Changes a product.
#[utoipa::path(
    patch, path = "/v1/products/{id}", tag = "catalog", request_body = ProductChanges,
    params(("id" = ProductId, Path, description = "Which"), ChangeHeaders),
    responses((status = 200, description = "The product", body = ProductView), ChangeRefused)
)]
pub(super) async fn change_product(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<ProductId, ProductChanges>,
) -> Result<Response, Problem> {
    let edit = body.into_edit(&catalog.terms).map_err(Error::Invalid)?;
    Ok(written(products::change_product(&catalog, target, edit).await?))
}

/// Archives a product: it is off sale, and its slug and SKUs stay taken.
#[utoipa::path(
    delete, path = "/v1/products/{id}", tag = "catalog",
    params(("id" = ProductId, Path, description = "Which"), RemovalHeaders), responses(RemovalEnds)
)]
pub(super) async fn archive_product(
    State(catalog): State<Catalog>,
    Removal(target): Removal<ProductId>,
) -> Result<StatusCode, Problem> {
    products::archive_product(&catalog, target).await?;
    Ok(StatusCode::NO_CONTENT)
}
