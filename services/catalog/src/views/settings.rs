//! What staff read and shoppers are shown of the shop itself.

use bodega_contracts::catalog::{MarketChanged, TaxRatesChanged};
use bodega_kernel::Currency;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a country taxes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"country": "GB", "version": 2, "rates": {"standard": 2000, "reduced": 500}, "regions": {}}))]
pub(crate) struct TaxTable {
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
    /// For `If-Match`; 0 where nobody wrote a table.
    pub(crate) version: i64,
    /// Basis points by tax class.
    pub(crate) rates: BTreeMap<String, i64>,
    /// Basis points by region and tax class.
    pub(crate) regions: BTreeMap<String, BTreeMap<String, i64>>,
}

/// A market.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "eu", "version": 3, "name": "European Union", "countries": ["DE", "FR"], "currency": "EUR",
    "prices_include_tax": true, "enabled": true
}))]
pub(crate) struct MarketView {
    /// Names it in the API.
    pub(crate) id: String,
    /// For `If-Match`.
    pub(crate) version: i64,
    /// As staff see it.
    pub(crate) name: String,
    /// ISO 3166-1 alpha-2; none: every country that is in no other enabled market.
    pub(crate) countries: Vec<String>,
    /// What one pays in.
    pub(crate) currency: Currency,
    /// Whether prices contain their tax.
    pub(crate) prices_include_tax: bool,
    /// Whether anything is sold there.
    pub(crate) enabled: bool,
}

impl From<MarketChanged> for MarketView {
    fn from(market: MarketChanged) -> Self {
        Self {
            id: market.market_id,
            version: market.version,
            name: market.name,
            countries: market.countries,
            currency: market.currency,
            prices_include_tax: market.prices_include_tax,
            enabled: market.enabled,
        }
    }
}

impl From<TaxRatesChanged> for TaxTable {
    fn from(TaxRatesChanged { country, version, rates, regions }: TaxRatesChanged) -> Self {
        Self { country, version, rates, regions }
    }
}
