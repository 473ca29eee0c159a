//! Who may open a cart: its owner, or whoever holds its token. Everybody else finds nothing.

use crate::{
    said::product,
    setup::{Shop, buyer, full, holder},
};
use bodega_kernel::UserId;
use bodega_testkit::{Asker, stories};
use serde_json::{Value, json};
use std::time::Duration;

async fn other_peoples_carts_are_not_found(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (guests, guest) = shop.full_cart(&[("A", 1)]).await;
    let owner = buyer(UserId::new(&shop.world));
    let made = shop.call(&owner, "POST", "/v1/carts", full(&[("A", 1)])).await;
    assert!(made.json.get("token").is_none(), "{made:?}");
    let theirs = format!("/v1/carts/{}", made.field("id"));
    let stranger = buyer(UserId::new(&shop.world));
    let order_token = shop.check_out(&shop.full_cart(&[("A", 1)]).await.0, &guest, "k").await;
    assert_eq!(order_token.code(), "cart_not_found");
    for (path, asker) in [
        (&guests, &Asker::default()),
        (&guests, &owner),
        (&guests, &stranger),
        (&guests, &holder("x.y.z")),
        (&theirs, &Asker::default()),
        (&theirs, &guest),
        (&theirs, &stranger),
    ] {
        for (method, end, body) in [
            ("GET", "", Value::Null),
            ("PATCH", "", json!({"email": "eve@example.org"})),
            ("POST", "/lines", json!({"sku": "A", "quantity": 1})),
            ("POST", "/merge", json!({"from": guests.trim_start_matches("/v1/carts/"), "token": "x"})),
            ("POST", "/checkout", json!({"payment_method": "sim_success"})),
        ] {
            let answer = shop.call(&asker.with_key("key"), method, &format!("{path}{end}"), body).await;
            assert_eq!((answer.status, answer.code()), (404, "cart_not_found"), "{method} {path}{end} {asker:?}");
        }
    }
    assert_eq!(shop.call(&owner, "GET", &theirs, Value::Null).await.status, 200);
    assert_eq!(shop.call(&guest, "GET", &guests, Value::Null).await.status, 200);
    assert_eq!(shop.call(&guest, "GET", "/v1/carts/nonsense", Value::Null).await.status, 404);
}

async fn a_token_of_another_kind_or_past_its_time_opens_nothing(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let order = shop.check_out(&path, &guest, "k").await;
    let wrong = holder(&order.field("order_token"));
    assert_eq!(shop.call(&wrong, "GET", &path, Value::Null).await.status, 404);
    shop.clock.advance(Duration::from_hours(91 * 24));
    assert_eq!(shop.call(&guest, "GET", &path, Value::Null).await.status, 404);
}

async fn a_merge_counts_once_and_ends_the_guests_cart(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 100)])).await;
    let (from, guest) = shop.full_cart(&[("A", 2), ("B", 9_000)]).await;
    let customer = buyer(UserId::new(&shop.world));
    let body = json!({"lines": [{"sku": "B", "quantity": 2_000}]});
    let made = shop.call(&customer, "POST", "/v1/carts", body).await;
    let path = format!("/v1/carts/{}", made.field("id"));
    let from_id = from.trim_start_matches("/v1/carts/");
    let merge = json!({"from": from_id, "token": guest.header("x-cart-token")});
    let merging = format!("{path}/merge");
    let first = shop.call(&customer, "POST", &merging, merge.clone()).await;
    let second = shop.call(&customer, "POST", &merging, merge.clone()).await;
    assert_eq!((first.status, second.status), (200, 200), "{first:?} {second:?}");
    assert_eq!(first.json, second.json);
    let quantities: Vec<(&str, i64)> = first.json["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["sku"].as_str().unwrap(), line["quantity"].as_i64().unwrap()))
        .collect();
    assert_eq!(quantities, [("B", 10_000), ("A", 2)]);
    assert_eq!(first.json["email"], "ada@example.org");
    assert_eq!(shop.call(&guest, "GET", &from, Value::Null).await.status, 404);
    assert_eq!(shop.check_out(&from, &guest, "k").await.status, 404);
    let elsewhere = shop.call(&customer, "POST", "/v1/carts", Value::Null).await;
    let elsewhere = format!("/v1/carts/{}/merge", elsewhere.field("id"));
    assert_eq!(shop.call(&customer, "POST", &elsewhere, merge).await.status, 404);
    let (alone, guest) = shop.full_cart(&[("A", 1)]).await;
    let itself = json!({"from": alone.trim_start_matches("/v1/carts/"), "token": guest.header("x-cart-token")});
    let itself = shop.call(&guest, "POST", &format!("{alone}/merge"), itself).await;
    assert_eq!((itself.status, itself.pointers()), (422, vec!["/from"]));
}

async fn merges_and_changes_at_the_same_time_lose_nothing(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 100)])).await;
    let (from, guest) = shop.full_cart(&[("A", 2)]).await;
    let customer = buyer(UserId::new(&shop.world));
    let made = shop.call(&customer, "POST", "/v1/carts", Value::Null).await;
    let path = format!("/v1/carts/{}", made.field("id"));
    let (merging, adding) = (format!("{path}/merge"), format!("{path}/lines"));
    let merge = json!({"from": from.trim_start_matches("/v1/carts/"), "token": guest.header("x-cart-token")});
    let first_half = (0..20).map(|_| shop.call(&customer, "POST", &merging, merge.clone()));
    let second_half = (0..20).map(|_| shop.call(&customer, "POST", &adding, json!({"sku": "B", "quantity": 1})));
    let (merged, added) =
        futures_util::join!(futures_util::future::join_all(first_half), futures_util::future::join_all(second_half));
    assert!(merged.iter().chain(&added).all(|answer| answer.status == 200));
    let cart = shop.call(&customer, "GET", &path, Value::Null).await;
    assert_eq!(cart.json["subtotal"]["amount"], 2 * 250 + 20 * 100, "{cart:?}");
}

async fn a_guest_needs_a_key_that_nobody_guesses(shop: &Shop) {
    let short = shop.call(&Asker::default().with_key("1"), "POST", "/v1/carts", Value::Null).await;
    assert_eq!((short.status, short.code()), (422, "invalid_idempotency_key"));
    let long = Asker::default().with_key("0190b3d6-0000-7000-8000-000000000001");
    let first = shop.call(&long, "POST", "/v1/carts", Value::Null).await;
    let again = shop.call(&long, "POST", "/v1/carts", Value::Null).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json, again.json);
    assert!(!first.headers.contains_key("idempotent-replayed") && again.headers.contains_key("idempotent-replayed"));
    let other = shop.call(&long, "POST", "/v1/carts", json!({"email": "ada@example.org"})).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 1);
}

stories![
    other_peoples_carts_are_not_found,
    a_token_of_another_kind_or_past_its_time_opens_nothing,
    a_merge_counts_once_and_ends_the_guests_cart,
    merges_and_changes_at_the_same_time_lose_nothing,
    a_guest_needs_a_key_that_nobody_guesses,
];
