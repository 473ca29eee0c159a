//! Points in a cart: a customer's own, no more than there are and no more than are needed.

use crate::{
    said::{by_code, cancelled, product, promotion},
    setup::{Shop, buyer, full},
};
use bodega_contracts::orders::CancelReason;
use bodega_kernel::UserId;
use bodega_pricing::Reward;
use bodega_testkit::{Answer, Asker, stories};
use serde_json::{Value, json};

stories!(
    points_take_off_what_they_are_worth,
    no_more_points_are_used_than_the_goods_cost,
    more_points_than_there_are_are_refused,
    a_guest_has_no_points,
    points_are_only_the_customers_own,
    refused_points_are_not_used_again,
    points_come_off_after_promotions,
);

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

async fn open(shop: &Shop, asker: &Asker, quantity: i64) -> (String, Answer) {
    let made = shop.call(asker, "POST", "/v1/carts", full(&[("A", quantity)])).await.expect(201);
    (format!("/v1/carts/{}", made.field("id")), made)
}

async fn points_take_off_what_they_are_worth(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.give_points(500, 2);
    let ada = buyer(UserId::new(&shop.world));
    let (path, _) = open(shop, &ada, 4).await;
    let cart = shop.call(&ada, "PATCH", &path, json!({"points": 150})).await.expect(200).json;
    assert_eq!(cart["points"], json!({"wanted": 150, "used": 150, "amount": pounds(300)}));
    assert_eq!(cart["discounts"], json!([{"label": "Points", "amount": pounds(300)}]));
    assert_eq!((&cart["total"], &cart["changes"]), (&pounds(700 + 395), &json!([])));
    shop.check_out(&path, &ada, "k").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!((order.points, order.priced.discount, order.coupons.len()), (150, 300, 0));
    let (path, _) = open(shop, &ada, 4).await;
    shop.call(&ada, "PATCH", &path, json!({"points": 150})).await.expect(200);
    for nothing in [json!({"points": 0}), json!({"points": null})] {
        let cart = shop.call(&ada, "PATCH", &path, nothing).await.expect(200).json;
        assert_eq!((&cart["points"], &cart["total"]), (&Value::Null, &pounds(1_000 + 395)));
    }
}

async fn no_more_points_are_used_than_the_goods_cost(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 251)])).await;
    shop.give_points(1_000_000, 10);
    let ada = buyer(UserId::new(&shop.world));
    let (path, _) = open(shop, &ada, 1).await;
    let cart = shop.call(&ada, "PATCH", &path, json!({"points": 5_000})).await.expect(200).json;
    assert_eq!(cart["points"], json!({"wanted": 5_000, "used": 26, "amount": pounds(251)}), "shipping is paid");
    assert_eq!(cart["total"], pounds(395));
    let line = format!("{path}/lines/{}", cart["lines"][0]["id"].as_str().unwrap());
    let cart = shop.call(&ada, "PATCH", &line, json!({"quantity": 2})).await.expect(200).json;
    assert_eq!(cart["points"], json!({"wanted": 5_000, "used": 51, "amount": pounds(502)}));
    shop.check_out(&path, &ada, "k").await.expect(202);
    assert_eq!(shop.orders().await[0].points, 51);
}

async fn more_points_than_there_are_are_refused(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.give_points(100, 1);
    let ada = buyer(UserId::new(&shop.world));
    let (path, _) = open(shop, &ada, 1).await;
    let short = shop.call(&ada, "PATCH", &path, json!({"points": 101})).await;
    assert_eq!((short.status, short.code(), short.pointers()), (422, "points_short", vec!["/points"]));
    assert_eq!(short.json["spendable"], 100);
    let mut body = full(&[("A", 1)]);
    body["points"] = json!(101);
    assert_eq!(shop.call(&ada, "POST", "/v1/carts", body.clone()).await.code(), "points_short");
    body["points"] = json!(100);
    assert_eq!(shop.call(&ada, "POST", "/v1/carts", body).await.expect(201).json["points"]["used"], 100);
    assert_eq!(shop.call(&ada, "GET", &path, Value::Null).await.json["points"], Value::Null);
}

async fn a_guest_has_no_points(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.give_points(100, 1);
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let refused = shop.call(&guest, "PATCH", &path, json!({"points": 1})).await;
    assert_eq!((refused.status, refused.code(), refused.pointers()), (422, "points_need_account", vec!["/points"]));
    shop.call(&guest, "PATCH", &path, json!({"points": 0})).await.expect(200);
}

async fn points_are_only_the_customers_own(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.give_points(100, 1);
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let (ada, eve) = (UserId::new(&shop.world), UserId::new(&shop.world));
    let with_token = |user: UserId| buyer(user).with("x-cart-token", guest.header("x-cart-token"));
    let cart = shop.call(&with_token(ada), "PATCH", &path, json!({"points": 50})).await.expect(200).json;
    assert_eq!(cart["points"]["used"], 50);
    for other in [guest.clone(), with_token(eve)] {
        let cart = shop.call(&other, "GET", &path, Value::Null).await.json;
        assert_eq!(cart["points"], json!({"wanted": 50, "used": 0, "amount": pounds(0), "reason": "not_yours"}));
    }
    assert_eq!(shop.check_out(&path, &guest, "guest").await.code(), "price_changed");
    shop.check_out(&path, &guest, "again").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!((order.points, order.priced.discount, order.customer_id), (0, 0, None));
}

async fn refused_points_are_not_used_again(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.give_points(100, 1);
    let ada = buyer(UserId::new(&shop.world));
    let (path, _) = open(shop, &ada, 1).await;
    shop.call(&ada, "PATCH", &path, json!({"points": 100})).await.expect(200);
    shop.check_out(&path, &ada, "first").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    shop.hear(&cancelled(&order, CancelReason::PointsRejected)).await;
    let cart = shop.call(&ada, "GET", &path, Value::Null).await.json;
    assert_eq!(cart["points"], json!({"wanted": 100, "used": 0, "amount": pounds(0), "reason": "rejected"}));
    assert_eq!(shop.check_out(&path, &ada, "second").await.code(), "price_changed");
    let cart = shop.call(&ada, "PATCH", &path, json!({"points": 40})).await.expect(200).json;
    assert_eq!(cart["points"]["used"], 40);
    shop.check_out(&path, &ada, "third").await.expect(202);
    assert_eq!(shop.orders().await.pop().unwrap().points, 40);
}

async fn points_come_off_after_promotions(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 1_000)])).await;
    shop.hear(&promotion(1, Reward::Percentage { bp: 5_000 })).await;
    let code = by_code(2, Reward::FreeShipping {});
    shop.know_codes(&[("POST", &code, None)]);
    shop.give_points(600, 1);
    let ada = buyer(UserId::new(&shop.world));
    let (path, _) = open(shop, &ada, 1).await;
    let cart = shop.call(&ada, "PATCH", &path, json!({"points": 600, "coupon_code": "post"})).await.expect(200).json;
    assert_eq!(cart["points"], json!({"wanted": 600, "used": 500, "amount": pounds(500)}));
    assert_eq!((&cart["total"], &cart["shipping"]), (&pounds(0), &pounds(0)));
    shop.check_out(&path, &ada, "k").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!((order.points, order.priced.total, order.coupons.len()), (500, 0, 1));
}
