//! Money that is promised first and taken parcel by parcel: never more than was asked for, once, and let go at the end.

use crate::{
    said::by_card,
    setup::{PRICE, Shop},
};
use bodega_contracts::{OrderId, ShipmentId, orders::CancelReason};
use bodega_settings::CaptureTime;
use bodega_testkit::stories;
use futures_util::future::join_all;
use std::time::Duration;

impl Shop {
    pub(crate) async fn on_dispatch(&self) -> Self {
        self.another(|settings| settings.payments.capture = CaptureTime::OnDispatch).await
    }

    async fn promised(&self, method: &str) -> OrderId {
        let order = self.order();
        self.due(order, method).await;
        self.work().await;
        assert_eq!(self.story(order).await, ["authorized"], "{method}");
        order
    }

    /// How often each parcel's money could not be taken, and the last word why.
    async fn failures(&self, order: OrderId) -> Vec<String> {
        let told = self.told_of(order).await.into_iter();
        let failed = told.filter(|(kind, _)| kind == "payment.capture_failed.v1");
        failed.map(|(_, data)| data["code"].as_str().unwrap().to_owned()).collect()
    }
}

async fn money_is_taken_parcel_by_parcel_up_to_what_is_asked_for(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    for method in ["sim_success", "sim_authorize", "sim_timeout_then_success"] {
        let order = shop.order();
        shop.due(order, method).await;
        shop.work().await;
        shop.wait(Duration::from_secs(40)).await;
        let first = shop.leaving(order, 800).await;
        shop.work().await;
        assert_eq!(shop.money(order).await, (800, 0), "{method}");
        for _ in 0..2 {
            shop.deliver(vec![shop.leaving_event(order, first, 800)]).await;
            shop.work().await;
        }
        assert_eq!(shop.money(order).await, (800, 0), "asked again, it is answered again and not taken again");
        shop.leaving(order, PRICE).await;
        shop.work().await;
        assert_eq!(shop.story(order).await, ["authorized", "captured", "captured", "captured", "captured"]);
        assert_eq!(shop.told_of(order).await[4].1["captured"]["amount"], PRICE);
        assert_eq!((shop.money(order).await, shop.fact(order).await.open), ((PRICE, 0), false));
        assert_eq!(shop.refund(order, PRICE).await.status, 202);
        shop.work().await;
        assert_eq!(shop.money(order).await, (PRICE, PRICE));
    }
}

async fn a_parcel_asked_for_before_the_promise_waits_for_it(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let order = shop.order();
    shop.leaving(order, 500).await;
    shop.due(order, "sim_success").await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.story(order).await.len()), ((500, 0), 2));
}

async fn parcels_at_once_take_the_highest_sum_and_never_more(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let order = shop.promised("sim_success").await;
    let asking = join_all((1..=40).map(|part| shop.leaving(order, part * PRICE / 40)));
    tokio::join!(asking, shop.work());
    for _ in 0..3 {
        shop.wait(Duration::from_secs(40)).await;
    }
    assert_eq!((shop.money(order).await, shop.failures(order).await.len()), ((PRICE, 0), 0));
    let other = shop.promised("sim_success").await;
    shop.leaving(other, PRICE * 5).await;
    shop.work().await;
    assert_eq!(shop.money(other).await, (PRICE, 0), "never more than the order costs");
}

async fn a_cancellation_lets_go_what_was_not_taken_and_gives_back_what_was(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let whole = shop.promised("sim_success").await;
    shop.expire(whole, CancelReason::ByShopper).await;
    shop.work().await;
    assert_eq!(shop.story(whole).await, ["authorized", "voided", "closed"]);
    shop.cancel(whole).await;
    let (card, part) = (shop.card(500).await, shop.order());
    shop.due_with(part, "sim_success", vec![by_card(card, 500)]).await;
    shop.work().await;
    shop.leaving(part, 900).await;
    shop.work().await;
    assert_eq!(shop.money(part).await, (900, 0));
    shop.cancel(part).await;
    shop.work().await;
    let story = shop.story(part).await;
    assert_eq!(story[..2], ["authorized", "captured"]);
    assert!(story.contains(&"voided".to_owned()), "{story:?}");
    let fact = shop.fact(part).await;
    assert_eq!((fact.captured, fact.refunded, fact.authorized, fact.open), (900, 900, 900, false), "{fact:?}");
    assert_eq!(shop.on_card(card).await, 500);
    shop.leaving(part, PRICE).await;
    shop.work().await;
    assert_eq!((shop.failures(part).await, shop.money(part).await), (vec!["order_cancelled".to_owned()], (900, 900)));
}

async fn a_cancellation_against_a_capture_keeps_no_money(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    for round in 0..10_u64 {
        let order = shop.promised("sim_success").await;
        let cancelling = async {
            tokio::time::sleep(Duration::from_millis(round)).await;
            shop.cancel(order).await;
            shop.work().await;
        };
        let leaving = async {
            shop.leaving(order, 700).await;
            shop.work().await;
        };
        tokio::join!(leaving, cancelling);
        shop.wait(Duration::from_secs(40)).await;
        let fact = shop.fact(order).await;
        assert_eq!((fact.captured, fact.authorized, fact.open), (fact.refunded, fact.captured, false), "{fact:?}");
    }
}

async fn a_capture_that_fails_is_answered_and_the_shopper_may_pay_anew(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let order = shop.promised("sim_capture_fails").await;
    let shipment = shop.leaving(order, PRICE).await;
    shop.work().await;
    assert_eq!(shop.failures(order).await, ["capture_declined"]);
    assert_eq!(shop.told_of(order).await[1].1["shipment_id"], shipment.to_string());
    assert_eq!(shop.money(order).await, (0, 0));
    shop.deliver(vec![shop.leaving_event(order, shipment, PRICE)]).await;
    shop.work().await;
    assert_eq!(shop.failures(order).await, ["capture_declined", "capture_declined"]);
    assert_eq!(shop.fact(order).await.authorized, PRICE, "the promise stands until there is a better one");
    assert_eq!(shop.pay(order, "sim_decline").await.status, 202);
    shop.work().await;
    assert_eq!(shop.pay(order, "sim_success").await.status, 202);
    shop.work().await;
    assert_eq!(shop.pay(order, "sim_success").await.code(), "already_paid");
    let voided = "SELECT COUNT(*) FROM attempts WHERE order_id = $1 AND status = 'voided'";
    assert_eq!((shop.count_of(voided, order).await, shop.fact(order).await.authorized), (1, PRICE));
    shop.deliver(vec![shop.leaving_event(order, shipment, PRICE)]).await;
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

async fn what_is_paid_already_is_answered_at_once_and_cash_is_not_asked_for(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.work().await;
    shop.leaving(order, 500).await;
    assert_eq!(shop.story(order).await, ["captured", "captured"]);
    let (card, tendered) = (shop.card(PRICE).await, shop.order());
    shop.due_with(tendered, "sim_success", vec![by_card(card, PRICE)]).await;
    shop.leaving(tendered, PRICE).await;
    assert_eq!(shop.story(tendered).await, ["captured", "captured"]);
    let cash = shop.order();
    shop.due(cash, "cash_on_delivery").await;
    shop.work().await;
    shop.leaving(cash, PRICE).await;
    let waived = async || {
        let told = shop.told_of(cash).await;
        told.iter().filter(|(kind, _)| kind == "payment.capture_waived.v1").count()
    };
    assert_eq!(waived().await, 1);
    let wrong = shop.leaving_event(cash, ShipmentId::new(&shop.world), -1);
    shop.deliver(vec![wrong]).await;
    assert_eq!((waived().await, shop.failures(cash).await.len()), (1, 0));
}

stories![
    money_is_taken_parcel_by_parcel_up_to_what_is_asked_for,
    a_parcel_asked_for_before_the_promise_waits_for_it,
    parcels_at_once_take_the_highest_sum_and_never_more,
    a_cancellation_lets_go_what_was_not_taken_and_gives_back_what_was,
    a_cancellation_against_a_capture_keeps_no_money,
    a_capture_that_fails_is_answered_and_the_shopper_may_pay_anew,
    what_is_paid_already_is_answered_at_once_and_cash_is_not_asked_for,
];
