//! Goods came back: their money goes back once for each return, as it was paid or as store credit, whenever it is heard.

use crate::{
    said::GoesTo,
    setup::{PRICE, Shop},
};
use bodega_contracts::{OrderId, ReturnId};
use bodega_testkit::{staff, stories};
use futures_util::future::join_all;
use std::time::Duration;

impl Shop {
    async fn paid(&self) -> OrderId {
        let order = self.order();
        self.due(order, "sim_success").await;
        self.work().await;
        order
    }
}

async fn a_return_gives_its_money_back_once_however_often_it_is_heard(shop: &Shop) {
    let order = shop.paid().await;
    let return_id = ReturnId::new(&shop.world);
    for _ in 0..3 {
        let event = shop.returned_event(order, return_id, 700, GoesTo::Payer);
        shop.deliver(vec![event.clone(), shop.returned_event(order, return_id, 700, GoesTo::Payer), event]).await;
        shop.work().await;
    }
    assert_eq!(shop.money(order).await, (PRICE, 700));
    assert_eq!(shop.story(order).await, ["captured", "refunded"]);
    let view = shop.get(&staff(), None, &format!("/v1/orders/{order}/payments")).await;
    assert_eq!(
        (&view.json["refunds"][0]["origin"], view.json["refunds"].as_array().unwrap().len()),
        (&"return".into(), 1)
    );
}

async fn a_return_as_store_credit_does_not_ask_the_provider(shop: &Shop) {
    let order = shop.paid().await;
    shop.returned(order, 700, GoesTo::Credit).await;
    assert_eq!((shop.credit().await, shop.money(order).await), (700, (PRICE, 700)));
    let fact = shop.fact(order).await;
    assert_eq!((fact.credited, fact.provider_refunded, fact.open), (700, Some(0), false));
    assert_eq!(shop.story(order).await, ["captured", "refunded"]);
    shop.cancel(order).await;
    shop.work().await;
    assert_eq!((shop.money(order).await, shop.fact(order).await.credited), ((PRICE, PRICE), 700));
}

async fn returns_and_refunds_at_once_never_exceed_what_was_taken(shop: &Shop) {
    let order = shop.paid().await;
    let returns = join_all((0..50).map(|at| {
        let to = if at % 2 == 0 { GoesTo::Payer } else { GoesTo::Credit };
        shop.returned(order, 150, to)
    }));
    let refunds = join_all((0..50).map(|_| shop.refund(order, 150)));
    let (_, answers) = tokio::join!(returns, refunds);
    assert!(answers.iter().all(|answer| answer.status == 202 || answer.code() == "refund_exceeds_capture"));
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, PRICE), "returns take what is left, to the last penny");
    let fact = shop.fact(order).await;
    assert_eq!((shop.credit().await, fact.open), (fact.credited, false));
}

async fn a_return_waits_for_the_money_it_is_of(shop: &Shop) {
    for method in ["sim_success", "sim_webhook_only", "bank_transfer"] {
        let order = shop.order();
        shop.returned(order, 300, GoesTo::Payer).await;
        assert!(shop.story(order).await.is_empty());
        shop.due(order, method).await;
        shop.work().await;
        shop.wait(Duration::from_secs(1)).await;
        if method == "bank_transfer" {
            let amount = serde_json::json!({ "amount": PRICE, "currency": "GBP" });
            let body = serde_json::json!({ "amount": amount, "reference": "line 3" });
            let path = format!("/v1/orders/{order}/payments/received");
            assert_eq!(shop.post(&staff(), None, &shop.key(), &path, &body).await.status, 200);
            shop.work().await;
        }
        assert_eq!(shop.money(order).await, (PRICE, 300), "{method}");
    }
}

async fn a_return_worth_nothing_gives_nothing_back_and_one_below_that_is_set_aside(shop: &Shop) {
    let order = shop.paid().await;
    shop.returned(order, 0, GoesTo::Payer).await;
    shop.work().await;
    assert_eq!(shop.money(order).await, (PRICE, 0));
    let wrong = shop.returned_event(order, ReturnId::new(&shop.world), -1, GoesTo::Payer);
    shop.deliver(vec![wrong]).await;
    assert_eq!(shop.money(order).await, (PRICE, 0));
}

stories![
    a_return_gives_its_money_back_once_however_often_it_is_heard,
    a_return_as_store_credit_does_not_ask_the_provider,
    returns_and_refunds_at_once_never_exceed_what_was_taken,
    a_return_waits_for_the_money_it_is_of,
    a_return_worth_nothing_gives_nothing_back_and_one_below_that_is_set_aside,
];
