//! What is written of orders: each function takes the transaction and decides nothing.

mod addresses;
mod attempts;
mod entities;
mod export;
mod notes;
mod owners;
mod papers;
mod parcels;
mod reads;
mod reports;
mod returns;
mod steps;

pub(crate) use addresses::write_address;
pub(crate) use attempts::{close_attempt, insert_attempts, open_attempts};
pub(crate) use export::{ExportRow, export_page};
pub(crate) use notes::{NoteRow, count_notes, insert_note, notes};
pub(crate) use owners::{addresses_of, email_key, give_orders, insert_shown, shown};
pub(crate) use papers::{Credit, Credits, PaperRow, issue, papers, papers_page};
pub(crate) use parcels::{Packed, fail, insert_left, left, pack, packed};
pub(crate) use reads::{Bought, Filter, OrderRow, Whole, bought, count, facts_page, list, order, snapshot};
pub(crate) use reports::{DAY_MS, DayRow, sold_by_day, sold_lines};
pub(crate) use returns::{
    a_return, count_returns, credit, insert_return, order_of_return, return_facts_page, returns, returns_of,
    returns_page, uncredited, update_return,
};
pub(crate) use steps::{TimelineRow, timeline, timeline_after};

use crate::{
    model::change::{Change, Record, TimerChange},
    model::words::Word,
    model::{Heard, Life, Parcels, Returns},
};
use bodega_contracts::{
    Address, CartId, CouponClaim, OrderId, OrderLine, Tender, Terms, cart::CartCheckedOut, orders::CancelReason,
};
use bodega_db::{DbError, FromValue, OnConflict, Row, Timer, Tx, Value, params};
use bodega_kernel::{Currency, Sku, UserId};
use bodega_pricing::{Basket, Priced};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// What was bought, as it was then: every input of the price, kept once and never changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) billing_address: Option<Address>,
    pub(crate) basket: Basket,
    pub(crate) priced: Priced,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unstocked: Vec<Sku>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) coupons: Vec<CouponClaim>,
    #[serde(default)]
    pub(crate) points: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tenders: Vec<Tender>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<Terms>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_of: Option<OrderId>,
}

impl Snapshot {
    pub(crate) fn of(event: &CartCheckedOut) -> Self {
        Self {
            shipping_address: event.shipping_address.clone(),
            billing_address: event.billing_address.clone(),
            basket: event.basket.clone(),
            priced: event.priced.clone(),
            unstocked: event.unstocked.clone(),
            coupons: event.coupons.clone(),
            points: event.points,
            tenders: event.tenders.clone(),
            terms: event.terms.clone(),
            exchange_of: event.exchange_of,
        }
    }

    /// As it is kept, with the address that took the place of the one it was bought with.
    fn read(body: &str, address: Option<&str>) -> Result<Self, DbError> {
        let mut snapshot: Self = serde_json::from_str(body).map_err(|error| broken(&error))?;
        if let Some(address) = address {
            snapshot.shipping_address = Some(serde_json::from_str(address).map_err(|error| broken(&error))?);
        }
        Ok(snapshot)
    }

    /// What its goods cost, after discounts and with tax.
    pub(crate) fn goods(&self) -> i64 {
        self.priced.lines.iter().map(|line| line.total).sum()
    }

    /// The lines as stock sees them.
    pub(crate) fn lines(&self) -> Vec<OrderLine> {
        let unstocked: BTreeSet<&Sku> = self.unstocked.iter().collect();
        let line = |item: &bodega_pricing::Item| OrderLine {
            sku: item.sku.clone(),
            quantity: item.quantity,
            stocked: !unstocked.contains(&item.sku),
        };
        self.basket.lines.iter().map(line).collect()
    }
}

const LOAD: &str = "SELECT id, number, cart_id, customer_id, currency, payment_method, placed_ms, deadline_ms, revision, \
     status, version, total, stock, authorized, captured, refunded, voided, closed, attempt, failed_attempt, \
     cancel_requested, closing, asked, cancel_reason, coupon, points, pieces, dispatched, delivered, ready, collected, \
     stopped, under_way, invoiced, credited, dispute, disputed, open_returns, returned, address_version, email, guest \
     FROM orders WHERE id = $1 ORDER BY id {lock}";

/// The orders of these ids, locked in the order of their ids; those that do not exist are left out.
pub(crate) async fn load(tx: &mut Tx, ids: &BTreeSet<OrderId>) -> Result<BTreeMap<OrderId, Change>, DbError> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| Value::from(id.0)).collect();
    let rows = tx.query_keys(LOAD, &keys).await?;
    rows.iter().map(|row| record(row).map(|record| (record.id, Change::of(record)))).collect()
}

fn record(row: &Row) -> Result<Record, DbError> {
    let reason = |index| Ok::<_, DbError>(row.get::<Option<Worded<CancelReason>>>(index)?.map(|Worded(reason)| reason));
    Ok(Record {
        id: OrderId(row.get(0)?),
        number: row.get(1)?,
        cart_id: CartId(row.get(2)?),
        customer: row.get::<Option<_>>(3)?.map(UserId),
        guest: row.get(41)?,
        email: row.get(40)?,
        currency: Currency::new(&row.get::<String>(4)?).map_err(|error| broken(&error))?,
        payment_method: row.get(5)?,
        placed: row.get(6)?,
        deadline: row.get(7)?,
        revision: row.get(8)?,
        life: Life {
            status: row.get::<Worded<_>>(9)?.0,
            version: row.get(10)?,
            total: row.get(11)?,
            stock: row.get::<Worded<_>>(12)?.0,
            money: Heard {
                authorized: row.get(13)?,
                captured: row.get(14)?,
                refunded: row.get(15)?,
                voided: row.get(16)?,
                closed: row.get(17)?,
                attempt: row.get(18)?,
                failed_attempt: row.get(19)?,
                dispute: row.get::<Option<Worded<_>>>(35)?.map(|Worded(state)| state),
                disputed: row.get(36)?,
            },
            returns: Returns { open: row.get(37)?, pieces: row.get(38)? },
            address: row.get(39)?,
            coupon: row.get::<Worded<_>>(24)?.0,
            points: row.get::<Worded<_>>(25)?.0,
            parcels: Parcels {
                pieces: row.get(26)?,
                dispatched: row.get(27)?,
                delivered: row.get(28)?,
                ready: row.get(29)?,
                collected: row.get(30)?,
                stopped: row.get(31)?,
                under_way: row.get(32)?,
            },
            invoiced: row.get(33)?,
            credited: row.get(34)?,
            requested: reason(20)?,
            closing: row.get(21)?,
            asked: row.get(22)?,
            reason: reason(23)?,
        },
    })
}

/// A word of a row, read in place.
struct Worded<T>(T);

impl<T: Word> FromValue for Worded<T> {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Text(Some(text)) => T::of_word(text).map(Self),
            Value::Text(None) | Value::Int(_) | Value::Bool(_) | Value::Bytes(_) | Value::Uuid(_) => None,
        }
    }
}

fn word<T: Word>(text: &str) -> Result<T, DbError> {
    T::of_word(text).ok_or_else(|| broken(&format!("{text} is no word of {}", std::any::type_name::<T>())))
}

fn broken(error: &impl ToString) -> DbError {
    DbError::Refused(error.to_string().into())
}

const ORDER: &[&str] = &[
    "id",
    "number",
    "cart_id",
    "cart_version",
    "customer_id",
    "guest",
    "email",
    "email_key",
    "payment_method",
    "currency",
    "total",
    "units",
    "placed_ms",
    "deadline_ms",
    "status",
    "payment_status",
    "cancel_reason",
    "version",
    "revision",
    "stock",
    "authorized",
    "captured",
    "refunded",
    "voided",
    "closed",
    "attempt",
    "failed_attempt",
    "cancel_requested",
    "closing",
    "asked",
    "coupon",
    "points",
    "pieces",
    "dispatched",
    "delivered",
    "ready",
    "collected",
    "stopped",
    "under_way",
    "invoiced",
    "credited",
    "dispute",
    "disputed",
    "open_returns",
    "returned",
    "address_version",
];

/// Inserts orders as they are after their checkout; says of each whether it is new.
pub(crate) async fn insert(tx: &mut Tx, orders: &[(&CartCheckedOut, &Change)]) -> Result<Vec<bool>, DbError> {
    let rows: Vec<_> = orders.iter().map(|(event, change)| order_row(event, change)).collect();
    tx.insert_new("orders", ORDER, &rows).await
}

fn order_row<'a>(event: &'a CartCheckedOut, change: &'a Change) -> Vec<Value<'a>> {
    let Record { life, currency, .. } = &change.record;
    let units: i64 = event.basket.lines.iter().map(|line| line.quantity).sum();
    let mut row = Vec::with_capacity(ORDER.len());
    row.extend(params![
        event.order_id.0,
        &event.number,
        event.cart_id.0,
        event.cart_version,
        change.record.customer.map(|user| user.0),
        change.record.guest,
        &event.email,
        email_key(&event.email),
        &event.payment_method,
        currency.code().to_owned(),
        life.total,
        units,
        event.at,
        change.record.deadline,
        life.status.word(),
        life.payment_status().word(),
        life.reason.map(Word::word),
        life.version,
        1_i64,
    ]);
    row.extend(heard(life));
    row
}

/// The columns from `stock` on.
fn heard(life: &Life) -> [Value<'static>; 27] {
    let (money, parcels) = (&life.money, &life.parcels);
    params![
        life.stock.word(),
        money.authorized,
        money.captured,
        money.refunded,
        money.voided,
        money.closed,
        money.attempt,
        money.failed_attempt,
        life.requested.map(Word::word),
        life.closing,
        life.asked,
        life.coupon.word(),
        life.points.word(),
        parcels.pieces,
        parcels.dispatched,
        parcels.delivered,
        parcels.ready,
        parcels.collected,
        parcels.stopped,
        parcels.under_way,
        life.invoiced,
        life.credited,
        money.dispute.map(Word::word),
        money.disputed,
        life.returns.open,
        life.returns.pieces,
        life.address,
    ]
}

/// Keeps what was bought.
pub(crate) async fn insert_snapshots(tx: &mut Tx, snapshots: &HashMap<OrderId, Arc<Snapshot>>) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(snapshots.len());
    for (id, snapshot) in snapshots {
        let body = serde_json::to_string(&**snapshot).map_err(|error| broken(&error))?;
        rows.push(Vec::from(params![id.0, body]));
    }
    tx.insert_rows("order_snapshots", &["order_id", "body"], OnConflict::Fail, &rows).await.map(drop)
}

/// What was bought with these orders.
pub(crate) async fn snapshots(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Snapshot>, DbError> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| Value::from(id.0)).collect();
    let sql = "SELECT s.order_id, s.body, a.body FROM order_snapshots s \
               LEFT JOIN order_addresses a ON a.order_id = s.order_id WHERE s.order_id = $1 ORDER BY s.order_id";
    let rows = tx.query_keys(sql, &keys).await?;
    let read = |row: &Row| {
        let address: Option<String> = row.get(2)?;
        Ok((OrderId(row.get(0)?), Snapshot::read(&row.get::<String>(1)?, address.as_deref())?))
    };
    rows.iter().map(read).collect()
}

macro_rules! update {
    ($moved:literal) => {
        concat!(
            "UPDATE orders SET payment_status = $4, revision = $3 + 1, deadline_ms = $5, stock = $6, authorized = $7, \
             captured = $8, refunded = $9, voided = $10, closed = $11, attempt = $12, failed_attempt = $13, \
             cancel_requested = $14, closing = $15, asked = $16, coupon = $17, points = $18, pieces = $19, \
             dispatched = $20, delivered = $21, ready = $22, collected = $23, stopped = $24, under_way = $25, \
             invoiced = $26, credited = $27, dispute = $28, disputed = $29, open_returns = $30, returned = $31, \
             address_version = $32",
            $moved,
            " WHERE id = $1 AND version = $2 AND revision = $3"
        )
    };
}

/// For an order that stays in its status: the index of statuses is left alone.
const UPDATE: &str = update!("");
const UPDATE_MOVED: &str = update!(", status = $33, cancel_reason = $34, version = $35");

/// Writes each changed order once. Fails as unavailable where another transaction was faster.
pub(crate) async fn update(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    let (moved, stayed): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.has_moved());
    for (sql, changes) in [(UPDATE_MOVED, moved), (UPDATE, stayed)] {
        let rows: Vec<_> = changes.iter().map(|change| updated(change)).collect();
        if tx.execute_each(sql, &rows).await? != rows.len() as u64 {
            return Err(DbError::Unavailable("another transaction moved the order first".into()));
        }
    }
    Ok(())
}

fn updated(change: &Change) -> Vec<Value<'_>> {
    let (version, revision) = change.expected;
    let life = &change.record.life;
    let mut values = Vec::with_capacity(35);
    values
        .extend(params![change.record.id.0, version, revision, life.payment_status().word(), change.record.deadline,]);
    values.extend(heard(life));
    if change.has_moved() {
        values.extend(params![life.status.word(), life.reason.map(Word::word), life.version]);
    }
    values
}

/// Writes what happened, and sets and clears timers.
pub(crate) async fn record_steps(tx: &mut Tx, changes: &[Change], timers: &[Timer]) -> Result<(), DbError> {
    steps::insert_steps(tx, changes).await?;
    tx.set_timers(timers).await?;
    let over = changes.iter().filter(|change| change.timer == TimerChange::Clear);
    tx.clear_timers(&over.map(|change| change.record.id.0).collect::<Vec<_>>()).await
}

/// Which of these orders exist.
pub(crate) async fn existing(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeSet<OrderId>, DbError> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| Value::from(id.0)).collect();
    let rows = tx.query_keys("SELECT id FROM orders WHERE id = $1", &keys).await?;
    rows.iter().map(|row| Ok(OrderId(row.get(0)?))).collect()
}
