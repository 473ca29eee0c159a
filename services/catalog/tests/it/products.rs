//! Making, changing, archiving products.

use crate::setup::{Shop, id, pounds, simple, somebody};
use bodega_contracts::catalog::VariantFacts;
use bodega_kernel::{Caller, Role};
use bodega_testkit::{staff, stories};
use serde_json::{Value, json};
use std::collections::HashSet;

async fn a_product_is_made_seen_and_told(shop: &Shop) {
    let body = json!({
        "name": "Ocean Shirt", "description": "<p onclick=x>Soft</p><script>x</script>", "options": ["Size", "Colour"],
        "tags": ["summer"], "photos": [{"url": "https://img.example/a.jpg", "alt": "A shirt"}],
        "variants": [
            {"sku": "S-1", "options": {"Size": "Small", "Colour": "Blue"}, "price": pounds(5_000), "grams": 200},
            {"sku": "L-1", "options": {"Size": "Large", "Colour": "Blue"}, "price": pounds(4_000),
             "compare_at_price": pounds(6_000), "barcode": "5012345678900", "stocked": false},
        ],
    });
    let made = shop.create(body).await;
    assert_eq!((&made["slug"], &made["version"]), (&json!("ocean-shirt"), &json!(1)));
    assert_eq!(shop.look("/v1/products/ocean-shirt").await.expect(200).json, made);
    let seen = shop.get("/v1/products/ocean-shirt").await.expect(200).json;
    assert_eq!(shop.get(&id(&made)).await.expect(200).json, seen);
    assert_eq!((&seen["price"], &seen["compare_at_price"]), (&pounds(4_000), &pounds(6_000)));
    assert_eq!((&seen["description"], &seen["image"]), (&json!("<p>Soft</p>"), &json!("https://img.example/a.jpg")));
    assert_eq!((&seen["variants"][0]["in_stock"], &seen["variants"][1]["in_stock"]), (&json!(false), &json!(true)));
    assert_eq!((&seen["in_stock"], &seen["rating"]), (&json!(true), &Value::Null));
    let told = shop.published().await;
    assert_eq!((told.len(), told[0].version, told[0].active), (1, 1, true));
    assert_eq!(told[0].variants[0].name, "Ocean Shirt – Small / Blue");
    assert_eq!((told[0].variants[1].price.amount, told[0].variants[1].tax_rate_bp), (4_000, 2_000));
    assert!(told[0].variants[0].stocked && !told[0].variants[1].stocked);
    let facts = shop.rpc().ask(VariantFacts { after: None }).await.unwrap();
    assert_eq!(facts.iter().map(|fact| fact.sku.as_str()).collect::<Vec<_>>(), ["L-1", "S-1"]);
    assert_eq!((facts[0].price.amount, facts[0].active, facts[0].available_seen), (4_000, true, None));
    assert!(shop.rpc().ask(VariantFacts { after: Some("S-1".into()) }).await.unwrap().is_empty());
}

async fn staff_alone_see_a_description_as_it_was_written(shop: &Shop) {
    let mut mug = simple("Mug", "M-1", 900);
    mug["description"] = "Holds *tea*.\n\n<script>x</script>".into();
    let made = shop.create(mug.clone()).await;
    assert_eq!(made["description_source"], mug["description"]);
    // Whoever asks first: what staff see is not what is kept.
    for _ in 0..2 {
        let staff = shop.look("/v1/products/mug").await.expect(200).json;
        assert_eq!(staff["description_source"], mug["description"]);
        let mut seen = shop.get("/v1/products/mug").await.expect(200).json;
        assert_eq!(seen.get("description_source"), None);
        seen["description_source"] = mug["description"].clone();
        assert_eq!(seen, staff);
    }
    let saved = json!({"description": mug["description"]});
    assert_eq!(shop.staff("PATCH", &id(&made), &[], saved).await.expect(200).json["version"], 1);
}

async fn each_change_is_one_version_and_one_event_and_no_change_is_none(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let patch = async |body: Value| shop.staff("PATCH", &id(&made), &[], body).await.expect(200).json;
    assert_eq!(patch(json!({"name": "Mug"})).await["version"], 1);
    assert_eq!(patch(json!({})).await["version"], 1);
    assert_eq!(patch(json!({"name": "Cup", "slug": "cup"})).await["version"], 2);
    let kept = &shop.get("/v1/products/cup").await.expect(200).json["variants"][0];
    let dearer = patch(json!({"variants": [{"sku": "M-1", "price": pounds(950)}]})).await;
    assert_eq!((&dearer["version"], &dearer["variants"][0]["id"]), (&json!(3), &kept["id"]));
    shop.get("/v1/products/mug").await.expect(404);
    let told = shop.published().await;
    assert_eq!(told.iter().map(|event| event.version).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((told[2].slug.as_str(), told[2].variants[0].price.amount), ("cup", 950));
}

async fn who_makes_it_and_where_it_stands_are_told(shop: &Shop) {
    let made = async |path: &str, name: &str| {
        shop.staff("POST", path, &[], json!({"name": name})).await.expect(201).json["id"].clone()
    };
    let (brand, category) = (made("/v1/brands", "Acme").await, made("/v1/categories", "Mugs").await);
    let mug = shop.create(simple("Mug", "M-1", 900)).await;
    for change in
        [json!({"brand_id": brand, "category_ids": [category]}), json!({"brand_id": null}), json!({"category_ids": []})]
    {
        shop.staff("PATCH", &id(&mug), &[], change).await.expect(200);
    }
    let told = shop.published().await.into_iter().map(|event| json!([event.brand_id, event.category_ids]));
    let steps = [json!([null, []]), json!([brand, [category]]), json!([null, [category]]), json!([null, []])];
    assert_eq!(told.collect::<Vec<_>>(), steps);
}

async fn an_archived_product_is_gone_for_guests_and_told_as_inactive(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    shop.get("/v1/products/mug").await.expect(200);
    for _ in 0..2 {
        shop.staff("DELETE", &id(&made), &[], Value::Null).await.expect(204);
    }
    shop.get("/v1/products/mug").await.expect(404);
    assert_eq!(shop.get("/v1/products").await.json["items"], json!([]));
    assert_eq!(shop.get_with("/v1/products/mug", &[], staff()).await.expect(200).json["status"], "archived");
    shop.get_with("/v1/products?status=archived", &[], somebody(Role::Customer)).await.expect(403);
    let listed = shop.get_with("/v1/products?status=archived", &[], staff()).await.expect(200).json;
    assert_eq!(listed["items"][0]["status"], "archived");
    let told = shop.published().await;
    assert_eq!(told.iter().map(|event| event.active).collect::<Vec<_>>(), [true, false]);
    let taken = shop.staff("POST", "/v1/products", &[], simple("Other", "M-1", 1)).await.expect(409);
    assert_eq!(taken.code(), "sku_taken");
    shop.staff("PATCH", &id(&made), &[], json!({"status": "active"})).await.expect(200);
    shop.get("/v1/products/mug").await.expect(200);
}

async fn only_staff_write(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let writes = [
        ("POST", "/v1/products".to_owned()),
        ("PATCH", id(&made)),
        ("DELETE", id(&made)),
        ("POST", "/v1/products/import".to_owned()),
        ("POST", "/v1/brands".to_owned()),
        ("PATCH", format!("/v1/brands/{}", made["id"].as_str().unwrap())),
        ("DELETE", format!("/v1/brands/{}", made["id"].as_str().unwrap())),
        ("POST", "/v1/categories".to_owned()),
        ("PATCH", format!("/v1/categories/{}", made["id"].as_str().unwrap())),
        ("DELETE", format!("/v1/categories/{}", made["id"].as_str().unwrap())),
    ];
    for (method, path) in &writes {
        let guest = shop.write_as(Caller::guest(), method, path, &[], Value::Null).await;
        assert_eq!(guest.status, 401, "{method} {path}");
        let customer = shop.write_as(somebody(Role::Customer), method, path, &[], Value::Null).await;
        assert_eq!(customer.status, 403, "{method} {path}");
    }
    assert_eq!(shop.published().await.len(), 1);
}

async fn one_of_many_takes_a_sku_or_a_slug(shop: &Shop) {
    let other = shop.replica();
    let on = |number: usize| other.as_ref().filter(|_| number % 2 == 1).unwrap_or(shop);
    let same_sku = (0..12).map(|number| {
        let body = simple(&format!("Mug {number}"), "M-1", 900);
        async move { on(number).staff("POST", "/v1/products", &[], body).await }
    });
    let answers = futures_util::future::join_all(same_sku).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != 201).all(|answer| answer.code() == "sku_taken"));

    let same_slug = (0..12).map(|number| {
        let mut body = simple("Cup", &format!("C-{number}"), 900);
        body["slug"] = "cup".into();
        async move { on(number).staff("POST", "/v1/products", &[], body).await }
    });
    let answers = futures_util::future::join_all(same_slug).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != 201).all(|answer| answer.code() == "slug_taken"));

    let no_slug = (0..12).map(|number| {
        let body = simple("Jug", &format!("J-{number}"), 900);
        async move { on(number).staff("POST", "/v1/products", &[], body).await.expect(201).json["slug"].clone() }
    });
    let slugs = futures_util::future::join_all(no_slug).await;
    assert_eq!(slugs.iter().map(|slug| slug.as_str().unwrap()).collect::<HashSet<_>>().len(), 12);
    assert_eq!(shop.published().await.len(), 14);
}

async fn of_many_edits_of_one_version_one_is_made(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let tag = shop.get("/v1/products/mug").await.header("etag").to_owned();
    let other = shop.replica();
    let edits = (0..10).map(|number| {
        let shop = other.as_ref().filter(|_| number % 2 == 1).unwrap_or(shop);
        let (path, tag) = (id(&made), tag.clone());
        async move {
            let body = json!({"name": format!("Mug {number}")});
            shop.staff("PATCH", &path, &[("if-match", &tag)], body).await.status
        }
    });
    let statuses = futures_util::future::join_all(edits).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 9, "{statuses:?}");
    let stale = shop.staff("DELETE", &id(&made), &[("if-match", "\"1\"")], Value::Null).await;
    assert_eq!((stale.status, stale.code()), (412, "precondition_failed"));

    let unguarded = (0..10).map(|number| {
        let shop = other.as_ref().filter(|_| number % 2 == 1).unwrap_or(shop);
        let path = id(&made);
        async move { shop.staff("PATCH", &path, &[], json!({"name": format!("Cup {number}")})).await.status }
    });
    assert!(futures_util::future::join_all(unguarded).await.iter().all(|status| *status == 200));
    let mut versions: Vec<i64> = shop.published().await.iter().map(|event| event.version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=12).collect::<Vec<_>>());
}

async fn a_reader_who_has_it_is_told_so_until_anything_changes(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    for path in ["/v1/products/mug", "/v1/products"] {
        let tag = shop.get(path).await.expect(200).header("etag").to_owned();
        let again = shop.get_with(path, &[("if-none-match", &tag)], Caller::guest()).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        shop.staff("PATCH", &id(&made), &[], json!({"name": format!("Mug {path}")})).await.expect(200);
        shop.get_with(path, &[("if-none-match", &tag)], Caller::guest()).await.expect(200);
    }
    let tag = shop.get("/v1/products/mug").await.header("etag").to_owned();
    shop.deliver(vec![shop.stock("M-1", 1, 5)]).await;
    let fresh = shop.get_with("/v1/products/mug", &[("if-none-match", &tag)], Caller::guest()).await.expect(200);
    assert_eq!(fresh.json["in_stock"], true);
}

async fn the_same_key_makes_one_product_and_another_body_is_refused(shop: &Shop) {
    let key = [("idempotency-key", "k-1")];
    let first = shop.staff("POST", "/v1/products", &key, simple("Mug", "M-1", 900)).await.expect(201);
    let again = shop.staff("POST", "/v1/products", &key, simple("Mug", "M-1", 900)).await.expect(201);
    assert_eq!((first.json, again.headers["idempotent-replayed"].to_str().unwrap()), (again.json, "true"));
    let other = shop.staff("POST", "/v1/products", &key, simple("Cup", "C-1", 900)).await.expect(422);
    assert_eq!(other.code(), "idempotency_key_reused");
    assert_eq!(shop.published().await.len(), 1);
}

async fn what_does_not_fit_is_refused_by_its_place(shop: &Shop) {
    let refused = async |change: fn(&mut Value)| {
        let mut body = simple("Mug", "M-1", 900);
        change(&mut body);
        let answer = shop.staff("POST", "/v1/products", &[], body).await.expect(422);
        answer.pointers().join(" ")
    };
    assert_eq!(
        refused(|body| body["variants"][0]["price"]["currency"] = "EUR".into()).await,
        "/variants/0/price/currency"
    );
    assert_eq!(refused(|body| body["variants"][0]["price"]["amount"] = (-1).into()).await, "/variants/0/price/amount");
    assert_eq!(refused(|body| body["variants"][0]["price"] = json!(9.99)).await, "/variants/0/price");
    assert_eq!(refused(|body| body["variants"][0]["sku"] = " ".into()).await, "/variants/0/sku");
    assert_eq!(refused(|body| body["variants"] = json!([])).await, "/variants");
    assert_eq!(refused(|body| body["name"] = "a\u{0}b".into()).await, "/name");
    assert_eq!(refused(|body| body["slug"] = "Not A Slug".into()).await, "/slug");
    assert_eq!(refused(|body| body["colour"] = 1.into()).await, "/colour");
    assert_eq!(refused(|body| body["photos"] = json!([{"url": "javascript:x"}])).await, "/photos/0/url");
    assert_eq!(refused(|body| body["brand_id"] = "01890a5d-ac96-774b-bcce-b302099a8057".into()).await, "/brand_id");
    let category = json!(["01890a5d-ac96-774b-bcce-b302099a8057"]);
    let mut body = simple("Mug", "M-1", 900);
    body["category_ids"] = category;
    assert_eq!(shop.staff("POST", "/v1/products", &[], body).await.expect(422).pointers(), ["/category_ids"]);
    assert!(shop.published().await.is_empty());
    for path in ["/v1/products/01890a5d-ac96-774b-bcce-b302099a8057", "/v1/products/x"] {
        shop.staff("PATCH", path, &[], json!({"name": "Mug"})).await.expect(404);
    }
}

async fn a_taken_slug_or_sku_changes_nothing_and_a_freed_sku_can_be_used(shop: &Shop) {
    let mug = shop.create(simple("Mug", "M-1", 900)).await;
    let cup = shop.create(simple("Cup", "C-1", 900)).await;
    let slug = shop.staff("PATCH", &id(&cup), &[], json!({"slug": "mug"})).await.expect(409);
    assert_eq!(slug.code(), "slug_taken");
    let both = json!({"name": "New", "variants": [{"sku": "M-1", "price": pounds(1)}]});
    let sku = shop.staff("PATCH", &id(&cup), &[], both).await.expect(409);
    assert_eq!((sku.code(), &sku.json["sku"]), ("sku_taken", &json!("M-1")));
    assert_eq!(shop.look("/v1/products/cup").await.json, cup);
    let moved = json!({"variants": [{"sku": "M-2", "price": pounds(900)}]});
    shop.staff("PATCH", &id(&mug), &[], moved).await.expect(200);
    let taken = json!({"variants": [{"sku": "M-1", "price": pounds(900)}]});
    assert_eq!(shop.staff("PATCH", &id(&cup), &[], taken).await.expect(200).json["version"], 2);
    assert_eq!(shop.published().await.len(), 4);
}

stories![
    a_product_is_made_seen_and_told,
    staff_alone_see_a_description_as_it_was_written,
    each_change_is_one_version_and_one_event_and_no_change_is_none,
    who_makes_it_and_where_it_stands_are_told,
    an_archived_product_is_gone_for_guests_and_told_as_inactive,
    only_staff_write,
    one_of_many_takes_a_sku_or_a_slug,
    of_many_edits_of_one_version_one_is_made,
    a_reader_who_has_it_is_told_so_until_anything_changes,
    the_same_key_makes_one_product_and_another_body_is_refused,
    what_does_not_fit_is_refused_by_its_place,
    a_taken_slug_or_sku_changes_nothing_and_a_freed_sku_can_be_used,
];
