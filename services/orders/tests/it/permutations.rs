//! One order for each order of its facts, all in one database: they end alike.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    OrderId,
    orders::{CancelReason, OrderCancelled, OrderConfirmed, OrderStatus, PaymentStatus},
};
use bodega_db::Envelope;
use std::collections::BTreeSet;

type Fact = fn(&Shop, OrderId) -> Envelope;

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![vec![]] };
    let insert = |shorter: &Vec<usize>| {
        let shorter = shorter.clone();
        (0..=last).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            longer
        })
    };
    permutations(last).iter().flat_map(insert).collect()
}

/// Brings the facts to a new order for each permutation, each fact twice, and says how they all end.
async fn end(shop: &Shop, facts: &[Fact]) -> (OrderStatus, PaymentStatus, Option<CancelReason>) {
    let permutations = permutations(facts.len());
    let orders: Vec<OrderId> = permutations.iter().map(|_| shop.order()).collect();
    shop.deliver(orders.iter().map(|order| shop.envelope(&shop.checkout(*order, None))).collect()).await;
    for place in 0..facts.len() {
        let next = orders.iter().zip(&permutations);
        let batch: Vec<Envelope> = next.map(|(order, permutation)| facts[permutation[place]](shop, *order)).collect();
        shop.insist(place, batch.clone()).await;
        shop.insist(place + 1, batch).await;
    }
    let known = shop.facts().await;
    let ends: Vec<_> = orders
        .iter()
        .map(|order| &known[order])
        .map(|fact| (fact.status, fact.payment_status, fact.cancel_reason))
        .collect();
    for (end, permutation) in ends.iter().zip(&permutations) {
        assert_eq!(end, &ends[0], "{permutation:?}");
    }
    shop.check_books().await;
    ends[0]
}

async fn paid_orders_end_alike_in_every_order_of_their_facts(shop: &Shop) {
    let facts: [Fact; 6] = [
        Shop::reserved,
        |shop, order| shop.failed(order, 1),
        |shop, order| shop.action_required(order, 2),
        Shop::authorized,
        Shop::captured,
        Shop::allocated,
    ];
    assert_eq!(end(shop, &facts).await, (OrderStatus::Confirmed, PaymentStatus::Captured, None));
    let confirmed = shop.told::<OrderConfirmed>().await;
    assert_eq!(confirmed.len(), 720);
    assert_eq!(confirmed.iter().map(|event| event.order_id).collect::<BTreeSet<_>>().len(), 720);
}

async fn orders_paid_in_vain_end_alike_in_every_order_of_their_facts(shop: &Shop) {
    let facts: [Fact; 6] =
        [Shop::reserved, Shop::captured, Shop::hold_expired, Shop::unavailable, Shop::released, |shop, order| {
            shop.refunded(order, TOTAL)
        }];
    let cancelled = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::PaidOutOfStock));
    assert_eq!(end(shop, &facts).await, cancelled);
    assert_eq!(shop.told::<OrderCancelled>().await.len(), 720);
}

crate::stories![
    paid_orders_end_alike_in_every_order_of_their_facts,
    orders_paid_in_vain_end_alike_in_every_order_of_their_facts,
];
