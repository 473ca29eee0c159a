//! Only staff see or change anything here.

use crate::setup::{Shop, tenth};
use bodega_kernel::{Caller, UserId};
use bodega_testkit::{Ask, customer, stories};
use serde_json::{Value, json};

stories!(nobody_but_staff_sees_or_changes_anything);

async fn nobody_but_staff_sees_or_changes_anything(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "CODE"}))).await;
    let one = format!("/v1/promotions/{id}");
    let routes = [
        ("GET", "/v1/promotions".to_owned(), Value::Null),
        ("POST", "/v1/promotions".to_owned(), tenth(json!({}))),
        ("GET", one.clone(), Value::Null),
        ("PATCH", one.clone(), json!({"enabled": false})),
        ("DELETE", one.clone(), Value::Null),
        ("GET", format!("{one}/codes"), Value::Null),
        ("POST", format!("{one}/codes"), json!({"count": 1})),
        ("GET", format!("{one}/uses"), Value::Null),
        ("GET", format!("{one}/report"), Value::Null),
        ("POST", "/v1/coupons".to_owned(), tenth(json!({"code": "OTHER"}))),
        ("GET", "/v1/coupons/CODE".to_owned(), Value::Null),
        ("DELETE", "/v1/coupons/CODE".to_owned(), Value::Null),
    ];
    let told = shop.events().await.len();
    for (method, path, body) in routes {
        let ask = || Ask::new(method, path.clone()).json(&body);
        let guest = shop.ask(0, ask().by(Caller::guest())).await;
        assert_eq!((guest.status, guest.code()), (401, "unauthenticated"), "{method} {path}");
        let other = shop.ask(0, ask().by(customer(UserId::new(&shop.world)))).await;
        assert_eq!((other.status, other.code()), (403, "forbidden"), "{method} {path}");
        assert_eq!(shop.ask(0, ask().without_caller()).await.status, 401, "{method} {path}");
    }
    assert_eq!(shop.events().await.len(), told);
    let read = shop.staff("GET", &one, Value::Null).await.expect(200);
    assert_eq!((&read.json["enabled"], &read.json["version"]), (&json!(true), &json!(1)));
}
