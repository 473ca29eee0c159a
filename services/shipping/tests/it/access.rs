//! Who may see and do what: staff all, a shopper where their own parcels are, everybody else nothing.

use crate::setup::{Shop, buyer};
use bodega_contracts::orders::OrderStanding;
use bodega_kernel::{Caller, UserId};
use bodega_rpc::{Answers, RpcError};
use bodega_testkit::{Ask, customer, staff, stories};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

stories!(
    only_staff_pack_and_change_methods,
    a_shopper_sees_where_their_own_parcels_are_and_nobody_elses,
    an_order_without_parcels_is_seen_by_its_buyer_alone,
);

async fn only_staff_pack_and_change_methods(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 1)]).await;
    let of = format!("/v1/fulfilments/{}", fulfilment.id);
    let parcel = shop.world.uuid();
    let method = json!({"id": "a", "name": "A", "rate": {"kind": "flat", "price": 1}});
    let calls: Vec<(&str, String, Value)> = vec![
        ("GET", "/v1/fulfilments".to_owned(), Value::Null),
        ("GET", of.clone(), Value::Null),
        ("GET", format!("{of}/packing"), Value::Null),
        ("POST", format!("{of}/ready"), Value::Null),
        ("POST", format!("{of}/collected"), Value::Null),
        ("POST", format!("{of}/release-hold"), Value::Null),
        ("POST", format!("{of}/shipments"), json!({"carrier": "manual"})),
        ("POST", format!("/v1/orders/{}/shipments", fulfilment.order), json!({"carrier": "manual"})),
        ("GET", format!("/v1/shipments/{parcel}"), Value::Null),
        ("POST", format!("/v1/shipments/{parcel}/delivered"), Value::Null),
        ("GET", "/v1/shipping-methods".to_owned(), Value::Null),
        ("POST", "/v1/shipping-methods".to_owned(), method),
        ("GET", "/v1/shipping-methods/standard".to_owned(), Value::Null),
        ("PATCH", "/v1/shipping-methods/standard".to_owned(), json!({"enabled": false})),
        ("DELETE", "/v1/shipping-methods/standard".to_owned(), Value::Null),
    ];
    let token = shop.guest_token("order", fulfilment.order.0, Duration::from_hours(1));
    for (method, path, body) in calls {
        let ask = || Ask::new(method, path.clone()).key("key").header("x-order-token", &token).json(&body);
        let statuses = [
            shop.ask(0, ask().without_caller()).await.status,
            shop.ask(0, ask().by(Caller::guest())).await.status,
            shop.ask(0, ask().by(customer(buyer()))).await.status,
        ];
        assert_eq!(statuses, [401, 401, 403], "{method} {path}");
    }
    assert_eq!(shop.facts().await[&fulfilment.order].dispatched, 0);
    assert_eq!(shop.read("/v1/shipping-methods/standard").await["version"], 1);
}

async fn a_shopper_sees_where_their_own_parcels_are_and_nobody_elses(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3)]).await;
    let body = json!({"carrier": "manual", "tracking_number": "RM1", "lines": [{"sku": "A", "quantity": 1}]});
    assert_eq!(shop.dispatch(fulfilment, body).await.status, 201);
    let preparing = json!({"carrier": "simulator", "lines": [{"sku": "A", "quantity": 1}]});
    assert_eq!(shop.dispatch(fulfilment, preparing).await.status, 202);
    let see = || Ask::get(format!("/v1/orders/{}/fulfilments", fulfilment.order));
    let token = |subject| shop.guest_token("order", subject, Duration::from_hours(1));
    let own = token(fulfilment.order.0);
    let allowed = [see().by(customer(buyer())), see().header("x-order-token", &own)];
    for ask in allowed {
        let seen = shop.ask(0, ask).await.expect(200);
        let view = &seen.json["items"][0];
        assert_eq!((&view["state"], &view["dispatched"]), (&json!("partly_dispatched"), &json!(1)));
        let shipments = view["shipments"].as_array().unwrap();
        assert_eq!((shipments.len(), &shipments[0]["tracking_number"]), (1, &json!("RM1")), "what has left");
        assert!(!seen.text.contains("High Street"), "a token may have been passed on");
    }
    let whole = shop.ask(0, see().by(staff())).await.expect(200);
    assert_eq!(whole.json["items"][0]["shipments"].as_array().unwrap().len(), 2);
    assert!(whole.text.contains("High Street"));
    let of_cart = shop.guest_token("cart", fulfilment.order.0, Duration::from_hours(1));
    let refused = [
        see(),
        see().by(customer(UserId(Uuid::from_u128(1)))),
        see().header("x-order-token", &token(shop.world.uuid())),
        see().header("x-order-token", &of_cart),
        see().header("x-order-token", "nonsense"),
    ];
    for ask in refused {
        let answer = shop.ask(0, ask.clone()).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{ask:?}");
    }
    shop.clock.advance(Duration::from_hours(2));
    assert_eq!(shop.ask(0, see().header("x-order-token", &own)).await.status, 404, "it expired");
}

async fn an_order_without_parcels_is_seen_by_its_buyer_alone(shop: &Shop) {
    let order = shop.order();
    let see = || Ask::get(format!("/v1/orders/{order}/fulfilments"));
    assert_eq!(shop.ask(0, see().by(staff())).await.expect(200).json, json!({"items": []}));
    assert_eq!(shop.ask(0, see().by(customer(buyer()))).await.expect(200).json, json!({"items": []}));
    assert_eq!(shop.ask(0, see().by(customer(UserId(Uuid::from_u128(1))))).await.status, 404);
    assert_eq!(shop.ask(0, see()).await.status, 404);
    shop.neighbour(
        "orders",
        &Answers::new().on(async |_: OrderStanding| Err(RpcError::Unavailable("away".to_owned()))),
    );
    assert_eq!(shop.ask(0, see().by(customer(buyer()))).await.status, 503, "fails closed");
}
