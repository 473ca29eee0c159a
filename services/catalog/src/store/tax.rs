//! The tables of what countries tax, and the number that counts changes of what surrounds products.

use super::{
    broken,
    products::{from_json, to_json},
};
use crate::model::{Surroundings, Terms};
use bodega_contracts::catalog::TaxRatesChanged;
use bodega_db::{DbError, OnConflict, Row, Tx, params};

const COLUMNS: &[&str] = &["country", "version", "rates", "regions"];

/// Whether a country's first table went in; not where there is one.
pub(crate) async fn insert(tx: &mut Tx, table: &TaxRatesChanged) -> Result<bool, DbError> {
    let row = params![&table.country, table.version, to_json(&table.rates)?, to_json(&table.regions)?].to_vec();
    Ok(tx.insert_rows("tax_rates", COLUMNS, OnConflict::Skip, &[row]).await? > 0)
}

/// A country's table, locked; `blank`, which goes in then, where there is none.
pub(crate) async fn locked(tx: &mut Tx, blank: &TaxRatesChanged) -> Result<TaxRatesChanged, DbError> {
    insert(tx, blank).await?;
    let sql = "SELECT country, version, rates, regions FROM tax_rates WHERE country = $1 {lock}";
    let row = tx.query_one(sql, &params![&blank.country]).await?;
    row.as_ref().map(table).transpose()?.ok_or_else(|| broken("a table of tax rates is gone"))
}

/// Writes a table that is locked.
pub(crate) async fn update(tx: &mut Tx, table: &TaxRatesChanged) -> Result<(), DbError> {
    let sql = "UPDATE tax_rates SET version = $2, rates = $3, regions = $4 WHERE country = $1";
    let values = params![&table.country, table.version, to_json(&table.rates)?, to_json(&table.regions)?];
    tx.execute(sql, &values).await.map(drop)
}

/// What surrounds a product of no category. The number is read first: whatever changes after it is found again.
pub(crate) async fn surroundings(tx: &mut Tx, terms: Terms) -> Result<Surroundings, DbError> {
    let row = tx.query_one("SELECT state FROM surroundings WHERE name = 'products'", &[]).await?;
    let state = row.ok_or_else(|| broken("the state of the surroundings is gone"))?.get(0)?;
    let sql = "SELECT country, version, rates, regions FROM tax_rates WHERE country = $1";
    let home = tx.query_one(sql, &params![terms.country.code()]).await?.as_ref().map(table).transpose()?;
    Ok(Surroundings { state, above: Vec::new(), home: home.unwrap_or_else(|| terms.untaxed()) })
}

/// What surrounds products has changed: all of them are looked at again.
pub(crate) async fn surroundings_changed(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute("UPDATE surroundings SET state = state + 1 WHERE name = 'products'", &[]).await.map(drop)
}

fn table(row: &Row) -> Result<TaxRatesChanged, DbError> {
    Ok(TaxRatesChanged {
        country: row.get(0)?,
        version: row.get(1)?,
        rates: from_json(&row.get::<String>(2)?)?,
        regions: from_json(&row.get::<String>(3)?)?,
    })
}
