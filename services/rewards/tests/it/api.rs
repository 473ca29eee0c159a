//! The API of points: what people see, what staff may do, and what is refused.

use crate::setup::Shop;
use bodega_kernel::{Caller, UserId};
use bodega_testkit::{Ask, customer, staff, stories};
use serde_json::{Value, json};

stories!(
    a_customer_sees_what_there_is_and_how_it_came,
    a_customer_sees_nobody_elses_points,
    an_answer_that_is_known_is_not_sent_again,
    staff_give_and_take_with_a_reason,
    no_more_is_taken_than_can_be_spent,
    bad_input_is_refused_and_changes_nothing,
    a_key_with_another_body_is_refused,
    a_statement_is_read_in_pages,
    only_those_who_may_come_in,
);

fn statement(user: UserId) -> String {
    format!("/v1/customers/{user}/points/statement")
}

async fn a_customer_sees_what_there_is_and_how_it_came(shop: &Shop) {
    let user = shop.user();
    let me = customer(user);
    let none = shop.ask(0, Ask::get("/v1/me/points").by(&me)).await.expect(200).json;
    let nothing = json!({
        "spendable": 0, "held": 0, "pending": 0, "debt": 0, "worth": {"amount": 0, "currency": "GBP"},
        "earned_in_12_months": 0, "tier": {"name": "Member", "multiplier_bp": 10_000}, "expiring": [],
    });
    assert_eq!(none, nothing);
    shop.give(user, 20).await;
    let order = shop.buy(user, 10_000).await;
    let points = shop.ask(1, Ask::get("/v1/me/points").by(&me)).await.expect(200).json;
    assert_eq!((&points["spendable"], &points["worth"]["amount"]), (&json!(120), &json!(120)));
    let list = shop.ask(0, Ask::get("/v1/me/points/statement").by(&me)).await.expect(200).json;
    let items = list["items"].as_array().unwrap();
    let kinds: Vec<&str> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["earn", "earn_pending", "adjust"]);
    assert_eq!((&items[0]["spendable"], &items[0]["pending"]), (&json!(100), &json!(-100)));
    assert_eq!(items[0]["order_id"], json!(order.to_string()));
    assert_eq!((&items[2]["reason"], items[2].get("actor")), (&json!("a test"), None));
    let list = shop.ask(0, Ask::get(statement(user)).by(staff())).await.expect(200).json;
    assert!(list["items"][2]["actor"].is_string(), "staff see who it was: {list}");
}

async fn a_customer_sees_nobody_elses_points(shop: &Shop) {
    let (user, other) = (shop.user(), shop.user());
    shop.give(other, 20).await;
    let points = shop.ask(0, Ask::get("/v1/me/points").by(customer(user))).await.expect(200).json;
    assert_eq!(points["spendable"], 0);
    let list = shop.ask(0, Ask::get("/v1/me/points/statement").by(customer(user))).await.expect(200).json;
    assert_eq!(list["items"], json!([]));
    for id in ["me", "1", "not-an-id"] {
        assert_eq!(shop.ask(0, Ask::get(format!("/v1/customers/{id}/points")).by(staff())).await.status, 404);
    }
}

async fn an_answer_that_is_known_is_not_sent_again(shop: &Shop) {
    let user = shop.user();
    let ask = || Ask::get("/v1/me/points").by(customer(user));
    let tag = shop.ask(0, ask()).await.header("etag").to_owned();
    assert_eq!(shop.ask(1, ask().header("if-none-match", &tag)).await.status, 304);
    shop.give(user, 1).await;
    assert_eq!(shop.ask(0, ask().header("if-none-match", &tag)).await.status, 200);
}

async fn staff_give_and_take_with_a_reason(shop: &Shop) {
    let user = shop.user();
    let answer = shop.ask(0, Shop::adjusting(user, 100).key("a")).await.expect(201);
    assert_eq!(answer.json, json!({"spendable": 100, "held": 0, "pending": 0, "debt": 0}));
    let again = shop.ask(1, Shop::adjusting(user, 100).key("a")).await.expect(201);
    assert!(again.replayed() && again.json == answer.json);
    let answer = shop.ask(1, Shop::adjusting(user, -30)).await.expect(201);
    assert_eq!(answer.json["spendable"], 70);
    shop.check_books().await;
}

async fn no_more_is_taken_than_can_be_spent(shop: &Shop) {
    let (user, order) = (shop.user(), shop.order());
    shop.give(user, 100).await;
    shop.deliver(vec![shop.placed(order, user, 60)]).await;
    let answer = shop.ask(0, Shop::adjusting(user, -41)).await.expect(409);
    assert_eq!((answer.code(), &answer.json["spendable"]), ("points_short", &json!(40)));
    let stranger = shop.user();
    assert_eq!(shop.ask(0, Shop::adjusting(stranger, -1)).await.expect(409).json["spendable"], 0);
    assert_eq!(shop.ask(0, Shop::adjusting(user, -40)).await.status, 201);
    assert_eq!(shop.points(user).await, (0, 60, 0, 0));
    shop.check_books().await;
}

async fn bad_input_is_refused_and_changes_nothing(shop: &Shop) {
    let user = shop.user();
    let path = format!("/v1/customers/{user}/points/adjustments");
    let long = "x".repeat(201);
    let with = |points: &str| format!(r#"{{"points": {points}, "reason": "a test"}}"#);
    let because = |reason: &str| format!(r#"{{"points": 1, "reason": {reason}}}"#);
    let bad = [
        (with("0"), "/points"),
        (with("1000000001"), "/points"),
        (with("-1000000001"), "/points"),
        (with("9223372036854775807"), "/points"),
        (with("9223372036854775808"), "/points"),
        (with("-9223372036854775808"), "/points"),
        (with("1.5"), "/points"),
        (with("\"1\""), "/points"),
        (with("null"), "/points"),
        (because("\"\""), "/reason"),
        (because("\"  \""), "/reason"),
        (because(&format!("\"{long}\"")), "/reason"),
        (because("null"), "/reason"),
        (because("7"), "/reason"),
        (r#"{"points": 1}"#.to_owned(), "/reason"),
        (r#"{"reason": "a test"}"#.to_owned(), "/points"),
        (r#"{"points": 1, "reason": "a", "debt": 1}"#.to_owned(), "/debt"),
    ];
    for (body, pointer) in bad {
        let answer = shop.ask(0, Ask::post(&*path).by(staff()).body(body.clone())).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_body"), "{body}: {}", answer.text);
        assert_eq!(answer.pointers(), [pointer], "{body}: {}", answer.text);
    }
    assert_eq!(shop.ask(0, Ask::post(&*path).by(staff()).body("{")).await.status, 400);
    assert_eq!(shop.ask(0, Ask::post(&*path).by(staff()).body("[]")).await.status, 422);
    for query in ["limit=0", "limit=101", "limit=-1", "limit=1.5", "cursor=%25%25", "count=maybe"] {
        let answer = shop.ask(0, Ask::get(format!("{}?{query}", statement(user))).by(staff())).await;
        assert_eq!(answer.status, 422, "{query}");
    }
    assert!(shop.accounts().await.is_empty());
}

async fn a_key_with_another_body_is_refused(shop: &Shop) {
    let user = shop.user();
    drop(shop.ask(0, Shop::adjusting(user, 5).key("k")).await.expect(201));
    let other = shop.ask(0, Shop::adjusting(user, 6).key("k")).await.expect(422);
    assert_eq!(other.code(), "idempotency_key_reused");
    assert_eq!(shop.points(user).await, (5, 0, 0, 0));
}

async fn a_statement_is_read_in_pages(shop: &Shop) {
    let user = shop.user();
    for points in 1..=25 {
        shop.give(user, points).await;
    }
    let me = customer(user);
    let mut path = String::from("/v1/me/points/statement?limit=10&count=true");
    let mut seen: Vec<Value> = Vec::new();
    loop {
        let page = shop.ask(0, Ask::get(&*path).by(&me)).await.expect(200).json;
        assert_eq!(page["total"], 25);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["spendable"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/me/points/statement?limit=10&count=true&cursor={cursor}");
    }
    assert_eq!(seen, (1..=25).rev().map(|points| json!(points)).collect::<Vec<_>>());
}

async fn only_those_who_may_come_in(shop: &Shop) {
    let user = shop.user();
    let of_user = format!("/v1/customers/{user}/points");
    for path in ["/v1/me/points", "/v1/me/points/statement"] {
        assert_eq!(shop.ask(0, Ask::get(path).without_caller()).await.status, 401);
        assert_eq!(shop.ask(0, Ask::get(path).by(Caller::guest())).await.status, 401);
    }
    for (caller, status) in [(Caller::guest(), 401), (customer(user), 403)] {
        for path in [of_user.clone(), statement(user)] {
            assert_eq!(shop.ask(0, Ask::get(path).by(&caller)).await.status, status);
        }
        assert_eq!(shop.ask(0, Shop::adjusting(user, 5).by(&caller)).await.status, status);
    }
    assert!(shop.accounts().await.is_empty());
}
