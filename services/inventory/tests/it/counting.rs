//! Counts and bulk figures: what was sold meanwhile is not lost, and a row that does not fit leaves the others alone.

use crate::setup::Shop;
use axum::http::Method;
use bodega_testkit::{Ask, staff, stories};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

stories!(
    a_count_books_the_difference_to_what_the_counter_saw,
    a_count_is_all_or_nothing,
    counts_and_sales_at_once_lose_nothing,
    each_row_is_set_only_where_the_books_say_what_was_expected,
    rows_come_as_csv_too,
    bad_counts_and_rows_are_refused,
);

const COUNTS: &str = "/v1/admin/counts";
const BULK: &str = "/v1/admin/stock/bulk";

async fn post(shop: &Shop, path: &str, body: Value) -> (u16, Value) {
    shop.staff(Method::POST, path, Some(body)).await
}

async fn a_count_books_the_difference_to_what_the_counter_saw(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive_at("north", "A", 10).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 3)]), shop.confirmed(order, &[("A", 3)])]).await;
    // The counter saw ten in the books and nine on the shelf; two left before it was entered.
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 2)])]).await;
    let lines = json!([{"sku": "A", "expected": 10, "counted": 9}, {"sku": "B", "expected": 0, "counted": 4}]);
    let (status, moved) = post(shop, COUNTS, json!({"location": "north", "reason": "yearly", "lines": lines})).await;
    assert_eq!(status, 201, "{moved}");
    assert_eq!((shop.level_at("north", "A").await, shop.level_at("north", "B").await), ((7, 0, 1), (4, 0, 0)));
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements?limit=1", None).await;
    let line = &ledger["items"][0];
    assert_eq!((&line["kind"], &line["on_hand"], &line["reason"]), (&json!("count"), &json!(-1), &json!("yearly")));
    shop.check_books().await;
}

async fn a_count_is_all_or_nothing(shop: &Shop) {
    shop.receive("A", 3).await;
    shop.receive("B", 3).await;
    shop.deliver(vec![shop.placed(shop.order(), &[("B", 2)])]).await;
    let lines = json!([{"sku": "A", "expected": 3, "counted": 5}, {"sku": "B", "expected": 3, "counted": 1}]);
    let (status, problem) = post(shop, COUNTS, json!({"lines": lines})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("stock_committed")));
    assert_eq!(shop.level("A").await.0, 3);
    let (status, _) = post(shop, COUNTS, json!({"lines": [{"sku": "Z", "expected": 1, "counted": 1}]})).await;
    assert_eq!((status, shop.staff(Method::GET, "/v1/stock/Z", None).await.0), (404, 404));
}

async fn counts_and_sales_at_once_lose_nothing(shop: &Shop) {
    shop.receive("A", 1_000).await;
    let lines = [("A", 1)];
    let sales = (0..100).map(async |number| {
        let order = shop.order();
        shop.insist(number, vec![shop.placed(order, &lines), shop.confirmed(order, &lines)]).await;
        shop.insist(number + 1, vec![shop.dispatched(order, shop.shipment(), &lines)]).await;
    });
    let counts = (0..40).map(async |number: usize| {
        // One piece more was found each time than the books said, whatever they say by now.
        let body =
            json!({"lines": [{"sku": "A", "expected": 1_000 - number as i64, "counted": 1_001 - number as i64}]});
        shop.ask_until_served(number, Ask::post(COUNTS).by(staff()).json(&body)).await.expect(201);
    });
    join(join_all(sales), join_all(counts)).await;
    assert_eq!(shop.level("A").await, (940, 0, 0));
    shop.check_books().await;
}

fn outcomes(report: &Value) -> Vec<(&str, i64)> {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["outcome"].as_str().unwrap(), row["on_hand"].as_i64().unwrap_or(-1))).collect()
}

async fn each_row_is_set_only_where_the_books_say_what_was_expected(shop: &Shop) {
    shop.location("north", 1).await;
    for sku in ["A", "B", "C"] {
        shop.receive(sku, 5).await;
    }
    shop.deliver(vec![shop.placed(shop.order(), &[("C", 4)])]).await;
    let body = json!({"rows": [
        {"sku": "A", "expected": 5, "on_hand": 7},
        {"sku": "B", "expected": 4, "on_hand": 9},
        {"sku": "C", "expected": 5, "on_hand": 3},
        {"sku": "A", "expected": 7, "on_hand": 7},
        {"sku": "A", "location": "north", "expected": 0, "on_hand": 2},
        {"sku": "A", "location": "none", "expected": 0, "on_hand": 2},
        {"sku": "D", "expected": 0, "on_hand": 3},
        {"sku": "E", "expected": 1, "on_hand": 3},
        {"sku": "A", "expected": 7, "on_hand": -1},
    ]});
    let ask = Ask::post(BULK).by(staff()).key("b").json(&body);
    let report = shop.ask(0, ask.clone()).await.expect(200);
    let expected = [
        ("set", 7),
        ("conflict", 5),
        ("committed", 5),
        ("unchanged", 7),
        ("set", 2),
        ("unknown_location", -1),
        ("set", 3),
        ("conflict", -1),
        ("invalid", 7),
    ];
    assert_eq!(outcomes(&report.json), expected, "{}", report.text);
    assert_eq!((&report.json["set"], &report.json["refused"]), (&json!(3), &json!(5)));
    let again = shop.ask(0, ask).await.expect(200);
    assert!(again.replayed() && again.json == report.json);
    assert_eq!((shop.told_last("A").await, shop.told_last("D").await), (9, 3));
    assert_eq!(shop.staff(Method::GET, "/v1/stock/E", None).await.0, 404);
    shop.check_books().await;
}

async fn rows_come_as_csv_too(shop: &Shop) {
    shop.receive("A", 5).await;
    let csv = |body: &str| Ask::post(BULK).by(staff()).header("content-type", "text/csv; charset=utf-8").body(body);
    let body =
        "sku,location,expected,on_hand\nA,main,5,6\nB,,0,2\nA,main,six,7\nA,main,6\n,main,1,1\n\"C, red\",main,0,1\n";
    let report = shop.ask(0, csv(body).key("csv")).await.expect(200);
    let expected = [("set", 6), ("set", 2), ("invalid", -1), ("invalid", -1), ("invalid", -1), ("set", 1)];
    assert_eq!(outcomes(&report.json), expected, "{}", report.text);
    assert_eq!(report.json["rows"][2]["detail"], "expected is no number");
    assert!(shop.ask(0, csv(body).key("csv")).await.expect(200).replayed());
    let other = shop.ask(0, csv("sku,location,expected,on_hand\nA,main,6,8\n").key("csv")).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    for bad in ["", "sku;location;expected;on_hand\n", "sku,location,expected,on_hand\n\u{0}\"", "on_hand\n1\n"] {
        let status = shop.ask(0, csv(bad)).await.status;
        assert!(status == 400 || status == 422 || status == 200, "{bad:?}: {status}");
    }
    let header = "sku,location,expected,on_hand\n";
    assert_eq!(shop.ask(0, csv(header)).await.expect(422).code(), "invalid_body");
    let many = format!("{header}{}", "A,main,6,6\n".repeat(1_001));
    assert_eq!(shop.ask(0, csv(&many)).await.expect(422).code(), "invalid_body");
    assert_eq!(shop.ask(0, csv("sku\nA\n")).await.expect(400).code(), "malformed_csv");
    shop.check_books().await;
}

async fn bad_counts_and_rows_are_refused(shop: &Shop) {
    let counts = [
        (json!({"lines": []}), "/lines"),
        (json!({"lines": [{"sku": "A", "expected": 0, "counted": -1}]}), "/lines/0/counted"),
        (json!({"lines": [{"sku": "A", "expected": 1_000_000_001, "counted": 1}]}), "/lines/0/expected"),
        (json!({"reason": "x".repeat(201), "lines": [{"sku": "A", "expected": 0, "counted": 1}]}), "/reason"),
        (
            json!({"lines": [{"sku": "A", "expected": 0, "counted": 1}, {"sku": "A", "expected": 0, "counted": 1}]}),
            "/lines/1/sku",
        ),
    ];
    for (body, pointer) in counts {
        let answer = shop.ask(0, Ask::post(COUNTS).by(staff()).json(&body)).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}: {}", answer.text);
    }
    let rows = [
        json!({"rows": []}),
        json!({"rows": [{"sku": "A", "expected": 0}]}),
        json!({"rows": [{"sku": "", "expected": 0, "on_hand": 1}]}),
        json!({"rows": vec![json!({"sku": "A", "expected": 0, "on_hand": 1}); 1_001]}),
    ];
    for body in rows {
        let (status, problem) = post(shop, BULK, body).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_body")), "{problem}");
    }
    assert!(shop.stock_facts().await.is_empty());
}
