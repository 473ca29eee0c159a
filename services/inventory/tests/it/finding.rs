//! Staff find SKUs by how they begin and by how little of them is left, page by page.

use crate::setup::Shop;
use axum::http::Method;
use bodega_testkit::stories;
use serde_json::{Value, json};

stories!(
    a_sku_is_found_by_its_beginning_in_large_and_small_letters,
    below_counts_what_can_be_sold_at_open_locations,
    those_that_staff_were_told_of_are_found,
    filters_that_do_not_fit_are_refused_by_their_name,
);

/// All SKUs of a list, two a page, and what it says there are.
async fn skus(shop: &Shop, filter: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/stock?limit=2&count=true&{filter}{cursor}");
        let (status, page) = shop.staff(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{path}: {page}");
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else {
            assert_eq!(page["total"], json!(found.len()), "{filter}");
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

async fn a_sku_is_found_by_its_beginning_in_large_and_small_letters(shop: &Shop) {
    for sku in ["mug-1", "MUG-2", "Mug", "mugs", "MU", "a%b", "a_b", "axb", "Äpfel", "mug-ü", "MUG-1"] {
        shop.receive(sku, 1).await;
    }
    shop.location("north", 10).await;
    shop.receive_at("north", "mug-1", 1).await;
    let mut mugs = skus(shop, "q=MuG").await;
    assert_eq!(mugs.first().map(String::as_str), Some("Mug"), "in the order of the letters");
    assert_eq!(mugs[1..3].iter().map(|sku| sku.to_lowercase()).collect::<Vec<_>>(), ["mug-1", "mug-1"]);
    mugs.sort();
    assert_eq!(mugs, ["MUG-1", "MUG-2", "Mug", "mug-1", "mug-ü", "mugs"]);
    assert_eq!(skus(shop, "q=a%25").await, ["a%b"], "a sign is a sign");
    assert_eq!(skus(shop, "q=a_").await, ["a_b"]);
    assert_eq!(skus(shop, "q=%C3%84p").await, ["Äpfel"]);
    assert_eq!(skus(shop, "q=").await.len(), 11, "an empty one asks for nothing");
    assert!(skus(shop, "q=ug").await.is_empty() && skus(shop, "q=mug-1x").await.is_empty());
}

async fn below_counts_what_can_be_sold_at_open_locations(shop: &Shop) {
    shop.location("north", 10).await;
    for (sku, main, north) in [("A", 1, 0), ("B", 2, 3), ("C", 9, 0), ("D", 1, 9)] {
        shop.receive(sku, main).await;
        if north > 0 {
            shop.receive_at("north", sku, north).await;
        }
    }
    assert_eq!(skus(shop, "below=5").await, ["A"]);
    assert_eq!(skus(shop, "below=6").await, ["A", "B"]);
    let safety = json!({"expected_version": 0, "safety": [{"location": "main", "quantity": 7}]});
    let (status, changed) = shop.staff(Method::PATCH, "/v1/admin/stock/C", Some(safety)).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(skus(shop, "below=5").await, ["A", "C"], "safety stock is not sold");
    let (status, closed) =
        shop.staff(Method::PATCH, "/v1/admin/locations/north", Some(json!({"enabled": false}))).await;
    assert_eq!(status, 200, "{closed}");
    assert_eq!(skus(shop, "below=5").await, ["A", "B", "C", "D"], "nor what lies at a closed location");
    assert_eq!(skus(shop, "below=5&q=d").await, ["D"]);
    let none: Vec<String> = Vec::new();
    assert_eq!(skus(shop, "below=-1").await, none);
}

async fn those_that_staff_were_told_of_are_found(shop: &Shop) {
    for sku in ["A", "B", "C"] {
        shop.receive(sku, 20).await;
    }
    for (sku, threshold) in [("A", 20), ("B", 5)] {
        let path = format!("/v1/admin/stock/{sku}");
        let policy = json!({"expected_version": 0, "low_stock_threshold": threshold});
        let (status, changed) = shop.staff(Method::PATCH, &path, Some(policy)).await;
        assert_eq!(status, 200, "{changed}");
    }
    assert_eq!(skus(shop, "low=true").await, ["A"]);
    assert_eq!(skus(shop, "low=false").await.len(), 3);
    assert!(skus(shop, "low=true&below=20").await.is_empty());
}

async fn filters_that_do_not_fit_are_refused_by_their_name(shop: &Shop) {
    let long = format!("q={}", "x".repeat(65));
    for (query, pointer) in
        [(long.as_str(), "/q"), ("q=a%00", "/q"), ("below=few", "/below"), ("low=2", "/low"), ("sku=A", "/sku")]
    {
        let (status, problem) = shop.staff(Method::GET, &format!("/v1/stock?{query}"), None).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_query")), "{query}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], Value::from(pointer), "{problem}");
    }
}
