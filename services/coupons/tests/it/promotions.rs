//! What staff make and change, and what is refused by the place it stands at.

use crate::setup::{Shop, claim, tenth};
use bodega_contracts::coupons::PromotionChanged;
use bodega_testkit::{Ask, staff, stories};
use serde_json::{Value, json};

stories!(
    a_promotion_is_told_whole_with_every_change,
    an_edit_of_another_version_is_refused,
    a_key_makes_a_write_happen_once,
    a_new_promotion_that_does_not_fit_is_refused_by_its_place,
    an_edit_or_a_code_that_does_not_fit_is_refused_by_its_place,
    a_limit_follows_its_uses_and_cannot_come_later,
    codes_are_made_all_or_none,
    automatic_promotions_are_few,
    lists_come_in_pages,
    a_report_tells_how_it_was_used,
    a_coupon_is_a_promotion_and_its_code_at_once,
);

async fn a_promotion_is_told_whole_with_every_change(shop: &Shop) {
    let made = shop.staff("POST", "/v1/promotions", tenth(json!({"limit": 5, "conditions": {"skus": ["A"]}}))).await;
    let made = made.expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!((&made.json["trigger"], &made.json["enabled"]), (&json!("automatic"), &json!(true)));
    let path = format!("/v1/promotions/{}", made.field("id"));
    let changed = shop.staff("PATCH", &path, json!({"label": "A tenth", "priority": 3, "limit": 9})).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["limit"]), (&json!(2), &json!(9)));
    assert_eq!(changed.json["conditions"]["skus"], json!(["A"]));
    let same = shop.staff("PATCH", &path, json!({"label": "A tenth"})).await.expect(200);
    assert_eq!(same.json, changed.json, "what changes nothing is no change");
    shop.staff("DELETE", &path, Value::Null).await.expect(204);
    shop.staff("DELETE", &path, Value::Null).await.expect(204);
    let read = shop.staff("GET", &path, Value::Null).await.expect(200);
    assert_eq!((read.header("etag"), &read.json["enabled"]), ("\"3\"", &json!(false)));
    let seen = shop.ask(0, Ask::get(path.clone()).by(staff()).header("if-none-match", "\"3\"")).await;
    assert_eq!(seen.status, 304);
    let told = shop.told::<PromotionChanged>().await;
    assert_eq!(
        told.iter().map(|said| (said.version, said.enabled)).collect::<Vec<_>>(),
        [(1, true), (2, true), (3, false)]
    );
    assert!(told.iter().all(|said| said.counted && said.promotion.id == said.promotion_id.0));
    assert_eq!((told[1].promotion.label.as_str(), told[1].promotion.priority), ("A tenth", 3));
    shop.staff("PATCH", &path, json!({"enabled": true})).await.expect(200);
}

async fn an_edit_of_another_version_is_refused(shop: &Shop) {
    let id = shop.promotion(tenth(json!({}))).await;
    let path = format!("/v1/promotions/{id}");
    let edit = |version: &str, label: &str| {
        let ask = Ask::new("PATCH", path.clone()).by(staff()).header("if-match", version);
        ask.json(&json!({"label": label}))
    };
    let first = shop.ask(0, edit("\"1\"", "first")).await.expect(200);
    assert_eq!(first.header("etag"), "\"2\"");
    let lost = shop.ask(1, edit("\"1\"", "second")).await;
    assert_eq!((lost.status, lost.code()), (412, "precondition_failed"));
    shop.ask(1, edit("*", "third")).await.expect(200);
    let delete = Ask::new("DELETE", path.clone()).by(staff()).header("if-match", "\"1\"");
    assert_eq!(shop.ask(0, delete).await.status, 412);
    let unknown = format!("/v1/promotions/{}", bodega_contracts::PromotionId::new(&shop.world));
    for method in ["GET", "PATCH", "DELETE"] {
        let answer = shop.staff(method, &unknown, if method == "PATCH" { json!({}) } else { Value::Null }).await;
        assert_eq!((answer.status, answer.code()), (404, "promotion_not_found"), "{method}");
    }
}

async fn a_key_makes_a_write_happen_once(shop: &Shop) {
    let ask = |path: &str, body: &Value| Ask::post(path).by(staff()).key("k-1").json(body);
    let body = tenth(json!({"code": "ONCE"}));
    let first = shop.ask(0, ask("/v1/promotions", &body)).await.expect(201);
    let again = shop.ask(1, ask("/v1/promotions", &body)).await.expect(201);
    assert!(again.replayed() && again.json == first.json);
    let other = shop.ask(0, ask("/v1/promotions", &tenth(json!({"code": "TWICE"})))).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    let path = format!("/v1/promotions/{}/codes", first.field("id"));
    let codes = shop.ask(0, ask(&path, &json!({"count": 3}))).await.expect(201);
    assert_eq!(shop.ask(1, ask(&path, &json!({"count": 3}))).await.expect(201).json, codes.json);
    assert_eq!(shop.code_facts().await.len(), 4);
}

/// Each of these is refused with 422 and names this place, and nothing comes of it.
async fn refuse(shop: &Shop, cases: Vec<(&str, &str, Value, &str)>) {
    let before = (shop.events().await.len(), shop.promotion_facts().await, shop.code_facts().await);
    for (method, path, body, pointer) in cases {
        let answer = shop.staff(method, path, body.clone()).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{method} {path} {body} {}", answer.text);
    }
    assert_eq!((shop.events().await.len(), shop.promotion_facts().await, shop.code_facts().await), before);
}

/// No limit and no share is any of these.
fn no_numbers() -> [Value; 5] {
    [json!(-1), json!(0), json!(9_223_372_036_854_775_808_u64), json!(1.5), json!("1")]
}

async fn a_new_promotion_that_does_not_fit_is_refused_by_its_place(shop: &Shop) {
    let reward = |reward: Value| json!({"label": "x", "reward": reward});
    let conditions = |conditions: Value| tenth(json!({"conditions": conditions}));
    let tiers = |tier: Value| reward(json!({"kind": "tiers", "tiers": [tier]}));
    let mut cases = vec![
        ("POST", "/v1/promotions", json!({"reward": {"kind": "free_shipping"}}), "/label"),
        ("POST", "/v1/promotions", json!({"label": "x"}), "/reward"),
        ("POST", "/v1/promotions", tenth(json!({"price": 1})), "/price"),
        ("POST", "/v1/promotions", tenth(json!({"id": "1"})), "/id"),
        ("POST", "/v1/promotions", tenth(json!({"label": ""})), "/label"),
        ("POST", "/v1/promotions", tenth(json!({"label": "x".repeat(121)})), "/label"),
        ("POST", "/v1/promotions", tenth(json!({"trigger": "magic"})), "/trigger"),
        ("POST", "/v1/promotions", tenth(json!({"code": "a b"})), "/code"),
        ("POST", "/v1/promotions", tenth(json!({"code": "abc", "trigger": "automatic"})), "/code"),
        ("POST", "/v1/promotions", tenth(json!({"code_limit": 1})), "/code_limit"),
        ("POST", "/v1/promotions", reward(json!({"kind": "percentage"})), "/reward/bp"),
        ("POST", "/v1/promotions", reward(json!({"kind": "percentage", "bp": 1, "off": 2})), "/reward/off"),
        ("POST", "/v1/promotions", reward(json!({"kind": "free_shipping", "bp": 1})), "/reward"),
        ("POST", "/v1/promotions", reward(json!({"kind": "gift"})), "/reward/kind"),
        (
            "POST",
            "/v1/promotions",
            reward(json!({"kind": "amount", "amounts": [{"amount": 0, "currency": "GBP"}]})),
            "/reward/amounts/0/amount",
        ),
        (
            "POST",
            "/v1/promotions",
            reward(json!({"kind": "amount", "amounts": [{"amount": 1.5, "currency": "GBP"}]})),
            "/reward/amounts/0/amount",
        ),
        ("POST", "/v1/promotions", reward(json!({"kind": "buy_x_get_y", "buy": 0, "get": 1, "bp": 1})), "/reward/buy"),
        (
            "POST",
            "/v1/promotions",
            tiers(json!({"minimum": [{"amount": 1, "currency": "GBP"}], "off": {}})),
            "/reward/tiers/0/off",
        ),
        (
            "POST",
            "/v1/promotions",
            tiers(json!({"minimum": [{"amount": -1, "currency": "GBP"}], "off": {"bp": 1}})),
            "/reward/tiers/0/minimum/0/amount",
        ),
        (
            "POST",
            "/v1/promotions",
            conditions(json!({"minimum": [{"amount": -1, "currency": "GBP"}]})),
            "/conditions/minimum/0/amount",
        ),
        ("POST", "/v1/promotions", conditions(json!({"skus": [""]})), "/conditions/skus/0"),
        ("POST", "/v1/promotions", conditions(json!({"products": ["x"]})), "/conditions/products/0"),
        ("POST", "/v1/promotions", conditions(json!({"until": "tomorrow"})), "/conditions/until"),
        ("POST", "/v1/promotions", conditions(json!({"weather": "fine"})), "/conditions/weather"),
        ("POST", "/v1/coupons", tenth(json!({})), "/code"),
    ];
    for number in no_numbers() {
        cases.push(("POST", "/v1/promotions", tenth(json!({"limit": number})), "/limit"));
        cases.push(("POST", "/v1/promotions", tenth(json!({"limit_per_customer": number})), "/limit_per_customer"));
        cases.push(("POST", "/v1/promotions", reward(json!({"kind": "percentage", "bp": number})), "/reward/bp"));
    }
    refuse(shop, cases).await;
}

async fn an_edit_or_a_code_that_does_not_fit_is_refused_by_its_place(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"trigger": "code", "limit": 5}))).await;
    let (promotion, codes) = (format!("/v1/promotions/{id}"), format!("/v1/promotions/{id}/codes"));
    let mut cases = vec![
        ("PATCH", &*promotion, json!({"trigger": "automatic"}), "/trigger"),
        ("PATCH", &*promotion, json!({"label": "\n"}), "/label"),
        ("PATCH", &*promotion, json!({"enabled": "yes"}), "/enabled"),
        ("POST", &*codes, json!({}), "/count"),
        ("POST", &*codes, json!({"count": 1, "codes": ["abc"]}), "/count"),
        ("POST", &*codes, json!({"count": 10_001}), "/count"),
        ("POST", &*codes, json!({"count": 1, "prefix": "a b"}), "/prefix"),
        ("POST", &*codes, json!({"codes": ["abc"], "prefix": "x"}), "/prefix"),
        ("POST", &*codes, json!({"codes": []}), "/codes"),
        ("POST", &*codes, json!({"codes": ["abc", "x"]}), "/codes/1"),
        ("POST", &*codes, json!({"codes": ["abc", "ABC"]}), "/codes/1"),
        ("POST", &*codes, json!({"count": 1, "length": 4}), "/length"),
    ];
    for number in no_numbers() {
        cases.push(("PATCH", &promotion, json!({"limit": number}), "/limit"));
        cases.push(("POST", &codes, json!({"count": number}), "/count"));
        cases.push(("POST", &codes, json!({"count": 1, "limit": number}), "/limit"));
    }
    refuse(shop, cases).await;
}

async fn a_limit_follows_its_uses_and_cannot_come_later(shop: &Shop) {
    let free = shop.promotion(tenth(json!({"code": "FREE"}))).await;
    let path = format!("/v1/promotions/{free}");
    for field in ["limit", "limit_per_customer"] {
        let refused = shop.staff("PATCH", &path, json!({field: 5})).await;
        assert_eq!((refused.status, refused.code()), (409, "uses_not_counted"));
        assert_eq!(refused.pointers(), [format!("/{field}")]);
    }
    let refused = shop.staff("PATCH", &path, json!({"conditions": {"first_order": true}})).await;
    assert_eq!((refused.code(), refused.pointers()), ("uses_not_counted", vec!["/conditions/first_order"]));
    let few = shop.promotion(tenth(json!({"code": "FEW", "limit": 3, "limit_per_customer": 3}))).await;
    let path = format!("/v1/promotions/{few}");
    let order = || shop.placed(shop.order(), vec![claim(few, "FEW", "ada")]);
    shop.deliver(vec![order(), order()]).await;
    for field in ["limit", "limit_per_customer"] {
        let refused = shop.staff("PATCH", &path, json!({field: 1})).await;
        assert_eq!((refused.status, refused.code(), &refused.json["used"]), (409, "limit_below_uses", &json!(2)));
    }
    shop.staff("PATCH", &path, json!({"limit": 2})).await.expect(200);
    shop.deliver(vec![order()]).await;
    assert_eq!(shop.live(few).await, 2);
    shop.staff("PATCH", &path, json!({"limit": null, "limit_per_customer": null})).await.expect(200);
    shop.deliver(vec![order(), order()]).await;
    assert_eq!(shop.live(few).await, 4);
    shop.staff("PATCH", &path, json!({"limit": 4})).await.expect(200);
    shop.check_books().await;
}

async fn codes_are_made_all_or_none(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "taken"}))).await;
    let path = format!("/v1/promotions/{id}/codes");
    let refused = shop.staff("POST", &path, json!({"codes": ["new", "TAKEN", "newer"]})).await;
    assert_eq!((refused.status, refused.code(), refused.pointers()), (409, "code_taken", vec!["/codes/1"]));
    let refused = shop.staff("POST", "/v1/promotions", tenth(json!({"code": "Taken"}))).await;
    assert_eq!((refused.code(), refused.pointers()), ("code_taken", vec!["/code"]));
    assert_eq!((shop.code_facts().await.len(), shop.promotion_facts().await.len()), (1, 1));
    let made = shop.staff("POST", &path, json!({"codes": [" new ", "newer"], "limit": 2})).await.expect(201);
    assert_eq!(made.json["items"], json!(["NEW", "NEWER"]));
    let automatic = shop.promotion(tenth(json!({}))).await;
    let refused = shop.staff("POST", &format!("/v1/promotions/{automatic}/codes"), json!({"count": 1})).await;
    assert_eq!((refused.status, refused.code()), (409, "not_by_code"));
    let unknown = bodega_contracts::PromotionId::new(&shop.world);
    let refused = shop.staff("POST", &format!("/v1/promotions/{unknown}/codes"), json!({"count": 1})).await;
    assert_eq!(refused.code(), "promotion_not_found");
}

async fn automatic_promotions_are_few(shop: &Shop) {
    let mut last = None;
    for _ in 0..50 {
        last = Some(shop.promotion(tenth(json!({}))).await);
    }
    let refused = shop.staff("POST", "/v1/promotions", tenth(json!({}))).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_automatic"));
    let idle = shop.promotion(tenth(json!({"enabled": false}))).await;
    shop.promotion(tenth(json!({"code": "any"}))).await;
    let (idle, last) = (format!("/v1/promotions/{idle}"), format!("/v1/promotions/{}", last.unwrap()));
    assert_eq!(shop.staff("PATCH", &idle, json!({"enabled": true})).await.code(), "too_many_automatic");
    shop.staff("DELETE", &last, Value::Null).await.expect(204);
    shop.staff("PATCH", &idle, json!({"enabled": true})).await.expect(200);
}

async fn lists_come_in_pages(shop: &Shop) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(shop.promotion(tenth(json!({"trigger": "code"}))).await.to_string());
    }
    ids.reverse();
    let (mut seen, mut path) = (Vec::new(), "/v1/promotions?limit=2&count=true".to_owned());
    loop {
        let page = shop.staff("GET", &path, Value::Null).await.expect(200);
        assert_eq!(page.json["total"], 5);
        seen.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/promotions?limit=2&count=true&cursor={cursor}");
    }
    assert_eq!(seen, ids);
    let one = format!("/v1/promotions/{}", ids[0]);
    shop.staff("POST", &format!("{one}/codes"), json!({"codes": ["aaa", "bbb", "ccc"]})).await.expect(201);
    let id = ids[0].parse().unwrap();
    for _ in 0..3 {
        shop.deliver(vec![shop.placed(shop.order(), vec![claim(id, "AAA", "ada"), claim(id, "BBB", "ada")])]).await;
    }
    let page = shop.staff("GET", &format!("{one}/codes?limit=2"), Value::Null).await.expect(200);
    assert_eq!(page.json["items"][0]["code"], "AAA");
    assert_eq!(page.json["items"][1]["uses"], 3);
    let rest = format!("{one}/codes?limit=2&cursor={}", page.field("next_cursor"));
    assert_eq!(shop.staff("GET", &rest, Value::Null).await.json["items"][0]["code"], "CCC");
    let (mut seen, mut path) = (Vec::new(), format!("{one}/uses?limit=4&count=true"));
    loop {
        let page = shop.staff("GET", &path, Value::Null).await.expect(200);
        assert_eq!(page.json["total"], 6);
        seen.extend(
            page.json["items"].as_array().unwrap().iter().map(|used| (used["order_id"].clone(), used["code"].clone())),
        );
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("{one}/uses?limit=4&count=true&cursor={cursor}");
    }
    assert_eq!(seen.len(), 6);
    assert!(seen.is_sorted_by(|a, b| a.0.as_str() >= b.0.as_str() && a != b), "{seen:?}");
    for bad in ["limit=0", "limit=101", "cursor=%25"] {
        assert_eq!(shop.staff("GET", &format!("{one}/uses?{bad}"), Value::Null).await.status, 422, "{bad}");
    }
}

async fn a_report_tells_how_it_was_used(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "AAA", "limit": 4}))).await;
    let path = format!("/v1/promotions/{id}");
    shop.staff("POST", &format!("{path}/codes"), json!({"codes": ["BBB"]})).await.expect(201);
    let orders: Vec<_> = (0..5).map(|_| shop.order()).collect();
    let claims = [("AAA", "ada"), ("BBB", "ada"), ("BBB", "eve"), ("AAA", "eve"), ("AAA", "bob")];
    for (order, (code, customer)) in orders.iter().zip(claims) {
        shop.deliver(vec![shop.placed(*order, vec![claim(id, code, customer)])]).await;
    }
    shop.deliver(orders[..3].iter().map(|order| shop.confirmed(*order)).collect()).await;
    shop.deliver(vec![shop.cancelled(orders[3])]).await;
    shop.deliver(vec![shop.placed(shop.order(), vec![claim(id, "AAA", "bob")])]).await;
    let report = shop.staff("GET", &format!("{path}/report"), Value::Null).await.expect(200);
    assert_eq!(
        report.json,
        json!({
            "promotion_id": id, "reserved": 1, "redeemed": 3, "released": 2, "customers": 2,
            "codes": [{"code": "BBB", "redeemed": 2}, {"code": "AAA", "redeemed": 1}],
            "days": [{"day": "2026-01-01", "redeemed": 3}],
        })
    );
}

async fn a_coupon_is_a_promotion_and_its_code_at_once(shop: &Shop) {
    let made =
        shop.staff("POST", "/v1/coupons", tenth(json!({"code": "welcome10", "code_limit": 1}))).await.expect(201);
    assert_eq!(made.json["trigger"], "code");
    let id = made.field("id").parse().unwrap();
    let read = shop.staff("GET", "/v1/coupons/Welcome10", Value::Null).await.expect(200);
    assert_eq!(
        (read.field("code"), &read.json["refused"], &read.json["uses"]),
        ("WELCOME10".into(), &Value::Null, &json!(0))
    );
    assert_eq!(read.field("promotion_id"), made.field("id"));
    shop.deliver(vec![shop.placed(shop.order(), vec![claim(id, "WELCOME10", "ada")])]).await;
    let read = shop.staff("GET", "/v1/coupons/WELCOME10", Value::Null).await.expect(200);
    assert_eq!((&read.json["refused"], &read.json["uses"]), (&json!("used_up"), &json!(1)));
    for (method, path) in
        [("GET", "/v1/coupons/nowhere"), ("DELETE", "/v1/coupons/nowhere"), ("DELETE", "/v1/coupons/a%20b")]
    {
        let answer = shop.staff(method, path, Value::Null).await;
        assert_eq!((answer.status, answer.code()), (404, "coupon_not_found"), "{path}");
    }
}
