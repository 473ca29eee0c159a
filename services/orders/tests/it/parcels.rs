//! From a paid order to a completed one: parcels, papers, and what else an order takes up.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    OrderId,
    orders::{
        CancelReason, OrderCompleted, OrderConfirmed, OrderDelivered, OrderDetails, OrderPaymentDue, OrderPlaced,
        OrderStatus, OrderStopping,
    },
};
use bodega_kernel::{Currency, Money};
use serde_json::json;
use std::time::Duration;

async fn status(shop: &Shop, order: OrderId) -> (OrderStatus, String) {
    let view = shop.get(&shop.guest(order), &format!("/v1/orders/{order}")).await.json;
    (shop.fact(order).await.status, view["fulfilment_status"].as_str().unwrap().to_owned())
}

async fn an_order_goes_with_its_parcels_until_it_is_completed(shop: &Shop) {
    let order = shop.confirmed().await;
    shop.deliver(vec![shop.allocated(order), shop.dispatched(order, 1)]).await;
    assert_eq!(status(shop, order).await, (OrderStatus::PartiallyShipped, "partial".to_owned()));
    shop.deliver(vec![shop.dispatched(order, 2)]).await;
    assert_eq!(status(shop, order).await, (OrderStatus::Shipped, "fulfilled".to_owned()));
    assert!(!shop.pass(Duration::from_hours(24 * 29)).await);
    shop.deliver(vec![shop.delivered(order, 1), shop.delivered(order, 2)]).await;
    assert_eq!(status(shop, order).await.0, OrderStatus::Delivered);
    assert_eq!(shop.told::<OrderDelivered>().await.len(), 1);
    assert!(!shop.pass(Duration::from_hours(24 * 14 - 1)).await, "it may still be sent back");
    assert!(shop.pass(Duration::from_hours(1)).await);
    assert_eq!(status(shop, order).await.0, OrderStatus::Completed);
    assert_eq!(shop.told::<OrderCompleted>().await, [OrderCompleted { order_id: order, customer_id: None }]);
    assert!(!shop.pass(Duration::from_hours(10_000)).await, "nothing fires for an order that is over");
    let view = shop.get(&shop.guest(order), &format!("/v1/orders/{order}")).await.json;
    let first = view["timeline"].as_array().unwrap().iter().find(|line| line["what"] == "parcel_dispatched").unwrap();
    assert_eq!(first["detail"], "1 of 2 pieces by Royal Mail, RM1");
    shop.check_books().await;
}

async fn an_order_that_is_fetched_is_delivered(shop: &Shop) {
    let order = shop.confirmed().await;
    shop.deliver(vec![shop.allocated(order), shop.ready(order)]).await;
    assert_eq!(status(shop, order).await, (OrderStatus::ReadyForPickup, "unfulfilled".to_owned()));
    shop.deliver(vec![shop.collected(order)]).await;
    assert_eq!(status(shop, order).await, (OrderStatus::Delivered, "fulfilled".to_owned()));
    shop.check_books().await;
}

async fn what_has_left_cannot_be_cancelled(shop: &Shop) {
    let (asked, sent) = (shop.confirmed().await, shop.confirmed().await);
    let answer = shop.cancel(0, &shop.guest(asked), asked).await;
    assert_eq!((answer.status, &answer.json["closing"]), (200, &json!(true)));
    shop.deliver(vec![shop.under_way(asked), shop.dispatched(asked, 2), shop.dispatched(sent, 1)]).await;
    assert_eq!(shop.fact(asked).await.status, OrderStatus::Shipped);
    for order in [asked, sent] {
        let refused = shop.cancel(0, &Shop::staff(), order).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("order_has_left")));
    }
    shop.check_books().await;
}

async fn shipping_that_does_not_answer_is_asked_again(shop: &Shop) {
    let order = shop.confirmed().await;
    shop.cancel(0, &shop.guest(order), order).await;
    for asked in 2..5 {
        assert!(shop.pass(Duration::from_mins(1)).await);
        assert_eq!(shop.told::<OrderStopping>().await.len(), asked);
    }
    shop.deliver(vec![shop.stopped(order)]).await;
    assert_eq!(shop.fact(order).await.cancel_reason, Some(CancelReason::ByShopper));
    shop.check_books().await;
}

async fn an_order_waits_for_its_code_and_its_points(shop: &Shop) {
    let [given, no_code, no_points] = [shop.order(), shop.order(), shop.order()];
    let orders = [given, no_code, no_points];
    shop.deliver(orders.iter().map(|order| shop.said(&shop.claiming_checkout(*order))).collect()).await;
    let placed = shop.told::<OrderPlaced>().await;
    assert_eq!((placed[0].points, placed[0].coupons[0].code.as_deref()), (300, Some("WELCOME10")));
    shop.deliver(orders.iter().map(|order| shop.reserved(*order)).collect()).await;
    assert!(shop.told::<OrderPaymentDue>().await.is_empty());
    shop.deliver(vec![shop.coupon_reserved(given), shop.coupon_rejected(no_code), shop.coupon_reserved(no_points)])
        .await;
    shop.deliver(vec![shop.points_reserved(given), shop.points_reserved(no_code), shop.points_rejected(no_points)])
        .await;
    assert_eq!(shop.fact(given).await.status, OrderStatus::AwaitingPayment);
    assert_eq!(shop.fact(no_code).await.cancel_reason, Some(CancelReason::CouponRejected));
    assert_eq!(shop.fact(no_points).await.cancel_reason, Some(CancelReason::PointsRejected));
    let view = shop.get(&shop.guest(no_points), &format!("/v1/orders/{no_points}")).await.json;
    let told: Vec<&str> =
        view["timeline"].as_array().unwrap().iter().filter_map(|line| line["detail"].as_str()).collect();
    assert_eq!(told, ["300 wanted, 120 there", "points_rejected"]);
    shop.check_books().await;
}

async fn what_a_confirmed_order_is_told_with_is_what_others_need(shop: &Shop) {
    let order = shop.confirmed().await;
    let confirmed = shop.told::<OrderConfirmed>().await.remove(0);
    assert_eq!(confirmed.goods, Money::new(TOTAL - 450, Currency::GBP), "the total without shipping");
    assert_eq!(confirmed.shipping_method.as_deref(), Some("standard"));
    let details = shop.rpc().ask(OrderDetails { order_id: order }).await.unwrap().unwrap();
    assert_eq!((details.email.as_str(), details.priced.total), ("Ada@example.com", TOTAL));
    assert_eq!(shop.rpc().ask(OrderDetails { order_id: shop.order() }).await.unwrap(), None);
}

async fn an_invoice_follows_the_money_and_credit_notes_follow_what_goes_back(shop: &Shop) {
    let (kept, unpaid) = (shop.confirmed().await, shop.awaiting().await);
    shop.deliver(vec![shop.refunded(kept, 500), shop.refunded(kept, 500)]).await;
    shop.deliver(vec![shop.refunded(kept, TOTAL)]).await;
    shop.cancel(0, &shop.guest(unpaid), unpaid).await;
    shop.deliver(vec![shop.closed(unpaid), shop.captured(unpaid), shop.refunded(unpaid, TOTAL)]).await;
    let papers = shop.get(&shop.guest(kept), &format!("/v1/orders/{kept}")).await.json["papers"].clone();
    let told: Vec<_> =
        papers.as_array().unwrap().iter().map(|paper| (&paper["kind"], &paper["amount"]["amount"])).collect();
    let (invoice, credit) = (json!("invoice"), json!("credit_note"));
    assert_eq!(told.len(), 3);
    assert!(told.contains(&(&invoice, &json!(TOTAL))) && told.contains(&(&credit, &json!(500))));
    assert!(told.contains(&(&credit, &json!(TOTAL - 500))));
    let numbers: Vec<String> = shop.papers().await.into_iter().map(|paper| paper.number).collect();
    assert_eq!(numbers, ["CN-2026-00001", "CN-2026-00002", "INV-2026-00001"]);
    shop.check_books().await;
}

bodega_testkit::stories![
    an_order_goes_with_its_parcels_until_it_is_completed,
    an_order_that_is_fetched_is_delivered,
    what_has_left_cannot_be_cancelled,
    shipping_that_does_not_answer_is_asked_again,
    an_order_waits_for_its_code_and_its_points,
    what_a_confirmed_order_is_told_with_is_what_others_need,
    an_invoice_follows_the_money_and_credit_notes_follow_what_goes_back,
];
