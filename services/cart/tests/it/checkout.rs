//! A cart becomes an order: once, at the prices that were shown, with the lines of one version.

use crate::{
    said::{cancelled, product},
    setup::{Shop, buyer, full, order_id},
};
use bodega_contracts::orders::CancelReason;
use bodega_kernel::UserId;
use bodega_testkit::{Asker, customer, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashSet;

async fn a_checkout_tells_everything_an_order_needs(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 1_000)])).await;
    let (path, guest) = shop.full_cart(&[("A", 3), ("B", 1)]).await;
    let answer = shop.check_out(&path, &guest, "k").await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = order_id(&answer);
    assert_eq!(answer.field("status_url"), format!("/v1/orders/{id}"));
    assert_eq!(answer.field("events_url"), format!("/v1/orders/{id}/events"));
    let orders = shop.orders().await;
    let [order] = &*orders else { panic!("{orders:?}") };
    assert_eq!((order.order_id, &order.number, order.cart_version), (id, &answer.field("order_number"), 1));
    assert_eq!((order.customer_id, &*order.email, &*order.payment_method), (None, "ada@example.org", "sim_success"));
    assert_eq!(order.priced, bodega_pricing::price(&order.basket).unwrap());
    assert_eq!(order.priced.total, 2_145);
    assert_eq!(order.shipping_address.as_ref().unwrap().city, "Leeds");
    let cart = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!((&cart.json["status"], cart.field("order_id")), (&json!("checked_out"), id.to_string()));
    for (method, end, body) in [
        ("PATCH", "", json!({"email": "eve@example.org"})),
        ("POST", "/lines", json!({"sku": "A", "quantity": 1})),
        ("POST", "/checkout", json!({"payment_method": "sim_success"})),
    ] {
        let refused = shop.call(&guest.with_key("another"), method, &format!("{path}{end}"), body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.field("order_id")),
            (409, "cart_checked_out", id.to_string())
        );
    }
}

async fn a_customer_who_is_logged_in_is_the_buyer(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let user = UserId::new(&shop.world);
    let made = shop.call(&buyer(user), "POST", "/v1/carts", full(&[("A", 1)])).await;
    let path = format!("/v1/carts/{}", made.field("id"));
    assert_eq!(shop.check_out(&path, &buyer(user), "k").await.status, 202);
    let (guests, guest) = shop.full_cart(&[("A", 1)]).await;
    let logged_in = Asker { caller: customer(user), ..guest };
    assert_eq!(shop.check_out(&guests, &logged_in, "k").await.status, 202);
    assert!(shop.orders().await.iter().all(|order| order.customer_id == Some(user)));
}

async fn a_price_that_changed_since_it_was_shown_is_shown_first(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    shop.hear(&product(1, 2, &[("A", 300)])).await;
    let seen = shop.call(&guest, "GET", &path, Value::Null).await;
    let pounds = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    let change = json!([{"kind": "price_changed", "sku": "A", "was": pounds(250), "now": pounds(300)}]);
    assert_eq!((&seen.json["changes"], &seen.json["lines"][0]["unit_price"]), (&change, &pounds(300)));
    let refused = shop.check_out(&path, &guest, "first").await;
    assert_eq!((refused.status, refused.code()), (409, "price_changed"));
    assert_eq!((&refused.json["cart"]["changes"], &refused.json["cart"]["subtotal"]), (&change, &pounds(600)));
    let again = shop.check_out(&path, &guest, "first").await;
    assert_eq!((again.status, again.json), (409, refused.json.clone()), "a lost answer is not taken for consent");
    assert!(shop.orders().await.is_empty());
    assert_eq!(shop.check_out(&path, &guest, "second").await.status, 202);
    assert_eq!(shop.orders().await[0].priced.subtotal, 600);
}

async fn a_write_shows_the_new_price_and_checkout_accepts_it(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    shop.hear(&product(1, 2, &[("A", 300)])).await;
    let written = shop.call(&guest, "PATCH", &path, json!({"email": "b@example.org"})).await;
    assert_eq!(written.json["changes"][0]["kind"], "price_changed");
    let read = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!(read.json["changes"], json!([]));
    assert_eq!(shop.check_out(&path, &guest, "k").await.status, 202);
}

async fn what_is_no_longer_for_sale_is_not_bought(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 100)])).await;
    let (path, guest) = shop.full_cart(&[("A", 2), ("B", 1)]).await;
    shop.hear(&product(1, 2, &[("B", 100)])).await;
    let seen = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!(seen.json["changes"], json!([{"kind": "unavailable", "sku": "A"}]));
    let refused = shop.check_out(&path, &guest, "k").await;
    assert_eq!((refused.status, refused.code(), &refused.json["skus"]), (409, "line_unavailable", &json!(["A"])));
    let line = seen.json["lines"][0]["id"].as_str().unwrap();
    shop.call(&guest, "DELETE", &format!("{path}/lines/{line}"), Value::Null).await;
    assert_eq!(shop.check_out(&path, &guest, "k").await.status, 202, "a refusal without effect leaves its key free");
    assert_eq!(shop.orders().await[0].priced.subtotal, 100);
}

/// 200 checkouts of one cart over all replicas, each with the key that `key` gives it.
async fn storm(shop: &Shop, key: impl Fn(usize) -> String) -> (Vec<u16>, HashSet<String>) {
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    let path = format!("{path}/checkout");
    let body = || json!({"payment_method": "sim_success"});
    let calls = (0..200).map(|number| {
        let (asker, path) = (guest.with_key(&key(number)), path.clone());
        async move { shop.call_on(number % shop.replicas(), &asker, "POST", &path, body()).await }
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 202 | 409)), "{answers:?}");
    let refused = answers.iter().filter(|answer| answer.status == 409);
    assert!(refused.clone().all(|answer| answer.code() == "cart_checked_out"), "{answers:?}");
    let orders = answers.iter().map(|answer| answer.field("order_id")).collect();
    (answers.iter().map(|answer| answer.status).collect(), orders)
}

async fn two_hundred_checkouts_of_a_cart_make_one_order(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (statuses, orders) = storm(shop, |_| "the-same-key".to_owned()).await;
    assert_eq!((statuses.iter().filter(|status| **status == 202).count(), orders.len()), (200, 1));
    assert_eq!(shop.orders().await.len(), 1);
    let (statuses, orders) = storm(shop, |number| format!("key-{number}")).await;
    assert_eq!((statuses.iter().filter(|status| **status == 202).count(), orders.len()), (1, 1));
    assert_eq!(shop.orders().await.len(), 2);
    assert_eq!(shop.count("SELECT COUNT(*) FROM checkouts", &[]).await, 2);
}

async fn no_order_number_is_given_twice_over_replicas_and_restarts(shop: &Shop) {
    let mut shop = shop.another(|_| ()).await;
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let mut numbers = HashSet::new();
    for _ in 0..2 {
        let buys = (0..40).map(|number| buy(&shop, number));
        numbers.extend(join_all(buys).await);
        shop = shop.restarted().await;
    }
    assert_eq!(numbers.len(), 80, "{numbers:?}");
    assert!(numbers.iter().all(|number| number.starts_with("B-") && number.len() == 7), "{numbers:?}");
    assert_eq!(shop.count("SELECT COUNT(*) FROM number_blocks", &[]).await, 2 * shop.replicas() as i64);
}

/// Buys something; answers the order's number.
async fn buy(shop: &Shop, replica: usize) -> String {
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let path = format!("{path}/checkout");
    let body = json!({"payment_method": "sim_success"});
    shop.call_on(replica, &guest.with_key("k"), "POST", &path, body).await.field("order_number")
}

async fn an_order_has_exactly_the_lines_of_the_version_it_froze(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    for _ in 0..10 {
        let (path, guest) = shop.full_cart(&[("A", 1)]).await;
        let lines = format!("{path}/lines");
        let adds =
            (0..20).map(|number| shop.call_on(number, &guest, "POST", &lines, json!({"sku": "A", "quantity": 1})));
        let checkout = async {
            tokio::task::yield_now().await;
            shop.check_out(&path, &guest, "k").await
        };
        let (adds, checkout) = futures_util::join!(join_all(adds), checkout);
        assert_eq!(checkout.status, 202, "{checkout:?}");
        let added = adds.iter().filter(|answer| answer.status == 200).count() as i64;
        assert!(adds.iter().all(|answer| answer.status == 200 || answer.code() == "cart_checked_out"));
        let orders = shop.orders().await;
        let order = orders.iter().find(|order| order.order_id == order_id(&checkout)).unwrap();
        assert_eq!((order.basket.lines[0].quantity, order.cart_version), (1 + added, 1 + added));
    }
}

async fn a_checkout_that_names_a_version_buys_only_that(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let body = |version: i64| json!({"payment_method": "sim_success", "version": version});
    let checkout = format!("{path}/checkout");
    shop.call(&guest, "POST", &format!("{path}/lines"), json!({"sku": "A", "quantity": 1})).await;
    let refused = shop.call(&guest.with_key("1"), "POST", &checkout, body(1)).await;
    assert_eq!((refused.status, refused.code(), &refused.json["cart"]["version"]), (409, "cart_changed", &json!(2)));
    assert_eq!(shop.call(&guest.with_key("2"), "POST", &checkout, body(2)).await.status, 202);
}

async fn a_cart_opens_again_once_its_order_cannot_be_had(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    for reason in [CancelReason::OutOfStock, CancelReason::PaymentExpired, CancelReason::PaidOutOfStock] {
        let (path, guest) = shop.full_cart(&[("A", 1)]).await;
        let first = shop.check_out(&path, &guest, "first").await;
        let orders = shop.orders().await;
        let order = orders.iter().find(|order| order.order_id == order_id(&first)).unwrap();
        let cancel = shop.said(&cancelled(order, reason));
        shop.hear_all(vec![cancel.clone(), cancel.clone()]).await;
        let open = shop.call(&guest, "GET", &path, Value::Null).await;
        assert_eq!((&open.json["status"], &open.json["version"]), (&json!("open"), &json!(2)), "{open:?}");
        assert_eq!(shop.check_out(&path, &guest, "first").await.json, first.json, "its key is spent");
        let second = shop.check_out(&path, &guest, "second").await;
        assert_eq!(second.status, 202);
        assert_ne!(order_id(&second), order_id(&first));
        shop.hear(&cancelled(order, reason)).await;
        let bought = shop.call(&guest, "GET", &path, Value::Null).await;
        assert_eq!(bought.field("order_id"), second.field("order_id"), "a late cancel of the first order does nothing");
    }
    for reason in [CancelReason::ByShopper, CancelReason::ByStaff] {
        let (path, guest) = shop.full_cart(&[("A", 1)]).await;
        let bought = shop.check_out(&path, &guest, "k").await;
        let orders = shop.orders().await;
        let order = orders.iter().find(|order| order.order_id == order_id(&bought)).unwrap();
        shop.hear(&cancelled(order, reason)).await;
        let cart = shop.call(&guest, "GET", &path, Value::Null).await;
        assert_eq!(cart.json["status"], "checked_out");
    }
}

stories![
    a_checkout_tells_everything_an_order_needs,
    a_customer_who_is_logged_in_is_the_buyer,
    a_price_that_changed_since_it_was_shown_is_shown_first,
    a_write_shows_the_new_price_and_checkout_accepts_it,
    what_is_no_longer_for_sale_is_not_bought,
    two_hundred_checkouts_of_a_cart_make_one_order,
    no_order_number_is_given_twice_over_replicas_and_restarts,
    an_order_has_exactly_the_lines_of_the_version_it_froze,
    a_checkout_that_names_a_version_buys_only_that,
    a_cart_opens_again_once_its_order_cannot_be_had,
];
