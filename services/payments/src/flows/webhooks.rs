//! What a provider reports by itself: checked over its raw bytes, kept once, and counted in the same transaction.

use super::effects::{self, Standing};
use crate::{
    clients::{News, WebhookEvent, WebhookKeys},
    error::Error,
    jobs::Work,
    model::Verdict,
    store::{self, Batch},
};
use bodega_contracts::payments::DisputeState;
use bodega_db::{Db, DbError, Tx};
use bodega_kernel::World;
use std::sync::Arc;

/// Where reports come in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Inbox {
    /// The service's database.
    pub(crate) db: Db,
    /// The clock.
    pub(crate) world: World,
    /// Whom to wake.
    pub(crate) work: Arc<Work>,
    /// What reports are checked with.
    pub(crate) keys: WebhookKeys,
}

/// A report as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Who says to have sent it.
    pub(crate) provider: String,
    /// Its signature.
    pub(crate) signature: Option<String>,
    /// The raw body.
    pub(crate) body: Vec<u8>,
}

/// Keeps a report, and counts it if it is new.
pub(crate) async fn receive_webhook(inbox: &Inbox, received: Received) -> Result<(), Error> {
    let Received { provider, signature, body } = received;
    let opened = inbox.keys.open(&provider, signature.as_deref(), &body, inbox.world.now());
    let event = opened.ok_or(Error::NotFound)?.map_err(Error::Report)?;
    let work = Arc::clone(&inbox.work);
    let counted = inbox.db.write(async move |tx| {
        if !store::insert_webhook(tx, &provider, &event.id, &body).await? {
            return Ok(());
        }
        let verdict = count(&work, tx, &event).await?;
        match verdict {
            Verdict::Applied | Verdict::Repeated => {}
            Verdict::AmountMismatch | Verdict::CurrencyMismatch | Verdict::UnknownAttempt => {
                tracing::error!(
                    provider,
                    event = event.id,
                    verdict = verdict.word(),
                    alert = true,
                    "a report does not fit"
                );
            }
        }
        store::webhook_handled(tx, &provider, &event.id, verdict.word()).await
    });
    Ok(counted.await?)
}

async fn count(work: &Work, tx: &mut Tx, event: &WebhookEvent) -> Result<Verdict, DbError> {
    let Some(key) = event.key else { return Ok(Verdict::UnknownAttempt) };
    let mut batch = Batch::load(tx, [key.order_id]).await?;
    let now = tx.now();
    let unspent = match &event.news {
        News::Dispute(said) if said.state == DisputeState::Lost => {
            store::unspent_credit(tx, key.order_id, said.amount.currency).await?
        }
        News::Stands(_) | News::Dispute(_) => Vec::new(),
    };
    let Some(payment) = batch.payment(key.order_id) else { return Ok(Verdict::UnknownAttempt) };
    let (verdict, effects) = match &event.news {
        News::Stands(outcome) => payment.notified(key.attempt, outcome, now),
        News::Dispute(said) => payment.disputed(key.attempt, said, &unspent, now),
    };
    let standing = Standing::of(payment);
    let trace = payment.trace_of(key.attempt);
    effects::carry_out(tx, &mut batch, &standing, effects, trace.as_deref()).await?;
    let saved = batch.save(tx).await?;
    effects::wake(work, saved);
    Ok(verdict)
}
