//! Everything SQL: what writes need, through their transaction, and the entities that reads go through.

pub(crate) mod changes;
#[expect(unreachable_pub, reason = "what the entity macro makes is public")]
pub(crate) mod entities;
pub(crate) mod entries;
pub(crate) mod index;
pub(crate) mod markets;
mod members;
mod order;
pub(crate) mod products;
pub(crate) mod reads;
pub(crate) mod reviews;
pub(crate) mod sales;
pub(crate) mod settings;
pub(crate) mod shop;
pub(crate) mod tax;
pub(crate) mod taxonomy;
pub(crate) mod variants;

use crate::model::Fault;
use bodega_contracts::inventory::StockChanged;
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::Sku;
use std::collections::HashMap;

/// Notes what is available, where it is newer than what was noted.
pub(crate) async fn note_stock(tx: &mut Tx, changes: &[&StockChanged]) -> Result<(), DbError> {
    let sql = "INSERT INTO availability (sku, available, version) VALUES ($1, $2, $3) ON CONFLICT (sku) DO UPDATE SET \
               available = excluded.available, version = excluded.version WHERE availability.version < excluded.version";
    let rows: Vec<_> =
        changes.iter().map(|change| params![&change.sku, change.available, change.version].to_vec()).collect();
    tx.execute_each(sql, &rows).await.map(drop)
}

/// What is available of these SKUs, as far as was heard.
pub(crate) async fn available(tx: &mut Tx, skus: &[&Sku]) -> Result<HashMap<String, i64>, DbError> {
    let keys: Vec<_> = skus.iter().flat_map(|sku| params![*sku]).collect();
    let rows = tx.query_keys("SELECT sku, available FROM availability WHERE sku = $1", &keys).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Runs an update that may take a unique slug; answers how many rows it changed, `None` where the slug is taken.
/// Asking before would not do: another replica may take it in between.
pub(crate) async fn unless_taken(tx: &mut Tx, sql: &'static str, values: &[Value<'_>]) -> Result<Option<u64>, DbError> {
    match tx.nested(async |tx| tx.execute(sql, values).await).await {
        Err(DbError::Refused(reason)) if reason.to_ascii_lowercase().contains("unique") => Ok(None),
        changed => changed.map(Some),
    }
}

/// Notes that something was filled for the first time; `false` where that was done before, by whomever.
pub(crate) async fn seed_once(tx: &mut Tx, name: &str) -> Result<bool, DbError> {
    Ok(tx.insert_rows("seeded", &["name"], OnConflict::Skip, &[params![name].to_vec()]).await? > 0)
}

/// A table holds what only we write; anything else is a fault of ours.
fn broken(what: &str) -> DbError {
    DbError::Refused(what.to_owned().into())
}

/// A row holds what only we write; anything else is a fault of ours.
fn unreadable(fault: &Fault) -> DbError {
    DbError::Refused(format!("a stored {} {}", fault.pointer, fault.detail).into())
}
