//! What was in the parcels of orders: of those that left, and of those that are packed and wait for their money.

use super::broken;
use crate::model::returns::{Pieces, sum};
use bodega_contracts::{
    OrderId, ShipmentId,
    shipping::{ParcelLine, ShipmentDispatched},
};
use bodega_db::{DbError, OnConflict, Row, Tx, params};

/// A parcel that is packed.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) shipment: ShipmentId,
    pub(crate) lines: Pieces,
    /// Whether nothing of the order is left after it.
    pub(crate) is_last: bool,
    /// Whether its money could not be taken.
    pub(crate) failed: bool,
}

/// Keeps what left, once for each parcel.
pub(crate) async fn insert_left(tx: &mut Tx, parcels: &[&ShipmentDispatched]) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        rows.push(params![parcel.shipment_id.0, parcel.order_id.0, written(&parcel.lines)?].to_vec());
    }
    tx.insert_rows("left_parcels", &["shipment_id", "order_id", "lines"], OnConflict::Skip, &rows).await.map(drop)
}

/// The pieces of an order that left.
pub(crate) async fn left(tx: &mut Tx, id: OrderId) -> Result<Pieces, DbError> {
    // No more parcels than an order has pieces.
    let sql = "SELECT lines FROM left_parcels WHERE order_id = $1 LIMIT 10000";
    let mut left = Pieces::new();
    for row in tx.query(sql, &params![id.0]).await? {
        for (sku, quantity) in lines(&row, 0)? {
            *left.entry(sku).or_default() += quantity;
        }
    }
    Ok(left)
}

/// Keeps a parcel that is packed, or packed again after its money could not be taken.
pub(crate) async fn pack(
    tx: &mut Tx,
    order: OrderId,
    shipment: ShipmentId,
    lines: &[ParcelLine],
    is_last: bool,
) -> Result<(), DbError> {
    let sql = "INSERT INTO packed_parcels (shipment_id, order_id, lines, is_last, failed) \
               VALUES ($1, $2, $3, $4, FALSE) ON CONFLICT (shipment_id) DO UPDATE SET failed = FALSE";
    tx.execute(sql, &params![shipment.0, order.0, written(lines)?, is_last]).await.map(drop)
}

/// The parcels of an order that were packed.
pub(crate) async fn packed(tx: &mut Tx, id: OrderId) -> Result<Vec<Packed>, DbError> {
    let sql = "SELECT shipment_id, lines, is_last, failed FROM packed_parcels WHERE order_id = $1 LIMIT 10000";
    let read = |row: &Row| {
        let shipment = ShipmentId(row.get(0)?);
        Ok(Packed { shipment, lines: lines(row, 1)?, is_last: row.get(2)?, failed: row.get(3)? })
    };
    tx.query(sql, &params![id.0]).await?.iter().map(read).collect()
}

/// The money for a parcel could not be taken; says whether that is news.
pub(crate) async fn fail(tx: &mut Tx, order: OrderId, shipment: ShipmentId) -> Result<bool, DbError> {
    let known = packed(tx, order).await?.into_iter().find(|parcel| parcel.shipment == shipment);
    let sql = "UPDATE packed_parcels SET failed = TRUE WHERE shipment_id = $1";
    tx.execute(sql, &params![shipment.0]).await?;
    Ok(known.is_none_or(|parcel| !parcel.failed))
}

fn written(lines: &[ParcelLine]) -> Result<String, DbError> {
    serde_json::to_string(lines).map_err(|error| broken(&error))
}

fn lines(row: &Row, index: usize) -> Result<Pieces, DbError> {
    let lines: Vec<ParcelLine> = serde_json::from_str(&row.get::<String>(index)?).map_err(|error| broken(&error))?;
    Ok(sum(lines.iter().map(|line| (&line.sku, line.quantity))))
}
