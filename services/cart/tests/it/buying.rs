//! Buying in one request: the order of a cart that was not there before, at the total its buyer was told.

use crate::{
    said::{by_code, product},
    setup::{Shop, buyer, full, order_id},
};
use bodega_kernel::UserId;
use bodega_pricing::Reward;
use bodega_testkit::{Answer, Asker, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashSet;

stories!(
    what_is_bought_at_once_is_the_order_that_a_cart_would_be,
    at_another_total_nothing_is_bought_and_nothing_is_kept,
    what_a_checkout_refuses_is_refused_here,
    two_hundred_tries_of_one_purchase_are_one_order,
    old_keys_among_new_ones_are_answered_as_before,
    a_key_with_another_purchase_is_refused,
    a_code_takes_off_what_it_would_of_a_cart,
);

const KEY: &str = "a-key-nobody-guesses";

fn purchase(lines: &[(&str, i64)], total: i64) -> Value {
    let mut body = full(lines);
    body["total"] = json!({"amount": total, "currency": "GBP"});
    body["payment_method"] = json!("sim_success");
    body
}

async fn buy(shop: &Shop, asker: &Asker, key: &str, body: Value) -> Answer {
    shop.call(&asker.with_key(key), "POST", "/v1/checkouts", body).await
}

async fn stocked(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 1_000)])).await;
}

async fn what_is_bought_at_once_is_the_order_that_a_cart_would_be(shop: &Shop) {
    stocked(shop).await;
    let lines = [("A", 3), ("B", 1)];
    let (path, guest) = shop.full_cart(&lines).await;
    assert_eq!(shop.check_out(&path, &guest, "k").await.status, 202);
    let total = shop.orders().await[0].priced.total;
    let bought = buy(shop, &Asker::default(), KEY, purchase(&lines, total)).await;
    assert_eq!(bought.status, 202, "{bought:?}");
    let orders = shop.orders().await;
    let [of_cart, at_once] = &*orders else { panic!("{orders:?}") };
    assert_eq!(at_once.order_id, order_id(&bought));
    assert_eq!((&at_once.basket, &at_once.priced), (&of_cart.basket, &of_cart.priced));
    assert_eq!((&at_once.email, &at_once.shipping_address), (&of_cart.email, &of_cart.shipping_address));
    assert_ne!(at_once.number, of_cart.number);
    let user = UserId::new(&shop.world);
    assert_eq!(buy(shop, &buyer(user), "k", purchase(&lines, total)).await.status, 202);
    let orders = shop.orders().await;
    assert_eq!(orders[2].customer_id, Some(user));
    // The cart it was is there, and is done with.
    let cart = shop.call(&buyer(user), "GET", &format!("/v1/carts/{}", orders[2].cart_id), Value::Null).await;
    assert_eq!((&cart.json["status"], &cart.json["total"]["amount"]), (&json!("checked_out"), &json!(total)));
    assert_eq!(cart.field("order_id"), orders[2].order_id.to_string());
}

async fn at_another_total_nothing_is_bought_and_nothing_is_kept(shop: &Shop) {
    stocked(shop).await;
    let right = 250 + 395;
    for wrong in [right - 1, right + 1, 0, -right] {
        let refused = buy(shop, &Asker::default(), KEY, purchase(&[("A", 1)], wrong)).await;
        assert_eq!((refused.status, refused.code()), (409, "total_changed"), "{refused:?}");
        assert_eq!(refused.json["total"], json!({"amount": right, "currency": "GBP"}));
    }
    let mut foreign = purchase(&[("A", 1)], right);
    foreign["total"]["currency"] = json!("EUR");
    assert_eq!(buy(shop, &Asker::default(), KEY, foreign).await.code(), "total_changed");
    assert!(shop.orders().await.is_empty());
    assert_eq!(buy(shop, &Asker::default(), KEY, purchase(&[("A", 1)], right)).await.status, 202, "its key is free");
}

async fn what_a_checkout_refuses_is_refused_here(shop: &Shop) {
    stocked(shop).await;
    let body = || purchase(&[("A", 1)], 645);
    let without = |member: &str| {
        let mut body = body();
        body.as_object_mut().unwrap().remove(member);
        body
    };
    let with = |member: &str, value: Value| {
        let mut body = body();
        body[member] = value;
        body
    };
    for (body, status, code) in [
        (without("email"), 409, "cart_incomplete"),
        (without("shipping_address"), 409, "cart_incomplete"),
        (with("lines", json!([])), 409, "cart_incomplete"),
        (without("lines"), 422, "invalid_body"),
        (without("total"), 422, "invalid_body"),
        (without("payment_method"), 422, "invalid_body"),
        (with("payment_method", json!("Not A Method")), 422, "invalid_body"),
        (with("lines", json!([{"sku": "A", "quantity": 0}])), 422, "invalid_body"),
        (with("lines", json!([{"sku": "NONE", "quantity": 1}])), 422, "unknown_sku"),
        (with("shipping_method", json!("by_air")), 422, "invalid_body"),
        (with("market", json!("nowhere")), 422, "invalid_body"),
        (with("remind", json!(true)), 422, "invalid_body"),
    ] {
        let refused = buy(shop, &Asker::default(), KEY, body).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{refused:?}");
    }
    let unnamed = shop.call(&Asker::default(), "POST", "/v1/checkouts", body()).await;
    assert_eq!((unnamed.status, unnamed.code()), (400, "idempotency_key_required"));
    assert_eq!(buy(shop, &Asker::default(), "short", body()).await.code(), "invalid_idempotency_key");
    shop.hear(&product(1, 2, &[("B", 1_000)])).await;
    let gone = buy(shop, &Asker::default(), KEY, body()).await;
    assert!(gone.status == 409 || gone.status == 422, "{gone:?}");
    assert!(shop.orders().await.is_empty());
}

async fn two_hundred_tries_of_one_purchase_are_one_order(shop: &Shop) {
    stocked(shop).await;
    let tries = (0..200).map(|number| {
        let body = purchase(&[("A", 1)], 645);
        async move {
            let asker = Asker::default().with_key(KEY);
            shop.call_on(number % shop.replicas(), &asker, "POST", "/v1/checkouts", body).await
        }
    });
    let answers = join_all(tries).await;
    let accepted: HashSet<String> =
        answers.iter().filter(|answer| answer.status == 202).map(|answer| answer.field("order_id")).collect();
    assert_eq!(accepted.len(), 1, "{accepted:?}");
    assert!(answers.iter().all(|answer| [202, 409].contains(&answer.status)), "a twin waits or is told so");
    assert_eq!(shop.orders().await.len(), 1);
}

async fn old_keys_among_new_ones_are_answered_as_before(shop: &Shop) {
    stocked(shop).await;
    let guest = Asker::default();
    let buy_all = |most: usize| {
        let one = |number: usize| {
            let (asker, body) = (guest.with_key(&format!("{KEY}-{number}")), purchase(&[("A", 1)], 250 + 395));
            async move { shop.call_on(number % shop.replicas(), &asker, "POST", "/v1/checkouts", body).await }
        };
        join_all((0..most).map(one))
    };
    let first = buy_all(40).await;
    let second = buy_all(80).await;
    assert!(second.iter().all(|answer| answer.status == 202), "{second:?}");
    assert!(first.iter().zip(&second).all(|(was, is)| is.replayed() && is.json == was.json));
    assert!(second[40..].iter().all(|answer| !answer.replayed()));
    let orders: HashSet<_> = second.iter().map(order_id).collect();
    assert_eq!((orders.len(), shop.orders().await.len()), (80, 80));
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 80);
}

async fn a_key_with_another_purchase_is_refused(shop: &Shop) {
    stocked(shop).await;
    let first = buy(shop, &Asker::default(), KEY, purchase(&[("A", 1)], 645)).await;
    let again = buy(shop, &Asker::default(), KEY, purchase(&[("A", 1)], 645)).await;
    assert_eq!((again.status, &again.json), (202, &first.json));
    let other = buy(shop, &Asker::default(), KEY, purchase(&[("A", 2)], 895)).await;
    assert_eq!(other.status, 422, "{other:?}");
    assert_eq!(shop.orders().await.len(), 1);
}

async fn a_code_takes_off_what_it_would_of_a_cart(shop: &Shop) {
    stocked(shop).await;
    let tenth = by_code(1, Reward::Percentage { bp: 1_000 });
    shop.know_codes(&[("TENTH", &tenth, None)]);
    let mut body = purchase(&[("B", 2)], 1_800 + 395);
    body["coupon_code"] = json!("tenth");
    let bought = buy(shop, &Asker::default(), KEY, body.clone()).await;
    assert_eq!(bought.status, 202, "{bought:?}");
    assert_eq!(shop.orders().await[0].basket.discounts.len(), 1);
    body["coupon_code"] = json!("NO-SUCH-CODE");
    let refused = buy(shop, &Asker::default(), "another-key-nobody-guesses", body).await;
    assert_eq!((refused.status, refused.code()), (422, "coupon_unknown"));
}
