//! Records what came of calls, as many at once as have come.

use super::effects::{self, Standing};
use crate::{
    jobs::Work,
    model::{CallError, Refund, RefundOutcome, RefundReport, RefundStatus, Report, next_try},
    store::{self, Batch},
};
use bodega_db::{DbError, Tx};

/// Records what came of calls for attempts.
pub(crate) async fn record_calls(work: &Work, tx: &mut Tx, reports: &[Report]) -> Result<Vec<()>, DbError> {
    let mut batch = Batch::load(tx, reports.iter().map(|report| report.order_id)).await?;
    let now = tx.now();
    for report in reports {
        let Some(payment) = batch.payment(report.order_id) else { continue };
        let effects = payment.reported(report, now);
        let standing = Standing::of(payment);
        let trace = payment.trace_of(report.attempt);
        effects::carry_out(tx, &mut batch, &standing, effects, trace.as_deref()).await?;
    }
    let saved = batch.save(tx).await?;
    effects::wake(work, saved);
    Ok(vec![(); reports.len()])
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
