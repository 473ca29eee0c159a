//! The payments one transaction works on: loaded and locked together, written back where they changed.

use super::{
    Movement, move_balances, parts,
    rows::{
        ATTEMPT_COLUMNS, PAYMENT_COLUMNS, UPDATE_SUMS, attempt_row, change_row, payment_row, read_attempt,
        read_payment, sums_row, update_attempt,
    },
};
use crate::model::{Entry, Payment, Refund, State, Turn};
use bodega_contracts::{OrderId, PaymentId};
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::{Currency, Time};
use std::collections::BTreeMap;
use uuid::Uuid;

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
    /// Payments that are taken to be as they were made, each with the claim of its only attempt.
    fresh: BTreeMap<OrderId, (Payment, Uuid)>,
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
        let unheard = |order: &OrderId| Payment::unheard(*order, PaymentId::new(tx.world()));
        let payments: Vec<Payment> = orders.iter().map(unheard).collect();
        let missing: Vec<_> = payments.iter().map(|payment| payment_row(payment, None, tx.now())).collect();
        tx.insert_new("payments", PAYMENT_COLUMNS, &missing).await?;
        Self::load(tx, orders.iter().copied()).await
    }

    /// The same, of payments whose only attempts were claimed as they were made, without reading them: see [`Batch::save_fresh`].
    pub(crate) fn of_fresh<'p>(payments: impl Iterator<Item = (&'p Payment, Uuid)>) -> Self {
        let fresh = payments.map(|(payment, lease)| (payment.order_id, (payment.clone(), lease)));
        Self { fresh: fresh.collect(), ..Self::default() }
    }

    /// The payment of an order, if it was loaded.
    pub(crate) fn payment(&mut self, order: OrderId) -> Option<&mut Payment> {
        let held = self.held.get_mut(&order).map(|held| &mut held.now);
        held.or_else(|| self.fresh.get_mut(&order).map(|(payment, _)| payment))
    }

    /// Books an entry of an order.
    pub(crate) fn book(&mut self, tx: &Tx, order: OrderId, currency: Currency, entry: Entry) {
        if entry.holder.is_some() {
            self.movements.push(Movement { subject: order.0, entry, currency, note: None, actor: None });
            return;
        }
        let [(counter, counter_amount), (account, amount)] = entry.lines;
        let row = params![
            order.0,
            entry.name,
            account.word(),
            amount,
            counter.word(),
            counter_amount,
            currency.to_string(),
            tx.now()
        ];
        self.entries.push(row.into());
    }

    /// Prepares a refund, with its reason.
    pub(crate) fn refund(&mut self, refund: Refund, reason: &str) {
        self.refunds.push((refund, reason.to_owned()));
    }

    /// A refund went another way; whether somebody is to be woken for it is said when all is saved.
    pub(crate) fn turned(&mut self, turn: Turn) {
        self.refunds_due |= turn == Turn::Again;
    }

    /// Writes payments that are taken to be as they were made, and have changed by one report each. Where something else has
    /// happened to one of them since, `false`, and all is to be undone.
    pub(crate) async fn save_fresh(&self, tx: &mut Tx) -> Result<bool, DbError> {
        if !self.fresh.values().all(|(payment, _)| is_plain(payment)) {
            return Ok(false);
        }
        let (mut sums, mut attempts) = (Vec::new(), Vec::new());
        for (payment, lease) in self.fresh.values() {
            sums.push(params![payment.order_id.0, payment.authorized, payment.captured].to_vec());
            for attempt in &payment.attempts {
                let mut row = change_row(payment.order_id, attempt);
                row.push(Value::from(*lease));
                attempts.push(row);
            }
        }
        // Whatever happens to a payment changes one of these, or its attempt.
        let sql = "UPDATE payments SET authorized = $2, captured = $3 WHERE order_id = $1 AND state = 'open' \
                   AND NOT cancelled AND NOT parts AND authorized = 0 AND captured = 0 AND dispute IS NULL";
        if tx.execute_each(sql, &sums).await? != sums.len() as u64 {
            return Ok(false);
        }
        let sql = update_attempt!(" AND lease = $16 AND status = 'calling' AND task = 'pay' AND flag IS NULL");
        Ok(tx.execute_each(sql, &attempts).await? == attempts.len() as u64)
    }

    /// Writes what changed, and says whom that gives something to do.
    pub(crate) async fn save(self, tx: &mut Tx) -> Result<Saved, DbError> {
        let now = tx.now();
        let payments = self.held.values().map(|held| &held.now).chain(self.fresh.values().map(|(payment, _)| payment));
        let calls =
            payments.flat_map(|payment| &payment.attempts).any(|attempt| attempt.due.is_some_and(|due| due <= now));
        let (mut moved, mut begun, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for Held { before, now: payment } in self.held.values() {
            if !same_sums(before, payment) {
                moved.push(sums_row(payment));
            }
            for (index, attempt) in payment.attempts.iter().enumerate() {
                match before.attempts.get(index) {
                    None => begun.push(attempt_row(payment, attempt, now)),
                    Some(old) if old != attempt => changed.push(change_row(payment.order_id, attempt)),
                    Some(_) => {}
                }
            }
        }
        tx.execute_each(UPDATE_SUMS, &moved).await?;
        for Held { before, now: payment } in self.held.values() {
            if parts::any(before) || parts::any(payment) {
                parts::save(tx, before, payment).await?;
            }
        }
        tx.execute_each(update_attempt!(""), &changed).await?;
        tx.insert_rows("attempts", ATTEMPT_COLUMNS, OnConflict::Fail, &begun).await?;
        let columns = &["order_id", "entry", "account", "amount", "counter", "counter_amount", "currency", "at_ms"];
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

/// Whether nothing but what was promised and taken is to be known of a payment.
fn is_plain(payment: &Payment) -> bool {
    let open = payment.state == State::Open && !payment.cancelled && payment.dispute.is_none();
    open && payment.refund_reserved == 0 && payment.credited == 0 && !parts::any(payment)
}

fn same_sums(before: &Payment, now: &Payment) -> bool {
    let sums = |payment: &Payment| {
        let money = [payment.authorized, payment.captured, payment.refunded, payment.refund_reserved, payment.credited];
        (payment.due, payment.state, payment.cancelled, money, payment.tendered(), payment.dispute, parts::any(payment))
    };
    sums(before) == sums(now)
}
