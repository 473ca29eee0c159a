//! Claims: who calls a provider next. A claim is a lease; when it ends without a record, somebody else asks.

use super::{read_currency, read_word};
use crate::model::{ChargeKey, LEASE, Origin, Refund, RefundStatus, Task};
use bodega_contracts::{OrderId, RefundId};
use bodega_db::{DbError, Row, Tx, Value, params};
use bodega_kernel::{Money, Time};
use uuid::Uuid;

/// The most calls one worker makes at once.
pub(crate) const CLAIMS: usize = 32;

/// Ends every claim that was made before `started`: whoever made it is gone. Says how many there were.
pub(crate) async fn end_claims_before(tx: &mut Tx, started: Time) -> Result<u64, DbError> {
    let (now, last) = (tx.now(), started.plus(LEASE));
    let attempts = "UPDATE attempts SET due_ms = $1 WHERE lease IS NOT NULL AND due_ms > $1 AND due_ms < $2";
    let refunds = "UPDATE refunds SET due_ms = $1 WHERE lease IS NOT NULL AND due_ms > $1 AND due_ms < $2";
    Ok(tx.execute(attempts, &params![now, last]).await? + tx.execute(refunds, &params![now, last]).await?)
}

/// An attempt that was claimed in the transaction that made it, for the process that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    /// Which.
    pub(crate) key: ChargeKey,
    /// The claim.
    pub(crate) lease: Uuid,
}

/// A call to be made for an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    /// For which attempt.
    pub(crate) key: ChargeKey,
    /// What the shopper chose.
    pub(crate) method: String,
    /// Whom to call.
    pub(crate) provider: String,
    /// How much.
    pub(crate) amount: Money,
    /// Whether it is taken at once, rather than promised first.
    pub(crate) capture_now: bool,
    /// How much of a promise is to be taken in all, minor units.
    pub(crate) capture_to: i64,
    /// What for.
    pub(crate) task: Task,
    /// The claim.
    pub(crate) lease: Uuid,
    /// Whether no call for this was sent before.
    pub(crate) first: bool,
}

/// A call to be made for a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimedRefund {
    /// The refund.
    pub(crate) refund: Refund,
    /// Whom to call.
    pub(crate) provider: String,
    /// The claim.
    pub(crate) lease: Uuid,
    /// Whether no call for this was sent before.
    pub(crate) first: bool,
}

/// Those of the attempts handed over that are committed and still claimed by us for long enough to be called.
pub(crate) async fn take_handed(tx: &mut Tx, handed: &[Handed]) -> Result<Vec<Claimed>, DbError> {
    let mut keys: Vec<Uuid> = handed.iter().map(|handed| handed.key.order_id.0).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<Value<'_>> = keys.into_iter().map(Value::from).collect();
    let sql = "SELECT order_id, attempt, method, provider, amount, currency, task, capture_now, capture_to, lease, due_ms \
               FROM attempts \
               WHERE order_id = $1 ORDER BY order_id, attempt";
    let mut claimed = Vec::with_capacity(handed.len());
    let soon = tx.now().plus(LEASE / 2);
    for row in tx.query_keys(sql, &keys).await? {
        let Some(lease) = row.get::<Option<Uuid>>(9)? else { continue };
        let handed_over = handed.contains(&Handed { key: key(&row)?, lease });
        if handed_over && row.get::<Option<Time>>(10)?.is_some_and(|until| until > soon) {
            claimed.push(read(&row, lease, true)?);
        }
    }
    Ok(claimed)
}

/// Claims attempts whose call is due.
pub(crate) async fn claim_attempts(tx: &mut Tx, limit: usize) -> Result<Vec<Claimed>, DbError> {
    let sql = "SELECT order_id, attempt, method, provider, amount, currency, task, capture_now, capture_to, sent FROM attempts \
               WHERE due_ms <= $1 ORDER BY due_ms LIMIT $2 {skip locked}";
    let rows = tx.query(sql, &params![tx.now(), limit as i64]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (lease, until) = (tx.world().uuid(), tx.now().plus(LEASE));
    let claimed = rows.iter().map(|row| read(row, lease, !row.get::<bool>(9)?)).collect::<Result<Vec<_>, DbError>>()?;
    let sql = "UPDATE attempts SET lease = $3, due_ms = $4, sent = TRUE, tries = tries + 1, \
               status = CASE WHEN status IN ('prepared', 'unknown') THEN 'calling' ELSE status END \
               WHERE order_id = $1 AND attempt = $2";
    let rows: Vec<_> = claimed
        .iter()
        .map(|claimed| params![claimed.key.order_id.0, claimed.key.attempt, lease, until].to_vec())
        .collect();
    tx.execute_each(sql, &rows).await?;
    Ok(claimed)
}

fn key(row: &Row) -> Result<ChargeKey, DbError> {
    Ok(ChargeKey { order_id: OrderId(row.get(0)?), attempt: row.get(1)? })
}

fn read(row: &Row, lease: Uuid, first: bool) -> Result<Claimed, DbError> {
    Ok(Claimed {
        key: key(row)?,
        method: row.get(2)?,
        provider: row.get(3)?,
        amount: Money::new(row.get(4)?, read_currency(&row.get::<String>(5)?)?),
        task: read_word(&row.get::<String>(6)?, Task::of)?,
        capture_now: row.get(7)?,
        capture_to: row.get(8)?,
        lease,
        first,
    })
}

/// Claims refunds whose call is due.
pub(crate) async fn claim_refunds(tx: &mut Tx, limit: usize) -> Result<Vec<ClaimedRefund>, DbError> {
    let sql = "SELECT refund_id, order_id, attempt, amount, currency, origin, sent, tries, trace, credited FROM refunds \
               WHERE due_ms <= $1 ORDER BY due_ms LIMIT $2 {skip locked}";
    let rows = tx.query(sql, &params![tx.now(), limit as i64]).await?;
    let (lease, until) = (tx.world().uuid(), tx.now().plus(LEASE));
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        let refund = read_refund(row, lease)?;
        let sql = "SELECT provider FROM attempts WHERE order_id = $1 AND attempt = $2";
        let provider = tx.query_one(sql, &params![refund.order_id.0, refund.attempt]).await?;
        let provider = provider.map_or_else(|| Ok(String::new()), |row| row.get(0))?;
        let sql = "UPDATE refunds SET lease = $2, due_ms = $3, sent = TRUE, tries = tries + 1, status = 'calling' \
                   WHERE refund_id = $1";
        tx.execute(sql, &params![refund.id.0, lease, until]).await?;
        claimed.push(ClaimedRefund { first: !refund.sent, refund, provider, lease });
    }
    Ok(claimed)
}

fn read_refund(row: &Row, lease: Uuid) -> Result<Refund, DbError> {
    Ok(Refund {
        id: RefundId(row.get(0)?),
        order_id: OrderId(row.get(1)?),
        attempt: row.get(2)?,
        amount: Money::new(row.get(3)?, read_currency(&row.get::<String>(4)?)?),
        origin: read_word(&row.get::<String>(5)?, Origin::of)?,
        status: RefundStatus::Calling,
        lease: Some(lease),
        sent: row.get(6)?,
        tries: row.get(7)?,
        trace: row.get(8)?,
        credited: row.get(9)?,
        return_id: None,
    })
}
