//! Two processes on one `PostgreSQL` schema: whatever both hear and do, each order is charged and given back once.

use crate::setup::{PRICE, Shop};
use bodega_contracts::OrderId;
use bodega_testkit::stories;
use futures_util::future::join_all;
use std::time::Duration;

async fn both_hear_of_the_same_orders_and_each_is_charged_once(one: &Shop) {
    let other = one.other();
    let orders: Vec<OrderId> = (0..40).map(|_| one.order()).collect();
    let methods = ["sim_success", "sim_timeout_then_success", "sim_duplicate_webhook", "sim_unavailable"];
    let hear = async |shop: &Shop| {
        for (chunk, method) in orders.chunks(10).zip(methods) {
            let batch = chunk.iter().map(|order| shop.due_event(*order, method)).collect();
            shop.deliver(batch).await;
            shop.work().await;
        }
    };
    tokio::join!(hear(one), hear(&other));
    for _ in 0..4 {
        one.clock.advance(Duration::from_secs(31));
        tokio::join!(one.work(), other.work());
    }
    for order in orders {
        assert_eq!((one.money(order).await, one.charges(order).await), ((PRICE, 0), 1));
        assert_eq!(one.story(order).await, ["captured"]);
    }
}

async fn a_claim_of_a_replica_that_died_is_taken_over(one: &Shop) {
    let other = one.other();
    let order = one.order();
    one.due(order, "sim_success").await;
    other.work().await;
    assert_eq!(other.charges(order).await, 0, "the claim still stands");
    other.wait(Duration::from_secs(31)).await;
    assert_eq!((other.money(order).await, other.charges(order).await), ((PRICE, 0), 1));
    one.work().await;
    assert_eq!((one.story(order).await, one.charges(order).await), (vec!["captured".to_owned()], 1));
}

async fn what_was_handed_over_and_then_taken_over_is_called_by_one(one: &Shop) {
    let other = one.other();
    let order = one.order();
    one.due(order, "sim_slow").await;
    one.clock.advance(Duration::from_secs(31));
    let job = other.job("provider calls");
    let calling = tokio::spawn(async move { job.step().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    one.job("provider calls").step().await;
    calling.await.unwrap();
    assert_eq!((one.money(order).await, one.charges(order).await), ((PRICE, 0), 1));
}

async fn refunds_through_both_never_exceed_what_was_taken(one: &Shop) {
    let other = one.other();
    let order = one.order();
    one.due(order, "sim_success").await;
    one.work().await;
    let ask = async |shop: &Shop| join_all((0..30).map(|_| shop.refund(order, PRICE / 10))).await;
    let (first, second) = tokio::join!(ask(one), ask(&other));
    let accepted = first.iter().chain(&second).filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 10);
    tokio::join!(one.work(), other.work());
    assert_eq!(one.money(order).await, (PRICE, PRICE));
}

async fn a_cancel_here_and_a_capture_there_leave_no_money(one: &Shop) {
    let other = one.other();
    let orders: Vec<OrderId> = (0..20).map(|_| one.order()).collect();
    one.deliver(orders.iter().map(|order| one.due_event(*order, "sim_success")).collect()).await;
    let cancel = async {
        for order in &orders {
            other.cancel(*order).await;
        }
    };
    tokio::join!(one.work(), cancel);
    for _ in 0..2 {
        one.clock.advance(Duration::from_secs(31));
        tokio::join!(one.work(), other.work());
    }
    for order in orders {
        let (captured, refunded) = one.money(order).await;
        assert_eq!(captured, refunded);
        assert!(!one.fact(order).await.open);
    }
}

async fn of_two_next_attempts_through_both_one_is_made(one: &Shop) {
    let other = one.other();
    let order = one.order();
    one.due(order, "sim_decline").await;
    one.work().await;
    let (first, second) = tokio::join!(one.pay(order, "sim_success"), other.pay(order, "sim_success"));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409]);
    tokio::join!(one.work(), other.work());
    assert_eq!((one.money(order).await, one.charges(order).await), ((PRICE, 0), 1));
}

stories![
    on_postgres:
    both_hear_of_the_same_orders_and_each_is_charged_once,
    a_claim_of_a_replica_that_died_is_taken_over,
    what_was_handed_over_and_then_taken_over_is_called_by_one,
    refunds_through_both_never_exceed_what_was_taken,
    a_cancel_here_and_a_capture_there_leave_no_money,
    of_two_next_attempts_through_both_one_is_made,
];
