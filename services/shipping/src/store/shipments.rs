//! Parcels, and the claims of who calls their carriers: a claim is a lease, and when it ends without a record somebody else
//! asks the carrier what became of the call.

use super::{all, from_json, json, word};
use crate::model::{Onward, ShipmentState, Tracked, Word};
use bodega_contracts::{OrderId, ShipmentId, shipping::ParcelLine};
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::Time;
use std::time::Duration;

/// How long whoever claimed a call may take to record its answer.
const LEASE: Duration = Duration::from_secs(30);

/// A parcel, read under the lock of its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shipment {
    pub(crate) id: ShipmentId,
    pub(crate) order: OrderId,
    pub(crate) carrier: String,
    pub(crate) carrier_name: String,
    pub(crate) tracking_number: Option<String>,
    pub(crate) tracking_url: Option<String>,
    pub(crate) lines: Vec<ParcelLine>,
    pub(crate) pieces: i64,
    /// How it goes on when its money is there.
    pub(crate) onward: Onward,
    pub(crate) tracked: Tracked,
    pub(crate) failure: Option<String>,
    pub(crate) dispatched: Option<Time>,
    pub(crate) delivered: Option<Time>,
}

/// A call to be made for a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) id: ShipmentId,
    pub(crate) order: OrderId,
    pub(crate) carrier: String,
    pub(crate) lines: Vec<ParcelLine>,
    /// How often it was called for before; 0 where nothing can have been sent.
    pub(crate) tries: i64,
}

/// Inserts a parcel. One that has yet to get its label is to be called for at once.
pub(crate) async fn insert_shipment(tx: &mut Tx, shipment: &Shipment) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &[
        "id",
        "order_id",
        "state",
        "carrier",
        "carrier_name",
        "tracking_number",
        "tracking_url",
        "lines",
        "pieces",
        "tries",
        "due_ms",
        "made_ms",
        "dispatched_ms",
        "onward",
    ];
    let now = tx.now();
    let calls = shipment.tracked.state == ShipmentState::Preparing;
    let row = params![
        shipment.id.0,
        shipment.order.0,
        shipment.tracked.state.word(),
        shipment.carrier.as_str(),
        shipment.carrier_name.as_str(),
        shipment.tracking_number.as_deref(),
        shipment.tracking_url.as_deref(),
        json(&shipment.lines)?,
        shipment.pieces,
        0,
        calls.then_some(now),
        now,
        shipment.dispatched,
        shipment.onward.word(),
    ];
    tx.insert_rows("shipments", COLUMNS, OnConflict::Fail, &[row.to_vec()]).await.map(drop)
}

/// The order of a parcel.
pub(crate) async fn order_of(tx: &mut Tx, id: ShipmentId) -> Result<Option<OrderId>, DbError> {
    let row = tx.query_one("SELECT order_id FROM shipments WHERE id = $1", &params![id.0]).await?;
    row.map(|row| row.get(0).map(OrderId)).transpose()
}

/// How many parcels an order has.
pub(crate) async fn count_shipments(tx: &mut Tx, order: OrderId) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM shipments WHERE order_id = $1", &params![order.0]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// A parcel; its order is to be locked first.
pub(crate) async fn shipment(tx: &mut Tx, id: ShipmentId) -> Result<Option<Shipment>, DbError> {
    let sql = "SELECT id, order_id, carrier, carrier_name, tracking_number, tracking_url, lines, pieces, state, words, \
               tracked_ms, failure, dispatched_ms, delivered_ms, onward FROM shipments WHERE id = $1";
    tx.query_one(sql, &params![id.0]).await?.as_ref().map(read).transpose()
}

/// Writes where a parcel is, which ends every claim on it.
pub(crate) async fn write_shipment(tx: &mut Tx, shipment: &Shipment) -> Result<(), DbError> {
    let sql = "UPDATE shipments SET state = $2, tracking_number = $3, tracking_url = $4, words = $5, tracked_ms = $6, \
               failure = $7, due_ms = NULL, dispatched_ms = $8, delivered_ms = $9 WHERE id = $1";
    let Shipment { id, tracked, .. } = shipment;
    let values = params![
        id.0,
        tracked.state.word(),
        shipment.tracking_number.as_deref(),
        shipment.tracking_url.as_deref(),
        tracked.last.as_ref().map(|(_, words)| words.as_str()),
        tracked.last.as_ref().map(|(at, _)| *at),
        shipment.failure.as_deref(),
        shipment.dispatched,
        shipment.delivered,
    ];
    let written = tx.execute(sql, &values).await?;
    all(written, 1, "shipments")
}

/// Claims calls that are due, each for one caller.
pub(crate) async fn claim_calls(tx: &mut Tx, most: i64) -> Result<Vec<Claim>, DbError> {
    let sql = "SELECT id, order_id, carrier, lines, tries FROM shipments WHERE due_ms <= $1 ORDER BY due_ms, id LIMIT $2 \
               {skip locked}";
    let rows = tx.query(sql, &params![tx.now(), most]).await?;
    let claim = |row: &Row| {
        let (id, order) = (ShipmentId(row.get(0)?), OrderId(row.get(1)?));
        let lines = from_json(&row.get::<String>(3)?)?;
        Ok(Claim { id, order, carrier: row.get(2)?, lines, tries: row.get(4)? })
    };
    let claims = rows.iter().map(claim).collect::<Result<Vec<_>, DbError>>()?;
    let until = tx.now().plus(LEASE);
    let rows: Vec<_> = claims.iter().map(|claim| params![claim.id.0, until].to_vec()).collect();
    tx.execute_each("UPDATE shipments SET due_ms = $2, tries = tries + 1 WHERE id = $1", &rows).await?;
    Ok(claims)
}

/// Ends a claim that came to nothing: to be called for again at `due`.
pub(crate) async fn put_off(tx: &mut Tx, id: ShipmentId, due: Time) -> Result<(), DbError> {
    let sql = "UPDATE shipments SET due_ms = $2 WHERE id = $1 AND due_ms IS NOT NULL";
    tx.execute(sql, &params![id.0, due]).await.map(drop)
}

fn read(row: &Row) -> Result<Shipment, DbError> {
    let words: Option<String> = row.get(9)?;
    let at: Option<Time> = row.get(10)?;
    Ok(Shipment {
        id: ShipmentId(row.get(0)?),
        order: OrderId(row.get(1)?),
        carrier: row.get(2)?,
        carrier_name: row.get(3)?,
        tracking_number: row.get(4)?,
        tracking_url: row.get(5)?,
        lines: from_json(&row.get::<String>(6)?)?,
        pieces: row.get(7)?,
        tracked: Tracked { state: word(&row.get::<String>(8)?)?, last: at.zip(words) },
        failure: row.get(11)?,
        dispatched: row.get(12)?,
        delivered: row.get(13)?,
        onward: word(&row.get::<String>(14)?)?,
    })
}
