//! Payments and attempts as rows: their columns, and what of them changes.

use super::{parts, read_currency, read_word};
use crate::model::{Attempt, Dispute, Payment, State, Status, Task, dispute_of, dispute_word};
use bodega_contracts::{OrderId, PaymentId};
use bodega_db::{DbError, Row, Value, params};
use bodega_kernel::{Money, Time};

/// The columns of a new payment.
pub(super) const PAYMENT_COLUMNS: &[&str] = &[
    "order_id",
    "payment_id",
    "due",
    "amount",
    "currency",
    "deadline_ms",
    "state",
    "cancelled",
    "authorized",
    "captured",
    "refunded",
    "refund_reserved",
    "tendered",
    "credited",
    "disputed",
    "dispute",
    "taken_back",
    "written_off",
    "parts",
    "created_ms",
];
/// The columns of a new attempt.
pub(super) const ATTEMPT_COLUMNS: &[&str] = &[
    "order_id",
    "attempt",
    "method",
    "provider",
    "amount",
    "currency",
    "status",
    "task",
    "due_ms",
    "lease",
    "sent",
    "tries",
    "captured",
    "surplus",
    "provider_ref",
    "action_url",
    "code",
    "flag",
    "trace",
    "created_ms",
    "capture_now",
    "capture_to",
];

/// Writes what changes of an attempt; which one, and what it is to be, is to follow.
macro_rules! update_attempt {
    ($which:literal) => {
        concat!(
            "UPDATE attempts SET status = $3, task = $4, due_ms = $5, lease = $6, sent = $7, tries = $8, captured = $9, ",
            "surplus = $10, provider_ref = $11, action_url = $12, code = $13, flag = $14, capture_to = $15 ",
            "WHERE order_id = $1 AND attempt = $2",
            $which
        )
    };
}
pub(super) use update_attempt;

/// All that changes of a payment.
pub(super) const UPDATE_SUMS: &str = "UPDATE payments SET due = $2, amount = $3, currency = $4, state = $5, cancelled = $6, authorized = $7, \
               captured = $8, refunded = $9, refund_reserved = $10, tendered = $11, credited = $12, disputed = $13, \
               dispute = $14, parts = parts OR $15, taken_back = $16, written_off = $17 WHERE order_id = $1";

/// The values of [`UPDATE_SUMS`].
pub(super) fn sums_row(payment: &Payment) -> Vec<Value<'_>> {
    params![
        payment.order_id.0,
        payment.due.is_some(),
        payment.due.map_or(0, |due| due.amount),
        currency(payment),
        payment.state.word(),
        payment.cancelled,
        payment.authorized,
        payment.captured,
        payment.refunded,
        payment.refund_reserved,
        payment.tendered(),
        payment.credited,
        payment.dispute.map_or(0, |dispute| dispute.amount),
        payment.dispute.map(|dispute| dispute_word(dispute.state)),
        parts::any(payment),
        payment.dispute.map_or(0, |dispute| dispute.taken_back),
        payment.dispute.map_or(0, |dispute| dispute.written_off)
    ]
    .into()
}

/// The values of `update_attempt`.
pub(super) fn change_row(order: OrderId, attempt: &Attempt) -> Vec<Value<'_>> {
    params![
        order.0,
        attempt.number,
        attempt.status.word(),
        attempt.task.map(Task::word),
        attempt.due,
        attempt.lease,
        attempt.sent,
        attempt.tries,
        attempt.captured,
        attempt.surplus,
        attempt.reference.as_deref(),
        attempt.action_url.as_deref(),
        attempt.code.as_deref(),
        attempt.flag.as_deref(),
        attempt.capture_to
    ]
    .into()
}

/// A new payment.
pub(super) fn payment_row(payment: &Payment, deadline: Option<Time>, now: Time) -> Vec<Value<'_>> {
    params![
        payment.order_id.0,
        payment.payment_id.0,
        payment.due.is_some(),
        payment.due.map_or(0, |due| due.amount),
        currency(payment),
        deadline,
        payment.state.word(),
        payment.cancelled,
        payment.authorized,
        payment.captured,
        payment.refunded,
        payment.refund_reserved,
        payment.tendered(),
        payment.credited,
        payment.dispute.map_or(0, |dispute| dispute.amount),
        payment.dispute.map(|dispute| dispute_word(dispute.state)),
        payment.dispute.map_or(0, |dispute| dispute.taken_back),
        payment.dispute.map_or(0, |dispute| dispute.written_off),
        parts::any(payment),
        now
    ]
    .into()
}

/// A new attempt.
pub(super) fn attempt_row<'p>(payment: &'p Payment, attempt: &'p Attempt, now: Time) -> Vec<Value<'p>> {
    params![
        payment.order_id.0,
        attempt.number,
        &attempt.method,
        &attempt.provider,
        attempt.amount,
        currency(payment),
        attempt.status.word(),
        attempt.task.map(Task::word),
        attempt.due,
        attempt.lease,
        attempt.sent,
        attempt.tries,
        attempt.captured,
        attempt.surplus,
        attempt.reference.as_deref(),
        attempt.action_url.as_deref(),
        attempt.code.as_deref(),
        attempt.flag.as_deref(),
        attempt.trace.as_deref(),
        now,
        attempt.capture_now,
        attempt.capture_to
    ]
    .into()
}

fn currency(payment: &Payment) -> &str {
    payment.due.as_ref().map_or("", |due| due.currency.code())
}

/// Reads a payment, without its attempts and parts.
pub(super) fn read_payment(row: &Row) -> Result<Payment, DbError> {
    let due = if row.get(2)? { Some(Money::new(row.get(3)?, read_currency(&row.get::<String>(4)?)?)) } else { None };
    let dispute = row.get::<Option<String>>(13)?.map(|word| read_word(&word, dispute_of)).transpose()?;
    let read = |state| {
        let (amount, taken_back, written_off) = (row.get(12)?, row.get(15)?, row.get(16)?);
        Ok::<_, DbError>(Dispute { state, amount, taken_back, written_off })
    };
    let dispute = dispute.map(read).transpose()?;
    Ok(Payment {
        due,
        state: read_word(&row.get::<String>(5)?, State::of)?,
        cancelled: row.get(6)?,
        authorized: row.get(7)?,
        captured: row.get(8)?,
        refunded: row.get(9)?,
        refund_reserved: row.get(10)?,
        credited: row.get(11)?,
        dispute,
        ..Payment::unheard(OrderId(row.get(0)?), PaymentId(row.get(1)?))
    })
}

/// Reads an attempt.
pub(super) fn read_attempt(row: &Row) -> Result<Attempt, DbError> {
    let task = row.get::<Option<String>>(6)?.map(|word| read_word(&word, Task::of)).transpose()?;
    Ok(Attempt {
        number: row.get(1)?,
        method: row.get(2)?,
        provider: row.get(3)?,
        amount: row.get(4)?,
        status: read_word(&row.get::<String>(5)?, Status::of)?,
        task,
        due: row.get(7)?,
        lease: row.get(8)?,
        sent: row.get(9)?,
        tries: row.get(10)?,
        captured: row.get(11)?,
        surplus: row.get(12)?,
        reference: row.get(13)?,
        action_url: row.get(14)?,
        code: row.get(15)?,
        flag: row.get(16)?,
        trace: row.get(17)?,
        capture_now: row.get(18)?,
        capture_to: row.get(19)?,
    })
}
