//! Where parcels of an order go now, where that is not the address it was bought with.

use super::{broken, entities::addresses};
use bodega_contracts::{Address, OrderId};
use bodega_db::{Db, DbError, Tx, params};
use sea_orm::EntityTrait;

/// Puts an address in place of the one before.
pub(crate) async fn write_address(tx: &mut Tx, id: OrderId, version: i64, address: &Address) -> Result<(), DbError> {
    let body = serde_json::to_string(address).map_err(|error| broken(&error))?;
    let sql = "INSERT INTO order_addresses (order_id, version, body) VALUES ($1, $2, $3) \
               ON CONFLICT (order_id) DO UPDATE SET version = $2, body = $3";
    tx.execute(sql, &params![id.0, version, body]).await.map(drop)
}

/// The address as it is kept, if it was changed.
pub(super) async fn address(db: &Db, id: OrderId) -> Result<Option<String>, DbError> {
    Ok(addresses::Entity::find_by_id(id.0).one(db.reader()).await?.map(|row| row.body))
}
