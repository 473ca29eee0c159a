//! What comes from outside in a provider's name: only what is signed, fresh, new and fitting counts.

use crate::{
    said::{report, sign},
    setup::{PRICE, SECRET, Shop},
};
use bodega_contracts::OrderId;
use bodega_kernel::Caller;
use bodega_testkit::{Ask, START, staff, stories};
use std::time::Duration;

async fn waiting(shop: &Shop) -> OrderId {
    let order = shop.order();
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    order
}

async fn verdict(shop: &Shop, event: &'static str) -> String {
    let read = shop.db().write(async move |tx| {
        let row = tx.query_one("SELECT verdict FROM webhooks WHERE event_id = $1", &bodega_db::params![event]).await?;
        row.map_or(Ok::<_, bodega_db::DbError>(String::new()), |row| row.get(0))
    });
    read.await.unwrap()
}

async fn a_report_three_times_settles_once(shop: &Shop) {
    let order = waiting(shop).await;
    let body = report("evt_1", order, 1, PRICE, "GBP");
    for _ in 0..3 {
        assert_eq!(shop.webhook(Some(&shop.sign(&body)), &body).await.status, 200);
    }
    // The same fact under another name is the same fact.
    let again = report("evt_2", order, 1, PRICE, "GBP");
    assert_eq!(shop.webhook(Some(&shop.sign(&again)), &again).await.status, 200);
    assert_eq!(shop.story(order).await, ["action_required", "captured"]);
    let fact = shop.fact(order).await;
    assert_eq!((fact.captured, fact.ledger_captured, fact.ledger_sum), (PRICE, PRICE, 0));
    assert_eq!((verdict(shop, "evt_1").await, verdict(shop, "evt_2").await), ("applied".into(), "repeated".into()));
}

async fn a_report_that_is_forged_or_stale_is_refused_and_not_kept(shop: &Shop) {
    let order = waiting(shop).await;
    let body = report("evt_1", order, 1, PRICE, "GBP");
    let signature = shop.sign(&body);
    shop.clock.advance(Duration::from_secs(301));
    let forged = [
        (None, "bad_signature"),
        (Some("nonsense".to_owned()), "bad_signature"),
        (Some(sign("another secret", START.plus(Duration::from_secs(301)), &body)), "bad_signature"),
        (Some(shop.sign("another body")), "bad_signature"),
        (Some(signature), "stale_signature"),
        (Some(sign(SECRET, START.plus(Duration::from_mins(20)), &body)), "stale_signature"),
    ];
    for (signature, code) in forged {
        let answer = shop.webhook(signature.as_deref(), &body).await;
        assert_eq!((answer.status, answer.code()), (400, code));
    }
    assert_eq!(shop.story(order).await, ["action_required"]);
    assert_eq!(verdict(shop, "evt_1").await, "");
}

async fn a_report_of_other_money_or_of_nothing_of_ours_is_kept_and_does_not_count(shop: &Shop) {
    let order = waiting(shop).await;
    let reports = [
        ("evt_amount", report("evt_amount", order, 1, 1, "GBP"), "amount_mismatch"),
        ("evt_currency", report("evt_currency", order, 1, PRICE, "JPY"), "currency_mismatch"),
        ("evt_attempt", report("evt_attempt", order, 2, PRICE, "GBP"), "unknown_attempt"),
        ("evt_order", report("evt_order", shop.order(), 1, PRICE, "GBP"), "unknown_attempt"),
        ("evt_key", report("evt_key", order, 1, PRICE, "GBP").replace("/1\"", "\""), "unknown_attempt"),
    ];
    for (event, body, expected) in reports {
        assert_eq!(shop.webhook(Some(&shop.sign(&body)), &body).await.status, 200);
        assert_eq!(verdict(shop, event).await, expected);
    }
    assert_eq!(shop.story(order).await, ["action_required"]);
    assert_eq!(shop.money(order).await, (0, 0));
    let path = format!("/v1/orders/{order}/payments");
    let view = shop.get(&staff(), None, &path).await;
    assert_eq!(view.json["attempts"][0]["flag"], "currency_mismatch");
}

async fn a_report_for_a_tombstone_is_kept_and_does_not_count(shop: &Shop) {
    let order = shop.order();
    shop.cancel(order).await;
    let body = report("evt_1", order, 1, PRICE, "GBP");
    assert_eq!(shop.webhook(Some(&shop.sign(&body)), &body).await.status, 200);
    assert_eq!(verdict(shop, "evt_1").await, "unknown_attempt");
}

async fn a_report_that_is_too_long_not_understood_or_of_nobody_is_refused(shop: &Shop) {
    let long = "x".repeat(256 * 1024 + 1);
    assert_eq!(shop.webhook(Some(&shop.sign(&long)), &long).await.status, 413);
    let answer = shop.webhook(Some(&shop.sign("{}")), "{}").await;
    assert_eq!((answer.status, answer.code()), (400, "unreadable_webhook"));
    let ask = Ask::post("/v1/webhooks/nobody").body("{}");
    assert_eq!(shop.ask(0, ask).await.status, 404);
}

async fn a_report_after_the_order_was_cancelled_is_given_back_exactly_once(shop: &Shop) {
    let order = waiting(shop).await;
    let url = shop.action(order).await.unwrap().url;
    // The shopper pays at the bank while the order is being cancelled: the report overtakes the close.
    shop.cancel(order).await;
    shop.get(&Caller::guest(), None, &format!("{url}?result=approve")).await;
    let body = report("evt_other", order, 1, PRICE, "GBP");
    shop.webhook(Some(&shop.sign(&body)), &body).await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["action_required", "captured", "refunded"]);
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, PRICE), 1));
}

stories![
    a_report_three_times_settles_once,
    a_report_that_is_forged_or_stale_is_refused_and_not_kept,
    a_report_of_other_money_or_of_nothing_of_ours_is_kept_and_does_not_count,
    a_report_for_a_tombstone_is_kept_and_does_not_count,
    a_report_that_is_too_long_not_understood_or_of_nobody_is_refused,
    a_report_after_the_order_was_cancelled_is_given_back_exactly_once,
];
