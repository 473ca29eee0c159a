//! Statements about locations, all under the turn of stock: their order is noted beside it.

use super::{json, location};
use crate::model::{Location, LocationId, Locations, Site};
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::Sku;

/// SKUs that are told anew in one step.
const RETOLD: i64 = 200;

/// How many locations there are.
pub(crate) async fn count_locations(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM locations", &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// A location.
pub(crate) async fn location_in(tx: &mut Tx, id: &LocationId) -> Result<Option<Location>, DbError> {
    let sql = "SELECT id, name, priority, enabled, country, version FROM locations WHERE id = $1";
    let row = tx.query_one(sql, &params![id.as_str()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Location, DbError> {
    Ok(Location {
        id: location(&row.get::<String>(0)?)?,
        name: row.get(1)?,
        priority: row.get(2)?,
        enabled: row.get(3)?,
        country: row.get(4)?,
        version: row.get(5)?,
    })
}

/// Inserts one; whether it is new.
pub(crate) async fn insert_location(tx: &mut Tx, location: &Location) -> Result<bool, DbError> {
    const COLUMNS: &[&str] = &["id", "name", "priority", "enabled", "country", "version", "at_ms"];
    let Location { id, name, priority, enabled, country, version } = location;
    let (id, name, country) = (id.as_str(), name.as_str(), country.as_deref());
    let row = params![id, name, *priority, *enabled, country, *version, tx.now()].to_vec();
    Ok(tx.insert_rows("locations", COLUMNS, OnConflict::Skip, &[row]).await? == 1)
}

/// Writes one that was read in the version before.
pub(crate) async fn update_location(tx: &mut Tx, location: &Location) -> Result<(), DbError> {
    let sql = "UPDATE locations SET name = $2, priority = $3, enabled = $4, country = $5, version = $6, at_ms = $7 \
               WHERE id = $1 AND version = $8";
    let Location { id, name, priority, enabled, country, version } = location;
    let (id, name, country) = (id.as_str(), name.as_str(), country.as_deref());
    let values = params![id, name, *priority, *enabled, country, *version, tx.now(), *version - 1];
    let written = tx.execute(sql, &values).await?;
    super::all(written, 1, "locations")
}

/// Notes beside the turn what locations there are now.
pub(crate) async fn note_locations(tx: &mut Tx) -> Result<(), DbError> {
    let rows = tx.query("SELECT id, enabled FROM locations ORDER BY priority, id LIMIT 1000", &[]).await?;
    let site = |row: &Row| Ok(Site(location(&row.get::<String>(0)?)?, row.get(1)?));
    let locations = Locations::new(rows.iter().map(site).collect::<Result<_, DbError>>()?);
    let noted = json(&locations)?;
    tx.execute("UPDATE turnstile SET locations = $1 WHERE name = 'stock'", &params![noted]).await.map(drop)
}

/// From now on, what can be sold of every SKU at this location is told anew.
pub(crate) async fn begin_retelling(tx: &mut Tx, id: &LocationId) -> Result<(), DbError> {
    tx.execute("UPDATE locations SET retell_after = '' WHERE id = $1", &params![id.as_str()]).await.map(drop)
}

/// A location of which that is to be done, and after which SKU.
pub(crate) async fn retelling(tx: &mut Tx) -> Result<Option<(LocationId, String)>, DbError> {
    let sql = "SELECT id, retell_after FROM locations WHERE retell_after IS NOT NULL ORDER BY id LIMIT 1";
    let row = tx.query_one(sql, &[]).await?;
    row.map(|row| Ok((location(&row.get::<String>(0)?)?, row.get(1)?))).transpose()
}

/// SKUs that have a row at a location, in their order.
pub(crate) async fn skus_at(tx: &mut Tx, id: &LocationId, after: &str) -> Result<Vec<Sku>, DbError> {
    let sql = "SELECT sku FROM stock WHERE location = $1 AND sku > $2 ORDER BY sku LIMIT $3";
    let rows = tx.query(sql, &params![id.as_str(), after, RETOLD]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Notes how far it is done; `None` is to the end.
pub(crate) async fn write_retold(tx: &mut Tx, id: &LocationId, after: Option<&str>) -> Result<(), DbError> {
    tx.execute("UPDATE locations SET retell_after = $2 WHERE id = $1", &params![id.as_str(), after]).await.map(drop)
}
