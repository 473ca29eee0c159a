//! Drafts: orders that staff write, with prices of their own, and that nobody else can open.

use crate::{
    said::{by_code, cancelled, product},
    setup::{Shop, address, buyer, full, holder, order_id},
};
use bodega_contracts::{
    identity::{Contact, UserContact},
    orders::CancelReason,
};
use bodega_kernel::UserId;
use bodega_pricing::Reward;
use bodega_rpc::Answers;
use bodega_testkit::{Answer, Asker, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};

stories!(
    staff_write_an_order_at_prices_of_their_own,
    a_shopper_can_never_set_a_price,
    a_draft_is_nobodys_cart_and_no_cart_is_a_draft,
    a_draft_is_changed_in_the_version_it_was_read_in,
    a_customer_who_is_named_buys_it,
    lines_without_a_price_of_their_own_follow_the_shop,
    a_draft_is_placed_once_and_its_prices_are_frozen,
    bad_drafts_are_refused_by_the_place_it_stands_at,
    a_code_comes_off_a_draft_and_the_customer_claims_it,
    drafts_are_listed_newest_first_and_kept,
);

const DRAFTS: &str = "/v1/admin/drafts";

fn desk() -> Asker {
    staff().into()
}

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn of_lines(lines: &Value) -> Value {
    json!({"lines": lines, "email": "ada@example.org", "shipping_address": address()})
}

async fn drafted(shop: &Shop, body: Value) -> (String, Answer) {
    let made = shop.call(&desk(), "POST", DRAFTS, body).await.expect(201);
    (format!("{DRAFTS}/{}", made.field("id")), made)
}

async fn place(shop: &Shop, path: &str, key: &str) -> Answer {
    let body = json!({"payment_method": "sim_success"});
    shop.call(&desk().with_key(key), "POST", &format!("{path}/place"), body).await
}

async fn staff_write_an_order_at_prices_of_their_own(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 1_000)])).await;
    let lines = json!([
        {"sku": "A", "quantity": 2, "unit_price": pounds(199), "name": "A, slightly scratched"},
        {"sku": "A", "quantity": 1},
        {"sku": "A", "quantity": 3, "unit_price": pounds(0)},
        {"sku": "B", "quantity": 1, "unit_price": pounds(2_000)},
    ]);
    let (path, made) = drafted(shop, of_lines(&lines)).await;
    assert_eq!((&made.json["subtotal"], &made.json["missing"]), (&pounds(2 * 199 + 250 + 2_000), &json!([])));
    assert_eq!(made.json["own_prices"], json!([pounds(199), null, pounds(0), pounds(2_000)]));
    assert!(made.json.get("token").is_none(), "{made:?}");
    let placed = place(shop, &path, "k").await.expect(202);
    let orders = shop.orders().await;
    let [order] = &*orders else { panic!("{orders:?}") };
    assert_eq!((order.order_id, order.customer_id, order.cart_version), (order_id(&placed), None, 1));
    let bought: Vec<(&str, i64, i64)> =
        order.basket.lines.iter().map(|item| (item.name.as_str(), item.unit_price, item.quantity)).collect();
    let expected =
        [("A, slightly scratched", 199, 2), ("Name of A", 250, 1), ("Name of A", 0, 3), ("Name of B", 2_000, 1)];
    assert_eq!(bought, expected);
    assert_eq!(order.priced, bodega_pricing::price(&order.basket).unwrap());
}

async fn a_shopper_can_never_set_a_price(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let owner = buyer(UserId::new(&shop.world));
    let line = json!({"sku": "A", "quantity": 1, "unit_price": pounds(1), "name": "cheap"});
    for asker in [&guest, &owner, &desk()] {
        let bodies = [
            ("POST", format!("{path}/lines"), line.clone()),
            ("POST", "/v1/carts".to_owned(), json!({"lines": [line]})),
            ("PATCH", path.clone(), json!({"lines": [line]})),
            ("POST", format!("{path}/checkout"), json!({"payment_method": "card", "unit_price": pounds(1)})),
            ("PATCH", path.clone(), json!({"note": "as agreed"})),
        ];
        for (method, path, body) in bodies {
            let refused = shop.call(&asker.with_key("a-key-of-16-chars"), method, &path, body.clone()).await;
            assert_eq!((refused.status, refused.code()), (422, "invalid_body"), "{method} {path} {body} {refused:?}");
        }
    }
    for asker in [&guest, &owner, &Asker::default()] {
        for (method, path) in
            [("POST", DRAFTS.to_owned()), ("GET", DRAFTS.to_owned()), ("POST", format!("{DRAFTS}/x/place"))]
        {
            let refused = shop.call(&asker.with_key("key"), method, &path, json!({"lines": [line]})).await;
            assert!(matches!(refused.status, 401 | 403), "{method} {path} {refused:?}");
        }
    }
    let cart = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!(cart.json["subtotal"], pounds(250));
}

async fn a_draft_is_nobodys_cart_and_no_cart_is_a_draft(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let user = UserId::new(&shop.world);
    contacts(shop, user);
    let lines = json!([{"sku": "A", "quantity": 1, "unit_price": pounds(1)}]);
    let (path, made) = drafted(shop, json!({"lines": lines, "customer_id": user, "shipping_address": address()})).await;
    let id = made.field("id");
    let as_cart = format!("/v1/carts/{id}");
    let forged = holder(&shop.guest_token("cart", id.parse().unwrap(), Duration::from_hours(1)));
    for asker in [buyer(user), forged, desk()] {
        for (method, end, body) in [
            ("GET", "", Value::Null),
            ("PATCH", "", json!({"email": "eve@example.org"})),
            ("POST", "/lines", json!({"sku": "A", "quantity": 1})),
            ("PUT", "/tenders", json!({})),
            ("POST", "/checkout", json!({"payment_method": "sim_success"})),
        ] {
            let refused = shop.call(&asker.with_key("key"), method, &format!("{as_cart}{end}"), body).await;
            assert_eq!((refused.status, refused.code()), (404, "cart_not_found"), "{method} {end} {asker:?}");
        }
    }
    let (guests, _) = shop.full_cart(&[("A", 1)]).await;
    let as_draft = guests.replace("/v1/carts", DRAFTS);
    for (method, end, body) in [
        ("GET", "", Value::Null),
        ("PATCH", "", json!({"lines": lines})),
        ("DELETE", "", Value::Null),
        ("POST", "/place", json!({"payment_method": "card"})),
    ] {
        let refused = shop.call(&desk().with_key("key"), method, &format!("{as_draft}{end}"), body).await;
        assert_eq!((refused.status, refused.code()), (404, "cart_not_found"), "{method} {end}");
    }
    assert_eq!(shop.call(&desk(), "GET", &path, Value::Null).await.status, 200);
}

async fn a_draft_is_changed_in_the_version_it_was_read_in(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 100)])).await;
    let (path, _) = drafted(shop, json!({})).await;
    let read = shop.call(&desk(), "GET", &path, Value::Null).await.expect(200);
    assert_eq!((read.header("etag"), &read.json["missing"]), ("\"1\"", &json!(["lines", "email"])));
    let first = desk().with("if-match", "\"1\"");
    let lines = json!({"lines": [{"sku": "A", "quantity": 1}], "note": "by phone"});
    let changed = shop.call(&first, "PATCH", &path, lines).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["note"]), (&json!(2), &json!("by phone")));
    let late = shop.call(&first, "PATCH", &path, json!({"lines": []})).await;
    assert_eq!(late.status, 412);
    assert_eq!(shop.call(&first, "DELETE", &path, Value::Null).await.status, 412);
    // All lines are said anew; the rest stays.
    let other = shop.call(&desk(), "PATCH", &path, json!({"lines": [{"sku": "B", "quantity": 2}]})).await.expect(200);
    assert_eq!((other.json["lines"].as_array().unwrap().len(), &other.json["note"]), (1, &json!("by phone")));
    let body = json!({"payment_method": "card", "version": 2});
    let wrong = shop.call(&desk().with_key("w"), "POST", &format!("{path}/place"), body).await;
    assert_eq!(wrong.code(), "cart_changed");
    let gone = shop.call(&desk().with("if-match", "\"3\""), "DELETE", &path, Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    assert_eq!(shop.call(&desk(), "GET", &path, Value::Null).await.status, 404);
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 0);
}

fn contacts(shop: &Shop, user: UserId) {
    let answers = Answers::new().on(async move |question: UserContact| {
        let known = Contact { email: "grace@example.org".to_owned(), name: None, language: None };
        Ok(Some(known).filter(|_| question.user_id == user))
    });
    shop.neighbour("identity", &answers);
}

async fn a_customer_who_is_named_buys_it(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let user = UserId::new(&shop.world);
    contacts(shop, user);
    let lines = json!([{"sku": "A", "quantity": 1}]);
    let body = json!({"lines": lines, "customer_id": user, "shipping_address": address()});
    let (path, made) = drafted(shop, body).await;
    assert_eq!((made.field("customer_id"), made.field("email")), (user.to_string(), "grace@example.org".to_owned()));
    place(shop, &path, "k").await.expect(202);
    let order = shop.orders().await.remove(0);
    assert_eq!((order.customer_id, &*order.email), (Some(user), "grace@example.org"));
    let stranger = json!({"customer_id": UserId::new(&shop.world)});
    let refused = shop.call(&desk(), "POST", DRAFTS, stranger).await;
    assert_eq!((refused.status, refused.code(), refused.pointers()), (422, "customer_unknown", vec!["/customer_id"]));
}

async fn lines_without_a_price_of_their_own_follow_the_shop(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 100)])).await;
    let lines = json!([{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1, "unit_price": pounds(90)}]);
    let (path, _) = drafted(shop, of_lines(&lines)).await;
    // A gets dearer, B is taken off: what has a price of its own is sold all the same.
    shop.hear(&product(1, 2, &[("A", 300)])).await;
    let refused = place(shop, &path, "first").await;
    assert_eq!((refused.status, refused.code()), (409, "price_changed"));
    assert_eq!(refused.json["cart"]["changes"][0]["sku"], "A");
    place(shop, &path, "second").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.subtotal, 390);
}

async fn a_draft_is_placed_once_and_its_prices_are_frozen(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, _) = drafted(shop, of_lines(&json!([{"sku": "A", "quantity": 2, "unit_price": pounds(7)}]))).await;
    let calls =
        (0..60).map(|number| {
            let path = format!("{path}/place");
            let asker = desk().with_key(&format!("key-{}", number % 3));
            async move {
                shop.call_on(number % shop.replicas(), &asker, "POST", &path, json!({"payment_method": "card"})).await
            }
        });
    let answers = join_all(calls).await;
    let numbers: HashSet<String> =
        answers.iter().filter(|answer| answer.status == 202).map(|answer| answer.field("order_number")).collect();
    assert_eq!(numbers.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 202 || answer.code() == "cart_checked_out"));
    let orders = shop.orders().await;
    assert_eq!((orders.len(), orders[0].priced.subtotal), (1, 14));
    let read = shop.call(&desk(), "GET", &path, Value::Null).await;
    assert_eq!((&read.json["status"], &read.json["subtotal"]), (&json!("checked_out"), &pounds(14)));
    assert_eq!(shop.call(&desk(), "DELETE", &path, Value::Null).await.code(), "cart_checked_out");
    // What could not be had is staff's to place again.
    shop.hear(&cancelled(&orders[0], CancelReason::OutOfStock)).await;
    place(shop, &path, "again").await.expect(202);
    assert_eq!(shop.orders().await[1].cart_version, 2);
}

async fn bad_drafts_are_refused_by_the_place_it_stands_at(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let line = |with: Value| {
        let mut line = json!({"sku": "A", "quantity": 1});
        line.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        json!({"lines": [{"sku": "A", "quantity": 1}, line]})
    };
    for (body, pointer) in [
        (line(json!({"quantity": 0})), "/lines/1/quantity"),
        (line(json!({"unit_price": pounds(-1)})), "/lines/1/unit_price/amount"),
        (line(json!({"unit_price": pounds(1_000_000_000_001)})), "/lines/1/unit_price/amount"),
        (line(json!({"unit_price": {"amount": 1, "currency": "EUR"}})), "/lines/1/unit_price/currency"),
        (line(json!({"unit_price": 1.5})), "/lines/1/unit_price"),
        (line(json!({"name": " "})), "/lines/1/name"),
        (line(json!({"name": "a\u{0}b"})), "/lines/1/name"),
        (line(json!({"name": "x".repeat(201)})), "/lines/1/name"),
        (json!({"note": "a\u{0}b"}), "/note"),
        (line(json!({"sku": "Z", "unit_price": pounds(1)})), "/lines/1/sku"),
        (json!({"note": "x".repeat(2_001)}), "/note"),
        (json!({"email": "nobody"}), "/email"),
        (json!({"country": "Germany"}), "/country"),
        (json!({"market": "moon"}), "/market"),
        (json!({"shipping_method": "teleport"}), "/shipping_method"),
        (json!({"points": 7}), "/points"),
    ] {
        let refused = shop.call(&desk(), "POST", DRAFTS, body.clone()).await;
        assert_eq!((refused.status, refused.pointers()), (422, vec![pointer]), "{body} {refused:?}");
    }
    let many = json!({"lines": vec![json!({"sku": "A", "quantity": 1}); 1_001]});
    assert_eq!(shop.call(&desk(), "POST", DRAFTS, many).await.code(), "too_many_lines");
    let (path, _) = drafted(shop, of_lines(&json!([]))).await;
    for (method, end, body, pointer) in [
        ("PATCH", "", json!({"country": "DE"}), "/country"),
        ("POST", "/place", json!({"payment_method": "Card!"}), "/payment_method"),
        ("POST", "/place", json!({"payment_method": "card", "total": 1}), "/total"),
    ] {
        let refused = shop.call(&desk().with_key("k"), method, &format!("{path}{end}"), body).await;
        assert_eq!((refused.status, refused.pointers()), (422, vec![pointer]), "{refused:?}");
    }
    assert_eq!(place(shop, &path, "k").await.code(), "cart_incomplete");
    let keyless = shop.call(&desk(), "POST", &format!("{path}/place"), json!({"payment_method": "card"})).await;
    assert_eq!(keyless.code(), "idempotency_key_required");
}

async fn a_code_comes_off_a_draft_and_the_customer_claims_it(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 1_000)])).await;
    let tenth = by_code(7, Reward::Percentage { bp: 1_000 });
    shop.know_codes(&[("TENTH", &tenth, None)]);
    let user = UserId::new(&shop.world);
    contacts(shop, user);
    let lines = json!([{"sku": "A", "quantity": 1, "unit_price": pounds(500)}]);
    let body = json!({"lines": lines, "customer_id": user, "shipping_address": address(), "coupon_code": "tenth"});
    let (path, made) = drafted(shop, body).await;
    assert_eq!(made.json["discounts"][0]["amount"], pounds(50));
    place(shop, &path, "k").await.expect(202);
    let order = shop.orders().await.remove(0);
    assert_eq!((order.priced.discount, &*order.coupons[0].customer), (50, &*user.to_string()));
}

async fn drafts_are_listed_newest_first_and_kept(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let mut paths = Vec::new();
    for number in 0..5 {
        shop.clock.advance(Duration::from_secs(1));
        let body = json!({"lines": [{"sku": "A", "quantity": 1}], "email": "ada@example.org", "note": number.to_string(), "shipping_address": address()});
        paths.push(drafted(shop, body).await.0);
    }
    place(shop, &paths[1], "k").await.expect(202);
    let _ = shop.call(&Asker::default(), "POST", "/v1/carts", full(&[("A", 1)])).await.expect(201);
    let page = shop.call(&desk(), "GET", &format!("{DRAFTS}?limit=3"), Value::Null).await.expect(200);
    let notes = |page: &Answer| -> Vec<String> {
        page.json["items"].as_array().unwrap().iter().map(|item| item["note"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(notes(&page), ["4", "3", "2"]);
    assert_eq!((&page.json["items"][0]["total"], &page.json["items"][0]["lines"]), (&pounds(645), &json!(1)));
    let next = format!("{DRAFTS}?limit=3&cursor={}", page.field("next_cursor"));
    assert_eq!(notes(&shop.call(&desk(), "GET", &next, Value::Null).await), ["1", "0"]);
    let placed = shop.call(&desk(), "GET", &format!("{DRAFTS}?status=checked_out"), Value::Null).await;
    assert_eq!(notes(&placed), ["1"]);
    assert_eq!(shop.call(&desk(), "GET", &format!("{DRAFTS}?status=odd"), Value::Null).await.code(), "invalid_query");
    shop.clock.advance(Duration::from_hours(100 * 24));
    shop.service(0).jobs[0].step().await;
    assert_eq!(
        shop.call(&desk(), "GET", &paths[0], Value::Null).await.status,
        200,
        "only shoppers' carts are forgotten"
    );
}
