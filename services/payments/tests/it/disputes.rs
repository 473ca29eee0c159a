//! The buyer's bank wants money back: it is withheld, and then there again or gone, in whatever order that is heard.

use crate::{
    said::{GoesTo, by_card, by_credit},
    setup::{PRICE, Shop},
};
use bodega_contracts::OrderId;
use bodega_kernel::Caller;
use bodega_testkit::{Answer, Ask, customer, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};

impl Shop {
    pub(crate) async fn dispute(&self, order: OrderId, state: &str) -> Answer {
        self.dispute_by(&staff(), order, state).await
    }

    async fn dispute_by(&self, caller: &Caller, order: OrderId, state: &str) -> Answer {
        let body = json!({ "order_id": order, "state": state });
        self.ask(0, Ask::post("/v1/simulator/disputes").by(caller).json(&body)).await
    }

    pub(crate) async fn sold(&self) -> OrderId {
        let order = self.order();
        self.due(order, "sim_success").await;
        self.work().await;
        order
    }

    /// What the bank says, as the provider reports it: `about` so much.
    pub(crate) async fn bank_says(&self, order: OrderId, word: &str, about: i64) {
        self.hear(order, word, about).await;
        self.work().await;
    }

    /// The same, and nobody has done anything about it yet.
    pub(crate) async fn hear(&self, order: OrderId, word: &str, about: i64) {
        let body = json!({
            "id": format!("evt_{order}_{word}"), "type": format!("dispute.{word}"), "key": format!("{order}/1"),
            "reference": "sim_1", "amount": about, "currency": "GBP", "at": "2026-01-01T00:00:00Z",
        })
        .to_string();
        if word == "lost" {
            // What the bank takes is in the provider's books as well.
            let (sql, id) = ("UPDATE simulator_charges SET lost = $2 WHERE order_id = $1", order.0);
            self.db().write(async move |tx| tx.execute(sql, &bodega_db::params![id, about]).await).await.unwrap();
        }
        assert_eq!(self.webhook(Some(&self.sign(&body)), &body).await.status, 200);
    }

    /// What a lost dispute took back of store credit, and what it wrote off.
    async fn undone(&self, order: OrderId) -> (i64, i64) {
        let view = self.get(&staff(), None, &format!("/v1/orders/{order}/payments")).await;
        let amount = |name: &str| view.json["dispute"][name]["amount"].as_i64().unwrap_or(0);
        assert_eq!(self.booked_on(order, "losses").await, amount("written_off"));
        (amount("credit_taken_back"), amount("written_off"))
    }

    pub(crate) async fn booked_on(&self, order: OrderId, account: &'static str) -> i64 {
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN account = $2 THEN amount ELSE counter_amount END), 0) AS BIGINT) \
                   FROM ledger WHERE order_id = $1 AND (account = $2 OR counter = $2)";
        self.count(sql, &bodega_db::params![order.0, account]).await
    }
}

async fn what_is_disputed_is_withheld_and_not_given_back(shop: &Shop) {
    let order = shop.sold().await;
    assert_eq!(shop.refund(order, 500).await.status, 202);
    shop.work().await;
    for _ in 0..2 {
        let opened = shop.dispute(order, "opened").await;
        assert_eq!((opened.status, &opened.json["amount"]["amount"]), (200, &1_500.into()));
        shop.work().await;
    }
    assert_eq!(shop.story(order).await, ["captured", "refunded", "disputed"]);
    assert_eq!(shop.told_of(order).await[2].1["state"], "opened");
    assert_eq!(shop.booked_on(order, "disputed").await, 1_500);
    let refused = shop.refund(order, 1).await;
    assert_eq!((refused.status, refused.code()), (409, "disputed"));
    assert_eq!(shop.money(order).await, (PRICE, 500));
    shop.dispute(order, "won").await;
    shop.work().await;
    assert_eq!((shop.booked_on(order, "disputed").await, shop.refund(order, 100).await.status), (0, 202));
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, 600));
    assert_eq!(shop.dispute(order, "lost").await.status, 404, "the bank has decided");
    let view = shop.get(&staff(), None, &format!("/v1/orders/{order}/payments")).await;
    assert_eq!(view.json["dispute"]["state"], "won");
}

async fn what_is_lost_is_as_if_it_had_never_been_paid(shop: &Shop) {
    let order = shop.sold().await;
    shop.dispute(order, "opened").await;
    shop.cancel(order).await;
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, 0), "a cancellation waits for the bank");
    shop.dispute(order, "lost").await;
    shop.work().await;
    let fact = shop.fact(order).await;
    assert_eq!((fact.captured, fact.refunded, fact.authorized, fact.ledger_sum), (0, 0, PRICE, 0), "{fact:?}");
    assert_eq!((shop.booked_on(order, "disputed").await, shop.money(order).await), (0, (0, 0)));
    assert_eq!(shop.refund(order, 1).await.code(), "refund_exceeds_capture");
    let won = shop.sold().await;
    shop.dispute(won, "opened").await;
    shop.cancel(won).await;
    shop.dispute(won, "won").await;
    shop.work().await;
    assert_eq!(shop.money(won).await, (PRICE, PRICE), "what was won goes back with the cancellation");
}

async fn a_later_word_outranks_an_earlier_one_whichever_comes_first(shop: &Shop) {
    for words in [["opened", "lost"], ["lost", "opened"], ["won", "opened"]] {
        let order = shop.sold().await;
        for word in words {
            let id = format!("evt_{order}_{word}");
            let body = json!({
                "id": id, "type": format!("dispute.{word}"), "key": format!("{order}/1"), "reference": "sim_1",
                "amount": PRICE, "currency": "GBP", "at": "2026-01-01T00:00:00Z",
            })
            .to_string();
            assert_eq!(shop.webhook(Some(&shop.sign(&body)), &body).await.status, 200);
        }
        let fact = shop.fact(order).await;
        let kept = if words.contains(&"lost") { 0 } else { PRICE };
        assert_eq!((fact.captured, fact.ledger_captured, fact.ledger_sum), (kept, kept, 0), "{words:?}");
        assert_eq!(shop.booked_on(order, "disputed").await, 0);
        let sql = "UPDATE simulator_charges SET lost = $2 WHERE order_id = $1";
        let (id, lost) = (order.0, PRICE - kept);
        shop.db().write(async move |tx| tx.execute(sql, &bodega_db::params![id, lost]).await).await.unwrap();
    }
}

async fn a_dispute_that_fits_nothing_is_not_counted(shop: &Shop) {
    let order = shop.sold().await;
    for (key, amount, currency) in [("/1", PRICE + 1, "GBP"), ("/1", 0, "GBP"), ("/1", 1, "EUR"), ("/9", 1, "GBP")] {
        let body = json!({
            "id": format!("evt_{key}{amount}{currency}"), "type": "dispute.opened", "key": format!("{order}{key}"),
            "reference": "r", "amount": amount, "currency": currency, "at": "2026-01-01T00:00:00Z",
        })
        .to_string();
        assert_eq!(shop.webhook(Some(&shop.sign(&body)), &body).await.status, 200);
    }
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!(shop.dispute(shop.order(), "opened").await.status, 404);
    assert_eq!(shop.dispute(order, "won").await.status, 404, "it was not opened");
    assert_eq!(shop.dispute(order, "perhaps").await.status, 422);
    assert_eq!(shop.dispute_by(&customer(shop.buyer), order, "opened").await.status, 403);
    let real = shop.another(|settings| settings.payments.providers = vec!["manual".to_owned()]).await;
    assert_eq!(real.dispute(order, "opened").await.status, 404, "only where the simulator is on");
}

async fn store_credit_and_the_money_of_a_lost_payment_are_not_both_kept(shop: &Shop) {
    let order = shop.sold().await;
    shop.returned(order, 700, GoesTo::Credit).await;
    assert_eq!(shop.credit().await, 700);
    for _ in 0..2 {
        shop.dispute(order, "opened").await;
        shop.work().await;
        assert_eq!((shop.money(order).await, shop.credit().await), ((PRICE, 700), 700), "the bank has yet to decide");
    }
    for _ in 0..2 {
        shop.dispute(order, "lost").await;
        shop.work().await;
        assert_eq!((shop.money(order).await, shop.credit().await), ((0, 0), 0));
    }
    assert_eq!(shop.undone(order).await, (700, 0));
    shop.cancel(order).await;
    shop.returned(order, 500, GoesTo::Credit).await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.credit().await), ((0, 0), 0), "there is nothing left to give");
    let theirs = shop.get(&customer(shop.buyer), None, "/v1/store-credit").await;
    let entries: Vec<(&Value, &Value)> = theirs.json["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["kind"], &entry["amount"]["amount"]))
        .collect();
    assert!(entries.contains(&(&json!("dispute"), &json!(-700))), "{entries:?}");
}

async fn a_return_as_credit_ends_the_same_before_and_after_a_payment_is_lost(shop: &Shop) {
    for (about, left) in [(PRICE, (0, 0)), (1_500, (500, 500)), (1_000, (1_000, 700))] {
        for first in ["return", "opened", "lost"] {
            let (order, before) = (shop.sold().await, shop.credit().await);
            if first == "return" {
                shop.returned(order, 700, GoesTo::Credit).await;
            }
            if first == "opened" {
                shop.bank_says(order, "opened", about).await;
                shop.returned(order, 700, GoesTo::Credit).await;
                assert_eq!(shop.credit().await, before, "it waits for the bank");
            }
            shop.bank_says(order, "lost", about).await;
            if first == "lost" {
                shop.returned(order, 700, GoesTo::Credit).await;
            }
            let (kept, credited) = left;
            assert_eq!(shop.money(order).await, (kept, credited), "{about} {first}");
            assert_eq!(shop.credit().await - before, credited, "{about} {first}");
            let taken_back = if first == "return" { 700 - credited } else { 0 };
            assert_eq!(shop.undone(order).await, (taken_back, 0), "{about} {first}");
            let refused = shop.refund(order, kept - credited + 1).await;
            assert_eq!(refused.code(), "refund_exceeds_capture");
        }
    }
}

async fn credit_that_was_spent_before_a_payment_is_lost_is_written_off(shop: &Shop) {
    let (order, next) = (shop.sold().await, shop.order());
    shop.returned(order, 700, GoesTo::Credit).await;
    shop.due_with(next, "sim_success", vec![by_credit(500)]).await;
    shop.work().await;
    shop.bank_says(order, "opened", PRICE).await;
    shop.bank_says(order, "lost", PRICE).await;
    shop.bank_says(order, "opened", PRICE).await;
    assert_eq!((shop.money(order).await, shop.credit().await), ((0, 0), 0));
    assert_eq!(shop.undone(order).await, (200, 500));
    assert_eq!(shop.money(next).await, (PRICE, 0), "what it paid stays paid");
    shop.cancel(next).await;
    shop.work().await;
    assert_eq!((shop.money(next).await, shop.credit().await), ((PRICE, PRICE), 500));
}

async fn what_is_won_leaves_the_credit_alone(shop: &Shop) {
    for words in [&["opened", "won"][..], &["won", "opened"], &["won"]] {
        let (order, before) = (shop.sold().await, shop.credit().await);
        shop.returned(order, 700, GoesTo::Credit).await;
        for word in words {
            shop.bank_says(order, word, PRICE).await;
        }
        assert_eq!((shop.money(order).await, shop.credit().await - before), ((PRICE, 700), 700), "{words:?}");
        assert_eq!(shop.undone(order).await, (0, 0));
        shop.cancel(order).await;
        shop.work().await;
        assert_eq!(shop.money(order).await, (PRICE, PRICE), "{words:?}");
    }
}

async fn a_lost_payment_leaves_gift_cards_and_refunds_of_it_alone(shop: &Shop) {
    let (card, order) = (shop.card(500).await, shop.order());
    shop.due_with(order, "sim_success", vec![by_card(card, 500)]).await;
    shop.work().await;
    assert_eq!(shop.refund(order, 400).await.status, 202);
    shop.work().await;
    shop.returned(order, 1_400, GoesTo::Credit).await;
    assert_eq!((shop.money(order).await, shop.credit().await), ((PRICE, 1_800), 1_400));
    shop.bank_says(order, "lost", 1_100).await;
    assert_eq!((shop.undone(order).await, shop.credit().await), ((900, 0), 500));
    assert_eq!(
        (shop.money(order).await, shop.on_card(card).await),
        ((900, 900), 0),
        "the card paid for what they kept"
    );
}

async fn credit_spent_at_once_with_a_lost_payment_is_spent_or_taken_back_and_never_both(shop: &Shop) {
    let order = shop.sold().await;
    shop.returned(order, 700, GoesTo::Credit).await;
    let orders: Vec<OrderId> = (0..100).map(|_| shop.order()).collect();
    let other = shop.other();
    let purchases = join_all(orders.chunks(5).map(|some| {
        let batch = some.iter().map(|order| other.tendered_event(*order, "sim_3ds", vec![by_credit(10)]));
        other.deliver(batch.collect())
    }));
    tokio::join!(purchases, shop.bank_says(order, "lost", PRICE));
    let spent: i64 = shop.facts().await.iter().map(|fact| fact.tendered).sum();
    let (taken_back, written_off) = shop.undone(order).await;
    assert_eq!((taken_back + written_off, written_off), (700, spent));
    assert_eq!((shop.money(order).await, shop.credit().await), ((0, 0), 0));
}

async fn returns_at_once_with_a_lost_payment_leave_no_credit(shop: &Shop) {
    let order = shop.sold().await;
    let other = shop.other();
    let returns = join_all((0..100).map(|at| {
        let shop = if at % 2 == 0 { shop } else { &other };
        shop.returned(order, 30, GoesTo::Credit)
    }));
    tokio::join!(returns, shop.bank_says(order, "lost", PRICE));
    assert_eq!((shop.money(order).await, shop.credit().await), ((0, 0), 0));
    assert_eq!(shop.undone(order).await.1, 0, "nobody had spent any");
}

stories![
    returns_at_once_with_a_lost_payment_leave_no_credit,
    store_credit_and_the_money_of_a_lost_payment_are_not_both_kept,
    a_return_as_credit_ends_the_same_before_and_after_a_payment_is_lost,
    credit_that_was_spent_before_a_payment_is_lost_is_written_off,
    what_is_won_leaves_the_credit_alone,
    a_lost_payment_leaves_gift_cards_and_refunds_of_it_alone,
    credit_spent_at_once_with_a_lost_payment_is_spent_or_taken_back_and_never_both,
    what_is_disputed_is_withheld_and_not_given_back,
    what_is_lost_is_as_if_it_had_never_been_paid,
    a_later_word_outranks_an_earlier_one_whichever_comes_first,
    a_dispute_that_fits_nothing_is_not_counted,
];
