//! The API of stock: what staff may enter, and what is refused.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::inventory::StockChanged;
use bodega_kernel::{Caller, UserId};
use bodega_testkit::{Ask, customer, staff, stories};
use serde_json::{Value, json};

stories!(
    a_count_sets_what_is_there_and_is_told,
    a_count_below_what_is_promised_is_refused,
    bad_input_is_refused_and_changes_nothing,
    movements_are_all_or_none,
    a_key_with_another_body_is_refused,
    stock_and_ledger_are_read_in_pages,
    only_staff_come_in,
);

const MOVEMENTS: &str = "/v1/stock/movements";

async fn a_count_sets_what_is_there_and_is_told(shop: &Shop) {
    let body = json!({"on_hand": 12, "expected_on_hand": 0, "safety": 3, "reason": "first count"});
    let (status, stock) = shop.staff(Method::PUT, "/v1/stock/A%2FB", Some(body)).await;
    assert_eq!(status, 200, "{stock}");
    assert_eq!(stock["sku"], "A/B");
    assert_eq!((&stock["available"], &stock["safety"], &stock["version"]), (&json!(9), &json!(3), &json!(1)));
    let same = json!({"on_hand": 12});
    let (_, again) = shop.staff(Method::PUT, "/v1/stock/A%2FB", Some(same)).await;
    assert_eq!(again, stock, "nothing changed, so nothing is told");
    assert_eq!(shop.told::<StockChanged>().await.len(), 1);
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A%2FB/movements", None).await;
    let items = ledger["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{ledger}");
    assert_eq!((&items[0]["kind"], &items[0]["on_hand"]), (&json!("count"), &json!(12)));
    assert_eq!(items[0]["reason"], "first count");
    shop.check_books().await;
}

async fn a_count_below_what_is_promised_is_refused(shop: &Shop) {
    shop.receive("A", 5).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 3)])]).await;
    let count = async |body: Value| shop.staff(Method::PUT, "/v1/stock/A", Some(body)).await;
    let (status, problem) = count(json!({"on_hand": 2})).await;
    assert_eq!((status, &problem["code"], &problem["committed"]), (409, &json!("stock_committed"), &json!(3)));
    let adjust = json!({"sku": "A", "kind": "adjust", "quantity": -3, "reason": "broken"});
    let (status, problem) = shop.staff(Method::POST, MOVEMENTS, Some(adjust)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("stock_committed")));
    assert_eq!(count(json!({"on_hand": 3})).await.0, 200);
    assert_eq!(count(json!({"on_hand": 2, "backorder": true})).await.0, 200);
    assert_eq!(count(json!({"on_hand": 2, "backorder": false})).await.0, 409);
    let (status, problem) = count(json!({"on_hand": 9, "expected_on_hand": 3})).await;
    assert_eq!((status, &problem["code"], &problem["on_hand"]), (409, &json!("stock_conflict"), &json!(2)));
    shop.check_books().await;
}

async fn bad_input_is_refused_and_changes_nothing(shop: &Shop) {
    shop.receive("A", 5).await;
    let long = "x".repeat(201);
    let counts = [
        r#"{"on_hand": -1}"#,
        r#"{"on_hand": 9223372036854775808}"#,
        r#"{"on_hand": 9223372036854775807}"#,
        r#"{"on_hand": 1.5}"#,
        r#"{"on_hand": "1"}"#,
        r#"{"on_hand": 1, "held": 0}"#,
        r#"{"on_hand": 1, "expected_on_hand": -1}"#,
        r#"{"on_hand": 1, "safety": -1}"#,
        r"{}",
    ];
    let counts = counts.map(String::from).into_iter().chain([json!({"on_hand": 1, "reason": long}).to_string()]);
    for body in counts {
        let (status, problem) = send(shop, Method::PUT, "/v1/stock/A", None, &body).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_body")), "{body}: {problem}");
        assert!(problem["errors"][0]["pointer"].is_string(), "{body}: {problem}");
    }
    let entry = |quantity: &str, kind: &str, more: &str| {
        format!(r#"{{"sku": "A", "kind": "{kind}", "quantity": {quantity}{more}}}"#)
    };
    let mut movements: Vec<String> = ["-1", "0", "9223372036854775808", "1.5", "1000000001", "null"]
        .iter()
        .flat_map(|quantity| [entry(quantity, "receive", ""), format!("[{}]", entry(quantity, "return", ""))])
        .collect();
    movements.push(entry("0", "adjust", r#", "reason": "none""#));
    movements.push(entry("1", "adjust", ""));
    movements.push(entry("1", "adjust", r#", "reason": "  ""#));
    movements.push(entry("1", "ship", ""));
    movements.push(entry("1", "hold", ""));
    movements.push(entry("1", "receive", r#", "on_hand": 1"#));
    movements.push(r#"{"sku": "", "kind": "receive", "quantity": 1}"#.to_owned());
    movements.push("[]".to_owned());
    movements.push("7".to_owned());
    movements.push(format!("[{}]", vec![entry("1", "receive", ""); 1_001].join(",")));
    for body in movements {
        let (status, problem) = send(shop, Method::POST, MOVEMENTS, None, &body).await;
        let shown: String = body.chars().take(80).collect();
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_body")), "{shown}: {problem}");
    }
    let second = format!("[{}, {}]", entry("1", "receive", ""), entry("0", "receive", ""));
    let (_, problem) = send(shop, Method::POST, MOVEMENTS, None, &second).await;
    assert_eq!(problem["errors"][0]["pointer"], "/1/quantity", "{problem}");
    assert_eq!(send(shop, Method::POST, MOVEMENTS, None, "{").await.0, 400);
    assert_eq!(shop.level("A").await, (5, 0, 0));
}

async fn movements_are_all_or_none(shop: &Shop) {
    let body = json!([
        {"sku": "A", "kind": "receive", "quantity": 10, "reference": "PO-7"},
        {"sku": "B", "kind": "receive", "quantity": 1},
        {"sku": "A", "kind": "adjust", "quantity": -4, "reason": "broken"},
        {"sku": "A", "kind": "return", "quantity": 1, "reference": "RMA-1"},
    ]);
    let (status, moved) = shop.staff(Method::POST, MOVEMENTS, Some(body)).await;
    assert_eq!(status, 201, "{moved}");
    let on_hand: Vec<_> = moved["items"].as_array().unwrap().iter().map(|item| item["on_hand"].clone()).collect();
    assert_eq!(on_hand, [json!(7), json!(1)]);
    assert_eq!(shop.told::<StockChanged>().await.len(), 2);
    let (status, problem) = shop
        .staff(
            Method::POST,
            MOVEMENTS,
            Some(json!([
                {"sku": "C", "kind": "receive", "quantity": 1},
                {"sku": "D", "kind": "return", "quantity": 1},
            ])),
        )
        .await;
    assert_eq!((status, &problem["code"]), (404, &json!("stock_not_found")));
    assert_eq!(shop.staff(Method::GET, "/v1/stock/C", None).await.0, 404);
    shop.check_books().await;
}

async fn a_key_with_another_body_is_refused(shop: &Shop) {
    let receive = |quantity: i64| json!({"sku": "A", "kind": "receive", "quantity": quantity}).to_string();
    let first = send(shop, Method::POST, MOVEMENTS, Some("key"), &receive(2)).await;
    assert_eq!(first.0, 201);
    assert_eq!(send(shop, Method::POST, MOVEMENTS, Some("key"), &receive(2)).await, first);
    let (status, problem) = send(shop, Method::POST, MOVEMENTS, Some("key"), &receive(3)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")));
    assert_eq!(shop.level("A").await, (2, 0, 0));
    let count = json!({"on_hand": 9, "expected_on_hand": 2}).to_string();
    let counted = send(shop, Method::PUT, "/v1/stock/A", Some("count"), &count).await;
    assert_eq!(counted.0, 200);
    assert_eq!(send(shop, Method::PUT, "/v1/stock/A", Some("count"), &count).await, counted);
    shop.check_books().await;
}

async fn stock_and_ledger_are_read_in_pages(shop: &Shop) {
    let entries: Vec<Value> =
        (0..25).map(|number| json!({"sku": format!("SKU-{number:02}"), "kind": "receive", "quantity": 1})).collect();
    shop.staff(Method::POST, MOVEMENTS, Some(Value::from(entries))).await;
    let (_, first) = shop.staff(Method::GET, "/v1/stock?limit=10&count=true", None).await;
    assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (10, &json!(25)));
    let mut seen = 0;
    let mut path = String::from("/v1/stock?limit=10");
    loop {
        let (status, page) = shop.staff(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{page}");
        seen += page["items"].as_array().unwrap().len();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/stock?limit=10&cursor={cursor}");
    }
    assert_eq!(seen, 25);
    for _ in 0..3 {
        shop.receive("SKU-00", 1).await;
    }
    let (_, newest) = shop.staff(Method::GET, "/v1/stock/SKU-00/movements?limit=3", None).await;
    let path = format!("/v1/stock/SKU-00/movements?limit=3&cursor={}", newest["next_cursor"].as_str().unwrap());
    let (_, oldest) = shop.staff(Method::GET, &path, None).await;
    assert_eq!((newest["items"].as_array().unwrap().len(), oldest["items"].as_array().unwrap().len()), (3, 1));
    for bad in ["/v1/stock?limit=101", "/v1/stock?limit=0", "/v1/stock?cursor=%25%25"] {
        assert_eq!(shop.staff(Method::GET, bad, None).await.0, 422, "{bad}");
    }
    assert_eq!(shop.staff(Method::GET, "/v1/stock/NONE/movements", None).await.0, 404);
    assert_eq!(shop.staff(Method::GET, "/v1/stock/NONE", None).await.0, 404);
}

async fn only_staff_come_in(shop: &Shop) {
    let customer = customer(UserId::new(&shop.world));
    let callers = [(None, 401), (Some(Caller::guest()), 401), (Some(customer), 403)];
    let receive = json!({"sku": "A", "kind": "receive", "quantity": 1});
    let calls = [
        (Method::GET, "/v1/stock", Value::Null),
        (Method::GET, "/v1/stock/A", Value::Null),
        (Method::GET, "/v1/stock/A/movements", Value::Null),
        (Method::PUT, "/v1/stock/A", json!({"on_hand": 1})),
        (Method::POST, MOVEMENTS, receive),
    ];
    for (caller, expected) in callers {
        for (method, path, body) in calls.clone() {
            let ask = Ask::new(method.clone(), path).json(&body);
            let ask = caller.as_ref().map_or_else(|| ask.clone().without_caller(), |caller| ask.clone().by(caller));
            assert_eq!(shop.ask(0, ask).await.status, expected, "{caller:?} {method} {path}");
        }
    }
    assert!(shop.stock_facts().await.is_empty());
}

async fn send(shop: &Shop, method: Method, path: &str, key: Option<&str>, body: &str) -> (u16, Value) {
    let ask = Ask::new(method, path).by(staff()).body(body);
    let answer = shop.ask(0, key.into_iter().fold(ask, Ask::key)).await;
    (answer.status, answer.json)
}
