//! What countries tax. Staff alone see and write it.

use super::{
    edits::{Change, ChangeHeaders},
    read, written,
};
use crate::{
    Catalog,
    error::Error,
    flows::{Target, tax},
    model::Country,
    views::TaxTable,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use bodega_kernel::Page;
use bodega_web::{Paging, Path, Problem, Staff};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::{IntoResponses, ToSchema};

/// A country's table as it is to be, whole.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rates": {"standard": 2000, "reduced": 500}}))]
pub(super) struct NewTaxTable {
    /// Basis points by tax class: `standard` and others, at most 20. Without any the country is not taxed.
    rates: BTreeMap<String, i64>,
    /// Basis points by region and tax class, where a region differs; at most 100 regions.
    #[serde(default)]
    regions: BTreeMap<String, BTreeMap<String, i64>>,
}

/// For what a table is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum TableRefused {
    /// It has changed since it was read.
    #[response(status = 412)]
    OtherVersion,
    /// Fields are wrong; `errors` names them.
    #[response(status = 422)]
    Invalid,
}

/// The tables of all countries that have one, by country.
#[utoipa::path(
    get, path = "/v1/admin/tax-rates", tag = "catalog", params(Paging),
    responses((status = 200, description = "A page of tables", body = Page<TaxTable>))
)]
pub(super) async fn list_tax_rates(
    State(catalog): State<Catalog>,
    Staff(_): Staff,
    paging: Paging,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &tax::list_tax_rates(&catalog, paging.key()?, paging.limit).await?))
}

/// What a country taxes: version 0 and no rates where nobody wrote any.
#[utoipa::path(
    get, path = "/v1/admin/tax-rates/{country}", tag = "catalog",
    params(("country" = String, Path, description = "ISO 3166-1 alpha-2, such as `GB`")),
    responses((status = 200, description = "The table", body = TaxTable), (status = 422, description = "No country"))
)]
pub(super) async fn get_tax_rates(
    State(catalog): State<Catalog>,
    Staff(_): Staff,
    Path(country): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &tax::tax_rates(&catalog, named(&country)?).await?))
}

/// Writes what a country taxes, whole. Carts price with it from then on; orders that were placed keep their rates.
#[utoipa::path(
    put, path = "/v1/admin/tax-rates/{country}", tag = "catalog", request_body = NewTaxTable,
    params(("country" = String, Path, description = "ISO 3166-1 alpha-2, such as `GB`"), ChangeHeaders),
    responses((status = 200, description = "The table", body = TaxTable), TableRefused)
)]
pub(super) async fn put_tax_rates(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<String, NewTaxTable>,
) -> Result<Response, Problem> {
    let target = Target { id: named(&target.id)?, read_version: target.read_version, key: target.key };
    Ok(written(tax::put_tax_rates(&catalog, target, body.rates, body.regions).await?))
}

fn named(country: &str) -> Result<Country, Error> {
    Country::new(country).ok_or_else(|| Error::invalid("/country", "is an ISO 3166-1 alpha-2 code such as GB"))
}
