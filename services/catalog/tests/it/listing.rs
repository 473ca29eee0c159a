//! Lists: every sort in pages, every filter.

use crate::setup::{Shop, id, pounds, simple};
use bodega_testkit::{staff, stories};
use serde_json::{Value, json};
use std::{collections::HashSet, fmt::Write};

/// 240 products, 208 of them at the same price and 40 of the same name.
async fn fill(shop: &Shop) {
    let mut file = "Handle,Title,Variant SKU,Variant Price\n".to_owned();
    for number in 0..240 {
        let price = if number < 208 { 250 } else { number };
        let name = if number % 6 == 0 { "Twin".to_owned() } else { format!("Item {}", number * 7 % 240) };
        let _ = writeln!(file, "item-{number},{name},I-{number},{price}");
    }
    assert_eq!(shop.import(file).await.expect(200).json["created"], 240);
}

async fn pages(shop: &Shop, query: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("/v1/products?{query}&limit={limit}{cursor}")).await.expect(200).json;
        let list = page["items"].as_array().unwrap();
        assert!(list.len() <= limit);
        items.extend(list.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

async fn every_sort_pages_through_all_products_once_even_where_they_tie(shop: &Shop) {
    fill(shop).await;
    for sort in ["newest", "price", "-price", "name"] {
        let whole = pages(shop, &format!("sort={sort}"), 100).await;
        assert_eq!(whole.len(), 240, "{sort}");
        for limit in [7, 24] {
            assert_eq!(pages(shop, &format!("sort={sort}"), limit).await, whole, "{sort} by {limit}");
        }
        let ids: HashSet<&str> = whole.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 240, "{sort}");
        let prices: Vec<i64> = whole.iter().map(|item| item["price"]["amount"].as_i64().unwrap()).collect();
        let names: Vec<&str> = whole.iter().map(|item| item["name"].as_str().unwrap()).collect();
        let ids: Vec<&str> = whole.iter().map(|item| item["id"].as_str().unwrap()).collect();
        match sort {
            "price" => assert!(prices.is_sorted()),
            "-price" => assert!(prices.is_sorted_by(|a, b| a >= b)),
            "name" => assert!(names.iter().rposition(|name| *name == "Twin") == Some(239)),
            _ => assert!(ids.is_sorted_by(|a, b| a > b)),
        }
    }
    assert_eq!(shop.get("/v1/products?count=true&limit=1").await.json["total"], 240);
}

async fn what_is_made_while_somebody_reads_neither_repeats_nor_hides_anything(shop: &Shop) {
    fill(shop).await;
    let first = shop.get("/v1/products?sort=price&limit=100").await.json;
    shop.create(simple("Cheap", "CHEAP", 1)).await;
    shop.create(simple("Tie", "TIE", 25_000)).await;
    let rest = format!("sort=price&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = shop.get(&format!("/v1/products?limit=100&{rest}")).await.json;
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let (first, second) = (ids(&first), ids(&second));
    assert!(second.iter().all(|id| !first.contains(id)));
    assert_eq!((first.len(), second.len()), (100, 100));
}

async fn a_cursor_is_good_for_the_list_that_gave_it(shop: &Shop) {
    for number in 0..3 {
        shop.create(simple("Mug", &format!("M-{number}"), 900)).await;
    }
    let cursor = shop.get("/v1/products?sort=name&limit=1").await.json["next_cursor"].as_str().unwrap().to_owned();
    shop.get(&format!("/v1/products?sort=name&cursor={cursor}")).await.expect(200);
    for query in [format!("sort=price&cursor={cursor}"), format!("cursor={cursor}"), "cursor=%00".into()] {
        assert_eq!(shop.get(&format!("/v1/products?{query}")).await.expect(422).code(), "invalid_cursor");
    }
    for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "count=perhaps"] {
        shop.get(&format!("/v1/products?{query}")).await.expect(422);
    }
}

async fn every_filter_keeps_what_it_says_and_they_combine(shop: &Shop) {
    let brand = shop.staff("POST", "/v1/brands", &[], json!({"name": "Acme"})).await.expect(201).json;
    let top = shop.staff("POST", "/v1/categories", &[], json!({"name": "Kitchen"})).await.expect(201).json;
    let cups = json!({"name": "Cups", "parent_id": top["id"]});
    let cups = shop.staff("POST", "/v1/categories", &[], cups).await.expect(201).json;
    let mut mug = simple("Große Tasse", "M-1", 900);
    mug["brand_id"] = brand["id"].clone();
    mug["category_ids"] = json!([cups["id"]]);
    shop.create(mug).await;
    let mut pot = simple("Pot 100% steel_x", "P-1", 2_000);
    pot["category_ids"] = json!([top["id"], cups["id"]]);
    pot["variants"][0]["stocked"] = false.into();
    shop.create(pot).await;
    let mut range = simple("Range", "R-1", 3_000);
    range["options"] = json!(["Size"]);
    range["variants"] = json!([
        {"sku": "R-1", "options": {"Size": "S"}, "price": pounds(3_000)},
        {"sku": "R-2", "options": {"Size": "L"}, "price": pounds(1_500)},
    ]);
    shop.create(range).await;
    shop.deliver(vec![shop.stock("R-2", 1, 1), shop.stock("M-1", 1, 0)]).await;
    let found = async |query: &str| -> String {
        let answer = shop.get(&format!("/v1/products?sort=price&count=true&{query}")).await.expect(200);
        let items = answer.json["items"].as_array().unwrap().clone();
        assert_eq!(answer.json["total"], items.len(), "{query}");
        items.iter().map(|item| item["slug"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("").await, "große-tasse range pot-100-steel-x");
    assert_eq!(found("q=gro%C3%9Fe").await, "große-tasse");
    assert_eq!(found("q=RANGE").await, "range");
    assert_eq!(found("q=%25").await, "pot-100-steel-x");
    assert_eq!(found("q=_").await, "pot-100-steel-x");
    assert_eq!(found("q=%5C").await, "");
    assert_eq!(found("q=!").await, "");
    assert_eq!(found("category=kitchen").await, "große-tasse pot-100-steel-x");
    assert_eq!(found("category=cups").await, "große-tasse pot-100-steel-x");
    assert_eq!(found("category=nothing").await, "");
    assert_eq!(found("brand=acme").await, "große-tasse");
    assert_eq!(found("brand=nothing").await, "");
    assert_eq!(found("price_min=1000&price_max=1500").await, "range");
    assert_eq!(found("in_stock=true").await, "range pot-100-steel-x");
    assert_eq!(found("in_stock=false").await, "große-tasse");
    assert_eq!(found("in_stock=true&category=kitchen&price_max=2000").await, "pot-100-steel-x");
    let items = shop.get("/v1/products?sort=price").await.json["items"].clone();
    assert_eq!(items[1]["price"], pounds(1_500));
    assert_eq!(items.as_array().unwrap().iter().filter(|item| item["in_stock"] == true).count(), 2);
    shop.get("/v1/products?price_min=-1").await.expect(422);
    shop.get("/v1/products?price_min=x").await.expect(422);
}

async fn a_part_begins_behind_those_before_it_and_goes_with_no_filter(shop: &Shop) {
    fill(shop).await;
    let whole = pages(shop, "sort=newest", 100).await;
    assert_eq!(pages(shop, "", 100).await, whole);
    let first = shop.get("/v1/products?part=1&limit=100&count=true").await.expect(200).json;
    assert_eq!(first["items"].as_array().unwrap(), &whole[..100]);
    let next = format!("/v1/products?limit=100&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(shop.get(&next).await.expect(200).json["items"].as_array().unwrap(), &whole[100..200]);
    let behind = shop.get("/v1/products?part=2&limit=100&count=true").await.expect(200).json;
    assert_eq!((&behind["items"], &behind["next_cursor"]), (&json!([]), &Value::Null));
    let cursor = format!("part=2&cursor={}", first["next_cursor"].as_str().unwrap());
    for query in ["part=0", "part=101", "part=1&q=item", "part=1&sort=name", "part=1&in_stock=true", &cursor] {
        let refused = shop.get(&format!("/v1/products?{query}")).await.expect(422);
        assert_eq!(refused.json["errors"][0]["pointer"], "/part", "{query}");
    }
}

async fn a_draft_is_on_no_public_list(shop: &Shop) {
    let mut body = simple("Secret", "S-1", 900);
    body["status"] = "draft".into();
    let draft = shop.create(body).await;
    shop.get("/v1/products/secret").await.expect(404);
    shop.get(&id(&draft)).await.expect(404);
    assert_eq!(shop.get("/v1/products?q=secret&count=true").await.json["total"], 0);
    shop.get("/v1/products?status=draft").await.expect(403);
    let drafts = shop.get_with("/v1/products?status=draft", &[], staff()).await.expect(200).json;
    assert_eq!(drafts["items"][0]["slug"], "secret");
    // What staff saw is not what is kept for guests.
    shop.get_with("/v1/products/secret", &[], staff()).await.expect(200);
    shop.get("/v1/products/secret").await.expect(404);
    assert!(!shop.published().await[0].active);
}

stories![
    every_sort_pages_through_all_products_once_even_where_they_tie,
    what_is_made_while_somebody_reads_neither_repeats_nor_hides_anything,
    a_cursor_is_good_for_the_list_that_gave_it,
    every_filter_keeps_what_it_says_and_they_combine,
    a_part_begins_behind_those_before_it_and_goes_with_no_filter,
    a_draft_is_on_no_public_list,
];
