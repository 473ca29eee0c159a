//! The payments one transaction works on: loaded and locked together, written back where they changed.

use super::{Movement, move_balances, parts, read_currency, read_word};
use crate::model::{Attempt, Dispute, Entry, Payment, Refund, State, Status, Task, Turn, dispute_of, dispute_word};
use bodega_contracts::{OrderId, PaymentId};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Currency, Money, Time};
use std::collections::BTreeMap;

const PAYMENT_COLUMNS: &[&str] = &[
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
const ATTEMPT_COLUMNS: &[&str] = &[
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

/// A payment as it was read and as it is now.
struct Held {
    before: Payment,
    now: Payment,
}

/// What was saved, by who has to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    /// Calls are due.
    pub(crate) calls: bool,
    /// Refunds were prepared.
    pub(crate) refunds: bool,
}

/// The payments one transaction works on, and what else it writes with them.
#[derive(Default)]
pub(crate) struct Batch {
    held: BTreeMap<OrderId, Held>,
    entries: Vec<Vec<Value<'static>>>,
    movements: Vec<Movement<'static>>,
    refunds: Vec<(Refund, String)>,
    refunds_due: bool,
}

impl Batch {
    /// Reads and locks the payments of these orders, as far as there are any.
    pub(crate) async fn load(tx: &mut Tx, orders: impl IntoIterator<Item = OrderId>) -> Result<Self, DbError> {
        let mut orders: Vec<OrderId> = orders.into_iter().collect();
        orders.sort_unstable();
        orders.dedup();
        let keys: Vec<Value<'_>> = orders.iter().map(|order| Value::from(order.0)).collect();
        let sql = "SELECT order_id, payment_id, due, amount, currency, state, cancelled, authorized, captured, refunded, \
                   refund_reserved, credited, disputed, dispute, parts, taken_back, written_off FROM payments WHERE order_id = $1 \
                   ORDER BY order_id {lock}";
        let (mut payments, mut with_parts) = (BTreeMap::new(), Vec::new());
        for row in tx.query_keys(sql, &keys).await? {
            let payment = read_payment(&row)?;
            if row.get(14)? {
                with_parts.push(payment.order_id);
            }
            payments.insert(payment.order_id, payment);
        }
        let sql = "SELECT order_id, attempt, method, provider, amount, status, task, due_ms, lease, sent, tries, captured, \
                   surplus, provider_ref, action_url, code, flag, trace, capture_now, capture_to FROM attempts WHERE order_id = $1 \
                   ORDER BY order_id, attempt {lock}";
        for row in tx.query_keys(sql, &keys).await? {
            if let Some(payment) = payments.get_mut(&OrderId(row.get(0)?)) {
                payment.attempts.push(read_attempt(&row)?);
            }
        }
        parts::load(tx, &mut payments, &with_parts).await?;
        let held = payments.into_iter().map(|(order, now)| (order, Held { before: now.clone(), now })).collect();
        Ok(Self { held, ..Self::default() })
    }

    /// The same, and makes those that are missing: their orders have not been heard of.
    pub(crate) async fn load_or_make(tx: &mut Tx, orders: &[OrderId]) -> Result<Self, DbError> {
        let mut missing = Vec::with_capacity(orders.len());
        for order in orders {
            let payment = Payment::unheard(*order, PaymentId::new(tx.world()));
            missing.push(payment_row(&payment, None, tx.now()));
        }
        tx.insert_new("payments", PAYMENT_COLUMNS, &missing).await?;
        Self::load(tx, orders.iter().copied()).await
    }

    /// The payment of an order, if it was loaded.
    pub(crate) fn payment(&mut self, order: OrderId) -> Option<&mut Payment> {
        self.held.get_mut(&order).map(|held| &mut held.now)
    }

    /// Books an entry of an order.
    pub(crate) fn book(&mut self, tx: &Tx, order: OrderId, currency: Currency, entry: &Entry) {
        if entry.holder.is_some() {
            let (entry, note, actor) = (entry.clone(), None, None);
            self.movements.push(Movement { subject: order.0, entry, currency, note, actor });
            return;
        }
        for (account, amount) in entry.lines {
            let row = params![order.0, entry.name.clone(), account.word(), amount, currency.to_string(), tx.now()];
            self.entries.push(row.to_vec());
        }
    }

    /// Prepares a refund, with its reason.
    pub(crate) fn refund(&mut self, refund: Refund, reason: &str) {
        self.refunds.push((refund, reason.to_owned()));
    }

    /// A refund went another way; whether somebody is to be woken for it is said when all is saved.
    pub(crate) fn turned(&mut self, turn: Turn) {
        self.refunds_due |= turn == Turn::Again;
    }

    /// Writes what changed, and says whom that gives something to do.
    pub(crate) async fn save(self, tx: &mut Tx) -> Result<Saved, DbError> {
        let now = tx.now();
        let attempts = || self.held.values().flat_map(|held| &held.now.attempts);
        let calls = attempts().any(|attempt| attempt.due.is_some_and(|due| due <= now));
        let mut begun = Vec::new();
        for Held { before, now: payment } in self.held.values() {
            if !same_sums(before, payment) {
                update_payment(tx, payment).await?;
            }
            parts::save(tx, before, payment).await?;
            for (index, attempt) in payment.attempts.iter().enumerate() {
                match before.attempts.get(index) {
                    None => begun.push(attempt_row(payment, attempt, now)),
                    Some(old) if old != attempt => update_attempt(tx, payment.order_id, attempt).await?,
                    Some(_) => {}
                }
            }
        }
        tx.insert_rows("attempts", ATTEMPT_COLUMNS, OnConflict::Fail, &begun).await?;
        let columns = &["order_id", "entry", "account", "amount", "currency", "at_ms"];
        tx.insert_rows("ledger", columns, OnConflict::Fail, &self.entries).await?;
        move_balances(tx, &self.movements).await?;
        for (refund, reason) in &self.refunds {
            super::insert_refund(tx, refund, reason).await?;
        }
        Ok(Saved { calls, refunds: self.refunds_due || !self.refunds.is_empty() })
    }
}

/// Inserts payments that fall due, each with its first attempt; says which of them are new. Those that are not keep
/// their rows, and their attempts are not inserted.
pub(crate) async fn insert_due(tx: &mut Tx, payments: &[(Payment, Time)]) -> Result<Vec<bool>, DbError> {
    let now = tx.now();
    let rows: Vec<_> = payments.iter().map(|(payment, deadline)| payment_row(payment, Some(*deadline), now)).collect();
    let new = tx.insert_new("payments", PAYMENT_COLUMNS, &rows).await?;
    let inserted = payments.iter().zip(&new).filter(|(_, new)| **new).map(|((payment, _), _)| payment);
    let attempts: Vec<_> = inserted
        .flat_map(|payment| payment.attempts.iter().map(|attempt| attempt_row(payment, attempt, now)))
        .collect();
    tx.insert_rows("attempts", ATTEMPT_COLUMNS, OnConflict::Fail, &attempts).await?;
    Ok(new)
}

/// Until when an order may be paid, where it was known before it fell due.
pub(crate) async fn set_deadline(tx: &mut Tx, order: OrderId, deadline: Time) -> Result<(), DbError> {
    let sql = "UPDATE payments SET deadline_ms = $2 WHERE order_id = $1";
    tx.execute(sql, &params![order.0, deadline]).await.map(drop)
}

fn same_sums(before: &Payment, now: &Payment) -> bool {
    let sums = |payment: &Payment| {
        let money = [payment.authorized, payment.captured, payment.refunded, payment.refund_reserved, payment.credited];
        (payment.due, payment.state, payment.cancelled, money, payment.tendered(), payment.dispute, parts::any(payment))
    };
    sums(before) == sums(now)
}

async fn update_payment(tx: &mut Tx, payment: &Payment) -> Result<(), DbError> {
    let sql = "UPDATE payments SET due = $2, amount = $3, currency = $4, state = $5, cancelled = $6, authorized = $7, \
               captured = $8, refunded = $9, refund_reserved = $10, tendered = $11, credited = $12, disputed = $13, \
               dispute = $14, parts = parts OR $15, taken_back = $16, written_off = $17 WHERE order_id = $1";
    let values = params![
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
    ];
    tx.execute(sql, &values).await.map(drop)
}

async fn update_attempt(tx: &mut Tx, order: OrderId, attempt: &Attempt) -> Result<(), DbError> {
    let sql = "UPDATE attempts SET status = $3, task = $4, due_ms = $5, lease = $6, sent = $7, tries = $8, captured = $9, \
               surplus = $10, provider_ref = $11, action_url = $12, code = $13, flag = $14, capture_to = $15 \
               WHERE order_id = $1 AND attempt = $2";
    let values = params![
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
    ];
    tx.execute(sql, &values).await.map(drop)
}

fn payment_row(payment: &Payment, deadline: Option<Time>, now: Time) -> Vec<Value<'static>> {
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
    .to_vec()
}

fn attempt_row(payment: &Payment, attempt: &Attempt, now: Time) -> Vec<Value<'static>> {
    params![
        payment.order_id.0,
        attempt.number,
        attempt.method.clone(),
        attempt.provider.clone(),
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
        attempt.reference.clone(),
        attempt.action_url.clone(),
        attempt.code.clone(),
        attempt.flag.clone(),
        attempt.trace.clone(),
        now,
        attempt.capture_now,
        attempt.capture_to
    ]
    .to_vec()
}

fn currency(payment: &Payment) -> String {
    payment.due.map_or_else(String::new, |due| due.currency.to_string())
}

fn read_payment(row: &Row) -> Result<Payment, DbError> {
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

fn read_attempt(row: &Row) -> Result<Attempt, DbError> {
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
