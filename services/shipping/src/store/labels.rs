//! The simulated carrier's own books: the labels it sold, each once, and how far their parcels are.

use bodega_contracts::ShipmentId;
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::Time;

/// A label in the simulated carrier's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Booked {
    pub(crate) shipment: ShipmentId,
    pub(crate) tracking_number: String,
    /// How far its parcel is: `sold`, `in_transit`, `delivered`.
    pub(crate) stage: String,
}

/// Sells a label, or finds the one that was sold for this parcel; says whether it is new.
pub(crate) async fn book_label(
    tx: &mut Tx,
    shipment: ShipmentId,
    tracking_number: &str,
    due: Time,
) -> Result<(Booked, bool), DbError> {
    const COLUMNS: &[&str] = &["shipment_id", "tracking_number", "stage", "due_ms", "at_ms"];
    let row = params![shipment.0, tracking_number, "sold", due, tx.now()].to_vec();
    let new = tx.insert_rows("simulator_labels", COLUMNS, OnConflict::Skip, &[row]).await? > 0;
    let label = find_label(tx, shipment).await?;
    let label = label.ok_or_else(|| DbError::Unavailable("a label was lost to another number".into()))?;
    Ok((label, new))
}

/// The label that was sold for this parcel.
pub(crate) async fn find_label(tx: &mut Tx, shipment: ShipmentId) -> Result<Option<Booked>, DbError> {
    let sql = "SELECT shipment_id, tracking_number, stage FROM simulator_labels WHERE shipment_id = $1";
    tx.query_one(sql, &params![shipment.0]).await?.as_ref().map(read).transpose()
}

/// The parcels that are due to be seen somewhere.
pub(crate) async fn due_labels(tx: &mut Tx, most: i64) -> Result<Vec<Booked>, DbError> {
    let sql = "SELECT shipment_id, tracking_number, stage FROM simulator_labels WHERE due_ms <= $1 \
               ORDER BY due_ms, shipment_id LIMIT $2 {skip locked}";
    let rows = tx.query(sql, &params![tx.now(), most]).await?;
    rows.iter().map(read).collect()
}

/// A parcel is this far now, and due to be seen again then.
pub(crate) async fn advance(tx: &mut Tx, shipment: ShipmentId, stage: &str, due: Option<Time>) -> Result<(), DbError> {
    let sql = "UPDATE simulator_labels SET stage = $2, due_ms = $3 WHERE shipment_id = $1";
    tx.execute(sql, &params![shipment.0, stage, due]).await.map(drop)
}

fn read(row: &Row) -> Result<Booked, DbError> {
    Ok(Booked { shipment: ShipmentId(row.get(0)?), tracking_number: row.get(1)?, stage: row.get(2)? })
}
