//! What was heard of ways of shipping. There are at most a hundred, switched off or not: all are read.

use crate::model::HeardMethod;
use bodega_contracts::{cart::SeenMethodFact, shipping::ShippingMethodChanged};
use bodega_db::{DbError, Tx, params};
use bodega_kernel::Currency;
use sea_orm::{DatabaseConnection, QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::BTreeMap;

/// The most that shipping keeps.
const MAX_METHODS: u64 = 100;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "methods")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub version: i64,
    pub enabled: bool,
    pub currency: String,
    pub method: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads all.
pub(crate) async fn select(tx: &mut Tx) -> Result<Vec<HeardMethod>, DbError> {
    let rows = tx.query("SELECT enabled, currency, method FROM methods ORDER BY id LIMIT 100", &[]).await?;
    rows.iter().map(|row| heard(row.get(0)?, &row.get::<String>(1)?, &row.get::<String>(2)?)).collect()
}

/// The same, outside of transactions.
pub(crate) async fn read_methods(reader: &DatabaseConnection) -> Result<Vec<HeardMethod>, DbError> {
    let rows = Entity::find().order_by_asc(Column::Id).limit(MAX_METHODS).all(reader).await?;
    rows.iter().map(|row| heard(row.enabled, &row.currency, &row.method)).collect()
}

/// Stores methods, each only if it is newer than what is stored; in the order of their ids.
pub(crate) async fn put_methods(tx: &mut Tx, methods: &BTreeMap<&str, &ShippingMethodChanged>) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(methods.len());
    for (id, heard) in methods {
        let json = super::carts::text(&heard.method())?;
        rows.push(params![(*id).to_owned(), heard.version, heard.enabled, heard.currency.to_string(), json].to_vec());
    }
    let sql = "INSERT INTO methods (id, version, enabled, currency, method) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (id) DO UPDATE SET version = excluded.version, enabled = excluded.enabled, \
               currency = excluded.currency, method = excluded.method WHERE methods.version < excluded.version";
    tx.execute_each(sql, &rows).await?;
    super::stamps::renew(tx).await
}

/// Up to `limit` methods after one, by id.
pub(crate) async fn read_seen_methods(
    reader: &DatabaseConnection,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<SeenMethodFact>, DbError> {
    let after = after.unwrap_or_default();
    let rows = Entity::find().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(limit).all(reader).await?;
    let fact = |row: Model| SeenMethodFact { method_id: row.id, version: row.version, enabled: row.enabled };
    Ok(rows.into_iter().map(fact).collect())
}

fn heard(enabled: bool, currency: &str, method: &str) -> Result<HeardMethod, DbError> {
    let currency = Currency::new(currency).ok();
    Ok(HeardMethod { enabled, currency, method: super::carts::parsed(method)? })
}
