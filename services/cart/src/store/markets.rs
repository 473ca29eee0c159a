//! What was heard of markets, tax rates and the shop's legal texts. There are few of each: all are read.

use super::{
    carts::{parsed, text},
    stamps::renew,
};
use crate::model::{Market, Markets};
use bodega_contracts::{
    Terms,
    catalog::{MarketChanged, MarketVersions, ShopChanged, TaxRatesChanged},
};
use bodega_db::{DbError, Tx, params};
use bodega_kernel::Currency;
use sea_orm::{DatabaseConnection, QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::BTreeMap;

/// More than there are countries.
const MOST: u64 = 300;

mod market {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "markets")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub version: i64,
        pub enabled: bool,
        pub countries: String,
        pub currency: String,
        pub prices_include_tax: bool,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod rate {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tax_rates")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub country: String,
        pub version: i64,
        pub rates: String,
        pub regions: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod words {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shop_words")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub version: i64,
        pub terms: Option<String>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Reads all that sell, what countries tax, and what is to be accepted.
pub(crate) async fn select(tx: &mut Tx) -> Result<Markets, DbError> {
    let mut markets = Markets::default();
    let sql = "SELECT id, countries, currency, prices_include_tax FROM markets WHERE enabled ORDER BY id LIMIT 300";
    for row in tx.query(sql, &[]).await? {
        let (countries, currency) = (row.get::<String>(1)?, row.get::<String>(2)?);
        markets.selling.extend(market_of(row.get(0)?, (&countries, &currency), row.get(3)?)?);
    }
    let sql = "SELECT country, version, rates, regions FROM tax_rates ORDER BY country LIMIT 300";
    for row in tx.query(sql, &[]).await? {
        let (country, rates, regions) = (row.get::<String>(0)?, row.get::<String>(2)?, row.get::<String>(3)?);
        let rates = rates_of(country.clone(), row.get(1)?, (&rates, &regions))?;
        markets.rates.insert(country, rates);
    }
    let words = tx.query_one("SELECT terms FROM shop_words WHERE id = 1", &[]).await?;
    let terms: Option<String> = words.map(|row| row.get(0)).transpose()?.flatten();
    markets.terms = terms.as_deref().map(parsed::<Terms>).transpose()?;
    Ok(markets)
}

/// The same, outside of transactions.
pub(crate) async fn read_markets(reader: &DatabaseConnection) -> Result<Markets, DbError> {
    let mut markets = Markets::default();
    let enabled = market::Entity::find().filter(market::Column::Enabled.eq(true));
    for row in enabled.order_by_asc(market::Column::Id).limit(MOST).all(reader).await? {
        markets.selling.extend(market_of(row.id, (&row.countries, &row.currency), row.prices_include_tax)?);
    }
    for row in rate::Entity::find().order_by_asc(rate::Column::Country).limit(MOST).all(reader).await? {
        let rates = rates_of(row.country.clone(), row.version, (&row.rates, &row.regions))?;
        markets.rates.insert(row.country, rates);
    }
    let words = words::Entity::find_by_id(1).one(reader).await?;
    markets.terms = words.and_then(|words| words.terms).as_deref().map(parsed::<Terms>).transpose()?;
    Ok(markets)
}

/// The version of each market and of each country's rates.
pub(crate) async fn read_seen_markets(reader: &DatabaseConnection) -> Result<MarketVersions, DbError> {
    let markets = market::Entity::find().order_by_asc(market::Column::Id).limit(MOST).all(reader).await?;
    let rates = rate::Entity::find().order_by_asc(rate::Column::Country).limit(MOST).all(reader).await?;
    Ok(MarketVersions {
        markets: markets.into_iter().map(|row| (row.id, row.version)).collect(),
        tax_rates: rates.into_iter().map(|row| (row.country, row.version)).collect(),
    })
}

/// Stores markets, each only if it is newer than what is stored; in the order of their ids.
pub(crate) async fn put_markets(tx: &mut Tx, markets: &BTreeMap<&str, &MarketChanged>) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(markets.len());
    for (id, heard) in markets {
        let (countries, currency) = (text(&heard.countries)?, heard.currency.to_string());
        let id = (*id).to_owned();
        rows.push(params![id, heard.version, heard.enabled, countries, currency, heard.prices_include_tax].to_vec());
    }
    let sql = "INSERT INTO markets (id, version, enabled, countries, currency, prices_include_tax) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
               enabled = excluded.enabled, countries = excluded.countries, currency = excluded.currency, \
               prices_include_tax = excluded.prices_include_tax WHERE markets.version < excluded.version";
    tx.execute_each(sql, &rows).await?;
    renew(tx).await
}

/// Stores what countries tax, each only if it is newer than what is stored; in the order of their codes.
pub(crate) async fn put_rates(tx: &mut Tx, rates: &BTreeMap<&str, &TaxRatesChanged>) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(rates.len());
    for (country, heard) in rates {
        let (of_country, of_regions) = (text(&heard.rates)?, text(&heard.regions)?);
        rows.push(params![(*country).to_owned(), heard.version, of_country, of_regions].to_vec());
    }
    let sql = "INSERT INTO tax_rates (country, version, rates, regions) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (country) DO UPDATE SET version = excluded.version, rates = excluded.rates, \
               regions = excluded.regions WHERE tax_rates.version < excluded.version";
    tx.execute_each(sql, &rows).await?;
    renew(tx).await
}

/// Stores the shop's legal texts, if they are newer than what is stored.
pub(crate) async fn put_words(tx: &mut Tx, heard: &ShopChanged) -> Result<(), DbError> {
    let terms = heard.terms.as_ref().map(text).transpose()?;
    let sql = "INSERT INTO shop_words (id, version, terms) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE \
               SET version = excluded.version, terms = excluded.terms WHERE shop_words.version < excluded.version";
    tx.execute(sql, &params![heard.version, terms]).await?;
    renew(tx).await
}

/// `None` where that is no currency.
fn market_of(id: String, (countries, currency): (&str, &str), included: bool) -> Result<Option<Market>, DbError> {
    let countries = parsed(countries)?;
    let currency = Currency::new(currency).ok();
    Ok(currency.map(|currency| Market { id, countries, currency, prices_include_tax: included }))
}

fn rates_of(country: String, version: i64, (rates, regions): (&str, &str)) -> Result<TaxRatesChanged, DbError> {
    Ok(TaxRatesChanged { country, version, rates: parsed(rates)?, regions: parsed(regions)? })
}
