//! Carries out what follows from something that happened: events, ledger, refunds.

use crate::{
    jobs::Work,
    model::{Effect, Origin, Payment, Refund, RefundStatus, Told},
    store::{Batch, Saved},
};
use bodega_contracts::{
    OrderId, PaymentId, RefundId,
    payments::{
        PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentClosed, PaymentFailed, PaymentRefunded,
        PaymentVoided,
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
            authorized: payment.authorized,
            captured: payment.captured,
            refunded: payment.refunded,
        }
    }
}

/// Carries out the effects on one payment of `batch`; `trace` is what caused them.
pub(super) fn carry_out(
    tx: &mut Tx,
    batch: &mut Batch,
    standing: &Standing,
    effects: Vec<Effect>,
    trace: Option<&str>,
) -> Result<(), DbError> {
    tx.follow(trace.map(Into::into));
    for effect in effects {
        match effect {
            Effect::Tell(told) => tell(tx, standing, told)?,
            Effect::Book(entry) => batch.book(tx, standing.order_id, standing.currency.code(), &entry),
            Effect::GiveBack { attempt, amount, origin } => {
                let refund = Refund {
                    id: RefundId::new(tx.world()),
                    order_id: standing.order_id,
                    attempt,
                    amount: Money::new(amount, standing.currency),
                    origin,
                    status: RefundStatus::Prepared,
                    lease: None,
                    sent: false,
                    tries: 0,
                    trace: trace.map(str::to_owned),
                };
                let reason = if origin == Origin::Surplus { "paid twice" } else { "the order was cancelled" };
                batch.refund(refund, reason);
            }
            Effect::Alert(what) => tracing::error!(order_id = %standing.order_id, alert = true, "{what}"),
        }
    }
    Ok(())
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
    }
}
