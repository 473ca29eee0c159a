//! Searching: words with faults in them, pages, suggestions, and an index that follows whatever happens to it.

use crate::setup::{Shop, id, pounds, simple};
use bodega_settings::Settings;
use bodega_testkit::{Backend, Stage, stories};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// What a list holds, by slug.
pub(crate) async fn found(shop: &Shop, query: &str) -> String {
    let page = shop.get(&format!("/v1/products?{query}")).await.expect(200).json;
    slugs(&page)
}

pub(crate) fn slugs(page: &Value) -> String {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["slug"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

/// Takes the steps of the index until it answers for `total` products. On a server other replicas may be writing
/// at the same time.
pub(crate) async fn indexed(shop: &Shop, total: usize) {
    let started = Instant::now();
    loop {
        while shop.job("indexing").step().await {}
        let page = shop.get("/v1/products?facets=true&limit=1").await.expect(200).json;
        if page["facets"].is_object() && page["total"] == total {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{page}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Until a list is what it should be.
async fn until(shop: &Shop, query: &str, wanted: &str) {
    let started = Instant::now();
    loop {
        while shop.job("indexing").step().await {}
        let seen = found(shop, query).await;
        if seen == wanted {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{query}: {seen}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Another shop, and where its files are.
async fn with_folder(shop: &Shop) -> (Shop, PathBuf) {
    let mut folder = PathBuf::new();
    let stage = shop.another(|settings| folder.clone_from(&settings.database.data_dir)).await;
    (Shop::from(stage), folder)
}

pub(crate) async fn made(shop: &Shop, kind: &str, body: Value) -> Value {
    shop.staff("POST", &format!("/v1/{kind}"), &[], body).await.expect(201).json
}

async fn fill(shop: &Shop) {
    let brand = made(shop, "brands", json!({"name": "Löwenherz"})).await;
    let kitchen = made(shop, "categories", json!({"name": "Kitchen"})).await;
    let cups = made(shop, "categories", json!({"name": "Drinkware", "parent_id": kitchen["id"]})).await;
    let mut mug = simple("Café Mug", "MUG-12", 900);
    mug["category_ids"] = json!([cups["id"]]);
    mug["brand_id"] = brand["id"].clone();
    mug["variants"][0]["barcode"] = "4006381333931".into();
    mug["description"] = "<p>Stoneware, glazed &amp; <b>dishwasher</b> safe</p>".into();
    shop.create(mug).await;
    let mut pot = simple("Teapot of glass", "POT-1", 3_000);
    pot["category_ids"] = json!([kitchen["id"]]);
    pot["tags"] = json!(["gift idea"]);
    shop.create(pot).await;
    shop.create(simple("Red scarf", "SC-1", 2_000)).await;
    shop.create(simple("Große Decke", "DE-1", 5_000)).await;
    let mut draft = simple("Secret mug", "S-1", 900);
    draft["status"] = "draft".into();
    shop.create(draft).await;
    indexed(shop, 4).await;
}

async fn words_are_found_with_a_letter_wrong_and_without_their_accents(shop: &Shop) {
    fill(shop).await;
    for (query, wanted) in [
        ("cafe", "café-mug"),
        ("CAF%C3%89", "café-mug"),
        ("teapto", "teapot-of-glass"),
        ("teepot", "teapot-of-glass"),
        ("teap", "teapot-of-glass"),
        ("scrf", "red-scarf"),
        ("grosse", "große-decke"),
        ("gro%C3%9Fe", "große-decke"),
        ("lowenherz", "café-mug"),
        ("drinkware", "café-mug"),
        ("kitchen+mug", "café-mug"),
        ("gift", "teapot-of-glass"),
        ("dishwasher", "café-mug"),
        ("dishwaser", ""),
        ("mug-12", "café-mug"),
        ("4006381333931", "café-mug"),
        ("400638133393", ""),
        ("mug", "café-mug"),
        ("mgu", ""),
        ("secret", ""),
        ("%25", ""),
        ("!+mug", "café-mug"),
        ("kitchen", "teapot-of-glass café-mug"),
        // Nothing has all of them: what has more comes first.
        ("red+glass+teapot+nonsense", "teapot-of-glass red-scarf"),
    ] {
        assert_eq!(found(shop, &format!("q={query}")).await, wanted, "{query}");
    }
    // What stands in the name comes before what stands elsewhere.
    shop.create(simple("Kitchen towel", "T-1", 500)).await;
    until(shop, "q=kitchen&facets=true", "kitchen-towel teapot-of-glass café-mug").await;
}

async fn what_does_not_fit_is_refused_by_its_name(shop: &Shop) {
    let long = "a".repeat(201);
    for (query, pointer) in [
        (format!("q={long}"), "/q"),
        ("q=a+b+c+d+e+f+g+h+i+j+k".to_owned(), "/q"),
        ("q=a-b-c-d-e-f-g-h-i-j-k".to_owned(), "/q"),
        ("q=a%00b".to_owned(), "/q"),
        ("rating=0".to_owned(), "/rating"),
        ("rating=6".to_owned(), "/rating"),
        ("price_min=-1".to_owned(), "/price_min"),
    ] {
        let refused = shop.get(&format!("/v1/products?{query}")).await.expect(422);
        assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{query}");
    }
    for query in ["rating=x", "facets=maybe", "sort=best", "cursor=abc"] {
        shop.get(&format!("/v1/products?{query}")).await.expect(422);
    }
    shop.get(&format!("/v1/products/suggestions?q={long}")).await.expect(422);
    shop.get("/v1/products/suggestions?market=nowhere&q=mug").await.expect(422);
    shop.get("/v1/products/nothing/related").await.expect(404);
    assert_eq!(shop.get("/v1/products/suggestions").await.expect(200).json["items"], json!([]));
    // With an index and without one.
    fill(shop).await;
    let cursor = shop.get("/v1/products?q=kitchen&limit=1").await.json["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(found(shop, &format!("q=kitchen&limit=1&cursor={cursor}")).await, "café-mug");
    shop.get(&format!("/v1/products?q=kitchen&sort=price&cursor={cursor}")).await.expect(422);
    assert_eq!(found(shop, "category=nothing&facets=true").await, "");
}

async fn a_page_goes_on_where_it_was_whatever_is_made_meanwhile(shop: &Shop) {
    for number in 0..6 {
        shop.create(simple("Mug", &format!("M-{number}"), 900)).await;
    }
    indexed(shop, 6).await;
    let first = shop.get("/v1/products?q=mug&limit=3").await.json;
    shop.create(simple("Mug", "M-6", 900)).await;
    shop.create(simple("Mug mug", "M-7", 900)).await;
    indexed(shop, 8).await;
    let rest = format!("/v1/products?q=mug&limit=100&cursor={}", first["next_cursor"].as_str().unwrap());
    let (first, rest) = (slugs(&first), slugs(&shop.get(&rest).await.json));
    assert_eq!((first.as_str(), rest.as_str()), ("mug-6 mug-5 mug-4", "mug-3 mug-2 mug"));
}

async fn whatever_changes_is_found_so_within_a_second(shop: &Shop) {
    fill(shop).await;
    let timed = async |query: &str, wanted: &str| {
        let started = Instant::now();
        until(shop, query, wanted).await;
        // On a server other replicas may be writing under way, for which it waits.
        let is_alone = shop.replicas() == 1;
        assert!(!is_alone || started.elapsed() < Duration::from_secs(1), "{query}: {:?}", started.elapsed());
    };
    let lamp = shop.create(simple("Lamp", "L-1", 900)).await;
    timed("q=lamp", "lamp").await;
    shop.staff("PATCH", &id(&lamp), &[], json!({"name": "Lantern"})).await.expect(200);
    timed("q=lantern", "lamp").await;
    timed("q=lamp", "").await;
    assert_eq!(found(shop, "q=lantern&in_stock=true").await, "");
    shop.deliver(vec![shop.stock("L-1", 1, 5)]).await;
    timed("q=lantern&in_stock=true", "lamp").await;
    shop.deliver(vec![shop.stock("L-1", 2, 0)]).await;
    timed("q=lantern&in_stock=true", "").await;
    let brands = shop.get("/v1/brands").await.json;
    let path = format!("/v1/brands/{}", brands["items"][0]["id"].as_str().unwrap());
    shop.staff("PATCH", &path, &[], json!({"name": "Bärenfell"})).await.expect(200);
    timed("q=barenfell", "café-mug").await;
    let categories = shop.get("/v1/categories").await.json;
    let kitchen =
        categories["items"].as_array().unwrap().iter().find(|item| item["slug"] == "kitchen").unwrap().clone();
    let path = format!("/v1/categories/{}", kitchen["id"].as_str().unwrap());
    shop.staff("PATCH", &path, &[], json!({"name": "Galley"})).await.expect(200);
    timed("q=galley", "teapot-of-glass café-mug").await;
    shop.staff("DELETE", &id(&lamp), &[], Value::Null).await.expect(204);
    timed("q=lantern", "").await;
    let file = "Handle,Title,Variant SKU,Variant Price\nrug,Rug,R-1,20\n";
    shop.import(file).await.expect(200);
    timed("q=rug", "rug").await;
}

async fn an_answer_is_kept_until_the_index_knows_more(shop: &Shop) {
    fill(shop).await;
    let kept = |path: &str| {
        let shelf = shop.service(0).shelf.clone().unwrap();
        shelf(&path.parse().unwrap(), &axum::http::HeaderMap::new()).is_some()
    };
    let path = "/v1/products?q=scarf";
    assert_eq!(found(shop, "q=scarf").await, "red-scarf");
    assert!(kept(path) || shop.replicas() > 1);
    shop.create(simple("Blue scarf", "SC-2", 900)).await;
    indexed(shop, 5).await;
    assert!(!kept(path));
    assert_eq!(found(shop, "q=scarf").await, "blue-scarf red-scarf");
    // What the index does not hold changes what is shown of what it finds.
    let scarf = shop.get("/v1/products/red-scarf").await.json;
    let photos = json!({"photos": [{"url": "https://example.com/scarf.png"}]});
    shop.staff("PATCH", &id(&scarf), &[], photos).await.expect(200);
    let started = Instant::now();
    while shop.get(path).await.json["items"][1]["image"].is_null() {
        while shop.job("indexing").step().await {}
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

async fn what_is_lost_is_made_again(shop: &Shop) {
    let (shop, folder) = &with_folder(shop).await;
    fill(shop).await;
    let folder = folder.join("index");
    assert!(folder.join("catalog").join("meta.json").exists());
    std::fs::remove_dir_all(&folder).unwrap();
    shop.create(simple("Lamp", "L-1", 900)).await;
    indexed(shop, 5).await;
    assert_eq!(found(shop, "q=lamp").await, "lamp");
    assert!(folder.join("catalog").join("meta.json").exists());
    assert_eq!(found(shop, "q=teepot").await, "teapot-of-glass");
}

/// What was committed to the database and not yet to the index when the process died is read afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_died_between_two_commits_catches_up() {
    for broken in [false, true] {
        let mut folder = PathBuf::new();
        let see = |settings: &mut Settings| folder.clone_from(&settings.database.data_dir);
        let shop = Shop::from(Stage::open(Backend::Sqlite, 1, bodega_catalog::service, see).await);
        fill(&shop).await;
        let folder = folder.join("index").join("catalog");
        shop.create(simple("Lamp", "L-1", 900)).await;
        assert_eq!(found(&shop, "q=lamp").await, "");
        if broken {
            std::fs::write(folder.join("meta.json"), "{}").unwrap();
        }
        let shop = shop.restarted().await;
        // Until it has caught up, the database answers, and knows names alone.
        assert_eq!(found(&shop, "q=lamp").await, "lamp");
        assert_eq!(found(&shop, "q=teepot").await, "");
        indexed(&shop, 5).await;
        assert_eq!(found(&shop, "q=lamp").await, "lamp");
        assert_eq!(found(&shop, "q=teepot").await, "teapot-of-glass");
    }
}

async fn every_replica_follows_with_an_index_of_its_own(shop: &Shop) {
    let (shop, folder) = &with_folder(shop).await;
    let Some(other) = shop.replica() else { return };
    fill(shop).await;
    indexed(&other, 4).await;
    assert!(folder.join("index").join("catalog-2").exists());
    shop.create(simple("Lamp", "L-1", 900)).await;
    until(&other, "q=lamp&limit=1", "lamp").await;
    until(shop, "q=lamp&limit=1", "lamp").await;
}

async fn whoever_types_is_shown_what_may_be_meant(shop: &Shop) {
    fill(shop).await;
    let items = async |query: &str| shop.get(&format!("/v1/products/suggestions?q={query}")).await.expect(200).json;
    let one = json!([{"slug": "café-mug", "name": "Café Mug", "image": null, "price": pounds(900)}]);
    for query in ["c", "ca", "caf", "cafe", "caef", "cafe+mu", "cofe", "drinkw", "drimkw"] {
        assert_eq!(items(query).await["items"], one, "{query}");
    }
    assert_eq!(items("zzz").await["items"], json!([]));
    for number in 0..20 {
        shop.create(simple("Tumbler", &format!("T-{number}"), 900)).await;
    }
    indexed(shop, 24).await;
    assert_eq!(items("tumbl").await["items"].as_array().unwrap().len(), 8);
}

async fn what_is_like_a_product_is_shown_with_it_and_first_what_can_be_bought(shop: &Shop) {
    fill(shop).await;
    let related = async |slug: &str| slugs(&shop.get(&format!("/v1/products/{slug}/related")).await.expect(200).json);
    assert_eq!(related("red-scarf").await, "");
    let kitchen = shop.get("/v1/products/teapot-of-glass").await.json["categories"][0]["id"].clone();
    for (name, stocked) in [("Pan", true), ("Ladle", false), ("Glass bowl", true)] {
        let mut body = simple(name, name, 900);
        body["category_ids"] = json!([kitchen]);
        body["variants"][0]["stocked"] = stocked.into();
        shop.create(body).await;
    }
    indexed(shop, 7).await;
    assert_eq!(related("teapot-of-glass").await, "ladle glass-bowl pan");
    assert!(!related("ladle").await.contains("ladle"));
    let mut draft = simple("Draft", "D-1", 900);
    draft["status"] = "draft".into();
    let draft = shop.create(draft).await;
    shop.get(&format!("{}/related", id(&draft))).await.expect(404);
}

stories![
    words_are_found_with_a_letter_wrong_and_without_their_accents,
    what_does_not_fit_is_refused_by_its_name,
    a_page_goes_on_where_it_was_whatever_is_made_meanwhile,
    whatever_changes_is_found_so_within_a_second,
    an_answer_is_kept_until_the_index_knows_more,
    what_is_lost_is_made_again,
    every_replica_follows_with_an_index_of_its_own,
    whoever_types_is_shown_what_may_be_meant,
    what_is_like_a_product_is_shown_with_it_and_first_what_can_be_bought,
];
