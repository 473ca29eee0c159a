//! Categories and brands.

use super::{
    edits::{Change, ChangeHeaders, ChangeRefused, New, NewHeaders, NewRefused, Removal, RemovalEnds, RemovalHeaders},
    read, written,
};
use crate::{
    Catalog,
    flows::{
        reading::{self, Names},
        taxonomy::{self, Naming},
    },
    model::Link,
    views::{BrandView, CategoryView},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bodega_contracts::{BrandId, CategoryId};
use bodega_kernel::Page;
use bodega_web::{Paging, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new category.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Shirts"}))]
pub(super) struct NewCategory {
    /// 1 to 255 characters.
    name: String,
    /// Made from the name where it is left out.
    slug: Option<String>,
    /// What it stands under; the top where it is left out.
    parent_id: Option<CategoryId>,
}

/// Changes to a category.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryChanges {
    /// 1 to 255 characters.
    name: Option<String>,
    /// Its part of an address.
    slug: Option<String>,
    /// What it stands under; null is the top.
    #[serde(default)]
    #[schema(value_type = Option<CategoryId>)]
    parent_id: Link<CategoryId>,
}

/// A new brand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme"}))]
pub(super) struct NewBrand {
    /// 1 to 255 characters.
    name: String,
    /// Made from the name where it is left out.
    slug: Option<String>,
}

/// Changes to a brand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandChanges {
    /// 1 to 255 characters.
    name: Option<String>,
    /// Its part of an address.
    slug: Option<String>,
}

fn names(paging: &Paging) -> Result<Names, Problem> {
    Ok(Names { after: paging.key()?, limit: paging.limit, count: paging.count })
}

/// Categories by slug; `parent_id` makes a tree of them.
#[utoipa::path(
    get, path = "/v1/categories", tag = "catalog", params(Paging),
    responses((status = 200, description = "A page of categories", body = Page<CategoryView>))
)]
pub(super) async fn list_categories(
    State(catalog): State<Catalog>,
    paging: Paging,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, reading::list_categories(&catalog, names(&paging)?).await?))
}

/// Makes a category.
#[utoipa::path(
    post, path = "/v1/categories", tag = "catalog", request_body = NewCategory, params(NewHeaders),
    responses((status = 201, description = "The category", body = CategoryView), NewRefused)
)]
pub(super) async fn create_category(
    State(catalog): State<Catalog>,
    New { body, key }: New<NewCategory>,
) -> Result<Response, Problem> {
    let naming = Naming { name: Some(body.name), slug: body.slug };
    Ok(written(taxonomy::create_category(&catalog, key, naming, body.parent_id).await?))
}

/// Renames or moves a category.
#[utoipa::path(
    patch, path = "/v1/categories/{id}", tag = "catalog", request_body = CategoryChanges,
    params(("id" = CategoryId, Path, description = "Which"), ChangeHeaders),
    responses((status = 200, description = "The category", body = CategoryView), ChangeRefused)
)]
pub(super) async fn change_category(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<CategoryId, CategoryChanges>,
) -> Result<Response, Problem> {
    let naming = Naming { name: body.name, slug: body.slug };
    Ok(written(taxonomy::change_category(&catalog, target, naming, body.parent_id).await?))
}

/// Deletes a category in which nothing stands.
#[utoipa::path(
    delete, path = "/v1/categories/{id}", tag = "catalog",
    params(("id" = CategoryId, Path, description = "Which"), RemovalHeaders), responses(RemovalEnds)
)]
pub(super) async fn delete_category(
    State(catalog): State<Catalog>,
    Removal(target): Removal<CategoryId>,
) -> Result<StatusCode, Problem> {
    taxonomy::delete_category(&catalog, target).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brands by slug.
#[utoipa::path(
    get, path = "/v1/brands", tag = "catalog", params(Paging),
    responses((status = 200, description = "A page of brands", body = Page<BrandView>))
)]
pub(super) async fn list_brands(
    State(catalog): State<Catalog>,
    paging: Paging,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, reading::list_brands(&catalog, names(&paging)?).await?))
}

/// Makes a brand.
#[utoipa::path(
    post, path = "/v1/brands", tag = "catalog", request_body = NewBrand, params(NewHeaders),
    responses((status = 201, description = "The brand", body = BrandView), NewRefused)
)]
pub(super) async fn create_brand(
    State(catalog): State<Catalog>,
    New { body, key }: New<NewBrand>,
) -> Result<Response, Problem> {
    let naming = Naming { name: Some(body.name), slug: body.slug };
    Ok(written(taxonomy::create_brand(&catalog, key, naming).await?))
}

/// Renames a brand.
#[utoipa::path(
    patch, path = "/v1/brands/{id}", tag = "catalog", request_body = BrandChanges,
    params(("id" = BrandId, Path, description = "Which"), ChangeHeaders),
    responses((status = 200, description = "The brand", body = BrandView), ChangeRefused)
)]
pub(super) async fn change_brand(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<BrandId, BrandChanges>,
) -> Result<Response, Problem> {
    let naming = Naming { name: body.name, slug: body.slug };
    Ok(written(taxonomy::change_brand(&catalog, target, naming).await?))
}

/// Deletes a brand that no product has.
#[utoipa::path(
    delete, path = "/v1/brands/{id}", tag = "catalog",
    params(("id" = BrandId, Path, description = "Which"), RemovalHeaders), responses(RemovalEnds)
)]
pub(super) async fn delete_brand(
    State(catalog): State<Catalog>,
    Removal(target): Removal<BrandId>,
) -> Result<StatusCode, Problem> {
    taxonomy::delete_brand(&catalog, target).await?;
    Ok(StatusCode::NO_CONTENT)
}
