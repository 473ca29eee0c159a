//! What inventory says, in any order and any number.

use crate::setup::{Shop, pounds};
use bodega_contracts::catalog::VariantFacts;
use bodega_testkit::{arrivals, stories};
use serde_json::json;

async fn the_highest_version_wins_in_whichever_order_and_however_often_it_comes(shop: &Shop) {
    for (number, order) in arrivals(3, 0).iter().enumerate() {
        for (batched, repeated) in [(true, false), (false, false), (false, true), (true, true)] {
            let sku = format!("S-{number}-{batched}-{repeated}");
            let event = |older: &usize| shop.stock(&sku, *older as i64 + 1, (*older as i64 + 1) * 10);
            let mut events: Vec<_> = order.iter().map(event).collect();
            if repeated {
                events.extend(events.clone());
                events.extend(order.iter().map(event));
            }
            if batched {
                shop.deliver(events).await;
            } else {
                for event in events {
                    shop.deliver(vec![event]).await;
                }
            }
            shop.staff(
                "POST",
                "/v1/products",
                &[],
                json!({"name": sku, "variants": [{"sku": sku, "price": pounds(1)}]}),
            )
            .await
            .expect(201);
        }
    }
    let facts = shop.rpc().ask(VariantFacts { after: None }).await.unwrap();
    assert_eq!(facts.len(), 24);
    assert!(facts.iter().all(|fact| fact.available_seen == Some(30)), "{facts:?}");
}

async fn a_product_is_in_stock_while_any_variant_is(shop: &Shop) {
    shop.create(json!({"name": "Shirt", "variants": [
        {"sku": "S", "options": {"Size": "S"}, "price": pounds(1)},
        {"sku": "L", "options": {"Size": "L"}, "price": pounds(1)},
    ]}))
    .await;
    let seen = async || {
        let full = shop.get("/v1/products/shirt").await.json;
        let listed = shop.get("/v1/products").await.json["items"][0]["in_stock"].clone();
        assert_eq!(full["in_stock"], listed);
        [listed, full["variants"][0]["in_stock"].clone(), full["variants"][1]["in_stock"].clone()]
    };
    assert_eq!(seen().await, [false, false, false]);
    shop.deliver(vec![shop.stock("L", 1, 2)]).await;
    assert_eq!(seen().await, [true, false, true]);
    shop.deliver(vec![shop.stock("S", 1, 1), shop.stock("L", 2, 0)]).await;
    assert_eq!(seen().await, [true, true, false]);
    shop.deliver(vec![shop.stock("S", 2, -1)]).await;
    assert_eq!(seen().await, [false, false, false]);
}

async fn another_replica_is_behind_by_a_second_at_most(shop: &Shop) {
    let Some(other) = shop.replica() else { return };
    shop.create(json!({"name": "Shirt", "variants": [{"sku": "S", "price": pounds(1)}]})).await;
    assert_eq!(other.get("/v1/products/shirt").await.json["in_stock"], false);
    shop.deliver(vec![shop.stock("S", 1, 1)]).await;
    shop.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(other.get("/v1/products/shirt").await.json["in_stock"], true);
}

stories![
    the_highest_version_wins_in_whichever_order_and_however_often_it_comes,
    a_product_is_in_stock_while_any_variant_is,
    another_replica_is_behind_by_a_second_at_most,
];
