//! What was sold: by day and by SKU, what counts and what does not, and for whom.

use crate::setup::{Shop, TOTAL};
use bodega_testkit::Asker;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/v1/admin/reports/sales";

async fn report(shop: &Shop, query: &str) -> Value {
    let answer = shop.get(&Shop::staff(), &format!("{PATH}?{query}")).await.expect(200);
    serde_json::from_str(&answer.text).unwrap()
}

async fn taken(shop: &Shop) -> bodega_contracts::OrderId {
    let order = shop.confirmed().await;
    shop.deliver(vec![shop.captured(order)]).await;
    order
}

async fn a_day_counts_what_was_taken_less_what_was_given_back(shop: &Shop) {
    let first = taken(shop).await;
    shop.placed().await;
    shop.deliver(vec![shop.refunded(first, 1_000)]).await;
    shop.clock.advance(Duration::from_hours(24));
    taken(shop).await;
    taken(shop).await;
    let told = report(shop, "from=2026-01-01&to=2026-01-31").await;
    let rows: Vec<Value> = told["items"].as_array().unwrap().clone();
    let row = |day: &str, orders: i64, given_back: i64| {
        let money = |amount: i64| json!({"amount": amount, "currency": "GBP"});
        let units = rows[0]["units"].as_i64().unwrap() * orders;
        json!({
            "day": day, "orders": orders, "units": units, "sold": money(TOTAL * orders), "taken": money(TOTAL * orders),
            "given_back": money(given_back), "revenue": money(TOTAL * orders - given_back),
        })
    };
    assert_eq!(rows, [row("2026-01-01", 1, 1_000), row("2026-01-02", 2, 0)], "a pending order sells nothing");
    assert_eq!(told["complete"], true);
    let second = report(shop, "from=2026-01-02&to=2026-01-02").await;
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(report(shop, "from=2025-12-01&to=2025-12-31").await["items"], json!([]));
}

async fn products_are_told_by_what_they_brought(shop: &Shop) {
    taken(shop).await;
    taken(shop).await;
    shop.placed().await;
    let told = report(shop, "from=2026-01-01&to=2026-01-01&by=product").await;
    let rows = told["items"].as_array().unwrap();
    let amounts: Vec<i64> = rows.iter().map(|row| row["sold"]["amount"].as_i64().unwrap()).collect();
    assert!(amounts.is_sorted_by(|a, b| a >= b) && !amounts.is_empty(), "{told}");
    assert!(rows.iter().all(|row| row["orders"] == 2 && row.get("revenue").is_none()), "{told}");
    let order: Value = {
        let order = taken(shop).await;
        serde_json::from_str(&shop.get(&Shop::staff(), &format!("/v1/orders/{order}")).await.text).unwrap()
    };
    for line in order["lines"].as_array().unwrap() {
        let row = rows.iter().find(|row| row["sku"] == line["sku"]).unwrap();
        assert_eq!(row["sold"]["amount"].as_i64(), line["total"]["amount"].as_i64().map(|amount| 2 * amount));
    }
}

async fn a_report_is_half_a_minute_old_at_most(shop: &Shop) {
    let orders = async || report(shop, "from=2026-01-01&to=2026-01-01").await["items"][0]["orders"].as_i64();
    taken(shop).await;
    assert_eq!(orders().await, Some(1));
    taken(shop).await;
    assert_eq!(orders().await, Some(1));
    shop.clock.advance(Duration::from_secs(31));
    assert_eq!(orders().await, Some(2));
}

async fn a_report_is_bounded_and_for_staff(shop: &Shop) {
    for (query, pointer) in [
        ("from=2026-01-01&to=2025-12-31", "/to"),
        ("from=2025-01-01&to=2026-06-30", "/to"),
        ("from=yesterday&to=2026-06-30", "/from"),
        ("from=2026-01-01&to=2026-01-01T00:00:00Z", "/to"),
    ] {
        let answer = shop.get(&Shop::staff(), &format!("{PATH}?{query}")).await.expect(422);
        assert!(answer.text.contains(pointer), "{}", answer.text);
    }
    for query in ["from=2026-01-01&to=2026-01-02&by=moon", "from=2026-01-01&to=2026-01-02&x=1"] {
        assert_eq!(shop.get(&Shop::staff(), &format!("{PATH}?{query}")).await.expect(422).code(), "invalid_query");
    }
    let path = format!("{PATH}?from=2026-01-01&to=2026-01-01");
    for (stranger, status) in [(Asker::default(), 401), (Shop::customer(shop.user()), 403)] {
        assert_eq!(shop.get(&stranger, &path).await.status, status);
    }
}

async fn numbers(shop: &Shop, query: &str) -> Vec<String> {
    let answer = shop.get(&Shop::staff(), &format!("/v1/orders?{query}")).await.expect(200);
    let told: Value = serde_json::from_str(&answer.text).unwrap();
    told["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect()
}

async fn orders_are_found_by_how_far_they_are_and_whether_they_are_late(shop: &Shop) {
    let (waiting, sent, part) = (shop.confirmed().await, shop.confirmed().await, shop.confirmed().await);
    shop.deliver(vec![shop.dispatched(sent, 2), shop.dispatched(part, 1)]).await;
    let all = [waiting, sent, part].map(|order| order.to_string());
    for order in &all {
        let view = shop.get(&Shop::staff(), &format!("/v1/orders/{order}")).await.field("fulfilment_status");
        let found = numbers(shop, &format!("fulfilment_status={view}")).await;
        assert!(found.contains(order), "{order} is {view}");
        let others = ["unfulfilled", "partial", "fulfilled", "returned"].into_iter().filter(|other| *other != view);
        for other in others {
            assert!(!numbers(shop, &format!("fulfilment_status={other}")).await.contains(order));
        }
    }
    assert_eq!(numbers(shop, "late=true").await, Vec::<String>::new());
    shop.clock.advance(Duration::from_hours(49));
    let fresh = shop.confirmed().await.to_string();
    let late = numbers(shop, "late=true").await;
    assert!(late.contains(&all[0]) && !late.contains(&all[1]) && !late.contains(&fresh), "{late:?}");
    assert_eq!(numbers(shop, "late=false").await.len(), 4);
}

bodega_testkit::stories![
    a_day_counts_what_was_taken_less_what_was_given_back,
    products_are_told_by_what_they_brought,
    a_report_is_half_a_minute_old_at_most,
    a_report_is_bounded_and_for_staff,
    orders_are_found_by_how_far_they_are_and_whether_they_are_late,
];
