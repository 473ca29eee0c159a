//! What SKUs stand for, also of what is no longer sold.

use crate::setup::{Shop, id, pounds, simple};
use bodega_testkit::stories;
use serde_json::{Value, json};

stories![
    variants_come_in_the_order_they_are_named_and_each_once,
    what_is_archived_is_named_and_not_sold,
    what_nobody_may_see_is_left_out,
    more_than_a_hundred_and_what_is_no_sku_are_refused_by_the_field,
];

async fn skus(shop: &Shop, list: &str) -> Vec<String> {
    let items = shop.get(&format!("/v1/variants?skus={list}")).await.expect(200).json["items"].clone();
    items.as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap().to_owned()).collect()
}

async fn variants_come_in_the_order_they_are_named_and_each_once(shop: &Shop) {
    let shirt = json!({
        "name": "Ocean Shirt", "photos": [{"url": "https://example.com/shirt.png"}],
        "variants": [
            {"sku": "SHIRT-S", "options": {"Size": "S"}, "price": pounds(500)},
            {"sku": "SHIRT-L", "options": {"Size": "L"}, "price": pounds(800)},
        ],
    });
    let shirt = shop.create(shirt).await;
    shop.create(simple("Mug", "MUG/1 +", 400)).await;
    let answer = shop.get("/v1/variants?skus=SHIRT-L,MUG%2F1%20%2B,SHIRT-S,,SHIRT-L,nothing").await.expect(200);
    let item = |sku: &str, size: &str| {
        json!({
            "sku": sku, "product_id": shirt["id"], "slug": "ocean-shirt", "name": "Ocean Shirt",
            "image": "https://example.com/shirt.png", "options": {"Size": size}, "sold": true,
        })
    };
    let items = answer.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!((&items[0], &items[2]), (&item("SHIRT-L", "L"), &item("SHIRT-S", "S")));
    assert_eq!(
        (&items[1]["sku"], &items[1]["image"], &items[1]["options"]),
        (&json!("MUG/1 +"), &Value::Null, &json!({}))
    );
    // Capitals matter.
    assert_eq!(skus(shop, "shirt-s").await, Vec::<String>::new());
    assert_eq!(skus(shop, "").await, Vec::<String>::new());
}

async fn what_is_archived_is_named_and_not_sold(shop: &Shop) {
    let mug = shop.create(simple("Mug", "M-1", 400)).await;
    shop.staff("DELETE", &id(&mug), &[], Value::Null).await.expect(204);
    let item = shop.get("/v1/variants?skus=M-1").await.expect(200).json["items"][0].clone();
    assert_eq!((&item["name"], &item["sold"]), (&json!("Mug"), &json!(false)));
}

async fn what_nobody_may_see_is_left_out(shop: &Shop) {
    let mut draft = simple("Secret", "S-1", 400);
    draft["status"] = "draft".into();
    shop.create(draft).await;
    shop.create(simple("Mug", "M-1", 400)).await;
    assert_eq!(skus(shop, "S-1,M-1").await, ["M-1"]);
}

async fn more_than_a_hundred_and_what_is_no_sku_are_refused_by_the_field(shop: &Shop) {
    let many = |count: usize| (0..count).map(|number| format!("N-{number}")).collect::<Vec<_>>().join(",");
    assert_eq!(skus(shop, &many(100)).await, Vec::<String>::new());
    for list in [many(101), "a%00b".to_owned(), "%20a".to_owned(), "x".repeat(65)] {
        let refused = shop.get(&format!("/v1/variants?skus={list}")).await.expect(422);
        assert_eq!(refused.json["errors"][0]["pointer"], "/skus", "{list}");
    }
    shop.get("/v1/variants").await.expect(422);
}
