//! Money that staff take by hand: waited for or promised, booked once, closed, let go and given back.

use crate::setup::{PRICE, Shop};
use bodega_contracts::{OrderId, orders::CancelReason};
use bodega_kernel::Caller;
use bodega_testkit::{Answer, Ask, customer, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

impl Shop {
    async fn waiting(&self, method: &str) -> OrderId {
        let order = self.order();
        self.due(order, method).await;
        self.work().await;
        order
    }

    async fn receive(&self, order: OrderId, key: &str, body: &Value) -> Answer {
        self.post(&staff(), None, key, &path(order), body).await
    }

    async fn book(&self, order: OrderId) -> Answer {
        self.receive(order, &self.key(), &money(PRICE)).await
    }

    async fn ledger_rows(&self, order: OrderId) -> i64 {
        self.count_of("SELECT COUNT(*) FROM ledger WHERE order_id = $1", order).await
    }
}

fn path(order: OrderId) -> String {
    format!("/v1/orders/{order}/payments/received")
}

fn money(amount: i64) -> Value {
    json!({ "amount": { "amount": amount, "currency": "GBP" }, "reference": "statement 12, line 3" })
}

async fn a_bank_transfer_waits_for_staff_and_says_where_to_send_it(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    assert_eq!(shop.story(order).await, ["action_required"]);
    let action = serde_json::to_value(shop.action(order).await).unwrap();
    let reference = order.to_string();
    assert_eq!(
        action,
        json!({ "kind": "bank_transfer", "reference": reference, "text": "Bank of Orchards\n12-34-56" })
    );
    assert!(shop.fact(order).await.open);
    let calls = "SELECT COUNT(*) FROM attempts WHERE order_id = $1 AND due_ms IS NOT NULL";
    assert_eq!(shop.count_of(calls, order).await, 0, "there is nobody to ask about it");
    let booked = shop.book(order).await;
    assert_eq!((booked.status, &booked.json), (200, &json!({ "attempt": 1, "status": "captured" })));
    assert_eq!(shop.story(order).await, ["action_required", "captured"]);
    assert_eq!(shop.told_of(order).await[1].1["captured"], json!({ "amount": PRICE, "currency": "GBP" }));
    assert_eq!((shop.money(order).await, shop.ledger_rows(order).await), ((PRICE, 0), 1));
    assert_eq!(shop.action(order).await, None);
    let fact = shop.fact(order).await;
    assert_eq!((fact.open, fact.provider_captured, fact.provider_refunded), (false, None, None));
    let view = shop.get(&customer(shop.buyer), None, &format!("/v1/orders/{order}/payments")).await;
    assert_eq!(view.json["attempts"][0]["reference"], "statement 12, line 3");
}

async fn a_booking_sent_again_with_its_key_is_answered_the_same(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    let key = shop.key();
    let first = shop.receive(order, &key, &money(PRICE)).await;
    let again = shop.receive(order, &key, &money(PRICE)).await;
    assert_eq!((again.status, again.replayed(), &again.json), (200, true, &first.json));
    let other = json!({ "amount": { "amount": PRICE, "currency": "GBP" }, "reference": "another" });
    assert_eq!(shop.receive(order, &key, &other).await.code(), "idempotency_key_reused");
    assert_eq!(shop.book(order).await.code(), "already_paid");
    assert_eq!(shop.story(order).await, ["action_required", "captured"]);
}

async fn what_is_booked_is_what_is_due_and_else_it_waits_on(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    let with = |amount: Value, reference: &str| json!({ "amount": amount, "reference": reference });
    let due = || json!({ "amount": PRICE, "currency": "GBP" });
    for (body, pointer) in [
        (money(PRICE - 1), "/amount/amount"),
        (money(PRICE + 1), "/amount/amount"),
        (money(0), "/amount/amount"),
        (money(-PRICE), "/amount/amount"),
        (money(i64::MAX), "/amount/amount"),
        (with(json!({ "amount": PRICE, "currency": "EUR" }), "r"), "/amount/currency"),
        (with(due(), ""), "/reference"),
        (with(due(), "   "), "/reference"),
        (with(due(), "two\nlines"), "/reference"),
        (with(due(), &"x".repeat(141)), "/reference"),
    ] {
        let answer = shop.receive(order, &shop.key(), &body).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}");
    }
    let unknown = json!({ "amount": due(), "reference": "r", "attempt": 1 });
    assert_eq!(shop.receive(order, &shop.key(), &unknown).await.status, 422);
    assert_eq!(shop.story(order).await, ["action_required"]);
    assert_eq!((shop.money(order).await, shop.ledger_rows(order).await), ((0, 0), 0));
    assert_eq!(shop.book(order).await.status, 200);
}

async fn bookings_are_for_staff_and_for_what_is_awaited(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    let token = shop.token(order);
    let ask = async |caller: &Caller| shop.post(caller, Some(&token), &shop.key(), &path(order), &money(PRICE)).await;
    assert_eq!(ask(&Caller::guest()).await.status, 401);
    assert_eq!(ask(&customer(shop.buyer)).await.status, 403);
    let keyless = Ask::post(path(order)).by(staff()).json(&money(PRICE));
    assert_eq!(shop.ask(0, keyless).await.code(), "idempotency_key_required");
    assert_eq!(shop.book(shop.order()).await.status, 404);
    for (method, code) in
        [("sim_3ds", "nothing_awaited"), ("sim_authorize", "nothing_awaited"), ("sim_success", "already_paid")]
    {
        let other = shop.waiting(method).await;
        assert_eq!(shop.book(other).await.code(), code, "{method}");
    }
    assert_eq!(shop.money(order).await, (0, 0));
}

async fn a_thousand_bookings_at_once_count_once(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    let answers = join_all((0..1_000).map(|_| shop.book(order))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "already_paid").count(), 999);
    assert_eq!(shop.story(order).await, ["action_required", "captured"]);
    assert_eq!((shop.money(order).await, shop.ledger_rows(order).await), ((PRICE, 0), 1));
}

async fn a_transfer_that_did_not_come_in_time_is_closed_and_cannot_be_booked(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    shop.expire(order, CancelReason::PaymentExpired).await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["action_required", "closed"]);
    assert_eq!(shop.action(order).await, None);
    let late = shop.book(order).await;
    assert_eq!((late.status, late.code()), (409, "nothing_awaited"));
    assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((0, 0), false));
}

async fn a_booking_before_the_end_is_answered_is_money_and_not_an_end(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    shop.expire(order, CancelReason::PaymentExpired).await;
    assert_eq!(shop.book(order).await.status, 200);
    shop.work().await;
    assert_eq!(shop.story(order).await, ["action_required", "captured"]);
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

async fn a_booking_against_a_closing_ends_in_one_way_only(shop: &Shop) {
    for round in 0..24_u64 {
        let order = shop.waiting("bank_transfer").await;
        let closing = async {
            shop.expire(order, CancelReason::PaymentExpired).await;
            shop.work().await;
        };
        let booking = async {
            // At once, and then later and later, so that either is the first somewhere.
            if round > 5 {
                tokio::time::sleep(Duration::from_millis(round - 5)).await;
            }
            shop.book(order).await
        };
        let (booked, ()) = tokio::join!(booking, closing);
        shop.work().await;
        let story = shop.story(order).await;
        let (captured, closed) = (count(&story, "captured"), count(&story, "closed"));
        match booked.status {
            // Where the end was asked for after the money, it is answered with the money again.
            200 => assert!(captured >= 1 && closed == 0, "{story:?}"),
            status => assert_eq!((status, booked.code(), captured, closed), (409, "nothing_awaited", 0, 1)),
        }
        let expected = if booked.status == 200 { PRICE } else { 0 };
        assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((expected, 0), false));
    }
}

fn count(story: &[String], what: &str) -> usize {
    story.iter().filter(|told| *told == what).count()
}

async fn cash_on_delivery_is_promised_at_once_and_taken_when_staff_have_it(shop: &Shop) {
    let order = shop.waiting("cash_on_delivery").await;
    assert_eq!(shop.story(order).await, ["authorized"]);
    assert_eq!(shop.told_of(order).await[0].1["authorized"], json!({ "amount": PRICE, "currency": "GBP" }));
    let captured = shop.post(&staff(), None, &shop.key(), &format!("/v1/orders/{order}/captures"), &json!({})).await;
    assert_eq!(captured.code(), "nothing_authorized", "nobody can be asked to take it");
    shop.expire(order, CancelReason::PaymentExpired).await;
    shop.work().await;
    assert_eq!(shop.story(order).await, ["authorized", "authorized"], "a promise outlives a deadline");
    assert_eq!(shop.money(order).await, (0, 0));
    assert_eq!(shop.book(order).await.status, 200);
    assert_eq!(shop.story(order).await, ["authorized", "authorized", "captured"]);
    assert_eq!((shop.money(order).await, shop.ledger_rows(order).await), ((PRICE, 0), 1));
    assert_eq!(shop.book(order).await.code(), "already_paid");
}

async fn cash_on_delivery_is_let_go_where_somebody_cancels(shop: &Shop) {
    let order = shop.waiting("cash_on_delivery").await;
    shop.expire(order, CancelReason::ByShopper).await;
    assert_eq!(shop.book(order).await.code(), "nothing_awaited");
    shop.work().await;
    assert_eq!(shop.story(order).await, ["authorized", "voided", "closed"]);
    shop.cancel(order).await;
    shop.work().await;
    assert_eq!(shop.book(order).await.code(), "nothing_awaited");
    let fact = shop.fact(order).await;
    assert_eq!((fact.authorized, fact.captured, fact.open), (0, 0, false));
}

async fn what_was_paid_by_hand_is_given_back_by_hand_and_booked(shop: &Shop) {
    for method in ["bank_transfer", "cash_on_delivery"] {
        let order = shop.waiting(method).await;
        assert_eq!(shop.refund(order, 1).await.code(), "refund_exceeds_capture");
        shop.book(order).await;
        assert_eq!(shop.refund(order, 300).await.status, 202);
        shop.work().await;
        assert_eq!((shop.money(order).await, shop.ledger_rows(order).await), ((PRICE, 300), 2));
        let view = shop.get(&staff(), None, &format!("/v1/orders/{order}/payments")).await;
        assert_eq!(view.json["refunds"][0]["status"], "done");
        assert_eq!(shop.refund(order, PRICE).await.code(), "refund_exceeds_capture");
        assert_eq!(shop.refund(order, PRICE - 300).await.status, 202);
        shop.work().await;
        assert_eq!(shop.money(order).await, (PRICE, PRICE));
        assert_eq!(count(&shop.story(order).await, "refunded"), 2);
        assert_eq!(shop.fact(order).await.provider_refunded, None);
    }
}

async fn a_cancelled_order_that_was_paid_by_hand_has_all_of_it_booked_back_once(shop: &Shop) {
    let order = shop.waiting("bank_transfer").await;
    shop.book(order).await;
    for _ in 0..2 {
        shop.cancel(order).await;
        shop.work().await;
    }
    assert_eq!(shop.story(order).await, ["action_required", "captured", "refunded"]);
    assert_eq!((shop.money(order).await, shop.ledger_rows(order).await), ((PRICE, PRICE), 2));
}

async fn a_transfer_after_a_declined_card_is_the_next_attempt(shop: &Shop) {
    let order = shop.waiting("sim_decline").await;
    assert_eq!(shop.pay(order, "bank_transfer").await.json["number"], 2);
    shop.work().await;
    assert_eq!(shop.pay(order, "sim_success").await.code(), "attempt_open");
    assert_eq!(shop.book(order).await.json["attempt"], 2);
    assert_eq!(shop.story(order).await, ["failed", "action_required", "captured"]);
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

async fn a_shop_as_it_is_set_up_sells_by_hand_only_and_one_that_does_not_want_to_does_not(shop: &Shop) {
    let plain = shop.another(|settings| settings.payments = bodega_settings::Settings::defaults().payments).await;
    let order = plain.waiting("bank_transfer").await;
    assert_eq!(plain.action(order).await.unwrap().text, None, "it has no bank details yet");
    assert_eq!(plain.book(order).await.status, 200);
    assert_eq!(plain.money(order).await, (PRICE, 0));
    let order = plain.waiting("sim_success").await;
    assert_eq!(plain.told_of(order).await[0].1["code"], "method_not_available");
    let cards = shop.another(|settings| settings.payments.providers = vec!["simulator".to_owned()]).await;
    for method in ["bank_transfer", "cash_on_delivery"] {
        let order = cards.waiting(method).await;
        assert_eq!(cards.told_of(order).await[0].1["code"], "method_not_available");
    }
}

stories![
    a_bank_transfer_waits_for_staff_and_says_where_to_send_it,
    a_booking_sent_again_with_its_key_is_answered_the_same,
    what_is_booked_is_what_is_due_and_else_it_waits_on,
    bookings_are_for_staff_and_for_what_is_awaited,
    a_thousand_bookings_at_once_count_once,
    a_transfer_that_did_not_come_in_time_is_closed_and_cannot_be_booked,
    a_booking_before_the_end_is_answered_is_money_and_not_an_end,
    a_booking_against_a_closing_ends_in_one_way_only,
    cash_on_delivery_is_promised_at_once_and_taken_when_staff_have_it,
    cash_on_delivery_is_let_go_where_somebody_cancels,
    what_was_paid_by_hand_is_given_back_by_hand_and_booked,
    a_cancelled_order_that_was_paid_by_hand_has_all_of_it_booked_back_once,
    a_transfer_after_a_declined_card_is_the_next_attempt,
    a_shop_as_it_is_set_up_sells_by_hand_only_and_one_that_does_not_want_to_does_not,
];
