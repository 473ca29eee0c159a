//! Gift cards and store credit that pay a part of an order: all of them or none, spent once, given back once.

use crate::{
    said::{GoesTo, by_card, by_credit},
    setup::{PRICE, Shop},
};
use bodega_contracts::{OrderId, orders::CancelReason};
use bodega_kernel::Caller;
use bodega_testkit::{Answer, staff, stories};
use futures_util::future::join_all;
use serde_json::json;

impl Shop {
    /// The next attempt, with the gift cards and the store credit that still hold.
    async fn pay_with_tenders(&self, order: OrderId, method: &str) -> Answer {
        let (token, path) = (self.token(order), format!("/v1/orders/{order}/payments"));
        let body = json!({ "payment_method": method, "use_tenders": true });
        self.post(&Caller::guest(), Some(&token), &self.key(), &path, &body).await
    }
}

async fn a_card_and_credit_pay_their_part_and_the_provider_the_rest(shop: &Shop) {
    let (card, order) = (shop.card(1_000).await, shop.order());
    shop.adjust(300).await;
    shop.due_with(order, "sim_success", vec![by_card(card, 600), by_credit(300)]).await;
    assert_eq!(
        (shop.on_card(card).await, shop.credit().await),
        (400, 0),
        "they are taken before the provider is asked"
    );
    shop.work().await;
    assert_eq!(shop.story(order).await, ["captured"]);
    assert_eq!(shop.told_of(order).await[0].1["captured"]["amount"], PRICE);
    let fact = shop.fact(order).await;
    assert_eq!((fact.captured, fact.tendered, fact.provider_captured), (PRICE, 900, Some(PRICE - 900)));
    shop.due_with(order, "sim_success", vec![by_card(card, 400)]).await;
    assert_eq!(shop.on_card(card).await, 400, "heard again, it takes nothing");
    let view = shop.get(&staff(), None, &format!("/v1/orders/{order}/payments")).await;
    assert_eq!(view.json["tenders"][0]["state"], "taken");
    assert_eq!(view.json["captured"]["amount"], PRICE);
    let kinds = shop.get(&staff(), None, &format!("/v1/admin/gift-cards/{card}")).await;
    assert_eq!(
        (&kinds.json["entries"][0]["kind"], &kinds.json["entries"][0]["amount"]["amount"]),
        (&"tender".into(), &(-600).into())
    );
}

async fn what_is_tendered_in_full_asks_no_provider(shop: &Shop) {
    let (card, order) = (shop.card(PRICE).await, shop.order());
    shop.due_with(order, "sim_decline", vec![by_card(card, PRICE)]).await;
    assert_eq!(shop.story(order).await, ["captured"]);
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.on_card(card).await, shop.charges(order).await), ((PRICE, 0), 0, 0));
    assert_eq!(shop.pay(order, "sim_success").await.code(), "already_paid");
    shop.expire(order, CancelReason::ByShopper).await;
    assert_eq!(shop.story(order).await, ["captured", "captured"], "it is paid: no end without a cancellation");
    for _ in 0..2 {
        shop.cancel(order).await;
        shop.work().await;
    }
    assert_eq!((shop.money(order).await, shop.on_card(card).await), ((PRICE, PRICE), PRICE));
    assert_eq!(shop.story(order).await, ["captured", "captured", "refunded"]);
}

async fn where_one_is_short_none_is_taken_and_the_next_attempt_pays_all_or_uses_what_holds(shop: &Shop) {
    for (use_them, taken) in [(false, 0), (true, 500)] {
        let (full, short) = (shop.card(500).await, shop.card(100).await);
        let order = shop.order();
        shop.due_with(order, "sim_success", vec![by_card(full, 500), by_card(short, 200)]).await;
        shop.work().await;
        assert_eq!(shop.told_of(order).await[0].1["code"], "gift_card_short");
        assert_eq!((shop.on_card(full).await, shop.on_card(short).await), (500, 100));
        let next = if use_them {
            shop.pay_with_tenders(order, "sim_success").await
        } else {
            shop.pay(order, "sim_success").await
        };
        assert_eq!((next.status, &next.json["amount"]["amount"]), (202, &(PRICE - taken).into()));
        shop.work().await;
        assert_eq!(shop.story(order).await, ["failed", "captured"]);
        assert_eq!((shop.money(order).await, shop.on_card(full).await), ((PRICE, 0), 500 - taken));
        assert_eq!((shop.fact(order).await.tendered, shop.on_card(short).await), (taken, 100));
    }
    let order = shop.order();
    shop.due_with(order, "sim_success", vec![by_credit(1)]).await;
    assert_eq!(shop.told_of(order).await[0].1["code"], "credit_short");
    shop.adjust(PRICE).await;
    let late = shop.order();
    let more = vec![by_credit(PRICE), by_card(shop.card(1).await, 1)];
    shop.deliver(vec![shop.tendered_event(late, "sim_success", more)]).await;
    assert!(shop.story(late).await.is_empty(), "more is tendered than is due: set aside");
    let whole = shop.order();
    shop.due_with(whole, "sim_decline", vec![by_credit(PRICE)]).await;
    assert_eq!((shop.story(whole).await, shop.credit().await), (vec!["captured".to_owned()], 0));
}

async fn tenders_that_hold_later_may_pay_all_of_it(shop: &Shop) {
    let order = shop.order();
    shop.due_with(order, "sim_success", vec![by_credit(PRICE)]).await;
    shop.adjust(PRICE).await;
    let paid = shop.pay_with_tenders(order, "sim_success").await;
    assert_eq!((paid.status, &paid.json["status"]), (202, &"captured".into()));
    shop.work().await;
    assert_eq!(shop.story(order).await, ["failed", "captured"]);
    assert_eq!((shop.money(order).await, shop.credit().await, shop.charges(order).await), ((PRICE, 0), 0, 0));
}

async fn a_disabled_or_ended_card_is_short(shop: &Shop) {
    let card = shop.card(500).await;
    shop.disable(card).await;
    let order = shop.order();
    shop.due_with(order, "sim_success", vec![by_card(card, 500)]).await;
    assert_eq!(shop.told_of(order).await[0].1["code"], "gift_card_short");
    assert_eq!(shop.on_card(card).await, 500);
}

async fn a_declined_card_keeps_the_tenders_for_the_next_attempt_and_an_end_gives_them_back(shop: &Shop) {
    let (card, order) = (shop.card(500).await, shop.order());
    shop.due_with(order, "sim_decline", vec![by_card(card, 500)]).await;
    shop.work().await;
    assert_eq!((shop.on_card(card).await, shop.story(order).await), (0, vec!["failed".to_owned()]));
    assert_eq!(shop.pay_with_tenders(order, "sim_decline").await.json["amount"]["amount"], PRICE - 500);
    shop.work().await;
    for _ in 0..2 {
        shop.expire(order, CancelReason::PaymentExpired).await;
        shop.work().await;
    }
    assert_eq!(shop.story(order).await, ["failed", "failed", "closed", "closed"]);
    shop.cancel(order).await;
    shop.work().await;
    assert_eq!((shop.on_card(card).await, shop.money(order).await), (500, (0, 0)));
}

async fn money_goes_back_to_the_provider_first_and_then_to_the_tenders(shop: &Shop) {
    let (card, order) = (shop.card(500).await, shop.order());
    shop.due_with(order, "sim_success", vec![by_card(card, 500)]).await;
    shop.work().await;
    assert_eq!(shop.refund(order, 1_400).await.status, 202);
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.on_card(card).await), ((PRICE, 1_400), 0));
    let mixed = shop.refund(order, 300).await;
    assert_eq!(
        (mixed.status, &mixed.json["amount"]["amount"], &mixed.json["credited"]["amount"]),
        (202, &300.into(), &200.into())
    );
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.on_card(card).await), ((PRICE, 1_700), 200));
    shop.returned(order, 300, GoesTo::Payer).await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.on_card(card).await), ((PRICE, PRICE), 500));
    assert_eq!(shop.refund(order, 1).await.code(), "refund_exceeds_capture");
}

async fn a_hundred_refunds_at_once_with_tenders_give_back_what_was_taken(shop: &Shop) {
    let (card, order) = (shop.card(500).await, shop.order());
    shop.adjust(300).await;
    shop.due_with(order, "sim_success", vec![by_card(card, 500), by_credit(300)]).await;
    shop.work().await;
    let answers = join_all((0..100).map(|_| shop.refund(order, PRICE / 10))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 10);
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.on_card(card).await, shop.credit().await), ((PRICE, PRICE), 500, 300));
}

async fn a_thousand_orders_on_one_card_spend_what_is_on_it(shop: &Shop) {
    let card = shop.card(700).await;
    let orders: Vec<OrderId> = (0..1_000).map(|_| shop.order()).collect();
    let other = shop.other();
    let some = async |at: usize| {
        let shop = if at.is_multiple_of(2) { shop } else { &other };
        let batch = orders[at * 20..][..20].iter();
        let batch = batch.map(|order| shop.tendered_event(*order, "sim_3ds", vec![by_card(card, 10)]));
        shop.deliver(batch.collect()).await;
    };
    join_all((0..50).map(some)).await;
    let facts = shop.facts().await;
    assert_eq!(facts.len(), 1_000);
    assert_eq!(facts.iter().filter(|fact| fact.tendered == 10).count(), 70);
    assert!(facts.iter().all(|fact| fact.tendered == 10 || fact.tendered == 0));
    assert_eq!(shop.on_card(card).await, 0);
}

async fn credit_that_turns_up_is_spent_once_by_hundreds_of_next_attempts(shop: &Shop) {
    let orders: Vec<OrderId> = (0..300).map(|_| shop.order()).collect();
    let due = orders.iter().map(|order| shop.tendered_event(*order, "sim_success", vec![by_credit(10)]));
    shop.deliver(due.collect()).await;
    assert_eq!(shop.facts().await.iter().filter(|fact| fact.tendered > 0).count(), 0);
    shop.adjust(700).await;
    let other = shop.other();
    let answers = join_all(orders.iter().enumerate().map(|(at, order)| {
        let shop = if at.is_multiple_of(2) { shop } else { &other };
        shop.pay_with_tenders(*order, "sim_3ds")
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status == 202), "{answers:?}");
    assert_eq!(shop.facts().await.iter().filter(|fact| fact.tendered == 10).count(), 70);
    assert_eq!(shop.credit().await, 0);
}

async fn of_two_tabs_that_spend_one_card_exactly_one_wins(shop: &Shop) {
    for _ in 0..20 {
        let (card, one, other) = (shop.card(PRICE).await, shop.order(), shop.order());
        let there = shop.other();
        tokio::join!(
            shop.due_with(one, "sim_success", vec![by_card(card, PRICE)]),
            there.due_with(other, "sim_success", vec![by_card(card, PRICE)]),
        );
        let mut stories = [shop.story(one).await, shop.story(other).await];
        stories.sort();
        assert_eq!(stories, [["captured"], ["failed"]]);
        assert_eq!(shop.on_card(card).await, 0);
    }
}

async fn an_order_that_was_over_before_it_fell_due_takes_nothing(shop: &Shop) {
    let card = shop.card(PRICE).await;
    let (cancelled, ended) = (shop.order(), shop.order());
    shop.cancel(cancelled).await;
    shop.expire(ended, CancelReason::PaymentExpired).await;
    for order in [cancelled, ended] {
        shop.due_with(order, "sim_success", vec![by_card(card, 500)]).await;
        shop.work().await;
        assert_eq!(shop.money(order).await, (0, 0));
    }
    assert_eq!(shop.on_card(card).await, PRICE);
}

async fn a_cancellation_while_the_provider_is_called_gives_all_of_it_back_once(shop: &Shop) {
    for method in ["sim_success", "sim_timeout_then_success", "sim_late_capture", "sim_3ds", "sim_authorize"] {
        let (card, order) = (shop.card(500).await, shop.order());
        shop.due_with(order, method, vec![by_card(card, 500)]).await;
        tokio::join!(shop.work(), shop.cancel(order));
        for _ in 0..4 {
            shop.wait(std::time::Duration::from_secs(40)).await;
        }
        let fact = shop.fact(order).await;
        assert_eq!((fact.captured, fact.open), (fact.refunded, false), "{method} {fact:?}");
        assert_eq!(shop.on_card(card).await, 500, "{method} {fact:?}");
    }
}

stories![
    a_card_and_credit_pay_their_part_and_the_provider_the_rest,
    what_is_tendered_in_full_asks_no_provider,
    where_one_is_short_none_is_taken_and_the_next_attempt_pays_all_or_uses_what_holds,
    tenders_that_hold_later_may_pay_all_of_it,
    a_disabled_or_ended_card_is_short,
    a_declined_card_keeps_the_tenders_for_the_next_attempt_and_an_end_gives_them_back,
    money_goes_back_to_the_provider_first_and_then_to_the_tenders,
    a_hundred_refunds_at_once_with_tenders_give_back_what_was_taken,
    a_thousand_orders_on_one_card_spend_what_is_on_it,
    credit_that_turns_up_is_spent_once_by_hundreds_of_next_attempts,
    of_two_tabs_that_spend_one_card_exactly_one_wins,
    an_order_that_was_over_before_it_fell_due_takes_nothing,
    a_cancellation_while_the_provider_is_called_gives_all_of_it_back_once,
];
