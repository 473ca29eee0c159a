//! What cart is told when a shopper gives a code.

use crate::setup::{Shop, claim, tenth};
use bodega_contracts::coupons::{CodeStanding, KnownCode};
use bodega_kernel::UserId;
use bodega_testkit::{START, stories};
use serde_json::{Value, json};
use std::time::Duration;

stories!(
    a_code_is_found_in_any_case_with_its_whole_promotion,
    a_code_says_why_it_cannot_be_used_and_by_whom,
    asking_takes_nothing,
);

async fn ask(shop: &Shop, code: &str, customer: Option<&str>) -> Option<KnownCode> {
    let question = CodeStanding { code: code.to_owned(), customer: customer.map(str::to_owned) };
    shop.rpc().ask(question).await.unwrap()
}

async fn refused(shop: &Shop, code: &str, customer: Option<&str>) -> Option<String> {
    ask(shop, code, customer).await.unwrap().refused
}

async fn a_code_is_found_in_any_case_with_its_whole_promotion(shop: &Shop) {
    let id = shop
        .promotion(tenth(
            json!({"code": "Welcome-10", "conditions": {"minimum": [{"amount": 100, "currency": "GBP"}]}}),
        ))
        .await;
    for typed in ["WELCOME-10", " welcome-10 ", "WeLcOmE-10"] {
        let known = ask(shop, typed, None).await.unwrap();
        assert_eq!((&*known.code, known.refused), ("WELCOME-10", None));
        assert_eq!((known.promotion.promotion_id, known.promotion.version, known.promotion.counted), (id, 1, false));
        assert_eq!(known.promotion.promotion.conditions.minimum.len(), 1);
    }
    for typed in ["", "WELCOME-1", "welcome 10", &"x".repeat(5_000)] {
        assert_eq!(ask(shop, typed, None).await, None);
    }
}

async fn a_code_says_why_it_cannot_be_used_and_by_whom(shop: &Shop) {
    let soon = START.plus(Duration::from_hours(1));
    let once = shop.promotion(tenth(json!({"code": "ONCE", "limit_per_customer": 1}))).await;
    shop.promotion(tenth(json!({"code": "SOON", "conditions": {"from": soon}}))).await;
    let ada = UserId::new(&shop.world);
    let hers = tenth(json!({"code": "HERS", "conditions": {"customers": [ada], "until": soon}}));
    let hers = shop.promotion(hers).await;
    let me = ada.to_string();
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, vec![claim(once, "ONCE", &me)])]).await;
    assert_eq!(refused(shop, "once", Some(&me)).await.as_deref(), Some("used_by_customer"));
    assert_eq!(refused(shop, "once", Some("another")).await, None);
    assert_eq!(refused(shop, "once", None).await, None, "whose use it would be is not known yet");
    shop.deliver(vec![shop.cancelled(order)]).await;
    assert_eq!(refused(shop, "once", Some(&me)).await, None);
    assert_eq!(refused(shop, "soon", None).await.as_deref(), Some("not_started"));
    assert_eq!(refused(shop, "hers", Some(&me)).await, None);
    for other in [None, Some("another")] {
        assert_eq!(refused(shop, "hers", other).await.as_deref(), Some("not_yours"));
    }
    shop.clock.advance(Duration::from_hours(1));
    assert_eq!(refused(shop, "soon", None).await, None);
    assert_eq!(refused(shop, "hers", Some(&me)).await.as_deref(), Some("expired"));
    shop.staff("DELETE", &format!("/v1/promotions/{hers}"), Value::Null).await.expect(204);
    assert_eq!(refused(shop, "hers", Some(&me)).await.as_deref(), Some("disabled"));
}

async fn asking_takes_nothing(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "ONE", "code_limit": 1}))).await;
    for _ in 0..10 {
        assert_eq!(refused(shop, "one", Some("ada")).await, None);
    }
    shop.deliver(vec![shop.placed(shop.order(), vec![claim(id, "ONE", "ada")])]).await;
    assert_eq!(refused(shop, "one", Some("eve")).await.as_deref(), Some("used_up"));
    assert_eq!(shop.live(id).await, 1);
}
