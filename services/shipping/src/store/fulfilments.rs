//! Fulfilments: one row for each order that was heard of, with its lines.

use super::{all, broken, from_json, json, word};
use crate::model::{Life, Packing, Part, Word};
use bodega_contracts::{Address, FulfilmentId, OrderId, shipping::ParcelLine};
use bodega_db::{DbError, Row, Tx, Value, params};
use bodega_kernel::{Sku, UserId};
use std::collections::BTreeMap;

/// A fulfilment that is locked, or new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fulfilment {
    pub(crate) order: OrderId,
    pub(crate) id: FulfilmentId,
    pub(crate) life: Life,
    /// As it is stored; 1 of a new one.
    pub(crate) version: i64,
}

/// What is known of an order beside its life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) order_number: Option<String>,
    pub(crate) customer: Option<UserId>,
    pub(crate) method: Option<String>,
    pub(crate) address: Option<Address>,
}

/// What is said of an order when it is paid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening<'t> {
    pub(crate) details: &'t Details,
    /// Empty while nobody said what is to leave.
    pub(crate) packing: &'t Packing,
}

/// The word of an order that was heard of and is not known to be paid.
const UNHEARD: &str = "unheard";

/// The fulfilments there are for these orders, locked in the order of their ids.
pub(crate) async fn lock(
    tx: &mut Tx,
    orders: impl Iterator<Item = OrderId>,
) -> Result<BTreeMap<OrderId, Fulfilment>, DbError> {
    let sql = "SELECT order_id, id, confirmed, allocated, ending, handover, pieces, claimed, dispatched, delivered, version, \
               capture_first, dispute, released, address_version \
               FROM fulfilments WHERE order_id = $1 ORDER BY order_id {lock}";
    let keys: Vec<Value<'_>> = orders.map(|order| Value::from(order.0)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row| Ok((OrderId(row.get(0)?), read(row)?))).collect()
}

/// Inserts fulfilments of orders that were not heard of; says of each whether it is new.
pub(crate) async fn insert_unheard(
    tx: &mut Tx,
    fulfilments: &[(&Fulfilment, Opening<'_>)],
) -> Result<Vec<bool>, DbError> {
    const COLUMNS: &[&str] = &[
        "order_id",
        "id",
        "state",
        "confirmed",
        "allocated",
        "ending",
        "handover",
        "pieces",
        "claimed",
        "dispatched",
        "delivered",
        "capture_first",
        "dispute",
        "released",
        "address_version",
        "order_number",
        "customer_id",
        "method",
        "address",
        "lines",
        "version",
        "at_ms",
    ];
    let now = tx.now();
    let mut rows = Vec::with_capacity(fulfilments.len());
    for (Fulfilment { order, id, life, version }, Opening { details, packing }) in fulfilments {
        let row = params![
            order.0,
            id.0,
            state(life),
            life.confirmed,
            life.allocated,
            life.ending.word(),
            life.handover.word(),
            life.pieces,
            life.claimed,
            life.dispatched,
            life.delivered,
            life.capture_first,
            life.dispute.map(Word::word),
            life.released.map(Word::word),
            life.address_version,
            details.order_number.as_deref(),
            details.customer.map(|user| user.0),
            details.method.as_deref(),
            details.address.as_ref().map(json).transpose()?,
            lines(packing)?,
            *version,
            now,
        ];
        rows.push(row.into());
    }
    tx.insert_new("fulfilments", COLUMNS, &rows).await
}

/// Writes the lives of fulfilments that are locked; each has the next version from now on.
pub(crate) async fn write_lives(tx: &mut Tx, fulfilments: &[&Fulfilment]) -> Result<(), DbError> {
    let sql = "UPDATE fulfilments SET state = $2, confirmed = $3, allocated = $4, ending = $5, handover = $6, pieces = $7, \
               claimed = $8, dispatched = $9, delivered = $10, version = $11 + 1, at_ms = $12, capture_first = $13, dispute = $14, \
               released = $15, address_version = $16 \
               WHERE order_id = $1 AND version = $11";
    let now = tx.now();
    let row = |fulfilment: &&Fulfilment| {
        let Fulfilment { order, life, version, .. } = *fulfilment;
        Vec::from(params![
            order.0,
            state(life),
            life.confirmed,
            life.allocated,
            life.ending.word(),
            life.handover.word(),
            life.pieces,
            life.claimed,
            life.dispatched,
            life.delivered,
            *version,
            now,
            life.capture_first,
            life.dispute.map(Word::word),
            life.released.map(Word::word),
            life.address_version,
        ])
    };
    let rows: Vec<_> = fulfilments.iter().map(row).collect();
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "fulfilments")
}

/// Writes that the stock of these orders is there, where that was not known; says of how many. Nothing else of a life
/// changes with it.
pub(crate) async fn allocate(tx: &mut Tx, orders: impl Iterator<Item = OrderId>) -> Result<u64, DbError> {
    let sql = "UPDATE fulfilments SET allocated = TRUE, state = CASE WHEN state = 'waiting' THEN 'open' ELSE state END, \
               version = version + 1, at_ms = $2 WHERE order_id = $1 AND NOT allocated";
    let now = tx.now();
    let rows: Vec<_> = orders.map(|order| params![order.0, now].to_vec()).collect();
    tx.execute_each(sql, &rows).await
}

/// Writes what was said of orders that had been heard of before they were paid. An address they were given meanwhile
/// stays.
pub(crate) async fn write_details(tx: &mut Tx, orders: &[(OrderId, Opening<'_>)]) -> Result<(), DbError> {
    let sql = "UPDATE fulfilments SET order_number = $2, customer_id = $3, method = $4, \
               address = CASE WHEN address_version > 0 THEN address ELSE $5 END, lines = $6 WHERE order_id = $1";
    let mut rows = Vec::with_capacity(orders.len());
    for (order, Opening { details, packing }) in orders {
        let (customer, address) = (details.customer.map(|user| user.0), details.address.as_ref().map(json));
        let (number, method) = (details.order_number.as_deref(), details.method.as_deref());
        rows.push(params![order.0, number, customer, method, address.transpose()?, lines(packing)?].into());
    }
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Writes where parcels go from now on.
pub(crate) async fn write_addresses(tx: &mut Tx, orders: &[(OrderId, &Address)]) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(orders.len());
    for (order, address) in orders {
        rows.push(params![order.0, json(*address)?].to_vec());
    }
    let written = tx.execute_each("UPDATE fulfilments SET address = $2 WHERE order_id = $1", &rows).await?;
    all(written, rows.len(), "fulfilments")
}

/// What is to leave of an order.
pub(crate) async fn packing(tx: &mut Tx, order: OrderId) -> Result<Packing, DbError> {
    let row = tx.query_one("SELECT lines FROM fulfilments WHERE order_id = $1", &params![order.0]).await?;
    let text = row.map(|row| row.get::<Option<String>>(0)).transpose()?.flatten();
    Ok(Packing { parts: read_parts(text.as_deref())? })
}

/// Claims pieces of lines, `times` 1, or gives them back, `times` -1. Their order is to be locked first.
pub(crate) async fn claim_lines(
    tx: &mut Tx,
    order: OrderId,
    claimed: &[ParcelLine],
    times: i64,
) -> Result<(), DbError> {
    let mut packing = packing(tx, order).await?;
    if !packing.claim(claimed, times) {
        return Err(broken(&format!("order {order} has not these pieces to leave or to give back: {claimed:?}")));
    }
    let sql = "UPDATE fulfilments SET lines = $2 WHERE order_id = $1";
    let written = tx.execute(sql, &params![order.0, lines(&packing)?]).await?;
    all(written, 1, "fulfilments")
}

/// The order of a fulfilment.
pub(crate) async fn find_fulfilment(tx: &mut Tx, id: FulfilmentId) -> Result<Option<OrderId>, DbError> {
    let row = tx.query_one("SELECT order_id FROM fulfilments WHERE id = $1", &params![id.0]).await?;
    row.map(|row| row.get(0).map(OrderId)).transpose()
}

/// What is known of an order beside its life.
pub(crate) async fn details(tx: &mut Tx, order: OrderId) -> Result<Details, DbError> {
    let sql = "SELECT order_number, customer_id, method, address FROM fulfilments WHERE order_id = $1";
    let Some(row) = tx.query_one(sql, &params![order.0]).await? else { return Ok(Details::default()) };
    Ok(Details {
        order_number: row.get(0)?,
        customer: row.get::<Option<_>>(1)?.map(UserId),
        method: row.get(2)?,
        address: row.get::<Option<String>>(3)?.as_deref().map(from_json).transpose()?,
    })
}

/// Where the parcels of these orders go.
pub(crate) async fn address_of(tx: &mut Tx, orders: &[OrderId]) -> Result<BTreeMap<OrderId, Address>, DbError> {
    let sql = "SELECT order_id, address FROM fulfilments WHERE order_id = $1";
    let keys: Vec<Value<'_>> = orders.iter().map(|order| Value::from(order.0)).collect();
    let mut addresses = BTreeMap::new();
    for row in tx.query_keys(sql, &keys).await? {
        if let Some(address) = row.get::<Option<String>>(1)? {
            addresses.insert(OrderId(row.get(0)?), from_json(&address)?);
        }
    }
    Ok(addresses)
}

/// Lines as they are stored: SKU, pieces, claimed pieces.
fn lines(packing: &Packing) -> Result<Option<String>, DbError> {
    if packing.parts.is_empty() {
        return Ok(None);
    }
    let lines: Vec<_> = packing.parts.iter().map(|part| (part.sku.as_str(), part.quantity, part.packed)).collect();
    json(&lines).map(Some)
}

/// What is to leave of an order, as it is stored.
pub(super) fn read_parts(lines: Option<&str>) -> Result<Vec<Part>, DbError> {
    let lines: Vec<(Sku, i64, i64)> = lines.map_or_else(|| Ok(Vec::new()), from_json)?;
    Ok(lines.into_iter().map(|(sku, quantity, packed)| Part { sku, quantity, packed }).collect())
}

fn state(life: &Life) -> &'static str {
    life.state().map_or(UNHEARD, Word::word)
}

fn read(row: &Row) -> Result<Fulfilment, DbError> {
    Ok(Fulfilment {
        order: OrderId(row.get(0)?),
        id: FulfilmentId(row.get(1)?),
        life: Life {
            confirmed: row.get(2)?,
            allocated: row.get(3)?,
            ending: word(&row.get::<String>(4)?)?,
            handover: word(&row.get::<String>(5)?)?,
            pieces: row.get(6)?,
            claimed: row.get(7)?,
            dispatched: row.get(8)?,
            delivered: row.get(9)?,
            capture_first: row.get(11)?,
            dispute: row.get::<Option<String>>(12)?.as_deref().map(word).transpose()?,
            released: row.get::<Option<String>>(13)?.as_deref().map(word).transpose()?,
            address_version: row.get(14)?,
        },
        version: row.get(10)?,
    })
}
