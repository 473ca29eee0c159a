//! The buyer's bank wants money back: it is withheld, and then there again or gone, in whatever order that is heard.

use crate::setup::{PRICE, Shop};
use bodega_contracts::OrderId;
use bodega_kernel::Caller;
use bodega_testkit::{Answer, Ask, customer, staff, stories};
use serde_json::json;

impl Shop {
    async fn dispute(&self, order: OrderId, state: &str) -> Answer {
        self.dispute_by(&staff(), order, state).await
    }

    async fn dispute_by(&self, caller: &Caller, order: OrderId, state: &str) -> Answer {
        let body = json!({ "order_id": order, "state": state });
        self.ask(0, Ask::post("/v1/simulator/disputes").by(caller).json(&body)).await
    }

    async fn sold(&self) -> OrderId {
        let order = self.order();
        self.due(order, "sim_success").await;
        self.work().await;
        order
    }

    async fn booked_on(&self, order: OrderId, account: &'static str) -> i64 {
        let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger WHERE order_id = $1 AND account = $2";
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

stories![
    what_is_disputed_is_withheld_and_not_given_back,
    what_is_lost_is_as_if_it_had_never_been_paid,
    a_later_word_outranks_an_earlier_one_whichever_comes_first,
    a_dispute_that_fits_nothing_is_not_counted,
];
