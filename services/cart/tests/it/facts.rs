//! What the cart answers about itself, and what it forgets.

use crate::{
    said::product,
    setup::{Shop, buyer, cart_id, order_id},
};
use bodega_contracts::{
    OrderId,
    cart::{CheckedOutOrder, CheckoutFacts, SeenFacts},
};
use bodega_kernel::UserId;
use bodega_testkit::stories;
use serde_json::Value;
use std::time::Duration;

async fn an_order_is_known_as_soon_as_it_was_answered(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let answer = shop.check_out(&path, &guest, "k").await;
    let rpc = shop.rpc();
    let known = rpc.ask(CheckedOutOrder { order_id: order_id(&answer) }).await.unwrap().unwrap();
    assert_eq!((known.number, known.customer_id, known.at), (answer.field("order_number"), None, shop.world.now()));
    let unknown = CheckedOutOrder { order_id: OrderId::new(&shop.world) };
    assert_eq!(rpc.ask(unknown).await.unwrap(), None);
    let facts = rpc.ask(CheckoutFacts { after: None }).await.unwrap();
    assert_eq!(facts.len(), 1);
    assert_eq!((facts[0].order_id, facts[0].cart_id, facts[0].cart_version), (order_id(&answer), cart_id(&path), 1));
    assert!(rpc.ask(CheckoutFacts { after: Some(order_id(&answer)) }).await.unwrap().is_empty());
}

async fn facts_come_in_pages_without_gaps(shop: &Shop) {
    let names: Vec<String> = (0..1_203).map(|number| format!("a{number}-Z")).collect();
    let all: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 100)).collect();
    shop.hear(&product(1, 1, &all)).await;
    let (mut after, mut count) = (None, 0);
    loop {
        let page = shop.rpc().ask(SeenFacts { after: after.clone() }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.sku.to_string());
        count += page.len();
    }
    assert_eq!(count, names.len());
}

async fn only_guests_carts_that_nobody_touches_are_forgotten(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (left, _) = shop.full_cart(&[("A", 1)]).await;
    let (bought, bought_by) = shop.full_cart(&[("A", 1)]).await;
    shop.check_out(&bought, &bought_by, "k").await;
    let (touched, guest) = shop.full_cart(&[("A", 1)]).await;
    shop.call(&buyer(UserId::new(&shop.world)), "POST", "/v1/carts", Value::Null).await;
    shop.clock.advance(Duration::from_hours(60 * 24));
    shop.call(&guest, "PATCH", &touched, serde_json::json!({"email": "b@example.org"})).await;
    let forget = &shop.service(0).jobs[0];
    assert!(!forget.step().await);
    shop.clock.advance(Duration::from_hours(31 * 24));
    assert!(forget.step().await);
    assert!(!forget.step().await);
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 3);
    let id = cart_id(&left).0;
    let gone =
        shop.db().write(async move |tx| tx.query("SELECT id FROM carts WHERE id = $1", &bodega_db::params![id]).await);
    assert!(gone.await.unwrap().is_empty());
}

stories![
    an_order_is_known_as_soon_as_it_was_answered,
    facts_come_in_pages_without_gaps,
    only_guests_carts_that_nobody_touches_are_forgotten,
];
