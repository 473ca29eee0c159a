//! Checks of totals, payments and their ledger.

use super::{Books, Strictness};
use bodega_contracts::payments::PaymentFact;
use std::collections::BTreeSet;

/// V5.
pub(super) fn agrees(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let mut offenders = BTreeSet::new();
    for (order_id, payment) in &books.payments {
        let unknown = books.orders.get(order_id).is_none_or(|order| order.total != payment.amount);
        let open = strictness == Strictness::Strict && payment.open;
        if unknown || open || !balances(payment) {
            offenders.insert(format!("payment of order {order_id}"));
        }
    }
    let wrong = books.credit.iter().filter(|fact| fact.balance < 0 || fact.balance != fact.ledger);
    offenders.extend(wrong.map(|fact| format!("balance of {}", fact.account)));
    offenders
}

fn balances(payment: &PaymentFact) -> bool {
    // While a call is open the provider may be ahead of what is recorded here.
    let provider_agrees = |ours: i64, theirs: Option<i64>| payment.open || theirs.is_none_or(|theirs| theirs == ours);
    payment.captured <= payment.authorized
        && payment.refunded <= payment.captured
        && payment.captured - payment.refunded <= payment.amount.amount
        && payment.ledger_sum == 0
        && payment.ledger_captured == payment.captured
        && payment.ledger_refunded == payment.refunded
        && (0..=payment.captured).contains(&payment.tendered)
        && (0..=payment.refunded).contains(&payment.credited)
        && provider_agrees(payment.captured - payment.tendered, payment.provider_captured)
        && provider_agrees(payment.refunded - payment.credited, payment.provider_refunded)
}

/// V8.
pub(super) fn totals_can_be_recomputed(books: &Books, _: Strictness) -> BTreeSet<String> {
    books
        .orders
        .values()
        .filter(|order| {
            let priced = bodega_pricing::price(&order.basket);
            let same = priced.as_ref() == Ok(&order.priced) && order.priced.total == order.total.amount;
            !same || order.basket.currency != order.total.currency
        })
        .map(|order| format!("order {}", order.order_id))
        .collect()
}

/// Whether the money of a cancelled order went back.
pub(super) fn is_given_back(books: &Books, order_id: &bodega_contracts::OrderId) -> bool {
    books.payments.get(order_id).is_none_or(|payment| payment.open || payment.captured == payment.refunded)
}

/// Whether the money of a confirmed order is there.
pub(super) fn is_covered(books: &Books, order: &bodega_contracts::orders::OrderFact) -> bool {
    let covered = |payment: &PaymentFact| payment.authorized.max(payment.captured) >= order.total.amount;
    !super::orders::is_sold(order.status)
        || order.total.amount == 0
        || books.payments.get(&order.order_id).is_some_and(covered)
}
