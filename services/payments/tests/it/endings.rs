//! An order ends: in every order of what is heard, nobody is charged for nothing and no money is kept.

use crate::setup::{PRICE, Shop};
use bodega_contracts::{OrderId, orders::CancelReason};
use bodega_kernel::Caller;
use bodega_testkit::stories;
use std::time::Duration;

const METHODS: [&str; 8] = [
    "sim_success",
    "sim_authorize",
    "sim_3ds",
    "sim_late_capture",
    "sim_timeout_then_success",
    "sim_unavailable",
    "bank_transfer",
    "cash_on_delivery",
];

/// Delivers one of the three facts.
async fn hear(shop: &Shop, order: OrderId, method: &str, fact: usize) {
    match fact {
        0 => shop.due(order, method).await,
        1 => shop.expire(order, CancelReason::PaymentExpired).await,
        _ => shop.cancel(order).await,
    }
}

async fn due_expiring_and_cancelled_in_any_order_keep_no_money(shop: &Shop) {
    let mut orders = Vec::new();
    for order_of_facts in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        // A bit says whether there is time to work after a fact, or before the next one.
        for working in 0..4_u8 {
            for method in METHODS {
                let order = shop.order();
                orders.push((order, format!("{method} {order_of_facts:?} {working:02b}")));
                for (at, fact) in order_of_facts.into_iter().enumerate() {
                    hear(shop, order, method, fact).await;
                    if working >> at & 1 == 1 {
                        shop.job("provider calls").step().await;
                    }
                }
            }
        }
    }
    shop.work().await;
    for _ in 0..4 {
        shop.wait(Duration::from_secs(40)).await;
    }
    shop.check_books().await;
    let facts = shop.facts().await;
    for (order, what) in orders {
        let fact = facts.iter().find(|fact| fact.order_id == order).unwrap();
        assert!(!fact.open, "{what}: {fact:?}");
        assert_eq!(fact.captured, fact.refunded, "{what}: {fact:?}");
        assert_eq!(fact.authorized, fact.captured, "{what}: no promise is left: {fact:?}");
        assert!(shop.charges(order).await <= 1, "{what}");
    }
}

async fn every_fact_twice_in_any_order_comes_to_the_same_end(shop: &Shop) {
    for facts in [[0, 0, 1, 1, 2, 2], [0, 1, 2, 0, 1, 2], [2, 1, 0, 2, 1, 0], [1, 0, 2, 2, 0, 1]] {
        let order = shop.order();
        for fact in facts {
            hear(shop, order, "sim_success", fact).await;
            shop.work().await;
        }
        let (captured, refunded) = shop.money(order).await;
        assert_eq!(captured, refunded, "{facts:?}");
        let refunds = shop.count_of("SELECT COUNT(*) FROM refunds WHERE order_id = $1", order).await;
        assert_eq!(refunds, i64::from(captured > 0), "{facts:?}");
    }
}

async fn an_end_that_comes_before_the_order_is_due_lets_nothing_be_charged(shop: &Shop) {
    let order = shop.order();
    shop.expire(order, CancelReason::PaymentExpired).await;
    assert_eq!(shop.story(order).await, ["closed"]);
    shop.due(order, "sim_success").await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((0, 0), 0));
    assert_eq!(shop.pay(order, "sim_success").await.code(), "order_not_payable");
    shop.expire(order, CancelReason::PaymentExpired).await;
    assert_eq!(shop.story(order).await, ["closed", "closed"], "asked again, it answers again");
}

async fn what_was_declined_is_closed_and_the_order_can_no_longer_be_paid(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_decline").await;
    shop.work().await;
    shop.expire(order, CancelReason::PaymentExpired).await;
    assert_eq!(shop.story(order).await, ["failed", "closed"]);
    let late = shop.pay(order, "sim_success").await;
    assert_eq!((late.status, late.code()), (409, "order_not_payable"));
}

async fn what_waits_at_the_bank_is_closed_there_before_the_answer(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    let url = shop.action(order).await.unwrap().url;
    shop.expire(order, CancelReason::PaymentExpired).await;
    assert_eq!(shop.story(order).await, ["action_required"], "not before the provider says so");
    shop.work().await;
    assert_eq!(shop.story(order).await, ["action_required", "closed"]);
    shop.get(&Caller::guest(), None, &format!("{url}?result=approve")).await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((0, 0), 0));
}

async fn what_is_paid_is_answered_as_paid_however_often_its_end_is_asked_for(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    for _ in 0..2 {
        shop.expire(order, CancelReason::PaymentExpired).await;
        shop.work().await;
    }
    assert_eq!(shop.story(order).await, ["captured", "captured", "captured"]);
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

async fn a_promise_outlives_a_deadline_and_is_let_go_where_somebody_cancels(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_authorize").await;
    shop.work().await;
    shop.expire(order, CancelReason::PaymentExpired).await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["authorized", "authorized"]);
    shop.expire(order, CancelReason::ByStaff).await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["authorized", "authorized", "voided", "closed"]);
    shop.cancel(order).await;
    shop.work().await;
    assert_eq!(shop.money(order).await, (0, 0));
    assert_eq!(shop.fact(order).await.authorized, 0);
}

async fn a_capture_after_the_order_was_cancelled_goes_back_exactly_once(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_late_capture").await;
    shop.work().await;
    shop.cancel(order).await;
    shop.work().await;
    shop.cancel(order).await;
    shop.wait(Duration::from_mins(10)).await;
    assert_eq!(shop.story(order).await, ["captured", "refunded"]);
    assert_eq!(shop.told_of(order).await[1].1["refunded"]["amount"], PRICE);
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, PRICE), 1));
    assert_eq!(shop.count_of("SELECT COUNT(*) FROM refunds WHERE order_id = $1", order).await, 1);
}

async fn a_cancelled_order_gets_back_what_staff_had_not_given_back(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    assert_eq!(shop.refund(order, 300).await.status, 202);
    shop.cancel(order).await;
    shop.work().await;
    let totals: Vec<_> =
        shop.told_of(order).await.iter().skip(1).map(|(_, body)| body["refunded"]["amount"].clone()).collect();
    assert_eq!(totals.last().and_then(serde_json::Value::as_i64), Some(PRICE));
    assert_eq!(totals.len(), 2);
    assert_eq!(shop.money(order).await, (PRICE, PRICE));
}

stories![
    due_expiring_and_cancelled_in_any_order_keep_no_money,
    every_fact_twice_in_any_order_comes_to_the_same_end,
    an_end_that_comes_before_the_order_is_due_lets_nothing_be_charged,
    what_was_declined_is_closed_and_the_order_can_no_longer_be_paid,
    what_waits_at_the_bank_is_closed_there_before_the_answer,
    what_is_paid_is_answered_as_paid_however_often_its_end_is_asked_for,
    a_promise_outlives_a_deadline_and_is_let_go_where_somebody_cancels,
    a_capture_after_the_order_was_cancelled_goes_back_exactly_once,
    a_cancelled_order_gets_back_what_staff_had_not_given_back,
];
