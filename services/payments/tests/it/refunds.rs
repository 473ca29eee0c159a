//! Money goes back: never more than was taken, however many ask at once.

use crate::setup::{PRICE, Shop};
use bodega_testkit::{customer, staff, stories};
use futures_util::future::join_all;
use serde_json::json;

async fn a_hundred_refunds_of_a_tenth_at_once_give_back_what_was_taken(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    let answers = join_all((0..100).map(|_| shop.refund(order, PRICE / 10))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 10);
    assert!(answers.iter().all(|answer| answer.status == 202 || answer.code() == "refund_exceeds_capture"));
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, PRICE));
    assert_eq!(shop.story(order).await.iter().filter(|told| *told == "refunded").count(), 10);
    assert_eq!(shop.refund(order, 1).await.code(), "refund_exceeds_capture");
}

async fn a_refund_asked_for_twice_with_one_key_is_made_once(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    let (path, key) = (format!("/v1/orders/{order}/refunds"), shop.key());
    let body = json!({ "amount": { "amount": 100, "currency": "GBP" }, "reason": "broken" });
    let staff = staff();
    let asked = join_all((0..10).map(|_| shop.post(&staff, None, &key, &path, &body))).await;
    assert!(asked.iter().all(|answer| answer.status == 202 && answer.json == asked[0].json));
    assert_eq!(asked.iter().filter(|answer| !answer.replayed()).count(), 1);
    let other = json!({ "amount": { "amount": 200, "currency": "GBP" }, "reason": "broken" });
    let reused = shop.post(&staff, None, &key, &path, &other).await;
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, 100));
    let view = shop.get(&staff, None, &format!("/v1/orders/{order}/payments")).await;
    assert_eq!(view.json["refunds"][0]["status"], "done");
    assert_eq!(view.json["refunded"], json!({ "amount": 100, "currency": "GBP" }));
}

async fn a_refund_that_makes_no_sense_is_refused_by_name(shop: &Shop) {
    let order = shop.order();
    let path = format!("/v1/orders/{order}/refunds");
    let body =
        |amount: i64, currency: &str| json!({ "amount": { "amount": amount, "currency": currency }, "reason": "r" });
    let ask = async |body| shop.post(&staff(), None, &shop.key(), &path, &body).await;
    assert_eq!(ask(body(1, "GBP")).await.status, 404);
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    assert_eq!(ask(body(1, "GBP")).await.code(), "refund_exceeds_capture");
    assert_eq!(ask(body(1, "EUR")).await.json["errors"][0]["pointer"], "/amount/currency");
    for amount in [0, -1, i64::MAX] {
        assert_eq!(ask(body(amount, "GBP")).await.json["errors"][0]["pointer"], "/amount/amount");
    }
    let long = json!({ "amount": { "amount": 1, "currency": "GBP" }, "reason": "x".repeat(501) });
    assert_eq!(ask(long).await.json["errors"][0]["pointer"], "/reason");
    let unknown = json!({ "amount": { "amount": 1, "currency": "GBP" }, "reason": "r", "to": "me" });
    assert_eq!(ask(unknown).await.status, 422);
    let customer = shop.post(&customer(shop.buyer), None, &shop.key(), &path, &body(1, "GBP")).await;
    assert_eq!(customer.status, 403);
}

async fn an_order_that_was_paid_twice_gets_the_surplus_back_once(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_late_capture").await;
    shop.work().await;
    // The provider says the first attempt failed, and takes its money all the same, after the second one paid.
    let failed = json!({
        "id": "evt_declined", "type": "charge.declined", "key": format!("{order}/1"), "reference": "card_declined",
        "amount": 0, "currency": "GBP", "at": "2026-01-01T00:00:00Z",
    })
    .to_string();
    assert_eq!(shop.webhook(Some(&shop.sign(&failed)), &failed).await.status, 200);
    assert_eq!(shop.pay(order, "sim_success").await.status, 202);
    shop.work().await;
    assert_eq!(shop.story(order).await, ["failed", "captured"]);
    shop.wait(std::time::Duration::from_secs(121)).await;
    assert_eq!(shop.charges(order).await, 2);
    assert_eq!(shop.money(order).await, (PRICE, 0));
    assert_eq!(shop.story(order).await, ["failed", "captured"]);
    let sql = "SELECT CAST(SUM(refunded) AS BIGINT) FROM simulator_charges WHERE order_id = $1";
    assert_eq!(shop.count_of(sql, order).await, PRICE);
    shop.cancel(order).await;
    shop.work().await;
    assert_eq!(shop.count_of(sql, order).await, PRICE * 2);
    assert_eq!(shop.money(order).await, (PRICE, PRICE));
}

stories![
    a_hundred_refunds_of_a_tenth_at_once_give_back_what_was_taken,
    a_refund_asked_for_twice_with_one_key_is_made_once,
    a_refund_that_makes_no_sense_is_refused_by_name,
    an_order_that_was_paid_twice_gets_the_surplus_back_once,
];
