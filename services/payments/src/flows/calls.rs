//! Calls providers: claims what is due, calls in no transaction, hands the answers over to be recorded.

use crate::{
    Payments,
    clients::{Charge, Provider, RefundCall},
    model::{CallError, Outcome, RefundOutcome, RefundReport, Report, Task},
    store::{self, CLAIMS, Claimed, ClaimedRefund},
};
use bodega_db::{DbError, Lane, crash_point};
use bodega_kernel::Time;
use futures_util::future::join_all;
use std::{sync::Arc, time::Duration};

/// How long a call may take before its answer counts as lost; well below the lease.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a record is tried before it is left to whoever claims next.
const RECORDINGS: u32 = 6;

/// Makes the calls for attempts that are due; whether there were any.
pub(crate) async fn call_providers(payments: &Payments) -> bool {
    let work = Arc::clone(&payments.work);
    let claims = payments.db.write(async move |tx| {
        // Taken by the writer, after all that it has done to their orders.
        let handed = work.take(CLAIMS);
        let mut claimed = store::take_handed(tx, &handed).await?;
        claimed.extend(store::claim_attempts(tx, CLAIMS - handed.len()).await?);
        Ok::<_, DbError>((!handed.is_empty(), claimed))
    });
    let (any_handed, claimed) = claims.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "calls for payments wait");
        (false, Vec::new())
    });
    join_all(claimed.iter().map(|claimed| call(payments, claimed))).await;
    // Where those that were handed over are somebody else's by now, others may still be due.
    any_handed || !claimed.is_empty()
}

/// Where nobody else works on this database, the claims of a process that died need not run out: whether there were any.
pub(crate) async fn take_over(payments: &Payments, started: Time) -> bool {
    if !payments.db.has_one_owner() {
        return false;
    }
    let ended = payments.db.write(async move |tx| store::end_claims_before(tx, started).await).await;
    payments.work.wake_callers();
    payments.work.wake_refunders();
    ended.is_ok_and(|ended| ended > 0)
}

/// Makes the calls for refunds that are due; whether there were any.
pub(crate) async fn call_for_refunds(payments: &Payments) -> bool {
    let claims = payments.db.write(async |tx| store::claim_refunds(tx, CLAIMS).await);
    let claimed = claims.await.unwrap_or_else(|error: DbError| {
        tracing::warn!(%error, "refunds wait");
        Vec::new()
    });
    join_all(claimed.iter().map(|claimed| call_for_refund(payments, claimed))).await;
    !claimed.is_empty()
}

async fn call(payments: &Payments, claimed: &Claimed) {
    crash_point("payments", "call.before");
    let called = tokio::time::timeout(PATIENCE, ask(payments, claimed)).await;
    crash_point("payments", "call.after");
    let Claimed { key, task, lease, first, .. } = *claimed;
    let result = called.unwrap_or(Err(CallError::Unknown));
    let fresh = claimed.fresh.clone();
    let report = Report { order_id: key.order_id, attempt: key.attempt, lease, task, first, result, fresh };
    record(&payments.reports, report).await;
}

async fn ask(payments: &Payments, claimed: &Claimed) -> Result<Outcome, CallError> {
    let Some(provider) = payments.providers.named(&claimed.provider) else {
        tracing::error!(provider = claimed.provider, key = %claimed.key, "a provider with open payments is switched off");
        return Err(CallError::NotSent);
    };
    let key = claimed.key;
    match claimed.task {
        Task::Pay => pay(&provider, claimed).await,
        Task::Ask => provider.find(key).await?.ok_or(CallError::Unknown),
        Task::Close => provider.close(key, claimed.amount).await,
        Task::Capture => match found_settled(&provider, claimed).await? {
            Some(outcome) => Ok(outcome),
            None => provider.capture(key, claimed.capture_to).await,
        },
        Task::Void => match found_settled(&provider, claimed).await? {
            Some(outcome) => Ok(outcome),
            None => provider.void(key).await,
        },
    }
}

async fn pay(provider: &Provider, claimed: &Claimed) -> Result<Outcome, CallError> {
    if !claimed.first
        && let Some(outcome) = provider.find(claimed.key).await?
    {
        return Ok(outcome);
    }
    let Claimed { key, amount, .. } = *claimed;
    provider.pay(&Charge { key, amount, method: claimed.method.clone(), capture: claimed.capture_now }).await
}

/// Where a promise stands that somebody may have taken or let go before: `None` where it is still one.
async fn found_settled(provider: &Provider, claimed: &Claimed) -> Result<Option<Outcome>, CallError> {
    if claimed.first {
        return Ok(None);
    }
    let found = provider.find(claimed.key).await?;
    let settled = |outcome: &Outcome| match (outcome, claimed.task) {
        (Outcome::Authorized { .. }, _) => false,
        (Outcome::PartlyCaptured { captured, over, .. }, Task::Capture) => {
            *over || captured.amount >= claimed.capture_to
        }
        (Outcome::PartlyCaptured { over, .. }, _) => *over,
        (_, _) => true,
    };
    Ok(found.filter(settled))
}

async fn call_for_refund(payments: &Payments, claimed: &ClaimedRefund) {
    crash_point("payments", "refund.before");
    let called = tokio::time::timeout(PATIENCE, refund(payments, claimed)).await;
    crash_point("payments", "refund.after");
    let result = called.unwrap_or(Err(CallError::Unknown));
    let (id, order_id) = (claimed.refund.id, claimed.refund.order_id);
    let report = RefundReport { id, order_id, lease: claimed.lease, first: claimed.first, result };
    record(&payments.refund_reports, report).await;
}

async fn refund(payments: &Payments, claimed: &ClaimedRefund) -> Result<RefundOutcome, CallError> {
    let refund = &claimed.refund;
    let Some(provider) = payments.providers.named(&claimed.provider) else {
        tracing::error!(provider = claimed.provider, id = %refund.id, "a provider with open refunds is switched off");
        return Err(CallError::NotSent);
    };
    if !claimed.first
        && let Some(outcome) = provider.find_refund(refund.id).await?
    {
        return Ok(outcome);
    }
    provider.refund(&RefundCall { key: refund.id, charge: refund.charge(), amount: refund.cash() }).await
}

/// Records a report. Where the database does not take it, the claim ends by itself and the provider is asked again.
async fn record<R: Clone + Send + 'static>(lane: &Lane<R, ()>, report: R) {
    let mut pause = Duration::from_millis(20);
    for _ in 0..RECORDINGS {
        match lane.submit(report.clone()).await {
            Ok(()) => return,
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "an answer of a provider waits to be recorded");
            }
            Err(error) => {
                tracing::error!(%error, alert = true, "an answer of a provider cannot be recorded");
                return;
            }
        }
        tokio::time::sleep(pause).await;
        pause *= 3;
    }
}
