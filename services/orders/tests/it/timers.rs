//! What happens when nothing happens.

use crate::setup::Shop;
use bodega_contracts::orders::{CancelReason, OrderCancelled, OrderPaymentExpiring, OrderPlaced, OrderStatus};
use std::time::Duration;

async fn stock_that_does_not_answer_is_asked_again_for_ever(shop: &Shop) {
    let order = shop.placed().await;
    assert!(!shop.pass(Duration::from_secs(119)).await);
    for asked in 2..6 {
        assert!(shop.pass(Duration::from_mins(2)).await);
        assert_eq!(shop.told::<OrderPlaced>().await.len(), asked);
    }
    assert_eq!(shop.fact(order).await.status, OrderStatus::Pending);
    shop.deliver(vec![shop.reserved(order)]).await;
    assert_eq!(shop.fact(order).await.status, OrderStatus::AwaitingPayment);
    shop.check_books().await;
}

async fn a_deadline_never_cancels_by_itself(shop: &Shop) {
    let order = shop.awaiting().await;
    assert!(!shop.pass(Duration::from_mins(29)).await);
    // Payments is away for an hour: it is asked every minute, and the order waits.
    for _ in 0..60 {
        assert!(shop.pass(Duration::from_mins(1)).await);
    }
    assert_eq!(shop.fact(order).await.status, OrderStatus::AwaitingPayment);
    let asked = shop.told::<OrderPaymentExpiring>().await;
    assert_eq!((asked.len(), asked[0].reason), (60, CancelReason::PaymentExpired));
    let told = shop.get(&shop.guest(order), &format!("/v1/orders/{order}")).await.json;
    let expiring = told["timeline"].as_array().unwrap().iter().filter(|line| line["what"] == "payment_expiring");
    assert_eq!(expiring.count(), 1, "asking again is not news");
    shop.check_books().await;
    shop.deliver(vec![shop.closed(order)]).await;
    assert_eq!(shop.told::<OrderCancelled>().await[0].reason, CancelReason::PaymentExpired);
    assert!(!shop.pass(Duration::from_hours(100)).await, "nothing fires for an order that is over");
    shop.check_books().await;
}

async fn money_that_comes_while_the_deadline_closes_is_kept(shop: &Shop) {
    let order = shop.awaiting().await;
    assert!(shop.pass(Duration::from_mins(30)).await);
    shop.deliver(vec![shop.captured(order)]).await;
    shop.deliver(vec![shop.closed(order)]).await;
    assert_eq!(shop.fact(order).await.status, OrderStatus::Confirmed);
    assert!(shop.told::<OrderCancelled>().await.is_empty());
    shop.check_books().await;
}

async fn a_paid_order_that_is_late_keeps_its_timer(shop: &Shop) {
    let order = shop.confirmed().await;
    assert!(!shop.pass(Duration::from_hours(47)).await);
    assert!(shop.pass(Duration::from_hours(1)).await);
    assert_eq!(shop.fact(order).await.status, OrderStatus::Confirmed);
    shop.check_books().await;
}

bodega_testkit::stories![
    stock_that_does_not_answer_is_asked_again_for_ever,
    a_deadline_never_cancels_by_itself,
    money_that_comes_while_the_deadline_closes_is_kept,
    a_paid_order_that_is_late_keeps_its_timer,
];
