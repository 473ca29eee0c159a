//! Carries out what follows from something that happened: events, ledger, refunds.

use crate::{
    jobs::Work,
    model::{Effect, Entry, GivingBack, Origin, Payment, Refund, RefundStatus, Told},
    store::{self, Batch, Saved},
};
use bodega_contracts::{
    OrderId, PaymentId, RefundId,
    payments::{
        PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed, PaymentCaptureWaived, PaymentCaptured,
        PaymentClosed, PaymentDisputed, PaymentFailed, PaymentRefunded, PaymentVoided,
    },
};
use bodega_db::{DbError, Tx};
use bodega_kernel::{Currency, Money};

/// What of a payment is told to others.
pub(super) struct Standing {
    order_id: OrderId,
    payment_id: PaymentId,
    currency: Currency,
    authorized: i64,
    captured: i64,
    refunded: i64,
}

impl Standing {
    pub(super) fn of(payment: &Payment) -> Self {
        Self {
            order_id: payment.order_id,
            payment_id: payment.payment_id,
            // What is not due yet has no money to tell of.
            currency: payment.due.map_or(Currency::GBP, |due| due.currency),
            authorized: payment.authorized + payment.tendered(),
            captured: payment.captured + payment.tendered(),
            refunded: payment.refunded + payment.credited,
        }
    }
}

/// Carries out the effects on one payment of `batch`; `trace` is what caused them.
pub(super) async fn carry_out(
    tx: &mut Tx,
    batch: &mut Batch,
    standing: &Standing,
    effects: Vec<Effect>,
    trace: Option<&str>,
) -> Result<(), DbError> {
    if effects.is_empty() {
        return Ok(());
    }
    tx.follow(trace.map(Into::into));
    for effect in effects {
        match effect {
            Effect::Tell(told) => tell(tx, standing, told)?,
            Effect::Book(entry) => batch.book(tx, standing.order_id, standing.currency, entry),
            Effect::GiveBack(giving) => {
                let reason = match giving.origin {
                    Origin::Surplus => "paid twice",
                    Origin::Return => "goods came back",
                    Origin::Cancelled => "the order was cancelled",
                    Origin::Staff => "what the bank left of a refund",
                };
                give_back(tx, batch, standing, &giving, reason, trace)?;
            }
            Effect::Turn(refund, turn) => {
                store::turn_refund(tx, refund, turn).await?;
                batch.turned(turn);
            }
            Effect::Alert(what) => tracing::error!(order_id = %standing.order_id, alert = true, "{what}"),
        }
    }
    Ok(())
}

/// Gives money back: to balances at once, by the provider as soon as it is called.
pub(super) fn give_back(
    tx: &mut Tx,
    batch: &mut Batch,
    standing: &Standing,
    giving: &GivingBack,
    reason: &str,
    trace: Option<&str>,
) -> Result<Refund, DbError> {
    let (id, credited) = (RefundId::new(tx.world()), giving.credited());
    let refund = Refund {
        id,
        order_id: standing.order_id,
        attempt: giving.attempt,
        amount: Money::new(giving.amount(), standing.currency),
        credited,
        return_id: giving.return_id,
        origin: giving.origin,
        status: if giving.cash == 0 { RefundStatus::Done } else { RefundStatus::Prepared },
        lease: None,
        sent: false,
        tries: 0,
        trace: trace.map(str::to_owned),
    };
    for (nth, (holder, amount)) in giving.credits.iter().enumerate() {
        batch.book(tx, standing.order_id, standing.currency, Entry::credit(id, nth, holder, *amount));
    }
    if credited > 0 {
        tell(tx, standing, Told::Refunded(id))?;
    }
    batch.refund(refund.clone(), reason);
    Ok(refund)
}

/// Wakes whoever has something to do after this transaction.
pub(super) fn wake(work: &Work, saved: Saved) {
    if saved.calls {
        work.wake_callers();
    }
    if saved.refunds {
        work.wake_refunders();
    }
}

fn tell(tx: &mut Tx, standing: &Standing, told: Told) -> Result<(), DbError> {
    let Standing { order_id, payment_id, currency, authorized, captured, refunded } = *standing;
    let money = |amount| Money::new(amount, currency);
    match told {
        Told::ActionRequired(attempt) => tx.emit(&PaymentActionRequired { order_id, payment_id, attempt }),
        Told::Authorized(attempt) => {
            tx.emit(&PaymentAuthorized { order_id, payment_id, attempt, authorized: money(authorized) })
        }
        Told::Captured(attempt) => {
            tx.emit(&PaymentCaptured { order_id, payment_id, attempt, captured: money(captured) })
        }
        Told::Failed(attempt, code) => tx.emit(&PaymentFailed { order_id, payment_id, attempt, code }),
        Told::Closed => tx.emit(&PaymentClosed { order_id }),
        Told::Voided => tx.emit(&PaymentVoided { order_id, payment_id }),
        Told::Refunded(refund_id) => {
            tx.emit(&PaymentRefunded { order_id, payment_id, refund_id, refunded: money(refunded) })
        }
        Told::CaptureWaived(shipment_id) => tx.emit(&PaymentCaptureWaived { order_id, shipment_id }),
        Told::CaptureFailed(shipment_id, code) => tx.emit(&PaymentCaptureFailed { order_id, shipment_id, code }),
        Told::Disputed(state, amount) => {
            tx.emit(&PaymentDisputed { order_id, payment_id, amount: money(amount), state })
        }
    }
}
