//! Brands and categories.

use crate::setup::{Shop, id, simple};
use bodega_testkit::stories;
use serde_json::{Value, json};

async fn category(shop: &Shop, name: &str, parent: &Value) -> Value {
    shop.staff("POST", "/v1/categories", &[], json!({"name": name, "parent_id": parent})).await.expect(201).json["id"]
        .clone()
}

fn path(kind: &str, id: &Value) -> String {
    format!("/v1/{kind}/{}", id.as_str().unwrap())
}

async fn categories_make_a_tree_and_never_a_circle(shop: &Shop) {
    let top = category(shop, "Home", &Value::Null).await;
    let middle = category(shop, "Kitchen", &top).await;
    let low = category(shop, "Cups", &middle).await;
    let list = shop.get("/v1/categories?count=true").await.expect(200).json;
    assert_eq!((&list["total"], &list["items"][0]["slug"]), (&json!(3), &json!("cups")));
    for parent in [&top, &middle, &low] {
        let answer = shop.staff("PATCH", &path("categories", &top), &[], json!({"parent_id": parent})).await;
        assert_eq!(answer.expect(422).pointers(), ["/parent_id"]);
    }
    let moved = shop.staff("PATCH", &path("categories", &low), &[], json!({"parent_id": null})).await.expect(200);
    assert_eq!((&moved.json["parent_id"], &moved.json["version"]), (&Value::Null, &json!(2)));
    let unknown = json!({"name": "X", "parent_id": "01890a5d-ac96-774b-bcce-b302099a8057"});
    shop.staff("POST", "/v1/categories", &[], unknown).await.expect(422);
}

async fn two_moves_at_once_make_no_circle(shop: &Shop) {
    let other = shop.replica();
    let (a, b) = (category(shop, "A", &Value::Null).await, category(shop, "B", &Value::Null).await);
    let (path_a, path_b) = (path("categories", &a), path("categories", &b));
    let (first, second) = tokio::join!(
        shop.staff("PATCH", &path_a, &[], json!({"parent_id": b})),
        other.as_ref().unwrap_or(shop).staff("PATCH", &path_b, &[], json!({"parent_id": a})),
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

async fn what_is_used_is_not_deleted(shop: &Shop) {
    let brand = shop.staff("POST", "/v1/brands", &[], json!({"name": "Acme"})).await.expect(201).json["id"].clone();
    let top = category(shop, "Home", &Value::Null).await;
    let low = category(shop, "Cups", &top).await;
    let mut mug = simple("Mug", "M-1", 900);
    (mug["brand_id"], mug["category_ids"]) = (brand.clone(), json!([low]));
    let mug = shop.create(mug).await;
    for path in [path("brands", &brand), path("categories", &top), path("categories", &low)] {
        let refused = shop.staff("DELETE", &path, &[], Value::Null).await.expect(409);
        assert_eq!(refused.code(), "in_use");
    }
    shop.staff("PATCH", &id(&mug), &[], json!({"brand_id": null, "category_ids": []})).await.expect(200);
    for path in [path("brands", &brand), path("categories", &low), path("categories", &top)] {
        shop.staff("DELETE", &path, &[], Value::Null).await.expect(204);
        shop.staff("DELETE", &path, &[], Value::Null).await.expect(404);
    }
}

async fn names_make_their_own_slugs_and_chosen_slugs_are_kept_apart(shop: &Shop) {
    for kind in ["brands", "categories"] {
        let all = format!("/v1/{kind}");
        let slug = async |body: Value| shop.staff("POST", &all, &[], body).await.expect(201).json["slug"].clone();
        assert_eq!(slug(json!({"name": "Acme"})).await, "acme");
        assert_eq!(slug(json!({"name": "ACME"})).await, "acme-2");
        let taken = shop.staff("POST", &all, &[], json!({"name": "X", "slug": "acme"})).await.expect(409);
        assert_eq!(taken.code(), "slug_taken");
        shop.staff("POST", &all, &[], json!({"name": "X", "slug": "A C"})).await.expect(422);
        shop.staff("POST", &all, &[], json!({"name": ""})).await.expect(422);
        let made = shop.staff("POST", &all, &[], json!({"name": "Other"})).await.expect(201);
        let path = path(kind, &made.json["id"]);
        let tag = made.header("etag").to_owned();
        let clash = shop.staff("PATCH", &path, &[], json!({"slug": "acme"})).await.expect(409);
        assert_eq!(clash.code(), "slug_taken");
        let renamed = shop.staff("PATCH", &path, &[("if-match", &tag)], json!({"name": "Another"})).await.expect(200);
        assert_eq!((&renamed.json["version"], &renamed.json["slug"]), (&json!(2), &json!("other")));
        shop.staff("PATCH", &path, &[("if-match", &tag)], json!({"name": "Third"})).await.expect(412);
        let page = shop.get(&format!("{all}?limit=2")).await.expect(200).json;
        let rest = format!("{all}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
        let rest = shop.get(&rest).await.expect(200).json;
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    }
}

async fn a_renamed_brand_is_seen_on_its_products_at_once(shop: &Shop) {
    let brand = shop.staff("POST", "/v1/brands", &[], json!({"name": "Acme"})).await.expect(201).json["id"].clone();
    let mut mug = simple("Mug", "M-1", 900);
    mug["brand_id"] = brand.clone();
    shop.create(mug).await;
    let tag = shop.get("/v1/products/mug").await.header("etag").to_owned();
    shop.staff("PATCH", &path("brands", &brand), &[], json!({"name": "Apex"})).await.expect(200);
    let seen = shop.get_with("/v1/products/mug", &[("if-none-match", &tag)], bodega_kernel::Caller::guest()).await;
    assert_eq!(seen.expect(200).json["brand"]["name"], "Apex");
}

stories![
    categories_make_a_tree_and_never_a_circle,
    two_moves_at_once_make_no_circle,
    what_is_used_is_not_deleted,
    names_make_their_own_slugs_and_chosen_slugs_are_kept_apart,
    a_renamed_brand_is_seen_on_its_products_at_once,
];
