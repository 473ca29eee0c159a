//! An order is to be paid: the payment and its first attempt, claimed for this process and handed to a caller.

use super::effects::{self, Standing};
use crate::{
    Payments,
    model::{Attempt, ChargeKey, Effect, Held, LEASE, Payment, Purse, State, Status},
    store::{self, Batch, Handed},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{OrderId, PaymentId, orders::OrderPaymentDue};
use bodega_db::{DbError, Tx};
use bodega_kernel::{Currency, Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// Orders fall due: each is charged once, and one that is over already never. Where gift cards and store credit pay a
/// part of it, all of them do or none.
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
    for (((delivery, (payment, _)), effects), new) in batch.iter().zip(due).zip(effects).zip(new) {
        if new && payment.due.is_some() {
            let standing = Standing::of(&payment);
            effects::carry_out(tx, &mut Batch::default(), &standing, effects, delivery.trace.as_deref()).await?;
            fresh.extend(claim.handed(&payment).map(|handed| Handed { fresh: Some(Arc::new(payment)), ..handed }));
        } else {
            known.push(delivery);
        }
    }
    fresh.extend(charge_known(payments, tx, &claim, &known).await?);
    payments.work.hand_over(fresh);
    Ok(())
}

/// A payment with its first attempt; one that is not due yet where more than a payment method pays it.
fn first_attempt(
    payments: &Payments,
    tx: &Tx,
    claim: &Claim,
    delivery: &Delivery<OrderPaymentDue>,
) -> Result<(Payment, Vec<Effect>), Failure> {
    let OrderPaymentDue { order_id, amount, payment_method, tenders, .. } = &delivery.event;
    let tendered = tenders.iter().try_fold(0_i64, |sum, tender| sum.checked_add(tender.amount));
    let sound = tenders.iter().all(|tender| tender.amount > 0) && tendered.is_some_and(|sum| sum <= amount.amount);
    if amount.amount < 1 || !sound {
        return Err(Failure::permanent(format!(
            "order {order_id} is to be paid {amount}, {tendered:?} of it tendered"
        )));
    }
    let mut payment = Payment::unheard(*order_id, PaymentId::new(tx.world()));
    if !tenders.is_empty() {
        return Ok((payment, Vec::new()));
    }
    payment.due = Some(*amount);
    let mut attempt = claim.attempt(payments, 1, payment_method, amount.amount);
    attempt.trace = delivery.trace.as_deref().map(str::to_owned);
    let effects = payment.begin(attempt);
    Ok((payment, effects))
}

/// Orders of which something is known, be it that they were over before they were heard to be due: those are noted, and
/// not charged.
async fn charge_known(
    payments: &Payments,
    tx: &mut Tx,
    claim: &Claim,
    known: &[&Delivery<OrderPaymentDue>],
) -> Result<Vec<Handed>, DbError> {
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let mut batch = Batch::load(tx, known.iter().map(|delivery| delivery.event.order_id)).await?;
    let mut purses = lock_purses(tx, &mut batch, known).await?;
    let mut fresh: BTreeMap<OrderId, Handed> = BTreeMap::new();
    for delivery in known {
        let event = &delivery.event;
        let Some(payment) = batch.payment(event.order_id) else { continue };
        if payment.due.is_some() {
            continue;
        }
        payment.due = Some(event.amount);
        let effects = if payment.state == State::Open && !payment.cancelled {
            let purse = purses.entry(event.amount.currency).or_default();
            begin(payments, claim, payment, delivery, purse)
        } else {
            payment.settle(tx.now())
        };
        fresh.extend(claim.handed(payment).map(|handed| (event.order_id, handed)));
        let standing = Standing::of(payment);
        effects::carry_out(tx, &mut batch, &standing, effects, delivery.trace.as_deref()).await?;
        store::set_deadline(tx, event.order_id, event.deadline).await?;
    }
    let saved = batch.save(tx).await?;
    effects::wake(&payments.work, saved);
    Ok(fresh.into_values().collect())
}

/// What can be spent of the balances that these orders are to be paid with, by currency. Only those that will be paid
/// lock any.
async fn lock_purses(
    tx: &mut Tx,
    batch: &mut Batch,
    known: &[&Delivery<OrderPaymentDue>],
) -> Result<BTreeMap<Currency, Purse>, DbError> {
    let mut holders: BTreeMap<Currency, BTreeSet<_>> = BTreeMap::new();
    for delivery in known {
        let OrderPaymentDue { order_id, amount, tenders, customer_id, .. } = &delivery.event;
        let payable = |payment: &&mut Payment| payment.due.is_none() && payment.state == State::Open;
        let Some(payment) = batch.payment(*order_id).filter(payable) else { continue };
        payment.tenders = Held::wanted(tenders, *customer_id, amount.currency);
        holders.entry(amount.currency).or_default().extend(payment.tenders.iter().map(|held| held.holder.clone()));
    }
    let mut purses = BTreeMap::new();
    for (currency, holders) in holders {
        purses.insert(currency, store::lock_purse(tx, &holders, currency).await?);
    }
    Ok(purses)
}

fn begin(
    payments: &Payments,
    claim: &Claim,
    payment: &mut Payment,
    delivery: &Delivery<OrderPaymentDue>,
    purse: &mut Purse,
) -> Vec<Effect> {
    let (method, due) = (&delivery.event.payment_method, delivery.event.amount.amount);
    let (mut effects, short) = match payment.take_tenders(purse) {
        Ok(effects) => (effects, None),
        Err(code) => (Vec::new(), Some(code)),
    };
    if payment.is_tendered_in_full() {
        effects.extend(payment.paid_by_tenders(1, claim.now));
        return effects;
    }
    let mut attempt = match short {
        Some(code) => Attempt::impossible(1, method, due, code),
        None => claim.attempt(payments, 1, method, payment.rest()),
    };
    attempt.trace = delivery.trace.as_deref().map(str::to_owned);
    effects.extend(payment.begin(attempt));
    effects
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
        let Some(provider) = payments.providers.offering(method) else {
            return Attempt::impossible(number, method, amount, "method_not_available");
        };
        let prepared = Attempt::prepared(number, method, provider, amount, self.now);
        let prepared = Attempt { capture_now: !payments.capture_later, ..prepared };
        match self.lease {
            None => prepared,
            Some(lease) => prepared.claimed(lease, self.now.plus(LEASE)),
        }
    }

    /// The payment's last attempt, if it was claimed here.
    pub(super) fn handed(&self, payment: &Payment) -> Option<Handed> {
        let last = payment.attempts.last().filter(|attempt| attempt.status == Status::Calling)?;
        let key = ChargeKey { order_id: payment.order_id, attempt: last.number };
        self.lease.filter(|lease| last.lease == Some(*lease)).map(|lease| Handed {
            key,
            lease,
            until: self.now.plus(LEASE),
            fresh: None,
        })
    }
}
