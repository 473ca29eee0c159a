//! What is kept for readers: until it changes and no longer, for as many as come, packed where they take it so.

use crate::setup::{Shop, id, pounds, simple};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use bodega_testkit::{Ask, staff, stories};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

const GZIP: (&str, &str) = ("accept-encoding", "gzip");

/// How the shelf answers, if it does.
fn at_hand(shop: &Shop, path: &str, headers: &[(&str, &str)]) -> Option<(StatusCode, HeaderMap)> {
    let header =
        |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    let shelf = shop.service(0).shelf.clone().unwrap();
    let response = shelf(&path.parse().unwrap(), &headers.iter().map(header).collect())?;
    Some((response.status(), response.headers().clone()))
}

fn is_at_hand(shop: &Shop, path: &str) -> bool {
    at_hand(shop, path, &[]).is_some()
}

/// What stock has changed is dropped once more soon after its commit.
async fn read_until_at_hand(shop: &Shop, path: &str) {
    for _ in 0..500 {
        shop.get(path).await.expect(200);
        if is_at_hand(shop, path) {
            tokio::time::sleep(Duration::from_millis(2)).await;
            if is_at_hand(shop, path) {
                return;
            }
        }
    }
    panic!("{path} is not kept");
}

async fn category(shop: &Shop, name: &str, parent: Option<&Value>) -> Value {
    let body = json!({"name": name, "parent_id": parent.map(|parent| parent["id"].clone())});
    shop.staff("POST", "/v1/categories", &[], body).await.expect(201).json
}

async fn product_in(shop: &Shop, name: &str, category: &Value) -> Value {
    let mut body = simple(name, name, 900);
    body["category_ids"] = json!([category["id"]]);
    shop.create(body).await
}

async fn price(shop: &Shop, product: &Value, amount: i64) {
    let variant = json!({"sku": product["variants"][0]["sku"], "price": pounds(amount)});
    shop.staff("PATCH", &id(product), &[], json!({"variants": [variant]})).await.expect(200);
}

async fn a_change_drops_the_pages_and_lists_of_its_product_and_no_others(shop: &Shop) {
    let kitchen = category(shop, "Kitchen", None).await;
    let cups = category(shop, "Cups", Some(&kitchen)).await;
    let garden = category(shop, "Garden", None).await;
    let mug = product_in(shop, "mug", &cups).await;
    let hose = product_in(shop, "hose", &garden).await;
    let by_id = id(&mug);
    let of_mug = [
        "/v1/products/mug",
        &by_id,
        "/v1/products/mug?currency=GBP",
        "/v1/products?category=cups",
        "/v1/products?category=kitchen",
        "/v1/products",
    ];
    let of_others = ["/v1/products/hose", "/v1/products?category=garden", "/v1/shop", "/v1/categories", "/v1/brands"];
    let read_all = async || {
        for path in of_mug.iter().chain(&of_others) {
            read_until_at_hand(shop, path).await;
        }
    };
    read_all().await;
    price(shop, &mug, 950).await;
    assert!(of_mug.iter().all(|path| !is_at_hand(shop, path)));
    assert!(of_others.iter().all(|path| is_at_hand(shop, path)));
    read_all().await;
    shop.deliver(vec![shop.stock("mug", 1, 5)]).await;
    assert!(of_mug.iter().all(|path| !is_at_hand(shop, path)));
    read_all().await;
    // Some or more is the same to readers.
    shop.deliver(vec![shop.stock("mug", 2, 4)]).await;
    assert!(of_mug.iter().chain(&of_others).all(|path| is_at_hand(shop, path)));
    // What moves changes the list it leaves and the one it comes to.
    let moved = json!({"category_ids": [garden["id"]]});
    shop.staff("PATCH", &id(&mug), &[], moved).await.expect(200);
    assert!(is_at_hand(shop, "/v1/products/hose"));
    for (path, count) in [("/v1/products?category=kitchen", 0), ("/v1/products?category=garden", 2)] {
        assert!(!is_at_hand(shop, path), "{path}");
        assert_eq!(shop.get(path).await.json["items"].as_array().unwrap().len(), count, "{path}");
    }
    read_all().await;
    // Whatever else changes changes everything.
    let renamed = json!({"name": "Yard"});
    let path = format!("/v1/categories/{}", garden["id"].as_str().unwrap());
    shop.staff("PATCH", &path, &[], renamed).await.expect(200);
    assert!(of_mug.iter().chain(&of_others).all(|path| !is_at_hand(shop, path)));
    read_all().await;
    shop.staff("DELETE", &id(&hose), &[], Value::Null).await.expect(204);
    assert!(!is_at_hand(shop, "/v1/products/hose"));
    shop.get("/v1/products/hose").await.expect(404);
    assert!(!is_at_hand(shop, "/v1/products/hose"), "what is not there is not kept");
}

async fn what_is_refused_or_for_staff_alone_is_never_at_hand(shop: &Shop) {
    let mut body = simple("Secret", "S-1", 900);
    body["status"] = "draft".into();
    shop.create(body).await;
    for path in ["/v1/products/secret", "/v1/products?status=draft", "/v1/products?status=active", "/v1/admin/markets"]
    {
        shop.look(path).await.expect(200);
        assert!(!is_at_hand(shop, path), "{path}");
    }
    for path in ["/v1/products/secret", "/v1/products?limit=0", "/v1/products?market=nowhere"] {
        shop.get(path).await;
        assert!(!is_at_hand(shop, path), "{path}");
    }
}

async fn whoever_has_an_answer_is_told_so_from_what_is_kept(shop: &Shop) {
    let mug = shop.create(simple("Mug", "M-1", 900)).await;
    let tag = shop.get("/v1/products/mug").await.header("etag").to_owned();
    let (status, headers) = at_hand(shop, "/v1/products/mug", &[("if-none-match", &tag)]).unwrap();
    assert_eq!((status.as_u16(), headers["etag"].to_str().unwrap()), (304, &*tag));
    assert_eq!([&headers["cache-control"], &headers["vary"]], ["no-cache", "accept-encoding"]);
    assert_eq!(at_hand(shop, "/v1/products/mug", &[("if-none-match", "\"1-0\"")]).unwrap().0, 200);
    price(shop, &mug, 950).await;
    let again = Ask::get("/v1/products/mug").header("if-none-match", &tag);
    let changed = shop.ask(0, again).await.expect(200);
    assert_ne!(changed.header("etag"), tag);
}

async fn long_answers_are_packed_for_those_who_take_it(shop: &Shop) {
    let mut body = simple("Mug", "M-1", 900);
    body["description"] = "<p>Soft</p>".repeat(500).into();
    shop.create(body).await;
    let plain = shop.get("/v1/products/mug").await.expect(200);
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let respond = || shop.respond(0, Ask::get("/v1/products/mug").headers(&[GZIP]));
    for _ in 0..2 {
        let packed = respond().await;
        assert_eq!(packed.headers()["content-encoding"], "gzip");
        assert_eq!(packed.headers()["etag"].to_str().unwrap(), format!("W/{}", plain.header("etag")));
        let bytes = axum::body::to_bytes(packed.into_body(), usize::MAX).await.unwrap();
        assert!(bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() < plain.text.len() / 4, "{}", bytes.len());
    }
    let both = [GZIP, ("if-none-match", plain.header("etag"))];
    assert_eq!(at_hand(shop, "/v1/products/mug", &both).unwrap().0, 304);
    assert!(at_hand(shop, "/v1/products/mug", &[]).unwrap().1.get("content-encoding").is_none());
    let short = shop.respond(0, Ask::get("/v1/shop").headers(&[GZIP])).await;
    assert!(short.headers().get("content-encoding").is_none());
}

/// Prices only rise here: whoever reads after a change was answered sees that price, or a later one.
async fn no_reader_sees_what_was_before_a_change_that_was_answered(shop: &Shop) {
    let shelf = category(shop, "Shelf", None).await;
    let mug = &product_in(shop, "mug", &shelf).await;
    let answered = &AtomicI64::new(900);
    let write = async {
        for amount in 901..941 {
            price(shop, mug, amount).await;
            answered.store(amount, Ordering::SeqCst);
        }
    };
    let readers = (0..8).map(async |number| {
        let path = ["/v1/products/mug", "/v1/products?category=shelf", "/v1/products"][number % 3];
        while answered.load(Ordering::SeqCst) < 940 {
            // What is kept is answered at once: the writer wants its turn, too.
            tokio::task::yield_now().await;
            let known = answered.load(Ordering::SeqCst);
            let answer = shop.get(path).await.expect(200).json;
            let item = if number % 3 == 0 { &answer["variants"][0] } else { &answer["items"][0] };
            let seen = item["price"]["amount"].as_i64().unwrap();
            assert!(seen >= known, "{path}: {seen} after {known}");
        }
    });
    join(write, join_all(readers)).await;
}

/// The write goes on, and so does what has to follow it.
async fn a_change_is_seen_even_where_whoever_made_it_has_gone(shop: &Shop) {
    let mug = shop.create(simple("Mug", "M-1", 900)).await;
    for amount in 901..911 {
        shop.get("/v1/products/mug").await.expect(200);
        let variant = json!({"sku": "M-1", "price": pounds(amount)});
        let ask = Ask::new("PATCH", id(&mug)).by(staff()).json(&json!({"variants": [variant]}));
        // Polled once, it is on its way to the writer.
        let mut asked = Box::pin(shop.ask(0, ask));
        let _ = futures_util::poll!(&mut asked);
        drop(asked);
    }
    // The writes go on without whoever asked for them; when all ten are done, both pages show the last.
    for _ in 0..200 {
        let seen = shop.get("/v1/products/mug").await.json;
        let kept = shop.look(&format!("{}?currency=GBP", id(&mug))).await.json;
        if seen["version"] == 11 && kept["version"] == 11 {
            return assert_eq!(kept["variants"], seen["variants"]);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("an old price is shown for ever");
}

async fn the_newest_of_categories_come_in_pages_whatever_is_filtered(shop: &Shop) {
    let top = category(shop, "Top", None).await;
    let (left, right) = (category(shop, "Left", Some(&top)).await, category(shop, "Right", Some(&top)).await);
    let other = category(shop, "Other", None).await;
    for number in 0..40 {
        let mut body = simple(&format!("p{number}"), &format!("P-{number}"), 900 + number);
        body["category_ids"] = match number % 4 {
            0 => json!([left["id"]]),
            1 => json!([right["id"], left["id"]]),
            2 => json!([top["id"], other["id"]]),
            _ => json!([other["id"]]),
        };
        if number % 8 == 0 {
            body["status"] = "draft".into();
        }
        body["variants"][0]["stocked"] = (number % 3 == 0).into();
        body["variants"][0]["prices"] = if number % 5 == 0 { json!({"EUR": 1_000 + number}) } else { json!({}) };
        shop.create(body).await;
    }
    let pages = async |query: &str| -> Vec<i64> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = shop.get(&format!("/v1/products?{query}&limit=3{cursor}")).await.expect(200).json;
            let number = |item: &Value| item["slug"].as_str().unwrap()[1..].parse::<i64>().unwrap();
            found.extend(page["items"].as_array().unwrap().iter().map(number));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    };
    let wanted =
        |keeps: &dyn Fn(i64) -> bool| (0..40).rev().filter(|number| number % 8 != 0 && keeps(*number)).collect();
    let all: [(&str, Vec<i64>); 7] = [
        ("category=left", wanted(&|number| number % 4 < 2)),
        ("category=right", wanted(&|number| number % 4 == 1)),
        ("category=top", wanted(&|number| number % 4 < 3)),
        ("category=top&in_stock=true", wanted(&|number| number % 4 < 3 && number % 3 != 0)),
        ("category=other&price_min=920", wanted(&|number| number % 4 > 1 && number >= 20)),
        ("category=top&currency=EUR", wanted(&|number| number % 4 < 3 && number % 5 == 0)),
        (
            "category=top&currency=EUR&price_max=1015",
            wanted(&|number| number % 4 < 3 && number % 5 == 0 && number < 16),
        ),
    ];
    for (query, numbers) in all {
        assert_eq!(pages(query).await, numbers, "{query}");
        let total = shop.get(&format!("/v1/products?{query}&count=true&limit=1")).await.json["total"].clone();
        assert_eq!(total, numbers.len(), "{query}");
    }
}

stories![
    a_change_drops_the_pages_and_lists_of_its_product_and_no_others,
    what_is_refused_or_for_staff_alone_is_never_at_hand,
    whoever_has_an_answer_is_told_so_from_what_is_kept,
    long_answers_are_packed_for_those_who_take_it,
    no_reader_sees_what_was_before_a_change_that_was_answered,
    a_change_is_seen_even_where_whoever_made_it_has_gone,
    the_newest_of_categories_come_in_pages_whatever_is_filtered,
];
