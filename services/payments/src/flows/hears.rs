//! An order is to be paid: the payment and its first attempt, claimed for this process and handed to a caller.

use super::effects::{self, Standing};
use crate::{
    Payments,
    model::{Attempt, ChargeKey, Effect, LEASE, Payment, Status},
    store::{self, Batch, Handed},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{PaymentId, orders::OrderPaymentDue};
use bodega_db::{DbError, Tx};
use bodega_kernel::Time;
use uuid::Uuid;

/// Orders fall due: each is charged once, and one that is over already never.
pub(crate) async fn charge(
    payments: &Payments,
    tx: &mut Tx,
    batch: &[Delivery<OrderPaymentDue>],
) -> Result<(), Failure> {
    let claim = Claim::new(payments, tx, batch.len());
    let (mut due, mut effects) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
    for delivery in batch {
        let (payment, follows) = first_attempt(payments, tx, &claim, delivery)?;
        due.push((payment, delivery.event.deadline));
        effects.push(follows);
    }
    let new = store::insert_due(tx, &due).await?;
    let (mut known, mut fresh) = (Vec::new(), Vec::new());
    for (((delivery, (payment, _)), effects), new) in batch.iter().zip(&due).zip(effects).zip(new) {
        if new {
            let standing = Standing::of(payment);
            effects::carry_out(tx, &mut Batch::default(), &standing, effects, delivery.trace.as_deref())?;
            fresh.extend(claim.handed(payment));
        } else {
            known.push(delivery);
        }
    }
    note_late(tx, &known).await?;
    payments.work.hand_over(fresh);
    Ok(())
}

fn first_attempt(
    payments: &Payments,
    tx: &Tx,
    claim: &Claim,
    delivery: &Delivery<OrderPaymentDue>,
) -> Result<(Payment, Vec<Effect>), Failure> {
    let OrderPaymentDue { order_id, amount, payment_method, .. } = &delivery.event;
    if amount.amount < 1 {
        return Err(Failure::permanent(format!("order {order_id} is to be paid {amount}")));
    }
    let mut payment = Payment { due: Some(*amount), ..Payment::unheard(*order_id, PaymentId::new(tx.world())) };
    let mut attempt = claim.attempt(payments, 1, payment_method, amount.amount);
    attempt.trace = delivery.trace.as_deref().map(str::to_owned);
    let effects = payment.begin(attempt);
    Ok((payment, effects))
}

/// Orders that were over before they were heard to be due: noted, and not charged.
async fn note_late(tx: &mut Tx, late: &[&Delivery<OrderPaymentDue>]) -> Result<(), DbError> {
    if late.is_empty() {
        return Ok(());
    }
    let mut batch = Batch::load(tx, late.iter().map(|delivery| delivery.event.order_id)).await?;
    for delivery in late {
        if let Some(payment) = batch.payment(delivery.event.order_id) {
            payment.due.get_or_insert(delivery.event.amount);
        }
    }
    batch.save(tx).await.map(drop)
}

/// Fresh attempts are claimed in the transaction that makes them, so that no other is needed before the call. Where too
/// many wait in memory, they wait in the database.
pub(super) struct Claim {
    lease: Option<Uuid>,
    now: Time,
}

impl Claim {
    pub(super) fn new(payments: &Payments, tx: &Tx, attempts: usize) -> Self {
        let lease = payments.work.has_room(attempts).then(|| tx.world().uuid());
        Self { lease, now: tx.now() }
    }

    /// A fresh attempt; one that has failed already where nobody offers its method.
    pub(super) fn attempt(&self, payments: &Payments, number: i64, method: &str, amount: i64) -> Attempt {
        match (payments.providers.offering(method), self.lease) {
            (None, _) => Attempt::impossible(number, method, amount),
            (Some(provider), None) => Attempt::prepared(number, method, provider, amount, self.now),
            (Some(provider), Some(lease)) => {
                Attempt::prepared(number, method, provider, amount, self.now).claimed(lease, self.now.plus(LEASE))
            }
        }
    }

    /// The payment's last attempt, if it was claimed here.
    pub(super) fn handed(&self, payment: &Payment) -> Option<Handed> {
        let last = payment.attempts.last().filter(|attempt| attempt.status == Status::Calling)?;
        let key = ChargeKey { order_id: payment.order_id, attempt: last.number };
        self.lease.filter(|lease| last.lease == Some(*lease)).map(|lease| Handed { key, lease })
    }
}
