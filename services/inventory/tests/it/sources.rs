//! Other systems that say how much is there: signed reports, questions, and what happens where they and the books disagree.

use crate::setup::Shop;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bodega_db::{OnConflict, Tx, params};
use bodega_testkit::{Answer, Ask, staff, stories};
use bodega_web::ReportKey;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

stories!(
    a_report_is_the_truth_for_its_location,
    a_delivery_heard_twice_counts_once_and_an_older_figure_never,
    reports_that_are_not_signed_or_not_understood_are_refused,
    a_figure_below_what_is_promised_waits_for_somebody_to_decide,
    every_night_what_they_said_is_compared_with_the_books,
    mismatches_that_were_closed_long_ago_are_forgotten,
    a_system_that_is_asked_is_believed_and_asked_again_only_when_due,
    a_system_that_answers_badly_changes_nothing_and_is_shown,
);

const SECRET: &str = "a secret of the erp";

fn report(shop: &Shop, delivery: &str, items: &Value) -> Ask {
    let body = json!({"delivery_id": delivery, "items": items}).to_string();
    let signature = ReportKey::new(SECRET.as_bytes()).sign(shop.world.now(), body.as_bytes());
    Ask::post("/v1/webhooks/inventory/erp").header("x-inventory-signature", &signature).body(body)
}

fn figure(sku: &str, on_hand: i64, sequence: i64) -> Value {
    json!({"sku": sku, "on_hand": on_hand, "sequence": sequence})
}

async fn source(shop: &Shop, name: &str) -> Value {
    let (status, list) = shop.staff(Method::GET, "/v1/admin/stock/sources", None).await;
    assert_eq!(status, 200, "{list}");
    list["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap().clone()
}

async fn mismatches(shop: &Shop) -> Vec<Value> {
    let (_, list) = shop.staff(Method::GET, "/v1/admin/stock/mismatches?source=erp&state=open", None).await;
    list["items"].as_array().unwrap().clone()
}

async fn resolve(shop: &Shop, mismatch: &Value, take: &str) -> Answer {
    let path = format!("/v1/admin/stock/mismatches/{}/resolve", mismatch["id"].as_str().unwrap());
    shop.ask(0, Ask::post(path).by(staff()).json(&json!({"take": take}))).await
}

async fn a_report_is_the_truth_for_its_location(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 5).await;
    shop.receive_at("north", "A", 5).await;
    let items = json!([figure("A", 8, 1), figure("B", 2, 1)]);
    let answer = shop.ask(0, report(shop, "d1", &items)).await.expect(200);
    assert_eq!((&answer.json["received"], &answer.json["applied"]), (&json!(2), &json!(2)));
    assert_eq!((shop.level_at("main", "A").await.0, shop.level_at("north", "A").await.0), (8, 5));
    assert_eq!((shop.told_last("A").await, shop.told_last("B").await), (13, 2));
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements?limit=1", None).await;
    let line = &ledger["items"][0];
    assert_eq!((&line["kind"], &line["on_hand"], &line["actor"]), (&json!("sync"), &json!(3), &json!("source:erp")));
    let stands = source(shop, "erp").await;
    assert_eq!((&stands["last"]["applied"], &stands["reports"]), (&json!(2), &json!(true)));
    assert!(stands["last_reported_at"].is_string(), "{stands}");
    shop.check_books().await;
}

async fn a_delivery_heard_twice_counts_once_and_an_older_figure_never(shop: &Shop) {
    let send = async |delivery: &str, on_hand: i64, sequence: i64| {
        let ask = report(shop, delivery, &json!([figure("A", on_hand, sequence)]));
        shop.ask(0, ask).await.expect(200).json
    };
    assert_eq!(send("d1", 5, 10).await["applied"], 1);
    let again = report(shop, "d1", &json!([figure("A", 5, 10)]));
    let answers = join_all((0..10).map(|number| shop.ask_until_served(number, again.clone()))).await;
    assert!(answers.iter().all(|answer| answer.json["duplicate"] == true), "{answers:?}");
    assert_eq!(send("d2", 9, 9).await["stale"], 1);
    assert_eq!(send("d3", 9, 10).await["stale"], 1);
    assert_eq!(shop.level("A").await.0, 5);
    assert_eq!(send("d4", 7, 11).await["applied"], 1);
    let newest_first = json!([figure("A", 1, 20), figure("A", 2, 19)]);
    let mixed = shop.ask(0, report(shop, "d5", &newest_first)).await.expect(200);
    assert_eq!((&mixed.json["applied"], &mixed.json["stale"]), (&json!(1), &json!(1)));
    assert_eq!(shop.level("A").await.0, 1);
    shop.check_books().await;
}

async fn reports_that_are_not_signed_or_not_understood_are_refused(shop: &Shop) {
    let items = json!([figure("A", 1, 1)]);
    let good = report(shop, "d", &items);
    let forged = Ask::post("/v1/webhooks/inventory/erp").header("x-inventory-signature", "t=1,v1=00").body("{}");
    assert_eq!(shop.ask(0, forged).await.expect(400).code(), "bad_signature");
    let unsigned = Ask::post("/v1/webhooks/inventory/erp").body("{}");
    assert_eq!(shop.ask(0, unsigned).await.expect(400).code(), "bad_signature");
    for items in [json!([]), json!([figure("A", -1, 1)]), json!([figure("A", 1, -1)]), json!([{"sku": "A"}])] {
        assert_eq!(shop.ask(0, report(shop, "d", &items)).await.expect(400).code(), "unreadable_webhook", "{items}");
    }
    assert_eq!(shop.ask(0, report(shop, "", &items)).await.expect(400).code(), "unreadable_webhook");
    for name in ["none", "shelf"] {
        let ask = Ask::post(format!("/v1/webhooks/inventory/{name}")).body("{}");
        assert_eq!(shop.ask(0, ask).await.expect(404).code(), "source_not_found");
    }
    shop.clock.advance(Duration::from_secs(301));
    assert_eq!(shop.ask(0, good).await.expect(400).code(), "stale_signature");
    assert!(shop.stock_facts().await.is_empty());
}

async fn a_figure_below_what_is_promised_waits_for_somebody_to_decide(shop: &Shop) {
    shop.receive("A", 5).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 4)])]).await;
    let answer = shop.ask(0, report(shop, "d1", &json!([figure("A", 3, 1)]))).await.expect(200);
    assert_eq!(answer.json["refused"], 1);
    assert_eq!(shop.level("A").await, (5, 4, 0));
    let open = mismatches(shop).await;
    assert_eq!((open.len(), &open[0]["theirs"], &open[0]["ours"]), (1, &json!(3), &json!(5)));
    assert_eq!(source(shop, "erp").await["open_mismatches"], 1);
    assert_eq!(resolve(shop, &open[0], "theirs").await.expect(409).code(), "stock_committed");
    shop.deliver(vec![shop.cancelled(order)]).await;
    let decided = resolve(shop, &open[0], "theirs").await.expect(200);
    assert_eq!((&decided.json["state"], shop.level("A").await), (&json!("theirs"), (3, 0, 0)));
    assert_eq!(resolve(shop, &open[0], "ours").await.expect(409).code(), "mismatch_closed");
    assert!(mismatches(shop).await.is_empty());
    assert_eq!(shop.told_last("A").await, 3);
    shop.check_books().await;
}

async fn every_night_what_they_said_is_compared_with_the_books(shop: &Shop) {
    let items = (0..450).map(|number| figure(&format!("SKU-{number:03}"), 5, 1)).collect::<Vec<_>>();
    shop.ask(0, report(shop, "d1", &json!(items))).await.expect(200);
    shop.work().await;
    for sku in ["SKU-000", "SKU-199", "SKU-449"] {
        let adjust = json!({"sku": sku, "kind": "adjust", "quantity": -2, "reason": "broken"});
        assert_eq!(shop.staff(Method::POST, "/v1/stock/movements", Some(adjust)).await.0, 201);
    }
    shop.work().await;
    assert!(mismatches(shop).await.is_empty(), "it is not night");
    let night = async || {
        shop.clock.advance(Duration::from_hours(24));
        shop.work().await;
        mismatches(shop).await
    };
    let open = night().await;
    assert_eq!(open.len(), 3);
    assert!(source(shop, "erp").await["last_compared_at"].is_string());
    let of = |sku: &str| open.iter().find(|one| one["sku"] == sku).unwrap();
    resolve(shop, of("SKU-000"), "ours").await.expect(200);
    resolve(shop, of("SKU-199"), "theirs").await.expect(200);
    assert_eq!((shop.level("SKU-000").await.0, shop.level("SKU-199").await.0), (3, 5));
    let left = night().await;
    assert_eq!((left.len(), &left[0]["sku"]), (1, &json!("SKU-449")), "what was decided is not asked again");
    shop.ask(0, report(shop, "d2", &json!([figure("SKU-449", 4, 2)]))).await.expect(200);
    assert!(mismatches(shop).await.is_empty(), "a newer figure ends it");
    assert_eq!(shop.level("SKU-449").await.0, 4);
    shop.check_books().await;
}

async fn mismatches_that_were_closed_long_ago_are_forgotten(shop: &Shop) {
    const COLUMNS: &[&str] = &["id", "source", "sku", "location", "theirs", "ours", "state", "found_ms", "closed_ms"];
    let (now, world) = (shop.world.now().ms(), shop.world.clone());
    let row = move |number: i64| {
        let (state, closed) = if number == 0 { ("open", None) } else { ("gone", Some(now)) };
        params![world.uuid(), "erp", format!("SKU-{number}"), "main", 1_i64, 2_i64, state, now, closed].to_vec()
    };
    let rows: Vec<_> = (0..=600).map(row).collect();
    let insert = async move |tx: &mut Tx| tx.insert_rows("mismatches", COLUMNS, OnConflict::Fail, &rows).await;
    shop.db().write(insert).await.unwrap();
    let left = async || shop.count("SELECT COUNT(*) FROM mismatches", &params![]).await;
    shop.clock.advance(Duration::from_hours(400 * 24));
    assert_eq!((shop.job("forget").step().await, left().await), (false, 601));
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!((shop.job("forget").step().await, left().await), (true, 101), "some at a time");
    assert_eq!((shop.job("forget").step().await, left().await), (false, 1), "what is open stays");
}

/// A system that is asked: what it answers, and how often it was asked.
#[derive(Clone, Default)]
struct Till(Arc<Mutex<(String, usize)>>);

impl Till {
    fn says(&self, stock: &str) {
        stock.clone_into(&mut self.0.lock().unwrap().0);
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().1
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let mut till = self.0.lock().unwrap();
        till.1 += 1;
        let tag = format!("\"{}\"", till.0.len());
        if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.to_str().unwrap() == tag) {
            return StatusCode::NOT_MODIFIED.into_response();
        }
        if till.0 == "redirect" {
            return Redirect::temporary("/other").into_response();
        }
        ([(header::ETAG, tag)], till.0.clone()).into_response()
    }

    /// A shop that asks it every five minutes.
    async fn open(&self, shop: &Shop) -> Shop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/stock?all=1", listener.local_addr().unwrap());
        let answer = async |State(till): State<Self>, headers: HeaderMap| till.answer(&headers);
        let other = async || r#"{"items": [{"sku": "OTHER", "on_hand": 1}]}"#;
        let router = Router::new().route("/stock", get(answer)).route("/other", get(other)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let sources = json!({"till": {"url": url, "every_minutes": 5}});
        let stage = shop.another(|settings| settings.inventory.sources = serde_json::from_value(sources).unwrap());
        Shop::from(stage.await)
    }
}

async fn a_system_that_is_asked_is_believed_and_asked_again_only_when_due(shop: &Shop) {
    let till = Till::default();
    till.says(r#"{"items": [{"sku": "A", "on_hand": 4}, {"sku": "B", "on_hand": 7, "sequence": 3}]}"#);
    let shop = &till.open(shop).await;
    shop.work().await;
    assert_eq!((till.asked(), shop.level("A").await.0, shop.level("B").await.0), (1, 4, 7));
    shop.clock.advance(Duration::from_secs(299));
    shop.work().await;
    assert_eq!(till.asked(), 1);
    shop.clock.advance(Duration::from_secs(1));
    shop.work().await;
    let stands = source(shop, "till").await;
    assert_eq!((till.asked(), &stands["last"]["applied"]), (2, &json!(2)), "nothing changed since");
    till.says(r#"{"items": [{"sku": "A", "on_hand": 10}, {"sku": "B", "on_hand": 6, "sequence": 2}]}"#);
    shop.clock.advance(Duration::from_mins(5));
    shop.work().await;
    assert_eq!((shop.level("A").await.0, shop.level("B").await.0), (10, 7), "the older figure does not count");
    let stands = source(shop, "till").await;
    assert_eq!((&stands["last"]["stale"], &stands["polled"]), (&json!(1), &json!(true)));
    shop.check_books().await;
}

async fn a_system_that_answers_badly_changes_nothing_and_is_shown(shop: &Shop) {
    let till = Till::default();
    let shop = &till.open(shop).await;
    for bad in ["redirect", "no json", r#"{"items": [{"sku": "A", "on_hand": -1}]}"#, r#"{"items": [{"sku": ""}]}"#] {
        till.says(bad);
        shop.clock.advance(Duration::from_mins(5));
        shop.work().await;
        let stands = source(shop, "till").await;
        assert!(stands["error"].is_string() && stands["last_polled_at"].is_null(), "{bad}: {stands}");
        assert!(shop.stock_facts().await.is_empty(), "{bad}");
    }
    till.says(r#"{"items": []}"#);
    shop.clock.advance(Duration::from_mins(5));
    shop.work().await;
    assert!(source(shop, "till").await["error"].is_null());
}
