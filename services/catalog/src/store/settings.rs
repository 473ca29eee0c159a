//! What readers ask of the shop itself: the tables of what countries tax, markets, its profile and
//! legal texts.

use super::{
    broken,
    entities::{legal_texts, markets, shop, tax_rates},
    products::from_json,
};
use crate::model::{LegalStored, ShopNow};
use bodega_contracts::catalog::{MarketChanged, Shop, TaxRatesChanged};
use bodega_db::DbError;
use bodega_kernel::{Currency, Time};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// More than there can be markets, or countries of two letters.
pub(crate) const ALL: u64 = 1_000;

/// Up to `limit` tables after this country, by country.
pub(crate) async fn tax_tables(
    db: &DatabaseConnection,
    after: String,
    limit: u64,
) -> Result<Vec<TaxRatesChanged>, DbError> {
    let select = tax_rates::Entity::find().filter(tax_rates::Column::Country.gt(after));
    let rows = select.order_by_asc(tax_rates::Column::Country).limit(limit).all(db).await?;
    rows.into_iter().map(table).collect()
}

/// A country's table.
pub(crate) async fn tax_table(db: &DatabaseConnection, country: &str) -> Result<Option<TaxRatesChanged>, DbError> {
    tax_rates::Entity::find_by_id(country).one(db).await?.map(table).transpose()
}

/// Up to `limit` markets after this one, by id.
pub(crate) async fn markets(db: &DatabaseConnection, after: String, limit: u64) -> Result<Vec<MarketChanged>, DbError> {
    let select = markets::Entity::find().filter(markets::Column::Id.gt(after));
    let rows = select.order_by_asc(markets::Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(told).collect()
}

/// A market.
pub(crate) async fn market(db: &DatabaseConnection, id: &str) -> Result<Option<MarketChanged>, DbError> {
    markets::Entity::find_by_id(id).one(db).await?.map(told).transpose()
}

/// The shop.
pub(crate) async fn shop(db: &DatabaseConnection) -> Result<ShopNow, DbError> {
    let row = shop::Entity::find_by_id("shop").one(db).await?.ok_or_else(|| broken("the shop is gone"))?;
    Ok(ShopNow {
        version: row.version,
        profile: Shop {
            name: row.name,
            address: row.address.as_deref().map(from_json).transpose()?,
            email: row.email,
            tax_number: row.tax_number,
            languages: from_json(&row.languages)?,
        },
        legal_version: row.legal_version,
    })
}

/// A version of the legal texts.
pub(crate) async fn legal(db: &DatabaseConnection, version: i64) -> Result<Option<LegalStored>, DbError> {
    let Some(row) = legal_texts::Entity::find_by_id(version).one(db).await? else { return Ok(None) };
    let texts = from_json(&row.texts)?;
    Ok(Some(LegalStored { version: row.version, digest: row.digest, texts, at: Time::from_ms(row.at_ms) }))
}

fn told(row: markets::Model) -> Result<MarketChanged, DbError> {
    Ok(MarketChanged {
        market_id: row.id,
        version: row.version,
        enabled: row.enabled,
        name: row.name,
        countries: from_json(&row.countries)?,
        currency: Currency::new(&row.currency).map_err(|_| broken("a stored currency is none"))?,
        prices_include_tax: row.prices_include_tax,
    })
}

fn table(row: tax_rates::Model) -> Result<TaxRatesChanged, DbError> {
    Ok(TaxRatesChanged {
        country: row.country,
        version: row.version,
        rates: from_json(&row.rates)?,
        regions: from_json(&row.regions)?,
    })
}
