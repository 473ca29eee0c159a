//! What the catalogue tells `verify`.

use crate::{
    Catalog,
    flows::shop,
    store::{self, entities::variants, settings},
};
use bodega_contracts::catalog::{MarketFacts, MarketVersions, ShopProfile, VariantFact, VariantFacts};
use bodega_db::DbError;
use bodega_kernel::{Money, Sku};
use bodega_rpc::{Answers, RpcError};

/// Facts on a page.
const PAGE: u64 = 500;

/// The questions it answers.
pub(crate) fn answers(catalog: &Catalog) -> Answers {
    let (of_variants, of_markets, of_shop) = (catalog.clone(), catalog.clone(), catalog.clone());
    Answers::new()
        .on(async move |question: VariantFacts| {
            variant_facts(&of_variants, question).await.map_err(|error| unavailable(&error))
        })
        .on(async move |_: ShopProfile| shop::profile(&of_shop).await.map_err(|error| unavailable(&error)))
        .on(async move |_: MarketFacts| market_facts(&of_markets).await.map_err(|error| unavailable(&error)))
}

fn unavailable(error: &DbError) -> RpcError {
    RpcError::Unavailable(error.to_string())
}

async fn market_facts(catalog: &Catalog) -> Result<MarketVersions, DbError> {
    let db = catalog.db.reader();
    let markets = settings::markets(db, String::new(), settings::ALL).await?;
    let tables = settings::tax_tables(db, String::new(), settings::ALL).await?;
    Ok(MarketVersions {
        markets: markets.into_iter().map(|market| (market.market_id, market.version)).collect(),
        tax_rates: tables.into_iter().map(|table| (table.country, table.version)).collect(),
    })
}

async fn variant_facts(catalog: &Catalog, question: VariantFacts) -> Result<Vec<VariantFact>, DbError> {
    let rows = store::variants::variants_after(catalog.db.reader(), question.after, PAGE).await?;
    let fact = |(variant, active, available_seen): (variants::Model, bool, Option<i64>)| {
        Ok(VariantFact {
            sku: Sku::new(&variant.sku).map_err(|error| DbError::Refused(error.to_string().into()))?,
            price: Money::new(variant.price, catalog.terms.currency),
            active,
            stocked: variant.stocked,
            available_seen,
        })
    };
    rows.into_iter().map(fact).collect()
}
