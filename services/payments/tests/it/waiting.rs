//! A refund is on its way while the buyer's bank takes the money: the provider refuses it, and it waits for the bank.

use crate::{
    said::{GoesTo, by_card},
    setup::{PRICE, Shop},
};
use bodega_contracts::OrderId;
use bodega_testkit::{arrivals, staff, stories};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

/// Who wants money back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Staff,
    Return,
    Cancellation,
}
use Wish::{Cancellation, Return, Staff};

/// What the service hears of a dispute, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Heard {
    /// The provider's answer to the refund.
    Refusal,
    Opened,
    Decided,
}
use Heard::{Decided, Opened, Refusal};

impl Shop {
    /// Money is on its way back, and nobody has been asked for it yet.
    async fn wish(&self, order: OrderId, wish: Wish, amount: i64) {
        match wish {
            Staff => assert_eq!(self.refund(order, amount).await.status, 202),
            Return => self.returned(order, amount, GoesTo::Payer).await,
            Cancellation => self.cancel(order).await,
        }
    }

    /// What stands in the provider's books of a dispute, before anybody hears of it.
    async fn bank_decides(&self, order: OrderId, word: &'static str, about: i64) {
        let lost = if word == "lost" { about } else { 0 };
        let sql = "UPDATE simulator_charges SET dispute = $2, disputed = $3, lost = $4 WHERE order_id = $1";
        let values = bodega_db::params![order.0, word, about, lost].to_vec();
        self.db().write(async move |tx| tx.execute(sql, &values).await).await.unwrap();
    }

    /// The refunds of an order, each with how it stands, why, and how much it is.
    async fn refunds(&self, order: OrderId) -> Vec<(String, String, i64)> {
        let view = self.get(&staff(), None, &format!("/v1/orders/{order}/payments")).await;
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let refunds = view.json["refunds"].as_array().unwrap().iter();
        refunds
            .map(|refund| {
                (word(&refund["status"]), word(&refund["code"]), refund["amount"]["amount"].as_i64().unwrap())
            })
            .collect()
    }

    async fn tries(&self, order: OrderId) -> i64 {
        self.count_of("SELECT CAST(SUM(tries) AS BIGINT) FROM refunds WHERE order_id = $1", order).await
    }
}

fn refund(status: &str, code: &str, amount: i64) -> (String, String, i64) {
    (status.to_owned(), code.to_owned(), amount)
}

async fn a_refund_that_a_dispute_refuses_waits_and_is_made_when_it_is_won(shop: &Shop) {
    for wish in [Staff, Return, Cancellation] {
        let (order, amount) = (shop.sold().await, if wish == Cancellation { PRICE } else { 400 });
        shop.wish(order, wish, amount).await;
        assert_eq!(shop.dispute(order, "opened").await.json["amount"]["amount"], PRICE);
        shop.work().await;
        assert_eq!(shop.refunds(order).await, [refund("waiting", "disputed", amount)], "{wish:?}");
        assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((PRICE, 0), true), "{wish:?}");
        for _ in 0..10 {
            shop.wait(Duration::from_hours(1)).await;
        }
        assert_eq!(shop.tries(order).await, 1, "{wish:?}: nobody asks before the bank has decided");
        shop.dispute(order, "won").await;
        shop.work().await;
        assert_eq!(shop.refunds(order).await, [refund("done", "", amount)], "{wish:?}");
        assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((PRICE, amount), false), "{wish:?}");
    }
}

async fn a_refund_whose_money_a_bank_took_is_given_once_and_books_say_what_was_lost(shop: &Shop) {
    for wish in [Staff, Return] {
        let (card, order) = (shop.card(500).await, shop.order());
        shop.due_with(order, "sim_success", vec![by_card(card, 500)]).await;
        shop.work().await;
        assert_eq!(shop.refund(order, 400).await.status, 202);
        shop.work().await;
        shop.wish(order, wish, 250).await;
        shop.dispute(order, "opened").await;
        assert_eq!(shop.booked_on(order, "disputed").await, 1_100, "the bank does not know of a refund under way");
        shop.work().await;
        shop.dispute(order, "lost").await;
        shop.work().await;
        assert_eq!(shop.refunds(order).await, [refund("done", "", 400), refund("failed", "given_by_bank", 250)]);
        assert_eq!(shop.money(order).await, (PRICE - 1_100, 400), "{wish:?}");
        let (_, last) = shop.told_of(order).await.pop().unwrap();
        assert_eq!((&last["state"], &last["amount"]["amount"]), (&json!("lost"), &json!(1_100)));
        // The card paid for what they kept, and that is all that is left.
        assert_eq!(shop.refund(order, 501).await.code(), "refund_exceeds_capture");
        shop.cancel(order).await;
        shop.work().await;
        assert_eq!((shop.money(order).await, shop.on_card(card).await), ((900, 900), 500), "{wish:?}");
        assert!(!shop.fact(order).await.open, "{wish:?}");
    }
}

async fn what_a_bank_leaves_of_a_refund_goes_back_and_no_more(shop: &Shop) {
    for (wish, amount) in [(Staff, 1_900), (Return, 1_900), (Cancellation, PRICE)] {
        let order = shop.sold().await;
        shop.wish(order, wish, amount).await;
        shop.bank_decides(order, "opened", 300).await;
        shop.bank_says(order, "opened", 300).await;
        assert_eq!(shop.refunds(order).await, [refund("waiting", "disputed", amount)], "{wish:?}");
        shop.bank_decides(order, "lost", 300).await;
        shop.bank_says(order, "lost", 300).await;
        assert_eq!(shop.money(order).await, (1_700, 1_700), "{wish:?}");
        let refunds = shop.refunds(order).await;
        assert_eq!(refunds, [refund("failed", "given_by_bank", amount), refund("done", "", 1_700)], "{wish:?}");
        assert_eq!(shop.refund(order, 1).await.code(), "refund_exceeds_capture");
        assert!(!shop.fact(order).await.open, "{wish:?}");
    }
}

async fn a_dispute_and_a_refused_refund_end_alike_in_whatever_order_they_are_heard(shop: &Shop) {
    let heard = [Refusal, Opened, Decided];
    for (word, about, ends) in [
        ("won", PRICE, (PRICE, 400)),
        ("lost", PRICE, (0, 0)),
        ("lost", 1_800, (200, 200)),
        ("lost", 1_600, (400, 400)),
    ] {
        for arrival in arrivals(heard.len(), 1) {
            let order = shop.sold().await;
            shop.wish(order, Return, 400).await;
            shop.bank_decides(order, "opened", about).await;
            for heard in arrival.iter().map(|at| heard[*at]) {
                match heard {
                    Refusal => shop.work().await,
                    Opened => shop.hear(order, "opened", about).await,
                    Decided => {
                        shop.bank_decides(order, word, about).await;
                        shop.hear(order, word, about).await;
                    }
                }
            }
            shop.work().await;
            shop.wait(Duration::from_mins(2)).await;
            let what = format!("{word} {about} {arrival:?}: {:?}", shop.refunds(order).await);
            assert_eq!((shop.money(order).await, shop.fact(order).await.open), (ends, false), "{what}");
            assert_eq!(shop.booked_on(order, "disputed").await, 0, "{what}");
        }
    }
}

async fn a_dispute_that_is_heard_of_before_its_money_counts_with_it(shop: &Shop) {
    for (word, kept) in [("won", PRICE), ("lost", 0)] {
        let order = shop.order();
        shop.due(order, "sim_timeout_then_success").await;
        shop.work().await;
        assert!(shop.story(order).await.is_empty(), "the answer was lost");
        for word in ["opened", word] {
            assert_eq!(shop.dispute(order, word).await.status, 200);
        }
        assert_eq!(shop.money(order).await, (kept, 0), "{word}");
        shop.wait(Duration::from_mins(1)).await;
        assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((kept, 0), false), "{word}");
        assert_eq!(shop.story(order).await, ["captured", "disputed", "disputed"], "{word}");
        assert_eq!(shop.charges(order).await, 1);
    }
}

async fn a_dispute_about_a_part_that_was_just_taken_counts_with_it(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    shop.leaving(order, 900).await;
    // The provider has taken it, and its answer is on its way.
    let sql = "UPDATE simulator_charges SET captured = 900 WHERE order_id = $1";
    shop.db().write(async move |tx| tx.execute(sql, &bodega_db::params![order.0]).await).await.unwrap();
    shop.dispute(order, "opened").await;
    shop.dispute(order, "lost").await;
    assert_eq!(shop.money(order).await, (0, 0));
    shop.work().await;
    shop.leaving(order, PRICE).await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((1_100, 0), false));
}

async fn refunds_at_once_with_a_dispute_are_all_made_or_given_by_the_bank(shop: &Shop) {
    let other = shop.other();
    for word in ["won", "lost"] {
        let order = shop.sold().await;
        let refunds = join_all((0..40).map(|at| if at % 2 == 0 { shop } else { &other }.refund(order, 50)));
        let (answers, ..) = tokio::join!(refunds, shop.work(), shop.dispute(order, "opened"), other.work());
        let accepted = answers.iter().filter(|answer| answer.status == 202).count() as i64;
        assert!(answers.iter().all(|answer| answer.status == 202 || answer.code() == "disputed"));
        tokio::join!(shop.work(), shop.dispute(order, word), other.work());
        for _ in 0..4 {
            shop.wait(Duration::from_mins(2)).await;
            other.work().await;
        }
        let ((captured, refunded), fact) = (shop.money(order).await, shop.fact(order).await);
        assert!(!fact.open, "{fact:?}");
        if fact.captured == PRICE {
            assert_eq!(refunded, accepted * 50, "{word}: what was promised was given");
        } else {
            assert_eq!(captured, refunded, "{word}: the buyer has all of it, once");
        }
    }
}

stories![
    a_refund_that_a_dispute_refuses_waits_and_is_made_when_it_is_won,
    a_refund_whose_money_a_bank_took_is_given_once_and_books_say_what_was_lost,
    what_a_bank_leaves_of_a_refund_goes_back_and_no_more,
    a_dispute_and_a_refused_refund_end_alike_in_whatever_order_they_are_heard,
    a_dispute_that_is_heard_of_before_its_money_counts_with_it,
    a_dispute_about_a_part_that_was_just_taken_counts_with_it,
    refunds_at_once_with_a_dispute_are_all_made_or_given_by_the_bank,
];
