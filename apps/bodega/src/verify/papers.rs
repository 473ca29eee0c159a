//! Checks of what customers are given in writing: invoices, credit notes, confirmations.

use super::{Books, Strictness};
use bodega_contracts::{
    OrderId,
    orders::{OrderFact, OrderStatus},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// V11.
pub(super) fn confirmed_is_written_once(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let mut offenders = gaps(books);
    let mut invoices: HashMap<OrderId, Vec<i64>> = HashMap::new();
    for paper in books.papers.iter().filter(|paper| paper.kind == "invoice") {
        invoices.entry(paper.order_id).or_default().push(paper.amount);
    }
    for order in books.orders.values() {
        let was_confirmed = was_confirmed(order);
        let expected = if was_confirmed { vec![order.total.amount] } else { Vec::new() };
        if invoices.remove(&order.order_id).unwrap_or_default() != expected {
            offenders.insert(format!("invoice of order {}", order.order_id));
        }
        let mails = books.confirmations.get(&order.order_id).map_or(0, |fact| fact.mails);
        let too_few = mails == 0 && was_confirmed && strictness == Strictness::Strict && books.reads_mail();
        if too_few || mails > i64::from(was_confirmed) {
            offenders.insert(format!("confirmation of order {}", order.order_id));
        }
    }
    offenders.extend(invoices.keys().map(|order_id| format!("invoice of no order {order_id}")));
    offenders
}

fn was_confirmed(order: &OrderFact) -> bool {
    order.history.iter().any(|(_, status)| *status == OrderStatus::Confirmed)
}

/// Series of which a number is missing or given twice.
fn gaps(books: &Books) -> BTreeSet<String> {
    let mut series: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for paper in &books.papers {
        series.entry(&paper.series).or_default().push(paper.seq);
    }
    let has_gap = |(name, mut numbers): (&str, Vec<i64>)| {
        numbers.sort_unstable();
        let whole = numbers.iter().copied().eq(1..=numbers.len() as i64);
        (!whole).then(|| format!("series {name}"))
    };
    series.into_iter().filter_map(has_gap).collect()
}
