//! Markets. Staff alone see and write them; shoppers see those that are open at `/v1/shop`.

use super::{
    edits::{Change, ChangeHeaders, New, NewHeaders},
    read, written,
};
use crate::{Catalog, flows::markets, model::MarketEdit, views::MarketView};
use axum::{extract::State, http::HeaderMap, response::Response};
use bodega_kernel::{Currency, Page};
use bodega_web::{Paging, Path, Problem, Staff};
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

/// A new market.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "eu", "name": "European Union", "countries": ["DE", "FR"], "currency": "EUR", "prices_include_tax": true
}))]
pub(super) struct NewMarket {
    /// Names it in the API: 1 to 40 lower-case letters, digits and hyphens.
    id: String,
    /// 1 to 100 characters.
    name: String,
    /// ISO 3166-1 alpha-2, each once. None: every country that is in no other market.
    countries: Vec<String>,
    /// What one pays in. Goods without a price in it are not for sale there.
    currency: Currency,
    /// Whether prices contain their tax.
    prices_include_tax: bool,
    /// Whether anything is sold there; yes where it is left out.
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

/// Changes to a market: what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"countries": ["DE", "FR", "IT"]}))]
pub(super) struct MarketChanges {
    /// 1 to 100 characters.
    name: Option<String>,
    /// All of them.
    countries: Option<Vec<String>>,
    /// What one pays in.
    currency: Option<Currency>,
    /// Whether prices contain their tax.
    prices_include_tax: Option<bool>,
    /// Whether anything is sold there.
    enabled: Option<bool>,
}

/// For what a market is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum MarketRefused {
    /// There is no such market.
    #[response(status = 404)]
    NotFound,
    /// `country_taken`: `market` has `country` already, null being every country that is in no other market;
    /// `market_exists`; `too_many`.
    #[response(status = 409)]
    Taken,
    /// It has changed since it was read.
    #[response(status = 412)]
    OtherVersion,
    /// Fields are wrong; `errors` names them.
    #[response(status = 422)]
    Invalid,
}

/// All markets, by id.
#[utoipa::path(
    get, path = "/v1/admin/markets", tag = "catalog", params(Paging),
    responses((status = 200, description = "A page of markets", body = Page<MarketView>))
)]
pub(super) async fn list_markets(
    State(catalog): State<Catalog>,
    Staff(_): Staff,
    paging: Paging,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &markets::list_markets(&catalog, paging.key()?, paging.limit).await?))
}

/// Makes a market. A country is in one enabled market at most.
#[utoipa::path(
    post, path = "/v1/admin/markets", tag = "catalog", request_body = NewMarket, params(NewHeaders),
    responses((status = 201, description = "The market", body = MarketView), MarketRefused)
)]
pub(super) async fn create_market(
    State(catalog): State<Catalog>,
    New { body, key }: New<NewMarket>,
) -> Result<Response, Problem> {
    let edit = MarketEdit {
        enabled: Some(body.enabled),
        name: Some(body.name),
        countries: Some(body.countries),
        currency: Some(body.currency),
        prices_include_tax: Some(body.prices_include_tax),
    };
    Ok(written(markets::create_market(&catalog, key, body.id, edit).await?))
}

/// One market.
#[utoipa::path(
    get, path = "/v1/admin/markets/{id}", tag = "catalog", params(("id" = String, Path, description = "Which")),
    responses((status = 200, description = "The market", body = MarketView), (status = 404, description = "No market"))
)]
pub(super) async fn get_market(
    State(catalog): State<Catalog>,
    Staff(_): Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &markets::market(&catalog, &id).await?))
}

/// Changes a market, or switches it off. Orders that were placed keep what they were priced with.
#[utoipa::path(
    patch, path = "/v1/admin/markets/{id}", tag = "catalog", request_body = MarketChanges,
    params(("id" = String, Path, description = "Which"), ChangeHeaders),
    responses((status = 200, description = "The market", body = MarketView), MarketRefused)
)]
pub(super) async fn change_market(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<String, MarketChanges>,
) -> Result<Response, Problem> {
    let edit = MarketEdit {
        enabled: body.enabled,
        name: body.name,
        countries: body.countries,
        currency: body.currency,
        prices_include_tax: body.prices_include_tax,
    };
    Ok(written(markets::change_market(&catalog, target, edit).await?))
}
