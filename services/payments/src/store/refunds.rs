//! Refunds within a transaction.

use super::{read_currency, read_word};
use crate::model::{DISPUTED, Origin, Refund, RefundStatus, Turn};
use bodega_contracts::{OrderId, RefundId, ReturnId};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Money, Time};
use uuid::Uuid;

const COLUMNS: &[&str] = &[
    "refund_id",
    "order_id",
    "attempt",
    "amount",
    "currency",
    "origin",
    "reason",
    "status",
    "due_ms",
    "lease",
    "sent",
    "tries",
    "code",
    "trace",
    "created_ms",
    "credited",
    "return_id",
];

/// All of some refunds.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT order_id, attempt, amount, currency, origin, status, lease, sent, tries, trace, credited, ",
            "return_id, refund_id FROM refunds WHERE ",
            $which
        )
    };
}

/// Inserts a refund; one that is not done yet is to be called for now.
pub(crate) async fn insert_refund(tx: &mut Tx, refund: &Refund, reason: &str) -> Result<(), DbError> {
    let row = params![
        refund.id.0,
        refund.order_id.0,
        refund.attempt,
        refund.amount.amount,
        refund.amount.currency.to_string(),
        refund.origin.word(),
        reason,
        refund.status.word(),
        (refund.status != RefundStatus::Done).then(|| tx.now()),
        refund.lease,
        refund.sent,
        refund.tries,
        None::<&str>,
        refund.trace.as_deref(),
        tx.now(),
        refund.credited,
        refund.return_id.map(|id| id.0)
    ];
    tx.insert_rows("refunds", COLUMNS, OnConflict::Fail, &[row.to_vec()]).await.map(drop)
}

/// Reads a refund; lock its payment first.
pub(crate) async fn lock_refund(tx: &mut Tx, id: RefundId) -> Result<Option<Refund>, DbError> {
    let sql = select!("refund_id = $1 {lock}");
    tx.query_one(sql, &params![id.0]).await?.as_ref().map(read).transpose()
}

/// Reads and locks the refunds of these orders that wait for a bank, so that nobody calls for them meanwhile.
pub(super) async fn lock_waiting(tx: &mut Tx, orders: &[Value<'_>]) -> Result<Vec<Refund>, DbError> {
    let sql = select!("order_id = $1 AND status = 'waiting' ORDER BY order_id, refund_id {lock}");
    tx.query_keys(sql, orders).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Refund, DbError> {
    Ok(Refund {
        id: RefundId(row.get(12)?),
        order_id: OrderId(row.get(0)?),
        attempt: row.get(1)?,
        amount: Money::new(row.get(2)?, read_currency(&row.get::<String>(3)?)?),
        origin: read_word(&row.get::<String>(4)?, Origin::of)?,
        status: read_word(&row.get::<String>(5)?, RefundStatus::of)?,
        lease: row.get(6)?,
        sent: row.get(7)?,
        tries: row.get(8)?,
        trace: row.get(9)?,
        credited: row.get(10)?,
        return_id: row.get::<Option<Uuid>>(11)?.map(ReturnId),
    })
}

/// A refund goes another way.
pub(crate) async fn turn_refund(tx: &mut Tx, id: RefundId, turn: Turn) -> Result<(), DbError> {
    let (status, due, code) = match turn {
        Turn::Waits(again) => (RefundStatus::Waiting, again, Some(DISPUTED)),
        Turn::Again => (RefundStatus::Prepared, Some(tx.now()), None),
        Turn::Fails(code) => return end_refund(tx, id, RefundStatus::Failed, Some(code)).await,
    };
    let sql = "UPDATE refunds SET status = $2, due_ms = $3, code = $4, lease = NULL, \
               tries = CASE WHEN $2 = 'prepared' THEN 0 ELSE tries END WHERE refund_id = $1";
    tx.execute(sql, &params![id.0, status.word(), due, code]).await.map(drop)
}

/// Ends a refund.
pub(crate) async fn end_refund(
    tx: &mut Tx,
    id: RefundId,
    status: RefundStatus,
    code: Option<&str>,
) -> Result<(), DbError> {
    let sql = "UPDATE refunds SET status = $2, code = $3, due_ms = NULL, lease = NULL WHERE refund_id = $1";
    tx.execute(sql, &params![id.0, status.word(), code]).await.map(drop)
}

/// Gives the claim on a refund back; it is called for again at `due`.
pub(crate) async fn pause_refund(tx: &mut Tx, id: RefundId, sent: bool, due: Time) -> Result<(), DbError> {
    let sql = "UPDATE refunds SET sent = $2, due_ms = $3, lease = NULL WHERE refund_id = $1";
    tx.execute(sql, &params![id.0, sent, due]).await.map(drop)
}
