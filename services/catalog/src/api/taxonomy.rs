//! Categories and brands.

use super::{
    address,
    edits::{
        Change, ChangeHeaders, ChangeRefused, New, NewHeaders, NewRefused, Removal, RemovalEnds, RemovalHeaders,
        Wanted, written_by_staff,
    },
    read_kept, written,
};
use crate::{
    Catalog,
    error::Error,
    flows::{
        reading::{self, Names},
        taxonomy::{self, Naming, Place},
    },
    model::{Link, Terms},
    views::{BrandView, CategoryView},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
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
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = reading::list_categories(&catalog, address(&uri), names(&paging)?).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

/// Brands by slug.
#[utoipa::path(
    get, path = "/v1/brands", tag = "catalog", params(Paging),
    responses((status = 200, description = "A page of brands", body = Page<BrandView>))
)]
pub(super) async fn list_brands(
    State(catalog): State<Catalog>,
    paging: Paging,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = reading::list_brands(&catalog, address(&uri), names(&paging)?).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

written_by_staff! {
    "The category": CategoryId => CategoryView at "/v1/categories", "/v1/categories/{id}";
    /// Makes a category.
    create create_category(NewCategory) by taxonomy::create_category;
    /// Renames or moves a category.
    change change_category(CategoryChanges) by taxonomy::change_category;
    /// Deletes a category in which nothing stands.
    remove delete_category by taxonomy::delete_category;
}

written_by_staff! {
    "The brand": BrandId => BrandView at "/v1/brands", "/v1/brands/{id}";
    /// Makes a brand.
    create create_brand(NewBrand) by taxonomy::create_brand;
    /// Renames a brand.
    change change_brand(BrandChanges) by taxonomy::change_brand;
    /// Deletes a brand that no product has.
    remove delete_brand by taxonomy::delete_brand;
}

impl Wanted for NewCategory {
    type Edit = Place;

    fn into_edit(self, _: Terms) -> Result<Place, Error> {
        Ok(Place { naming: Naming { name: Some(self.name), slug: self.slug }, parent: self.parent_id.into() })
    }
}

impl Wanted for CategoryChanges {
    type Edit = Place;

    fn into_edit(self, _: Terms) -> Result<Place, Error> {
        Ok(Place { naming: Naming { name: self.name, slug: self.slug }, parent: self.parent_id })
    }
}

impl Wanted for NewBrand {
    type Edit = Naming;

    fn into_edit(self, _: Terms) -> Result<Naming, Error> {
        Ok(Naming { name: Some(self.name), slug: self.slug })
    }
}

impl Wanted for BrandChanges {
    type Edit = Naming;

    fn into_edit(self, _: Terms) -> Result<Naming, Error> {
        Ok(Naming { name: self.name, slug: self.slug })
    }
}
