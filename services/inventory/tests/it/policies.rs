//! What may be sold of a SKU: safety stock, backorders, and the word that there is little.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::inventory::{ReservationState as State, StockLow};
use bodega_testkit::{Ask, staff, stories};
use serde_json::{Value, json};

stories!(
    safety_stock_is_not_sold,
    a_backorder_has_a_limit,
    staff_are_told_once_for_each_fall,
    rules_that_were_changed_since_they_were_read_are_refused,
    bad_rules_are_refused,
);

async fn change(shop: &Shop, body: Value) -> (u16, Value) {
    shop.staff(Method::PATCH, "/v1/admin/stock/A", Some(body)).await
}

async fn order(shop: &Shop, quantity: i64) -> State {
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", quantity)])]).await;
    shop.state(order).await.unwrap()
}

async fn safety_stock_is_not_sold(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 10).await;
    let safety = json!([{"location": "main", "quantity": 4}, {"location": "north", "quantity": 2}]);
    let (status, stock) = change(shop, json!({"expected_version": 0, "safety": safety})).await;
    assert_eq!(status, 200, "{stock}");
    assert_eq!((&stock["available"], &stock["safety"], &stock["policy_version"]), (&json!(4), &json!(6), &json!(1)));
    shop.receive_at("north", "A", 2).await;
    assert_eq!(shop.told_last("A").await, 6);
    assert_eq!(order(shop, 7).await, State::Rejected);
    assert_eq!(order(shop, 6).await, State::Held);
    assert_eq!(order(shop, 1).await, State::Rejected);
    assert_eq!(shop.level_at("main", "A").await, (10, 6, 0));
    shop.check_books().await;
}

async fn a_backorder_has_a_limit(shop: &Shop) {
    shop.receive("A", 2).await;
    let (_, stock) = change(shop, json!({"expected_version": 0, "backorder": true, "backorder_limit": 3})).await;
    assert_eq!((&stock["available"], &stock["sellable"]), (&json!(2), &json!(5)), "{stock}");
    assert_eq!(shop.told_last("A").await, 5);
    assert_eq!(order(shop, 6).await, State::Rejected);
    assert_eq!(order(shop, 4).await, State::Held);
    assert_eq!(order(shop, 2).await, State::Rejected);
    assert_eq!(order(shop, 1).await, State::Held);
    assert_eq!(shop.level("A").await, (2, 5, 0));
    let (status, problem) = change(shop, json!({"expected_version": 1, "backorder": false})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("stock_committed")));
    shop.receive("A", 3).await;
    assert_eq!(change(shop, json!({"expected_version": 1, "backorder": false})).await.0, 200);
    assert_eq!(order(shop, 1).await, State::Rejected);
    shop.check_books().await;
}

async fn staff_are_told_once_for_each_fall(shop: &Shop) {
    shop.receive("A", 6).await;
    assert_eq!(change(shop, json!({"expected_version": 0, "low_stock_threshold": 4})).await.0, 200);
    let told = async || {
        let told = shop.told::<StockLow>().await;
        told.iter().map(|low| (low.alert, low.available, low.threshold)).collect::<Vec<_>>()
    };
    assert_eq!(order(shop, 1).await, State::Held);
    assert_eq!(told().await, []);
    assert_eq!(order(shop, 2).await, State::Held);
    assert_eq!(order(shop, 1).await, State::Held);
    assert_eq!(told().await, [(1, 3, 4)]);
    shop.receive("A", 2).await;
    assert_eq!(told().await.len(), 1, "four is not more than four");
    shop.receive("A", 1).await;
    assert_eq!(order(shop, 1).await, State::Held);
    assert_eq!(told().await, [(1, 3, 4), (2, 4, 4)]);
    let (_, stock) = shop.staff(Method::GET, "/v1/stock/A", None).await;
    assert_eq!((&stock["low"], &stock["low_stock_threshold"]), (&json!(true), &json!(4)));
    let (_, stock) = change(shop, json!({"expected_version": 1, "low_stock_threshold": null})).await;
    assert_eq!((&stock["low"], &stock["low_stock_threshold"]), (&json!(false), &Value::Null));
    assert_eq!(change(shop, json!({"expected_version": 2, "low_stock_threshold": 9})).await.0, 200);
    assert_eq!(told().await.last(), Some(&(3, 4, 9)));
    shop.check_books().await;
}

async fn rules_that_were_changed_since_they_were_read_are_refused(shop: &Shop) {
    shop.receive("A", 1).await;
    let (status, _) = shop.staff(Method::PUT, "/v1/stock/A", Some(json!({"on_hand": 1, "safety": 1}))).await;
    assert_eq!(status, 200);
    let (status, problem) = change(shop, json!({"expected_version": 0, "backorder": true})).await;
    assert_eq!((status, &problem["code"], &problem["policy_version"]), (409, &json!("policy_conflict"), &json!(1)));
    let patch = json!({"expected_version": 1, "backorder": true});
    let ask = Ask::new(Method::PATCH, "/v1/admin/stock/A").by(staff()).key("k").json(&patch);
    let first = shop.ask(0, ask.clone()).await.expect(200);
    let again = shop.ask(0, ask).await.expect(200);
    assert!(again.replayed() && again.json == first.json);
    let (status, problem) = shop.staff(Method::PATCH, "/v1/admin/stock/B", Some(patch)).await;
    assert_eq!((status, &problem["code"]), (404, &json!("stock_not_found")));
}

async fn bad_rules_are_refused(shop: &Shop) {
    shop.receive("A", 1).await;
    let bodies = [
        (json!({}), "/expected_version"),
        (json!({"expected_version": -1}), "/expected_version"),
        (json!({"expected_version": 0, "backorder_limit": -1}), "/backorder_limit"),
        (json!({"expected_version": 0, "low_stock_threshold": 1_000_000_001}), "/low_stock_threshold"),
        (json!({"expected_version": 0, "safety": [{"location": "main", "quantity": -1}]}), "/safety/0/quantity"),
        (json!({"expected_version": 0, "safety": [{"location": "M", "quantity": 1}]}), "/safety/0/location"),
    ];
    for (body, pointer) in bodies {
        let answer = shop.ask(0, Ask::new(Method::PATCH, "/v1/admin/stock/A").by(staff()).json(&body)).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}: {}", answer.text);
    }
    let none = json!({"expected_version": 0, "safety": [{"location": "none", "quantity": 1}]});
    assert_eq!(change(shop, none).await.0, 404);
}
