//! Each way the simulated provider behaves, and what comes of it.

use crate::setup::{PRICE, Shop};
use bodega_contracts::orders::CancelReason;
use bodega_kernel::Caller;
use bodega_testkit::{Ask, staff, stories};
use serde_json::json;
use std::time::Duration;

async fn a_success_is_captured_once_and_told_with_its_total(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.due(order, "sim_success").await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!(shop.told_of(order).await[0].1["captured"], json!({ "amount": PRICE, "currency": "GBP" }));
    assert_eq!(shop.money(order).await, (PRICE, 0));
    assert_eq!(shop.charges(order).await, 1);
    assert!(!shop.fact(order).await.open);
}

async fn a_batch_with_twins_charges_each_order_once(shop: &Shop) {
    let orders = [shop.order(), shop.order(), shop.order()];
    let batch = orders.iter().chain(&orders).map(|order| shop.due_event(*order, "sim_success")).collect();
    shop.deliver(batch).await;
    shop.work().await;
    for order in orders {
        assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
    }
}

async fn a_declined_card_fails_with_its_code_and_the_shopper_may_try_again(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_decline").await;
    shop.work().await;
    assert_eq!(shop.told_of(order).await[0].1["code"], "card_declined");
    assert_eq!(shop.pay(order, "sim_success").await.status, 202);
    shop.work().await;
    assert_eq!(shop.story(order).await, ["failed", "captured"]);
    assert_eq!(shop.told_of(order).await[1].1["attempt"], 2);
    assert_eq!(shop.money(order).await, (PRICE, 0));
    let again = shop.pay(order, "sim_success").await;
    assert_eq!((again.status, again.code()), (409, "already_paid"));
}

async fn a_method_that_nobody_offers_fails_and_the_shopper_may_choose_another(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_nothing").await;
    assert_eq!(shop.told_of(order).await[0].1["code"], "method_not_available");
    let next = shop.pay(order, "carrots").await;
    assert_eq!((next.status, next.json["status"].as_str()), (202, Some("failed")));
    assert_eq!(shop.pay(order, "sim_success").await.json["number"], 3);
    shop.work().await;
    assert_eq!(shop.story(order).await, ["failed", "failed", "captured"]);
}

async fn without_the_simulator_none_of_its_methods_or_routes_exist(shop: &Shop) {
    let shop = shop.another(|settings| settings.payments.providers.clear()).await;
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    assert_eq!(shop.told_of(order).await[0].1["code"], "method_not_available");
    assert_eq!(shop.webhook(Some("t=1,v1=00"), "{}").await.status, 404);
    assert_eq!(shop.get(&staff(), None, "/v1/simulator/3ds/x").await.status, 404);
    assert_eq!(shop.fact(order).await.provider_captured, None);
}

async fn a_promise_is_told_and_taken_when_staff_say_so(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_authorize").await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["authorized"]);
    assert_eq!(shop.told_of(order).await[0].1["authorized"]["amount"], PRICE);
    let (path, key) = (format!("/v1/orders/{order}/captures"), shop.key());
    let first = shop.post(&staff(), None, &key, &path, &json!({})).await;
    assert_eq!(first.status, 202);
    assert!(shop.post(&staff(), None, &key, &path, &json!({})).await.replayed());
    shop.work().await;
    assert_eq!(shop.story(order).await, ["authorized", "captured"]);
    assert_eq!(shop.money(order).await, (PRICE, 0));
    let again = shop.post(&staff(), None, &shop.key(), &path, &json!({})).await;
    assert_eq!(again.code(), "already_paid");
}

async fn a_shopper_sent_to_the_bank_pays_there_and_its_address_is_in_no_event(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["action_required"]);
    let url = shop.action(order).await.unwrap().url;
    assert!(!shop.told_of(order).await[0].1.to_string().contains("3ds"));
    let open = shop.pay(order, "sim_success").await;
    assert_eq!((open.status, open.code()), (409, "attempt_open"));
    let guest = Caller::guest();
    assert!(shop.get(&guest, None, &url).await.text.contains("Approve"));
    for _ in 0..2 {
        let visit = shop.post(&guest, None, "k", &url, &json!({})).await;
        assert_eq!((visit.status, visit.json["status"].as_str()), (200, Some("captured")));
        shop.work().await;
    }
    assert_eq!(shop.story(order).await, ["action_required", "captured"]);
    assert_eq!(shop.action(order).await, None);
    assert_eq!(shop.money(order).await, (PRICE, 0));
    assert_eq!(shop.get(&guest, None, "/v1/simulator/3ds/nonsense").await.status, 404);
}

async fn a_browser_is_sent_back_to_the_page_it_came_from_and_nowhere_else(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    let url = shop.action(order).await.unwrap().url;
    let (german, plain) = (format!("/de/orders/{order}"), format!("/orders/{order}"));
    let told = shop.get(&Caller::guest(), None, &format!("{url}?back={german}")).await;
    assert!(told.text.contains(&format!("?result=approve&amp;back={german}\"")), "{}", told.text);
    let browser = async |query: &str| {
        let ask = Ask::post(format!("{url}?result=approve{query}")).by(Caller::guest()).key("k");
        let answer = shop.ask(0, ask.header("accept", "text/html,application/xhtml+xml")).await;
        (answer.status, answer.header("location").to_owned())
    };
    let evil = ["//evil.example", "https://evil.example", "/%5Cevil.example", "/a%0d%0aevil:%20b", "/%22%3Eevil", ""];
    for evil in evil {
        let page = shop.get(&Caller::guest(), None, &format!("{url}?back={evil}")).await;
        assert!(page.text.contains("?result=approve\"") && !page.text.contains("evil"), "{}", page.text);
    }
    assert_eq!(browser(&format!("&back={german}")).await, (303, german.clone()));
    assert_eq!(browser("").await, (303, plain.clone()));
    for evil in evil {
        assert_eq!(browser(&format!("&back={evil}")).await, (303, plain.clone()), "{evil}");
    }
    let program = shop.post(&Caller::guest(), None, "k", &format!("{url}?back={german}"), &json!({})).await;
    assert_eq!((program.status, program.json["status"].as_str()), (200, Some("captured")));
}

async fn a_shopper_the_bank_does_not_know_fails_and_may_try_again(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    let url = shop.action(order).await.unwrap().url;
    shop.get(&Caller::guest(), None, &format!("{url}?result=decline")).await;
    shop.work().await;
    assert_eq!(shop.told_of(order).await[1].1["code"], "authentication_failed");
    assert_eq!(shop.pay(order, "sim_success").await.status, 202);
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

async fn a_slow_answer_holds_up_nobody_else(shop: &Shop) {
    let (slow, quick) = (shop.order(), shop.order());
    shop.due(slow, "sim_slow").await;
    let job = shop.job("provider calls");
    let slow_call = tokio::spawn(async move { job.step().await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    shop.due(quick, "sim_success").await;
    shop.job("provider calls").step().await;
    assert_eq!(shop.story(quick).await, ["captured"]);
    assert!(shop.story(slow).await.is_empty());
    slow_call.await.unwrap();
    assert_eq!(shop.story(slow).await, ["captured"]);
    assert_eq!(shop.money(slow).await, (PRICE, 0));
}

async fn a_charge_whose_answer_is_lost_is_asked_for_and_not_made_again(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_timeout_then_success").await;
    shop.work().await;
    assert!(shop.story(order).await.is_empty());
    assert!(shop.fact(order).await.open);
    assert_eq!(shop.pay(order, "sim_success").await.code(), "attempt_open");
    shop.wait(Duration::from_secs(2)).await;
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
}

async fn a_payment_that_only_a_webhook_tells_of_is_captured_by_it(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_webhook_only").await;
    shop.work().await;
    assert!(shop.story(order).await.is_empty());
    shop.wait(Duration::from_secs(1)).await;
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
}

async fn a_payment_whose_webhook_is_lost_is_asked_about(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_webhook_only").await;
    shop.work().await;
    shop.clock.advance(Duration::from_secs(1));
    let lost = shop.db().write(async |tx| {
        let sql = "UPDATE simulator_charges SET status = 'captured', captured = amount, due_ms = NULL";
        tx.execute(sql, &[]).await
    });
    lost.await.unwrap();
    shop.work().await;
    assert!(shop.story(order).await.is_empty());
    shop.wait(Duration::from_mins(1)).await;
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

async fn a_webhook_three_times_and_before_the_answer_counts_once(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_duplicate_webhook").await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
    let sql = "SELECT CAST(SUM(copies) AS BIGINT) FROM simulator_webhooks WHERE event_id <> CAST($1 AS TEXT)";
    let unsent = shop.count(sql, &bodega_db::params!["none"]).await;
    assert_eq!(unsent, 0, "all copies were sent");
}

async fn a_provider_that_is_not_reached_is_called_again_until_it_is(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_unavailable").await;
    shop.work().await;
    for _ in 0..2 {
        assert!(shop.story(order).await.is_empty());
        shop.wait(Duration::from_secs(3)).await;
    }
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
}

async fn a_late_payment_counts_by_itself_or_when_its_end_is_asked_for(shop: &Shop) {
    let (alone, ended) = (shop.order(), shop.order());
    for order in [alone, ended] {
        shop.due(order, "sim_late_capture").await;
    }
    shop.work().await;
    shop.expire(ended, CancelReason::PaymentExpired).await;
    shop.work().await;
    assert_eq!(shop.story(ended).await, ["captured"]);
    assert!(shop.story(alone).await.is_empty());
    shop.wait(Duration::from_secs(121)).await;
    for order in [alone, ended] {
        assert_eq!(shop.story(order).await, ["captured"]);
        assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
    }
}

stories![
    a_success_is_captured_once_and_told_with_its_total,
    a_batch_with_twins_charges_each_order_once,
    a_declined_card_fails_with_its_code_and_the_shopper_may_try_again,
    a_method_that_nobody_offers_fails_and_the_shopper_may_choose_another,
    without_the_simulator_none_of_its_methods_or_routes_exist,
    a_promise_is_told_and_taken_when_staff_say_so,
    a_shopper_sent_to_the_bank_pays_there_and_its_address_is_in_no_event,
    a_browser_is_sent_back_to_the_page_it_came_from_and_nowhere_else,
    a_shopper_the_bank_does_not_know_fails_and_may_try_again,
    a_slow_answer_holds_up_nobody_else,
    a_charge_whose_answer_is_lost_is_asked_for_and_not_made_again,
    a_payment_that_only_a_webhook_tells_of_is_captured_by_it,
    a_payment_whose_webhook_is_lost_is_asked_about,
    a_webhook_three_times_and_before_the_answer_counts_once,
    a_provider_that_is_not_reached_is_called_again_until_it_is,
    a_late_payment_counts_by_itself_or_when_its_end_is_asked_for,
];
