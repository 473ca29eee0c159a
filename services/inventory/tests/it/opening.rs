//! The first stock of what imports bring: once for each SKU, whatever is heard again, at once, or by two replicas.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::{
    ProductId,
    catalog::{OpeningStock, ProductStocked},
    inventory::StockChanged,
};
use bodega_db::Envelope;
use bodega_kernel::Sku;
use bodega_testkit::stories;
use futures_util::future::join_all;
use serde_json::json;

stories!(
    opening_stock_is_received_told_and_in_the_ledger,
    opening_stock_heard_again_in_another_event_changes_nothing,
    opening_stock_heard_by_two_replicas_at_once_is_received_once,
    opening_stock_comes_on_top_of_what_staff_received,
    opening_stock_that_cannot_be_is_left_out_and_the_rest_received,
);

fn stocked(shop: &Shop, opening: &[(&str, i64)]) -> Envelope {
    let line = |(sku, quantity): &(&str, i64)| OpeningStock { sku: Sku::new(sku).unwrap(), quantity: *quantity };
    let opening = opening.iter().map(line).collect();
    shop.envelope("catalog", &ProductStocked { product_id: ProductId::new(&shop.world), opening })
}

async fn opening_stock_is_received_told_and_in_the_ledger(shop: &Shop) {
    shop.deliver(vec![stocked(shop, &[("A", 5), ("B", 7)]), stocked(shop, &[("C", 1)])]).await;
    assert_eq!(
        (shop.level("A").await, shop.level("B").await, shop.level("C").await),
        ((5, 0, 0), (7, 0, 0), (1, 0, 0))
    );
    let mut told: Vec<_> =
        shop.told::<StockChanged>().await.into_iter().map(|told| (told.sku.to_string(), told.available)).collect();
    told.sort();
    assert_eq!(told, [("A".to_owned(), 5), ("B".to_owned(), 7), ("C".to_owned(), 1)]);
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/B/movements", None).await;
    let line = &ledger["items"][0];
    assert_eq!((&line["kind"], &line["on_hand"], &line["reason"]), (&json!("receive"), &json!(7), &json!("import")));
    shop.check_books().await;
}

async fn opening_stock_heard_again_in_another_event_changes_nothing(shop: &Shop) {
    shop.deliver(vec![stocked(shop, &[("A", 5)])]).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 2)]), shop.confirmed(order, &[("A", 2)])]).await;
    shop.deliver(vec![stocked(shop, &[("A", 5)]), stocked(shop, &[("A", 9), ("B", 3)])]).await;
    assert_eq!((shop.level("A").await, shop.level("B").await), ((5, 0, 2), (3, 0, 0)));
    shop.check_books().await;
}

async fn opening_stock_heard_by_two_replicas_at_once_is_received_once(shop: &Shop) {
    let skus: Vec<String> = (0..40).map(|number| format!("SKU-{number:02}")).collect();
    let events = (0..8).map(|number| {
        let mut opening: Vec<(&str, i64)> = skus.iter().map(|sku| (sku.as_str(), 5)).collect();
        opening.rotate_left(number * 5);
        stocked(shop, &opening)
    });
    join_all(events.enumerate().map(|(number, event)| shop.insist(number, vec![event]))).await;
    for sku in &skus {
        assert_eq!(shop.level(sku).await, (5, 0, 0), "{sku}");
    }
    shop.check_books().await;
}

async fn opening_stock_comes_on_top_of_what_staff_received(shop: &Shop) {
    shop.receive("A", 4).await;
    shop.deliver(vec![stocked(shop, &[("A", 5)])]).await;
    assert_eq!(shop.level("A").await, (9, 0, 0));
    shop.check_books().await;
}

async fn opening_stock_that_cannot_be_is_left_out_and_the_rest_received(shop: &Shop) {
    let bad = [0, -1, 1_000_000_001, i64::MAX].map(|quantity| stocked(shop, &[("BAD", quantity)]));
    shop.deliver(bad.into_iter().chain([stocked(shop, &[("A", 5)])]).collect()).await;
    assert_eq!(shop.level("A").await, (5, 0, 0));
    assert_eq!(shop.staff(Method::GET, "/v1/stock/BAD", None).await.0, 404);
    shop.deliver(vec![stocked(shop, &[("BAD", 6)])]).await;
    assert_eq!(shop.level("BAD").await, (6, 0, 0), "what was refused left no trace");
    shop.check_books().await;
}
