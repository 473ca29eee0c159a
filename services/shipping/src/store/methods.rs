//! The ways of shipping.

use super::{broken, from_json, json};
use crate::model::Method;
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::Currency;
use std::collections::BTreeSet;

/// Notes that the table was filled for the first time; `false` where that was done before, by whomever.
pub(crate) async fn seed_once(tx: &mut Tx) -> Result<bool, DbError> {
    let row = params!["methods"].to_vec();
    Ok(tx.insert_rows("seeded", &["name"], OnConflict::Skip, &[row]).await? > 0)
}

/// Lets one transaction at a time make methods, so that their number can be limited.
pub(crate) async fn take_turn(tx: &mut Tx) -> Result<(), DbError> {
    tx.query("SELECT name FROM seeded ORDER BY name {lock}", &[]).await.map(drop)
}

/// How many there are.
pub(crate) async fn count_methods(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM shipping_methods", &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Inserts a method; `false` where there is one of this id.
pub(crate) async fn insert_method(tx: &mut Tx, method: &Method) -> Result<bool, DbError> {
    const COLUMNS: &[&str] =
        &["id", "version", "enabled", "name", "rate", "free_above", "countries", "tax_rate_bp", "currency", "at_ms"];
    let row = params![
        &method.id,
        method.version,
        method.enabled,
        &method.name,
        json(&method.rate)?,
        method.free_above,
        json(&method.countries)?,
        method.tax_rate_bp,
        method.currency.code(),
        tx.now(),
    ];
    Ok(tx.insert_rows("shipping_methods", COLUMNS, OnConflict::Skip, &[row.to_vec()]).await? > 0)
}

/// A method, locked.
pub(crate) async fn method_in(tx: &mut Tx, id: &str) -> Result<Option<Method>, DbError> {
    let sql = "SELECT id, version, enabled, name, rate, free_above, countries, tax_rate_bp, currency \
               FROM shipping_methods WHERE id = $1 {lock}";
    tx.query_one(sql, &params![id]).await?.as_ref().map(read).transpose()
}

/// Writes a method that is locked.
pub(crate) async fn update_method(tx: &mut Tx, method: &Method) -> Result<(), DbError> {
    let sql = "UPDATE shipping_methods SET version = $2, enabled = $3, name = $4, rate = $5, free_above = $6, \
               countries = $7, tax_rate_bp = $8, at_ms = $9 WHERE id = $1 AND version = $10";
    let values = params![
        &method.id,
        method.version,
        method.enabled,
        &method.name,
        json(&method.rate)?,
        method.free_above,
        json(&method.countries)?,
        method.tax_rate_bp,
        tx.now(),
        method.version - 1,
    ];
    let written = tx.execute(sql, &values).await?;
    super::all(written, 1, "shipping_methods")
}

/// Those of these methods whose goods the customer fetches.
pub(crate) async fn fetched(tx: &mut Tx, ids: &BTreeSet<&str>) -> Result<BTreeSet<String>, DbError> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| Value::from(*id)).collect();
    let rows = tx.query_keys("SELECT id, rate FROM shipping_methods WHERE id = $1", &keys).await?;
    let mut fetched = BTreeSet::new();
    for row in rows {
        let rate: bodega_pricing::shipping::Rate = from_json(&row.get::<String>(1)?)?;
        if rate.is_pickup() {
            fetched.insert(row.get(0)?);
        }
    }
    Ok(fetched)
}

fn read(row: &Row) -> Result<Method, DbError> {
    Ok(Method {
        id: row.get(0)?,
        version: row.get(1)?,
        enabled: row.get(2)?,
        name: row.get(3)?,
        rate: from_json(&row.get::<String>(4)?)?,
        free_above: row.get(5)?,
        countries: from_json(&row.get::<String>(6)?)?,
        tax_rate_bp: row.get(7)?,
        currency: Currency::new(&row.get::<String>(8)?).map_err(|error| broken(&error))?,
    })
}
