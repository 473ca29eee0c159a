//! Calls that have not come to an end for too long: asked for at once, and kept for somebody to look at until they end.

use super::mismatches::{Difference, insert_mismatch};
use crate::model::ChargeKey;
use bodega_contracts::{OrderId, RefundId};
use bodega_db::{DbError, Tx, params};
use bodega_kernel::Time;

/// The most that are noted at a time.
const MAX_NOTED: i64 = 100;

/// Notes what was begun before `before` and has no answer yet, once; says how many there are. What has ended since it was
/// noted is resolved.
pub(crate) async fn note_stuck(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    let sql = "UPDATE mismatches SET resolved_ms = $2, note = 'it has come to its end' \
               WHERE kind = 'stuck' AND resolved_ms IS NULL AND NOT EXISTS (SELECT 1 FROM attempts a \
               WHERE a.order_id = mismatches.order_id AND a.created_ms < $1 \
               AND a.status IN ('prepared', 'calling', 'unknown', 'pending')) AND NOT EXISTS (SELECT 1 FROM refunds r \
               WHERE r.order_id = mismatches.order_id AND r.created_ms < $1 AND r.due_ms IS NOT NULL)";
    tx.execute(sql, &params![before, tx.now()]).await?;
    Ok(note_attempts(tx, before).await? + note_refunds(tx, before).await?)
}

async fn note_attempts(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    let sql = "SELECT order_id, attempt, amount, currency FROM attempts WHERE due_ms IS NOT NULL AND created_ms < $1 \
               AND status IN ('prepared', 'calling', 'unknown', 'pending') AND NOT EXISTS (SELECT 1 FROM mismatches m \
               WHERE m.kind = 'stuck' AND m.order_id = attempts.order_id AND m.resolved_ms IS NULL) \
               ORDER BY created_ms LIMIT $2";
    let mut noted = 0;
    for row in tx.query(sql, &params![before, MAX_NOTED]).await? {
        let key = ChargeKey { order_id: OrderId(row.get(0)?), attempt: row.get(1)? };
        let (amount, currency) = (row.get(2)?, row.get::<String>(3)?);
        noted += insert_mismatch(tx, Difference::Stuck, key.order_id, &key.to_string(), (amount, 0), &currency).await?;
        let sql = "UPDATE attempts SET due_ms = $3 WHERE order_id = $1 AND attempt = $2 AND lease IS NULL";
        tx.execute(sql, &params![key.order_id.0, key.attempt, tx.now()]).await?;
    }
    Ok(noted)
}

async fn note_refunds(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    let sql = "SELECT order_id, refund_id, amount, currency FROM refunds WHERE due_ms IS NOT NULL AND created_ms < $1 \
               AND NOT EXISTS (SELECT 1 FROM mismatches m WHERE m.kind = 'stuck' AND m.order_id = refunds.order_id \
               AND m.resolved_ms IS NULL) ORDER BY created_ms LIMIT $2";
    let mut noted = 0;
    for row in tx.query(sql, &params![before, MAX_NOTED]).await? {
        let (order, id) = (OrderId(row.get(0)?), RefundId(row.get(1)?));
        let (subject, amount, currency) = (format!("refund/{id}"), row.get(2)?, row.get::<String>(3)?);
        noted += insert_mismatch(tx, Difference::Stuck, order, &subject, (amount, 0), &currency).await?;
        let sql = "UPDATE refunds SET due_ms = $2 WHERE refund_id = $1 AND lease IS NULL";
        tx.execute(sql, &params![id.0, tx.now()]).await?;
    }
    Ok(noted)
}
