//! Two things at once, from two replicas where there are two.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    orders::{OrderCancelled, OrderConfirmed, OrderPlaced, OrderStatus},
};
use bodega_db::Envelope;
use std::{collections::BTreeMap, time::Duration};

async fn many(shop: &Shop, count: usize) -> Vec<OrderId> {
    let orders: Vec<OrderId> = (0..count).map(|_| shop.order()).collect();
    shop.deliver(orders.iter().map(|order| shop.said(&shop.checkout(*order, None))).collect()).await;
    shop.deliver(orders.iter().map(|order| shop.reserved(*order)).collect()).await;
    orders
}

fn tally(ids: impl Iterator<Item = OrderId>) -> BTreeMap<OrderId, usize> {
    let mut tally = BTreeMap::new();
    ids.for_each(|id| *tally.entry(id).or_default() += 1);
    tally
}

async fn whoever_cancels_while_money_comes_gets_it_cancelled_once(shop: &Shop) {
    let orders = many(shop, 40).await;
    let staff = Shop::staff();
    let pay = async {
        for chunk in orders.chunks(4) {
            shop.insist(0, chunk.iter().map(|order| shop.captured(*order)).collect()).await;
        }
    };
    let cancel = async {
        for order in &orders {
            assert_eq!(shop.cancel(1, &staff, *order).await.status, 200);
        }
    };
    let cancel_again = async {
        for order in orders.iter().rev() {
            assert_eq!(shop.cancel(0, &staff, *order).await.status, 200);
        }
    };
    tokio::join!(pay, cancel, cancel_again);
    // Those that were paid first wait for shipping's word.
    shop.deliver(orders.iter().map(|order| shop.stopped(*order)).collect()).await;
    let facts = shop.facts().await;
    assert!(facts.values().all(|fact| fact.status == OrderStatus::Cancelled), "{facts:?}");
    let cancelled = tally(shop.told::<OrderCancelled>().await.into_iter().map(|event| event.order_id));
    assert_eq!(cancelled, tally(orders.into_iter()));
    shop.check_books().await;
}

async fn money_against_the_closing_of_a_deadline_ends_one_way_only(shop: &Shop) {
    let orders = many(shop, 40).await;
    assert!(shop.pass(Duration::from_mins(30)).await);
    let pay = async {
        for chunk in orders.chunks(3) {
            shop.insist(0, chunk.iter().map(|order| shop.captured(*order)).collect()).await;
        }
    };
    let close = async {
        for chunk in orders.chunks(5).rev() {
            shop.insist(1, chunk.iter().map(|order| shop.closed(*order)).collect()).await;
        }
    };
    tokio::join!(pay, close);
    let confirmed = tally(shop.told::<OrderConfirmed>().await.into_iter().map(|event| event.order_id));
    let cancelled = tally(shop.told::<OrderCancelled>().await.into_iter().map(|event| event.order_id));
    for (order, fact) in shop.facts().await {
        let told = (confirmed.get(&order), cancelled.get(&order));
        let is_confirmed = fact.status == OrderStatus::Confirmed;
        assert!(is_confirmed || fact.status == OrderStatus::Cancelled, "{order} is {:?}", fact.status);
        assert_eq!(told, if is_confirmed { (Some(&1), None) } else { (None, Some(&1)) });
    }
    shop.check_books().await;
}

async fn a_checkout_and_a_timer_seen_by_two_replicas_count_once(shop: &Shop) {
    let orders: Vec<OrderId> = (0..30).map(|_| shop.order()).collect();
    let checkouts: Vec<_> = orders.iter().map(|order| shop.checkout(*order, None)).collect();
    // Not the same deliveries, as a resend brings them: the inbox does not help.
    let batch = || -> Vec<Envelope> { checkouts.iter().map(|checkout| shop.said(checkout)).collect() };
    tokio::join!(shop.insist(0, batch()), shop.insist(1, batch()));
    let placed = tally(shop.told::<OrderPlaced>().await.into_iter().map(|event| event.order_id));
    assert_eq!(placed, tally(orders.iter().copied()));
    shop.clock.advance(Duration::from_mins(2));
    tokio::join!(shop.fire_timers(0), shop.fire_timers(1));
    while shop.fire_timers(0).await {}
    let placed = tally(shop.told::<OrderPlaced>().await.into_iter().map(|event| event.order_id));
    assert!(placed.values().all(|times| *times == 2), "{placed:?}");
    shop.check_books().await;
}

async fn two_replicas_confirming_at_once_leave_no_gap_between_invoices(shop: &Shop) {
    let orders = many(shop, 200).await;
    let (here, there) = orders.split_at(100);
    let pay = async |replica: usize, orders: &[OrderId]| {
        for chunk in orders.chunks(7) {
            shop.insist(replica, chunk.iter().map(|order| shop.captured(*order)).collect()).await;
        }
    };
    tokio::join!(pay(0, here), pay(1, there));
    assert_eq!(shop.papers().await.len(), 200);
    shop.check_books().await;
}

bodega_testkit::stories![
    whoever_cancels_while_money_comes_gets_it_cancelled_once,
    two_replicas_confirming_at_once_leave_no_gap_between_invoices,
    money_against_the_closing_of_a_deadline_ends_one_way_only,
    a_checkout_and_a_timer_seen_by_two_replicas_count_once,
];
