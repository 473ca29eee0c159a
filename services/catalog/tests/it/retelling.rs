//! Products are told again when what surrounds them changes: the categories above them, the tax at home.

use crate::setup::{Shop, id, simple};
use bodega_contracts::{CategoryId, catalog::ProductChanged};
use bodega_db::Tx;
use bodega_testkit::stories;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _};

stories![
    a_product_is_told_with_all_categories_above_its_own,
    a_moved_category_takes_the_products_below_it_along_and_no_others,
    many_products_are_told_again_in_portions_and_each_once,
    a_restart_between_two_portions_loses_and_repeats_nothing,
    products_written_during_a_move_end_with_the_tree_as_it_is,
    a_new_rate_at_home_is_told_for_its_class_alone,
    what_a_version_before_told_is_told_once_more,
];

async fn category(shop: &Shop, name: &str, parent: &Value) -> Value {
    let body = json!({"name": name, "parent_id": parent});
    shop.staff("POST", "/v1/categories", &[], body).await.expect(201).json["id"].clone()
}

async fn move_under(shop: &Shop, category: &Value, parent: &Value) {
    let path = format!("/v1/categories/{}", category.as_str().unwrap());
    shop.staff("PATCH", &path, &[], json!({"parent_id": parent})).await.expect(200);
}

async fn product_in(shop: &Shop, name: &str, category: &Value) -> Value {
    let mut body = simple(name, name, 900);
    body["category_ids"] = json!([category]);
    shop.create(body).await
}

fn sorted(categories: &[&Value]) -> Vec<CategoryId> {
    let mut ids: Vec<CategoryId> =
        categories.iter().map(|category| serde_json::from_value((*category).clone()).unwrap()).collect();
    ids.sort();
    ids
}

/// What was told last of each product, by name; versions grow by one from 1.
async fn last(shop: &Shop) -> BTreeMap<String, ProductChanged> {
    let mut last: BTreeMap<String, ProductChanged> = BTreeMap::new();
    for told in shop.published().await {
        let before = last.insert(told.name.clone(), told.clone());
        assert_eq!(told.version, before.map_or(1, |before| before.version + 1), "{}", told.name);
    }
    last
}

async fn a_product_is_told_with_all_categories_above_its_own(shop: &Shop) {
    let home = category(shop, "Home", &Value::Null).await;
    let kitchen = category(shop, "Kitchen", &home).await;
    let cups = category(shop, "Cups", &kitchen).await;
    let gifts = category(shop, "Gifts", &home).await;
    let mut body = simple("Mug", "M-1", 900);
    body["category_ids"] = json!([cups, gifts]);
    let mug = shop.create(body).await;
    assert_eq!(last(shop).await["Mug"].category_ids, sorted(&[&home, &kitchen, &cups, &gifts]));
    // What is shown and edited is what it was put into.
    let shown = shop.get("/v1/products/mug").await.json["categories"].as_array().unwrap().len();
    assert_eq!(shown, 2);
    shop.staff("PATCH", &id(&mug), &[], json!({"category_ids": [gifts]})).await.expect(200);
    assert_eq!(last(shop).await["Mug"].category_ids, sorted(&[&home, &gifts]));
    shop.work().await;
    assert_eq!(last(shop).await["Mug"].version, 2);
}

async fn a_moved_category_takes_the_products_below_it_along_and_no_others(shop: &Shop) {
    let home = category(shop, "Home", &Value::Null).await;
    let cups = category(shop, "Cups", &Value::Null).await;
    let blue = category(shop, "Blue", &cups).await;
    product_in(shop, "Mug", &blue).await;
    product_in(shop, "Rug", &home).await;
    let tag = shop.get("/v1/products/mug").await.header("etag").to_owned();
    move_under(shop, &cups, &home).await;
    shop.work().await;
    let told = last(shop).await;
    assert_eq!(told["Mug"].category_ids, sorted(&[&home, &cups, &blue]));
    assert_eq!((told["Mug"].version, told["Rug"].version), (2, 1));
    // Staff see the version that is there.
    let seen = shop.get("/v1/products/mug").await;
    assert_eq!(seen.json["version"], 2);
    assert_ne!(seen.header("etag"), tag);
    move_under(shop, &cups, &Value::Null).await;
    shop.work().await;
    assert_eq!(last(shop).await["Mug"].category_ids, sorted(&[&cups, &blue]));
    // A new name alone is no reason.
    let path = format!("/v1/categories/{}", cups.as_str().unwrap());
    shop.staff("PATCH", &path, &[], json!({"name": "Mugs"})).await.expect(200);
    shop.work().await;
    assert_eq!(last(shop).await["Mug"].version, 3);
}

/// 120 products of one category, which is answered.
async fn many(shop: &Shop) -> Value {
    let mut file = "Handle,Title,Type,Variant SKU,Variant Price\n".to_owned();
    for number in 0..120 {
        let _ = writeln!(file, "mug-{number},Mug {number},Cups,M-{number},1");
    }
    assert_eq!(shop.import(file).await.expect(200).json["created"], 120);
    shop.get("/v1/categories").await.json["items"][0]["id"].clone()
}

async fn many_products_are_told_again_in_portions_and_each_once(shop: &Shop) {
    let cups = many(shop).await;
    let home = category(shop, "Home", &Value::Null).await;
    move_under(shop, &cups, &home).await;
    let before = shop.published().await.len();
    assert!(shop.job("retelling").step().await);
    assert_eq!(shop.published().await.len(), before + 50);
    shop.work().await;
    let told = last(shop).await;
    assert!(told.values().all(|told| told.version == 2 && told.category_ids == sorted(&[&home, &cups])));
    assert!(!shop.job("retelling").step().await);
}

async fn a_restart_between_two_portions_loses_and_repeats_nothing(shop: &Shop) {
    let alone = Shop::from(shop.another(|_| ()).await);
    let cups = many(&alone).await;
    let home = category(&alone, "Home", &Value::Null).await;
    move_under(&alone, &cups, &home).await;
    assert!(alone.job("retelling").step().await);
    let alone = alone.restarted().await;
    alone.work().await;
    let told = last(&alone).await;
    assert_eq!(told.len(), 120);
    assert!(told.values().all(|told| told.version == 2 && told.category_ids.len() == 2));
}

async fn products_written_during_a_move_end_with_the_tree_as_it_is(shop: &Shop) {
    let other = shop.replica();
    let other = other.as_ref().unwrap_or(shop);
    let tops = [category(shop, "A", &Value::Null).await, category(shop, "B", &Value::Null).await];
    let cups = category(shop, "Cups", &tops[0]).await;
    for round in 0..6 {
        let names: Vec<String> = (0..4).map(|number| format!("Mug {round} {number}")).collect();
        let writing = async {
            for name in &names {
                product_in(other, name, &cups).await;
            }
        };
        let telling = async {
            for _ in 0..4 {
                shop.job("retelling").step().await;
            }
        };
        tokio::join!(writing, move_under(shop, &cups, &tops[(round + 1) % 2]), telling);
        shop.work().await;
        let told = last(shop).await;
        let wanted = sorted(&[&cups, &tops[(round + 1) % 2]]);
        assert!(told.values().all(|told| told.category_ids == wanted), "{round}");
    }
}

async fn a_new_rate_at_home_is_told_for_its_class_alone(shop: &Shop) {
    let path = "/v1/admin/tax-rates/GB";
    shop.staff("PUT", path, &[], json!({"rates": {"standard": 2_000, "reduced": 500}})).await.expect(200);
    shop.create(simple("Mug", "M-1", 900)).await;
    let mut book = simple("Book", "B-1", 900);
    book["variants"][0]["tax_class"] = "reduced".into();
    shop.create(book).await;
    shop.work().await;
    let told = last(shop).await;
    let rate = |name: &str| (told[name].variants[0].tax_class.clone(), told[name].variants[0].tax_rate_bp);
    assert_eq!((rate("Mug"), rate("Book")), (("standard".to_owned(), 2_000), ("reduced".to_owned(), 500)));
    shop.staff("PUT", path, &[], json!({"rates": {"standard": 2_000, "reduced": 700}})).await.expect(200);
    shop.staff("PUT", "/v1/admin/tax-rates/DE", &[], json!({"rates": {"standard": 1_900}})).await.expect(200);
    shop.work().await;
    let told = last(shop).await;
    assert_eq!((told["Mug"].version, told["Book"].version), (1, 2));
    assert_eq!(told["Book"].variants[0].tax_rate_bp, 700);
}

async fn what_a_version_before_told_is_told_once_more(shop: &Shop) {
    let home = category(shop, "Home", &Value::Null).await;
    product_in(shop, "Mug", &category(shop, "Cups", &home).await).await;
    let as_before = async |tx: &mut Tx| tx.execute("UPDATE products SET told_state = 0, told = ''", &[]).await;
    shop.db().write(as_before).await.unwrap();
    shop.work().await;
    let told = last(shop).await;
    assert_eq!((told["Mug"].version, told["Mug"].category_ids.len()), (2, 2));
}
