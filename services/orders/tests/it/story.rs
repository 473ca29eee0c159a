//! From a checkout to its end, and what is not to be believed on the way.

use crate::setup::{Shop, TOTAL};
use bodega_bus::{Failure, Noting};
use bodega_contracts::{
    Tender, TenderKind, Terms,
    inventory::{Shortage, StockRejected},
    orders::{
        CancelReason, OrderCancelled, OrderConfirmed, OrderPaymentDue, OrderPlaced, OrderStanding, OrderStatus,
        PaymentStatus,
    },
};
use bodega_kernel::{Currency, Money, PageLimit, Sku};
use serde_json::json;
use std::sync::Arc;

async fn a_checkout_that_is_held_and_paid_is_confirmed(shop: &Shop) {
    let order = shop.order();
    let (checkout, guest) = (shop.checkout(order, None), shop.guest(order));
    shop.deliver(vec![shop.said(&checkout)]).await;
    let placed = shop.told::<OrderPlaced>().await;
    assert_eq!((placed.len(), placed[0].total.amount, placed[0].number.clone()), (1, TOTAL, checkout.number.clone()));
    let stocked: Vec<(&str, i64, bool)> =
        placed[0].lines.iter().map(|line| (line.sku.as_str(), line.quantity, line.stocked)).collect();
    assert_eq!(stocked, [("mug", 2, true), ("fee", 1, false)]);

    shop.deliver(vec![shop.reserved(order)]).await;
    let due = shop.told::<OrderPaymentDue>().await;
    assert_eq!((due[0].amount.amount, due[0].payment_method.as_str()), (TOTAL, "sim_success"));
    let path = format!("/v1/orders/{order}");
    let waiting = shop.get(&guest, &path).await;
    assert_eq!(waiting.json["status"], "awaiting_payment");
    assert_eq!(waiting.json["payment_action"]["kind"], "redirect");
    assert_eq!(waiting.json["payment_deadline"], json!(due[0].deadline));

    shop.deliver(vec![shop.authorized(order), shop.captured(order)]).await;
    shop.deliver(vec![shop.allocated(order)]).await;
    assert_eq!(shop.told::<OrderConfirmed>().await.len(), 1);
    let view = shop.get(&guest, &path).await.json;
    assert_eq!((&view["status"], &view["payment_status"]), (&json!("confirmed"), &json!("captured")));
    assert_eq!(view["fulfilment_status"], "unfulfilled");
    assert_eq!(view.get("payment_action"), None);
    assert_eq!(view["total"], json!({"amount": TOTAL, "currency": "GBP"}));
    assert_eq!(view["subtotal"]["amount"], 2_500);
    assert_eq!(view["discounts"], json!([{"label": "10 % off", "amount": {"amount": 250, "currency": "GBP"}}]));
    assert_eq!((&view["shipping"]["amount"], &view["tax"]["amount"]), (&json!(450), &json!(450)));
    assert_eq!(view["lines"][0]["sku"], "mug");
    let what: Vec<&str> =
        view["timeline"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(what[..3], ["checked_out", "stock_reserved", "payment_due"]);
    assert!(what.contains(&"payment_captured") && what.contains(&"confirmed") && what.ends_with(&["stock_allocated"]));
    let fact = shop.fact(order).await;
    assert_eq!(fact.stocked, [(Sku::new("mug").unwrap(), 2)]);
    assert_eq!(fact.history.len(), 3);
    let standing = shop.rpc().ask(OrderStanding { order_id: order }).await.unwrap().unwrap();
    assert_eq!((standing.status, standing.total.amount), (OrderStatus::Confirmed, TOTAL));
    shop.check_books().await;
}

async fn everything_twice_is_once(shop: &Shop) {
    let order = shop.order();
    let checkout = shop.checkout(order, None);
    // Once in one batch, then again with ids of their own, as a replay brings them.
    for _ in 0..2 {
        let twins = [shop.said(&checkout), shop.said(&checkout)];
        shop.deliver(twins.to_vec()).await;
        shop.deliver(vec![shop.reserved(order), shop.reserved(order)]).await;
        shop.deliver(vec![shop.captured(order), shop.captured(order)]).await;
    }
    assert_eq!(shop.told::<OrderPlaced>().await.len(), 1);
    assert_eq!(shop.told::<OrderPaymentDue>().await.len(), 1);
    assert_eq!(shop.told::<OrderConfirmed>().await.len(), 1);
    let view = shop.get(&shop.guest(order), &format!("/v1/orders/{order}")).await.json;
    assert_eq!(view["timeline"].as_array().unwrap().len(), 5, "{view}");
    shop.check_books().await;
}

async fn a_whole_life_in_one_batch_ends_alike(shop: &Shop) {
    let order = shop.order();
    let checkout = shop.said(&shop.checkout(order, None));
    shop.deliver(vec![shop.captured(order), shop.allocated(order), shop.reserved(order), checkout]).await;
    let fact = shop.fact(order).await;
    assert_eq!((fact.status, fact.payment_status), (OrderStatus::Confirmed, PaymentStatus::Captured));
    shop.check_books().await;
}

async fn stock_that_is_short_cancels_and_says_what_is_missing(shop: &Shop) {
    let order = shop.placed().await;
    let short = vec![Shortage { sku: Sku::new("mug").unwrap(), wanted: 2, available: 1 }];
    shop.deliver(vec![shop.said(&StockRejected { order_id: order, short })]).await;
    let told = shop.told::<OrderCancelled>().await;
    assert_eq!((told.len(), told[0].reason), (1, CancelReason::OutOfStock));
    let view = shop.get(&shop.guest(order), &format!("/v1/orders/{order}")).await.json;
    assert_eq!((&view["status"], &view["cancel_reason"]), (&json!("cancelled"), &json!("out_of_stock")));
    assert_eq!(view["timeline"][1]["detail"], "mug: 2 wanted, 1 there");
    shop.check_books().await;
}

async fn paid_but_out_of_stock_is_cancelled_and_refunded(shop: &Shop) {
    let order = shop.confirmed().await;
    shop.deliver(vec![shop.unavailable(order)]).await;
    assert_eq!(shop.told::<OrderCancelled>().await[0].reason, CancelReason::PaidOutOfStock);
    shop.deliver(vec![shop.refunded(order, TOTAL)]).await;
    let fact = shop.fact(order).await;
    assert_eq!((fact.status, fact.payment_status), (OrderStatus::Cancelled, PaymentStatus::Refunded));
    shop.check_books().await;
}

async fn an_order_for_nothing_asks_for_no_money(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.said(&shop.free_checkout(order))]).await;
    shop.deliver(vec![shop.reserved(order)]).await;
    assert_eq!(shop.fact(order).await.status, OrderStatus::Confirmed);
    assert!(shop.told::<OrderPaymentDue>().await.is_empty());
    shop.check_books().await;
}

async fn money_of_another_currency_or_too_little_pays_nothing(shop: &Shop) {
    let order = shop.awaiting().await;
    let foreign = shop.captured_of(order, Money::new(TOTAL, Currency::USD));
    shop.deliver(vec![foreign]).await;
    shop.deliver(vec![shop.captured_of(order, Money::new(1, Currency::GBP))]).await;
    assert_eq!(shop.fact(order).await.status, OrderStatus::AwaitingPayment);
    let dead = shop.consumer(0).dead_letters(None, PageLimit::default()).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].error.contains("currency"), "{dead:?}");
}

async fn what_can_never_be_handled_is_put_aside_and_the_rest_goes_on(shop: &Shop) {
    let (good, unknown) = (shop.placed().await, shop.order());
    shop.deliver(vec![shop.reserved(unknown), shop.reserved(good)]).await;
    assert_eq!(shop.fact(good).await.status, OrderStatus::AwaitingPayment);
    // A second order of the same cart version.
    let mut twin = shop.checkout(shop.order(), None);
    let original = shop.fact(good).await;
    (twin.cart_id, twin.cart_version) = (original.cart_id, original.cart_version);
    let batch: Arc<[_]> = vec![shop.said(&twin)].into();
    assert!(matches!(shop.consumer(0).try_once(&batch, Noting::Each).await, Err(Failure::Permanent(_))));
    let dead = shop.consumer(0).dead_letters(None, PageLimit::default()).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(shop.facts().await.len(), 1);
}

async fn what_pays_and_what_was_accepted_is_passed_on_and_shown(shop: &Shop) {
    let (order, user, first) = (shop.order(), shop.user(), shop.order());
    let mut checkout = shop.checkout(order, Some(user));
    let tender = Tender { kind: TenderKind::StoreCredit, card_id: None, label: "store credit".to_owned(), amount: 700 };
    checkout.tenders = vec![tender.clone()];
    checkout.terms = Some(Terms { version: 4, digest: "ab".repeat(32) });
    checkout.exchange_of = Some(first);
    shop.deliver(vec![shop.said(&checkout)]).await;
    shop.deliver(vec![shop.reserved(order)]).await;
    let due = shop.told::<OrderPaymentDue>().await.remove(0);
    assert_eq!((due.tenders, due.customer_id), (vec![tender], Some(user)));
    let view = shop.get(&Shop::customer(user), &format!("/v1/orders/{order}")).await.json;
    assert_eq!(view["tenders"][0]["amount"], 700);
    assert_eq!((&view["terms"]["version"], &view["exchange_of"]), (&json!(4), &json!(first)));
    assert_eq!(view["returns"], json!([]));
    shop.check_books().await;
}

async fn only_promised_money_is_to_be_taken_before_anything_leaves(shop: &Shop) {
    let (promised, taken, free) = (shop.awaiting().await, shop.awaiting().await, shop.order());
    shop.deliver(vec![shop.said(&shop.free_checkout(free)), shop.authorized(promised), shop.captured(taken)]).await;
    shop.deliver(vec![shop.reserved(free)]).await;
    let told = shop.told::<OrderConfirmed>().await;
    let first = |order| told.iter().find(|event| event.order_id == order).unwrap().capture_first;
    assert_eq!([promised, taken, free].map(first), [true, false, false]);
}

bodega_testkit::stories![
    what_pays_and_what_was_accepted_is_passed_on_and_shown,
    only_promised_money_is_to_be_taken_before_anything_leaves,
    a_checkout_that_is_held_and_paid_is_confirmed,
    everything_twice_is_once,
    a_whole_life_in_one_batch_ends_alike,
    stock_that_is_short_cancels_and_says_what_is_missing,
    paid_but_out_of_stock_is_cancelled_and_refunded,
    an_order_for_nothing_asks_for_no_money,
    money_of_another_currency_or_too_little_pays_nothing,
    what_can_never_be_handled_is_put_aside_and_the_rest_goes_on,
];
