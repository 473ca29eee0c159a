//! Markets as writes see them. There are few: they are read all together, one writer at a time.

use super::{
    broken,
    products::{from_json, to_json},
};
use bodega_contracts::catalog::MarketChanged;
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::Currency;

const COLUMNS: &[&str] = &["id", "version", "enabled", "name", "countries", "currency", "prices_include_tax"];

/// All markets by id. Whoever reads them so writes alone until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx) -> Result<Vec<MarketChanged>, DbError> {
    tx.query("SELECT name FROM seeded WHERE name = 'markets' {lock}", &[]).await?;
    let sql = "SELECT id, version, enabled, name, countries, currency, prices_include_tax FROM markets \
               ORDER BY id LIMIT 1000";
    tx.query(sql, &[]).await?.iter().map(market).collect()
}

/// Whether a new market went in; not where its id is taken.
pub(crate) async fn insert(tx: &mut Tx, market: &MarketChanged) -> Result<bool, DbError> {
    let row = params![
        &market.market_id,
        market.version,
        market.enabled,
        &market.name,
        to_json(&market.countries)?,
        market.currency.code(),
        market.prices_include_tax,
    ];
    Ok(tx.insert_rows("markets", COLUMNS, OnConflict::Skip, &[row.to_vec()]).await? > 0)
}

/// Writes a market that is locked.
pub(crate) async fn update(tx: &mut Tx, market: &MarketChanged) -> Result<(), DbError> {
    let sql = "UPDATE markets SET version = $2, enabled = $3, name = $4, countries = $5, currency = $6, \
               prices_include_tax = $7 WHERE id = $1";
    let values = params![
        &market.market_id,
        market.version,
        market.enabled,
        &market.name,
        to_json(&market.countries)?,
        market.currency.code(),
        market.prices_include_tax,
    ];
    tx.execute(sql, &values).await.map(drop)
}

fn market(row: &Row) -> Result<MarketChanged, DbError> {
    Ok(MarketChanged {
        market_id: row.get(0)?,
        version: row.get(1)?,
        enabled: row.get(2)?,
        name: row.get(3)?,
        countries: from_json(&row.get::<String>(4)?)?,
        currency: Currency::new(&row.get::<String>(5)?).map_err(|_| broken("a stored currency is none"))?,
        prices_include_tax: row.get(6)?,
    })
}
