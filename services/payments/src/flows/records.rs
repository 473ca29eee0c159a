//! Records what came of calls, as many at once as have come.

use super::effects::{self, Standing};
use crate::{
    jobs::Work,
    model::{CallError, Refund, RefundOutcome, RefundReport, RefundStatus, Report, next_try},
    store::{self, Batch},
};
use bodega_db::{DbError, Tx};

/// Records what came of calls for attempts. What was called for the first time is nearly always as it was made, and is
/// written without being read; where one of those is not, all are read.
pub(crate) async fn record_calls(work: &Work, tx: &mut Tx, reports: &[Report]) -> Result<Vec<()>, DbError> {
    let (fresh, known): (Vec<&Report>, Vec<&Report>) = reports.iter().partition(|report| report.fresh.is_some());
    if record_fresh(work, tx, &fresh).await? {
        record_known(work, tx, &known).await?;
    } else {
        record_known(work, tx, &reports.iter().collect::<Vec<_>>()).await?;
    }
    Ok(vec![(); reports.len()])
}

/// Why payments that were taken to be as they were made are not written.
enum Unwritten {
    /// They are not.
    Changed,
    Db(DbError),
}

impl From<DbError> for Unwritten {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Records first calls on payments as they were made; `false`, and nothing is written, where one is not so any more.
async fn record_fresh(work: &Work, tx: &mut Tx, reports: &[&Report]) -> Result<bool, DbError> {
    if reports.is_empty() {
        return Ok(true);
    }
    let recorded = tx.nested(async |tx| {
        let payments = reports.iter().filter_map(|report| Some((report.fresh.as_deref()?, report.lease)));
        let mut batch = Batch::of_fresh(payments);
        count(tx, &mut batch, reports).await?;
        if !batch.save_fresh(tx).await? {
            return Err(Unwritten::Changed);
        }
        Ok(batch.save(tx).await?)
    });
    match recorded.await {
        Ok(saved) => effects::wake(work, saved),
        Err(Unwritten::Changed) => return Ok(false),
        Err(Unwritten::Db(error)) => return Err(error),
    }
    Ok(true)
}

async fn record_known(work: &Work, tx: &mut Tx, reports: &[&Report]) -> Result<(), DbError> {
    if reports.is_empty() {
        return Ok(());
    }
    let mut batch = Batch::load(tx, reports.iter().map(|report| report.order_id)).await?;
    count(tx, &mut batch, reports).await?;
    let saved = batch.save(tx).await?;
    effects::wake(work, saved);
    Ok(())
}

async fn count(tx: &mut Tx, batch: &mut Batch, reports: &[&Report]) -> Result<(), DbError> {
    let now = tx.now();
    for report in reports {
        let Some(payment) = batch.payment(report.order_id) else { continue };
        let effects = payment.reported(report, now);
        let standing = Standing::of(payment);
        let trace = payment.trace_of(report.attempt);
        effects::carry_out(tx, batch, &standing, effects, trace.as_deref()).await?;
    }
    Ok(())
}

/// Records what came of calls for refunds.
pub(crate) async fn record_refunds(work: &Work, tx: &mut Tx, reports: &[RefundReport]) -> Result<Vec<()>, DbError> {
    let mut batch = Batch::load(tx, reports.iter().map(|report| report.order_id)).await?;
    for report in reports {
        let Some(refund) = store::lock_refund(tx, report.id).await? else { continue };
        match refund.status {
            // Recorded by somebody else, who says the same.
            RefundStatus::Done | RefundStatus::Failed => {}
            RefundStatus::Prepared | RefundStatus::Calling | RefundStatus::Waiting => {
                record_refund(tx, &mut batch, &refund, report).await?;
            }
        }
    }
    let saved = batch.save(tx).await?;
    effects::wake(work, saved);
    Ok(vec![(); reports.len()])
}

async fn record_refund(tx: &mut Tx, batch: &mut Batch, refund: &Refund, report: &RefundReport) -> Result<(), DbError> {
    let now = tx.now();
    let Some(payment) = batch.payment(report.order_id) else { return Ok(()) };
    let effects = match &report.result {
        Ok(RefundOutcome::Done) => {
            store::end_refund(tx, refund.id, RefundStatus::Done, None).await?;
            payment.refund_done(refund)
        }
        Ok(RefundOutcome::Refused { code }) => {
            store::end_refund(tx, refund.id, RefundStatus::Failed, Some(code)).await?;
            payment.refund_failed(refund, now)
        }
        Ok(RefundOutcome::Disputed) => payment.refund_disputed(refund, now),
        Err(_) if refund.lease != Some(report.lease) => return Ok(()),
        Err(error) => {
            let sent = !(report.first && *error == CallError::NotSent);
            return store::pause_refund(tx, refund.id, sent, next_try(now, refund.tries)).await;
        }
    };
    let standing = Standing::of(payment);
    effects::carry_out(tx, batch, &standing, effects, refund.trace.as_deref()).await
}
