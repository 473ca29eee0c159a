//! What shoppers and staff ask for: the next attempt, a capture, a receipt, a refund. Each once for its idempotency key.

use super::{
    effects::{self, Standing},
    hears::Claim,
};
use crate::{
    Payments,
    error::Error,
    model::{Refund, Refusal, Status},
    store::{self, AttemptView, Batch, RefundView},
};
use bodega_contracts::OrderId;
use bodega_db::{IdempotencyKey, Replay, StoredAnswer, Trace, Tx};
use bodega_kernel::Money;
use serde::Serialize;

/// An answer, for the first time or again.
pub(crate) enum Given {
    /// For the first time.
    First(StoredAnswer),
    /// As it was given before.
    Again(StoredAnswer),
}

/// Whether the gift cards and the store credit that an order was to be paid with are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tendering {
    /// Those that still hold pay their part.
    WhatHolds,
    /// The payment method pays all that is left.
    Nothing,
}

/// The shopper tries again, once the last attempt has ended without money.
pub(crate) async fn begin_attempt(
    payments: &Payments,
    order: OrderId,
    method: String,
    with: Tendering,
    key: IdempotencyKey,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let state = payments.clone();
    let begun = payments.db.write_following(trace.clone(), async move |tx| {
        let mut batch = Batch::load(tx, [order]).await?;
        if let Some(again) = given_before(tx, &key).await? {
            return Ok(again);
        }
        let payment = batch.payment(order).ok_or(Refusal::NotPayable)?;
        let number = payment.next_number()?;
        let due = payment.due.ok_or(Refusal::NotPayable)?;
        let mut tendered = Vec::new();
        if with == Tendering::WhatHolds {
            let holders = payment.tenders.iter().map(|tender| tender.holder.clone()).collect();
            tendered = payment.take_what_holds(&mut store::lock_purse(tx, &holders, due.currency).await?);
        }
        let claim = Claim::new(&state, tx, 1);
        let amount = Money::new(payment.rest(), due.currency);
        let mut attempt = claim.attempt(&state, number, &method, amount.amount);
        attempt.trace = trace.as_deref().map(str::to_owned);
        if amount.amount == 0 {
            (attempt.status, attempt.code) = (Status::Captured, None);
        }
        let (status, code) = (attempt.status, attempt.code.clone());
        let view = AttemptView {
            number,
            payment_method: method,
            status,
            amount,
            code,
            flag: None,
            reference: None,
            at: tx.now(),
        };
        tendered.extend(if amount.amount == 0 {
            payment.paid_by_tenders(number, tx.now())
        } else {
            payment.begin(attempt)
        });
        let effects = tendered;
        let (standing, handed) = (Standing::of(payment), claim.handed(payment));
        effects::carry_out(tx, &mut batch, &standing, effects, trace.as_deref()).await?;
        let saved = batch.save(tx).await?;
        effects::wake(&state.work, saved);
        state.work.hand_over(handed);
        remember(tx, &key, 202, &view).await
    });
    begun.await
}

/// Staff give money back: all refunds of an order together never exceed what was taken.
pub(crate) async fn give_back(
    payments: &Payments,
    order: OrderId,
    amount: Money,
    reason: String,
    key: IdempotencyKey,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let state = payments.clone();
    let prepared = payments.db.write_following(trace.clone(), async move |tx| {
        let mut batch = Batch::load(tx, [order]).await?;
        if let Some(again) = given_before(tx, &key).await? {
            return Ok(again);
        }
        let payment = batch.payment(order).filter(|payment| payment.due.is_some()).ok_or(Error::NotFound)?;
        let giving = payment.reserve_refund(amount)?;
        let standing = Standing::of(payment);
        let refund = effects::give_back(tx, &mut batch, &standing, &giving, &reason, trace.as_deref())?;
        let saved = batch.save(tx).await?;
        effects::wake(&state.work, saved);
        let Refund { id, status, origin, credited, .. } = refund;
        let credited = (credited > 0).then(|| Money::new(credited, amount.currency));
        let at = tx.now();
        remember(tx, &key, 202, &RefundView { id, amount, credited, status, origin, reason, code: None, at }).await
    });
    prepared.await
}

/// What became of an attempt.
#[derive(Serialize)]
struct Progress {
    attempt: i64,
    status: Status,
}

/// Staff take what is promised.
pub(crate) async fn capture(
    payments: &Payments,
    order: OrderId,
    key: IdempotencyKey,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let state = payments.clone();
    let wanted = payments.db.write_following(trace, async move |tx| {
        let mut batch = Batch::load(tx, [order]).await?;
        if let Some(again) = given_before(tx, &key).await? {
            return Ok(again);
        }
        let now = tx.now();
        let payment = batch.payment(order).filter(|payment| payment.due.is_some()).ok_or(Error::NotFound)?;
        let attempt = payment.capture(now)?;
        let saved = batch.save(tx).await?;
        effects::wake(&state.work, saved);
        remember(tx, &key, 202, &Progress { attempt, status: Status::Authorized }).await
    });
    wanted.await
}

/// Staff book what has come by hand: once, and all that is due.
pub(crate) async fn receive(
    payments: &Payments,
    order: OrderId,
    amount: Money,
    reference: String,
    key: IdempotencyKey,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let state = payments.clone();
    let booked = payments.db.write_following(trace.clone(), async move |tx| {
        let mut batch = Batch::load(tx, [order]).await?;
        if let Some(again) = given_before(tx, &key).await? {
            return Ok(again);
        }
        let now = tx.now();
        let payment = batch.payment(order).filter(|payment| payment.due.is_some()).ok_or(Error::NotFound)?;
        let (attempt, effects) = payment.receive(amount, reference, now)?;
        let standing = Standing::of(payment);
        effects::carry_out(tx, &mut batch, &standing, effects, trace.as_deref()).await?;
        let saved = batch.save(tx).await?;
        effects::wake(&state.work, saved);
        remember(tx, &key, 200, &Progress { attempt, status: Status::Captured }).await
    });
    booked.await
}

/// The answer this key got before. Asked after the payment is locked, so that a twin has committed by then.
pub(super) async fn given_before(tx: &mut Tx, key: &IdempotencyKey) -> Result<Option<Given>, Error> {
    match tx.replayed(key).await? {
        Replay::New => Ok(None),
        Replay::Same(answer) => Ok(Some(Given::Again(answer))),
        Replay::Other => Err(Error::KeyReused),
    }
}

pub(super) async fn remember(
    tx: &mut Tx,
    key: &IdempotencyKey,
    status: u16,
    view: &impl Serialize,
) -> Result<Given, Error> {
    let answer = StoredAnswer { status, body: serde_json::to_string(view)? };
    tx.remember(key, &answer).await?;
    Ok(Given::First(answer))
}
