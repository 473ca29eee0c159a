//! Products: lists, one in full, and what staff do with them.

use super::{
    address,
    edits::{
        Change, ChangeHeaders, ChangeRefused, New, NewHeaders, NewRefused, Removal, RemovalEnds, RemovalHeaders,
        Wanted as _, written_by_staff,
    },
    read_kept,
    shapes::{NewProduct, ProductChanges},
    written,
};
use crate::{
    Catalog,
    flows::{
        products,
        reading::{self, Prices, Search},
    },
    model::Status,
    store::reads::Sort,
    views::{ProductPage, ProductView},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use bodega_contracts::ProductId;
use bodega_kernel::{Currency, Role};
use bodega_web::{Paging, Path, Problem, Query, Who};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which products are looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProductSearch {
    /// Words of the name, the brand, the categories, the tags or the description, or a SKU or barcode: at most 200 characters
    /// and 10 words. A letter of a word may be wrong, and the last word may be the beginning of one.
    #[param(example = "red mug")]
    q: Option<String>,
    /// The slug of a category; those under it count.
    category: Option<String>,
    /// The slug of a brand.
    brand: Option<String>,
    /// The lowest price, minor units of the currency that prices are shown in.
    price_min: Option<i64>,
    /// The highest price, minor units of the currency that prices are shown in.
    price_max: Option<i64>,
    /// Whether to see what can be bought now, or what cannot.
    in_stock: Option<bool>,
    /// The fewest stars: 1 to 5.
    rating: Option<u8>,
    /// Whether to answer how many products each further choice would leave, and `total`.
    facets: Option<bool>,
    /// The order; where it is left out `relevance` with `q`, else `newest`.
    #[param(inline)]
    sort: Option<Sort>,
    /// Which ten thousand of the newest of all to begin with, 1 to 100; without any filter. Cursors go on from there.
    part: Option<u64>,
    /// Prices in this currency, ISO 4217; what has no price in it is not listed.
    #[param(value_type = Option<String>)]
    currency: Option<Currency>,
    /// Prices as in this market.
    market: Option<String>,
    /// For staff: what is not active.
    #[param(inline)]
    status: Option<Status>,
}

/// In which currency the prices of a product are shown: the shop's where nothing is said.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PricesIn {
    /// ISO 4217; variants without a price in it are left out.
    #[param(value_type = Option<String>)]
    currency: Option<Currency>,
    /// The currency of this market.
    market: Option<String>,
}

impl From<PricesIn> for Prices {
    fn from(PricesIn { currency, market }: PricesIn) -> Self {
        Self { currency, market }
    }
}

impl ProductSearch {
    fn on(self, paging: &Paging) -> Result<Search, Problem> {
        let text = self.q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let by_itself = if text.is_some() { Sort::Relevance } else { Sort::Newest };
        Ok(Search {
            text,
            category: self.category,
            brand: self.brand,
            price_min: self.price_min,
            price_max: self.price_max,
            in_stock: self.in_stock,
            stars: self.rating,
            facets: self.facets.unwrap_or_default(),
            sort: self.sort.unwrap_or(by_itself),
            key: paging.key()?,
            part: self.part,
            limit: paging.limit,
            count: paging.count,
            prices: Prices { currency: self.currency, market: self.market },
            status: self.status,
        })
    }
}

/// Products that are for sale, a page at a time.
#[utoipa::path(
    get, path = "/v1/products", tag = "catalog", params(ProductSearch, Paging),
    responses(
        (status = 200, description = "A page of products", body = ProductPage),
        (status = 304, description = "Nothing has changed"),
        (status = 422, description = "A parameter does not fit"),
    )
)]
pub(super) async fn list_products(
    State(catalog): State<Catalog>,
    Who(caller): Who,
    Query(search): Query<ProductSearch>,
    paging: Paging,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let search = search.on(&paging)?;
    let for_staff = caller.is_at_least(Role::Staff);
    let answer = reading::list_products(&catalog, address(&uri), search, for_staff).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

/// A product in full. Staff see those that are not active too.
#[utoipa::path(
    get, path = "/v1/products/{id}", tag = "catalog",
    params(("id" = String, Path, description = "Slug, or id"), PricesIn),
    responses(
        (status = 200, description = "The product", body = ProductView),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is no such product for sale, or not in this currency"),
        (status = 422, description = "There is no such market"),
    )
)]
pub(super) async fn get_product(
    State(catalog): State<Catalog>,
    Who(caller): Who,
    Path(name): Path<String>,
    Query(prices): Query<PricesIn>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let for_staff = caller.is_at_least(Role::Staff);
    let answer = reading::product(&catalog, address(&uri), &name, &prices.into(), for_staff).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

written_by_staff! {
    "The product": ProductId => ProductView at "/v1/products", "/v1/products/{id}";
    /// Makes a product.
    create create_product(NewProduct) by products::create_product;
    /// Changes a product.
    change change_product(ProductChanges) by products::change_product;
    /// Archives a product: it is off sale, and its slug and SKUs stay taken.
    remove archive_product by products::archive_product;
}
