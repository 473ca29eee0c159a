//! Claims: who calls a provider next. A claim is a lease; when it ends without a record, somebody else asks.

use super::{read_currency, read_word};
use crate::model::{ChargeKey, LEASE, Origin, Payment, Refund, RefundStatus, Task};
use bodega_contracts::{OrderId, RefundId};
use bodega_db::{DbError, Row, Tx, Value, params};
use bodega_kernel::{Money, Time};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
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
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    /// Which.
    pub(crate) key: ChargeKey,
    /// The claim, the same of all that one transaction made.
    pub(crate) lease: Uuid,
    /// When it ends.
    pub(crate) until: Time,
    /// Its payment, where that was made with it and nothing has happened to it here since.
    pub(crate) fresh: Option<Arc<Payment>>,
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
    /// Its payment as it was made, where nothing is known to have happened to it since.
    pub(crate) fresh: Option<Arc<Payment>>,
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

/// Those of the attempts handed over that are committed and still claimed by us for long enough to be called. What one
/// transaction made is there as a whole or not at all: one attempt of it speaks for all of which nothing else is known.
pub(crate) async fn take_handed(tx: &mut Tx, handed: &[Handed]) -> Result<Vec<Claimed>, DbError> {
    let mut asked = HashSet::new();
    let speakers = handed.iter().filter(|handed| handed.fresh.is_none() || asked.insert(handed.lease));
    let mut held = read_held(tx, speakers).await?;
    let mut leases: HashSet<Uuid> = held.values().map(|claimed| claimed.lease).collect();
    // The one that spoke may have come to an end by itself.
    let unsure = handed.iter().filter(|handed| !leases.contains(&handed.lease));
    held.extend(read_held(tx, unsure).await?);
    leases.extend(held.values().map(|claimed| claimed.lease));
    let soon = tx.now().plus(LEASE / 2);
    let mut claimed = Vec::with_capacity(handed.len());
    for handed in handed.iter().filter(|handed| handed.until > soon) {
        let fresh = handed.fresh.clone();
        match held.remove(&handed.key) {
            Some(read) if read.lease == handed.lease => {
                let fresh = fresh.filter(|_| read.task == Task::Pay);
                claimed.push(Claimed { fresh, ..read });
            }
            None if leases.contains(&handed.lease) => {
                claimed.extend(fresh.and_then(|payment| of_fresh(handed, payment)));
            }
            Some(_) | None => {}
        }
    }
    Ok(claimed)
}

/// The claims on these attempts as they stand.
async fn read_held(tx: &mut Tx, handed: impl Iterator<Item = &Handed>) -> Result<HashMap<ChargeKey, Claimed>, DbError> {
    let wanted: HashSet<ChargeKey> = handed.map(|handed| handed.key).collect();
    let mut keys: Vec<Uuid> = wanted.iter().map(|key| key.order_id.0).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<Value<'_>> = keys.into_iter().map(Value::from).collect();
    let sql = "SELECT order_id, attempt, method, provider, amount, currency, task, capture_now, capture_to, lease \
               FROM attempts WHERE order_id = $1 AND lease IS NOT NULL ORDER BY order_id, attempt";
    let mut held = HashMap::with_capacity(wanted.len());
    for row in tx.query_keys(sql, &keys).await? {
        let key = key(&row)?;
        if wanted.contains(&key) {
            held.insert(key, read(&row, row.get(9)?, true)?);
        }
    }
    Ok(held)
}

/// A call for an attempt that is as it was made.
fn of_fresh(handed: &Handed, payment: Arc<Payment>) -> Option<Claimed> {
    let (attempt, due) = (payment.attempts.first()?, payment.due?);
    Some(Claimed {
        key: handed.key,
        method: attempt.method.clone(),
        provider: attempt.provider.clone(),
        amount: Money::new(attempt.amount, due.currency),
        capture_now: attempt.capture_now,
        capture_to: attempt.capture_to,
        task: Task::Pay,
        lease: handed.lease,
        first: true,
        fresh: Some(payment),
    })
}

/// Claims attempts whose call is due.
pub(crate) async fn claim_attempts(tx: &mut Tx, limit: usize) -> Result<Vec<Claimed>, DbError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
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
        fresh: None,
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
