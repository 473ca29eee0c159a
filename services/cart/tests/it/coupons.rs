//! Promotions in a cart: those that apply by themselves, and one by its code.

use crate::{
    said::{by_code, cancelled, product, product_id, promotion, promotion_id, sku},
    setup::{Shop, buyer, full, holder},
};
use bodega_contracts::{
    BrandId, CategoryId, CouponClaim, cart::SeenPromotionFacts, coupons::PromotionChanged, orders::CancelReason,
};
use bodega_kernel::{Currency, Money, UserId};
use bodega_pricing::Reward;
use bodega_testkit::{Asker, START, stories};
use serde_json::{Value, json};
use std::time::Duration;

stories!(
    a_promotion_applies_by_itself_and_is_explained_line_by_line,
    a_code_is_kept_applied_and_cleared,
    a_code_that_is_none_or_not_usable_is_refused_by_its_place,
    nobody_answers_and_the_cart_says_come_again,
    a_key_that_was_used_is_answered_as_before_whatever_coupons_says_by_now,
    a_code_says_what_is_missing_for_it,
    promotions_know_brands_categories_products_and_skus,
    a_checkout_claims_what_counts_its_uses,
    a_first_order_is_the_first_that_was_not_cancelled,
    what_comes_off_may_not_change_unseen,
    a_refused_code_opens_the_cart_again_and_is_not_used,
    a_refused_promotion_without_a_code_is_left_out,
    an_order_shows_what_it_was_priced_with,
    free_shipping_is_shown_as_such,
    a_guests_code_goes_along_at_log_in,
    promotions_are_stored_by_their_version,
    a_coupon_is_not_given_to_a_strangers_cart,
);

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn tenth() -> Reward {
    Reward::Percentage { bp: 1_000 }
}

async fn stocked(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 1_000)])).await;
}

async fn a_promotion_applies_by_itself_and_is_explained_line_by_line(shop: &Shop) {
    stocked(shop).await;
    let mut on_b = promotion(2, Reward::Amount { amounts: vec![Money::new(300, Currency::GBP)] });
    on_b.promotion.conditions.skus = vec![sku("B")];
    on_b.promotion.priority = -1;
    shop.hear_all(vec![shop.said(&promotion(1, tenth())), shop.said(&on_b)]).await;
    let (path, guest) = shop.full_cart(&[("A", 2), ("B", 1)]).await;
    let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!(
        cart["discounts"],
        json!([{"label": "promotion 1", "amount": pounds(150)}, {"label": "promotion 2", "amount": pounds(300)}])
    );
    assert_eq!(cart["lines"][0]["discounts"], json!([{"label": "promotion 1", "amount": pounds(50)}]));
    assert_eq!(cart["lines"][1]["total"], pounds(600));
    assert_eq!((&cart["subtotal"], &cart["total"]), (&pounds(1_500), &pounds(1_050 + 395)));
    assert_eq!((&cart["coupon_code"], &cart["changes"]), (&Value::Null, &json!([])));
    shop.check_out(&path, &guest, "k").await.expect(202);
    let order = &shop.orders().await[0];
    assert_eq!((order.priced.discount, order.basket.discounts.len(), order.points), (450, 2, 0));
    assert_eq!(order.coupons, [], "what has no code and counts nothing is not claimed");
}

async fn a_code_is_kept_applied_and_cleared(shop: &Shop) {
    stocked(shop).await;
    let welcome = by_code(1, tenth());
    shop.know_codes(&[("WELCOME", &welcome, None)]);
    let mut body = full(&[("A", 4)]);
    body["coupon_code"] = json!(" welcome ");
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", body).await.expect(201);
    let state = json!({"code": "WELCOME", "label": "promotion 1", "applied": true});
    assert_eq!((&made.json["coupon_code"], &made.json["coupon"]), (&json!("WELCOME"), &state));
    assert_eq!((&made.json["total"], &made.json["changes"]), (&pounds(900 + 395), &json!([])));
    let (path, guest) = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    let cleared = shop.call(&guest, "PATCH", &path, json!({"coupon_code": null})).await.expect(200);
    assert_eq!((&cleared.json["coupon_code"], &cleared.json["coupon"]), (&Value::Null, &Value::Null));
    assert_eq!(cleared.json["total"], pounds(1_000 + 395));
    let given = shop.call(&guest, "PATCH", &path, json!({"coupon_code": "WELCOME", "email": "b@example.org"})).await;
    assert_eq!((&given.expect(200).json["coupon"], shop.orders().await.len()), (&state, 0));
    // Coupons changes it later: the cart hears of it.
    let mut off = welcome.clone();
    (off.version, off.enabled) = (2, false);
    shop.hear(&off).await;
    let read = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!((&read["coupon"]["applied"], &read["coupon"]["reason"]), (&json!(false), &json!("disabled")));
    assert_eq!(read["total"], pounds(1_000 + 395));
}

async fn a_code_that_is_none_or_not_usable_is_refused_by_its_place(shop: &Shop) {
    stocked(shop).await;
    let promotion = by_code(1, tenth());
    shop.know_codes(&[("GONE", &promotion, Some("used_up"))]);
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let unknown = shop.call(&guest, "PATCH", &path, json!({"coupon_code": "NOWHERE", "email": "b@example.org"})).await;
    assert_eq!((unknown.status, unknown.code(), unknown.pointers()), (422, "coupon_unknown", vec!["/coupon_code"]));
    let gone = shop.call(&guest, "PATCH", &path, json!({"coupon_code": "gone"})).await;
    assert_eq!((gone.status, gone.code(), gone.pointers()), (422, "coupon_not_usable", vec!["/coupon_code"]));
    assert_eq!(gone.json["reason"], "used_up");
    let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!(
        (&cart["version"], &cart["email"], &cart["coupon_code"]),
        (&json!(1), &json!("ada@example.org"), &Value::Null)
    );
    let mut body = full(&[("A", 1)]);
    body["coupon_code"] = json!("NOWHERE");
    assert_eq!(shop.call(&Asker::default(), "POST", "/v1/carts", body).await.code(), "coupon_unknown");
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 1);
}

async fn nobody_answers_and_the_cart_says_come_again(shop: &Shop) {
    stocked(shop).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let user = UserId::new(&shop.world);
    let hers = shop.call(&buyer(user), "POST", "/v1/carts", full(&[("A", 1)])).await.expect(201);
    let hers = format!("/v1/carts/{}", hers.field("id"));
    for (asker, path, body) in
        [(&guest, &path, json!({"coupon_code": "SAVE10"})), (&buyer(user), &hers, json!({"points": 5}))]
    {
        let away = shop.call(asker, "PATCH", path, body).await;
        assert_eq!((away.status, away.code(), away.header("retry-after")), (503, "unavailable", "1"));
    }
    // What asks nobody works all the same.
    shop.call(&guest, "PATCH", &path, json!({"coupon_code": null, "points": null})).await.expect(200);
    shop.check_out(&path, &guest, "k").await.expect(202);
}

async fn a_key_that_was_used_is_answered_as_before_whatever_coupons_says_by_now(shop: &Shop) {
    stocked(shop).await;
    let one = by_code(1, tenth());
    shop.know_codes(&[("ONE", &one, None)]);
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let first = shop.call(&guest.with_key("k"), "PATCH", &path, json!({"coupon_code": "ONE"})).await.expect(200);
    shop.know_codes(&[("ONE", &one, Some("used_up"))]);
    let again = shop.call(&guest.with_key("k"), "PATCH", &path, json!({"coupon_code": "ONE"})).await.expect(200);
    assert!(again.replayed() && again.json == first.json);
    assert_eq!(
        shop.call(&guest.with_key("l"), "PATCH", &path, json!({"coupon_code": "ONE"})).await.code(),
        "coupon_not_usable"
    );
}

async fn a_code_says_what_is_missing_for_it(shop: &Shop) {
    stocked(shop).await;
    let mut minimum = by_code(1, tenth());
    minimum.promotion.conditions.minimum = vec![Money::new(1_000, Currency::GBP)];
    let mut goods = by_code(2, tenth());
    goods.promotion.conditions.skus = vec![sku("B")];
    let pieces = by_code(3, Reward::BuyXGetY { buy: 2, get: 1, bp: 10_000 });
    let mut later = by_code(4, tenth());
    later.promotion.conditions.from = Some(START.plus(Duration::from_hours(1)));
    let mut alone = by_code(5, tenth());
    alone.promotion.combinable = false;
    alone.promotion.priority = -1;
    let mut grouped = by_code(6, tenth());
    grouped.promotion.conditions.groups = vec!["trade".to_owned()];
    shop.hear(&promotion(7, Reward::FreeShipping {})).await;
    let codes = [&minimum, &goods, &pieces, &later, &alone, &grouped];
    let names = ["MINIMUM", "GOODS", "PIECES", "LATER", "ALONE", "GROUPED"];
    let known: Vec<(&str, &PromotionChanged, Option<&str>)> =
        names.into_iter().zip(codes).map(|(name, promotion)| (name, promotion, None)).collect();
    shop.know_codes(&known);
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    let reasons = ["minimum_not_met", "no_such_goods", "too_few_pieces", "not_started", "not_combinable", "not_yours"];
    for (name, reason) in names.into_iter().zip(reasons) {
        let cart = shop.call(&guest, "PATCH", &path, json!({"coupon_code": name})).await.expect(200).json;
        assert_eq!((&cart["coupon"]["applied"], &cart["coupon"]["reason"]), (&json!(false), &json!(reason)));
        let missing = if name == "MINIMUM" { pounds(500) } else { Value::Null };
        let pieces = if name == "PIECES" { json!(1) } else { Value::Null };
        assert_eq!((&cart["coupon"]["missing"], &cart["coupon"]["missing_pieces"]), (&missing, &pieces), "{name}");
        assert_eq!((&cart["discounts"], &cart["total"]), (&json!([]), &pounds(500)));
    }
    shop.call(&guest, "PATCH", &path, json!({"coupon_code": "MINIMUM"})).await.expect(200);
    let added = shop.call(&guest, "POST", &format!("{path}/lines"), json!({"sku": "A", "quantity": 2})).await;
    assert_eq!((&added.json["coupon"]["applied"], &added.json["total"]), (&json!(true), &pounds(900)));
}

async fn promotions_know_brands_categories_products_and_skus(shop: &Shop) {
    let mut mugs = product(1, 1, &[("A", 1_000)]);
    let (brand, category) = (BrandId(product_id(50).0), CategoryId(product_id(51).0));
    (mugs.brand_id, mugs.category_ids) = (Some(brand), vec![CategoryId(product_id(52).0), category]);
    shop.hear_all(vec![shop.said(&mugs), shop.said(&product(2, 1, &[("B", 1_000)]))]).await;
    let (path, guest) = shop.full_cart(&[("A", 1), ("B", 1)]).await;
    let off = async |version: i64, fill: fn(&mut PromotionChanged, BrandId, CategoryId)| {
        let mut changed = promotion(1, tenth());
        changed.version = version;
        fill(&mut changed, brand, category);
        shop.hear(&changed).await;
        let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
        [0, 1].map(|line| cart["lines"][line]["total"]["amount"].as_i64().unwrap())
    };
    assert_eq!(off(1, |changed, brand, _| changed.promotion.conditions.brands = vec![brand.0]).await, [900, 1_000]);
    assert_eq!(
        off(2, |changed, _, category| changed.promotion.conditions.categories = vec![category.0]).await,
        [900, 1_000]
    );
    assert_eq!(
        off(3, |changed, _, _| changed.promotion.conditions.products = vec![product_id(2).0]).await,
        [1_000, 900]
    );
    assert_eq!(off(4, |changed, _, _| changed.promotion.conditions.skus = vec![sku("A"), sku("B")]).await, [900, 900]);
    // A product that moves to another brand is heard of.
    (mugs.version, mugs.brand_id) = (2, None);
    shop.hear(&mugs).await;
    assert_eq!(off(5, |changed, brand, _| changed.promotion.conditions.brands = vec![brand.0]).await, [1_000, 1_000]);
}

async fn a_checkout_claims_what_counts_its_uses(shop: &Shop) {
    stocked(shop).await;
    let mut counted = promotion(1, tenth());
    counted.counted = true;
    let code = by_code(2, tenth());
    shop.hear_all(vec![shop.said(&counted), shop.said(&promotion(3, tenth()))]).await;
    shop.know_codes(&[("CODE", &code, None)]);
    let user = UserId::new(&shop.world);
    let mut body = full(&[("A", 4)]);
    body["coupon_code"] = json!("code");
    for asker in [Asker::default(), buyer(user)] {
        let made = shop.call(&asker, "POST", "/v1/carts", body.clone()).await.expect(201);
        let asker = if asker == Asker::default() { holder(&made.field("token")) } else { asker };
        shop.check_out(&format!("/v1/carts/{}", made.field("id")), &asker, "k").await.expect(202);
    }
    let orders = shop.orders().await;
    // sha256 of ada@example.org
    let digest = orders[0].coupons[0].customer.clone();
    assert_eq!((digest.len(), digest.contains('@')), (64, false));
    for (order, customer) in orders.iter().zip([digest, user.to_string()]) {
        let claim = |number, code: Option<&str>| CouponClaim {
            promotion_id: promotion_id(number),
            code: code.map(str::to_owned),
            customer: customer.clone(),
        };
        let mut claims = order.coupons.clone();
        claims.sort_by_key(|claim| claim.code.clone());
        assert_eq!(claims, [claim(1, None), claim(2, Some("CODE"))]);
        assert_eq!(order.basket.discounts.len(), 3);
    }
    // A code that does not apply is not claimed.
    let mut idle = by_code(4, tenth());
    idle.promotion.conditions.skus = vec![sku("B")];
    shop.know_codes(&[("IDLE", &idle, None)]);
    body["coupon_code"] = json!("IDLE");
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", body).await.expect(201);
    shop.check_out(&format!("/v1/carts/{}", made.field("id")), &holder(&made.field("token")), "k").await.expect(202);
    assert_eq!(shop.orders().await[2].coupons.len(), 1);
}

async fn a_first_order_is_the_first_that_was_not_cancelled(shop: &Shop) {
    stocked(shop).await;
    let mut first = promotion(1, tenth());
    (first.promotion.conditions.first_order, first.counted) = (true, true);
    shop.hear(&first).await;
    let user = UserId::new(&shop.world);
    for asker in [Asker::default(), buyer(user)] {
        let open = async || {
            let made = shop.call(&asker, "POST", "/v1/carts", full(&[("A", 4)])).await.expect(201);
            let asker = if asker == Asker::default() { holder(&made.field("token")) } else { asker.clone() };
            (format!("/v1/carts/{}", made.field("id")), asker, made.json["discounts"].as_array().unwrap().len())
        };
        let (path, one, off) = open().await;
        assert_eq!(off, 1);
        let (waiting, other, _) = open().await;
        shop.check_out(&path, &one, "first").await.expect(202);
        let order = shop.orders().await.pop().unwrap();
        assert_eq!((order.coupons.len(), open().await.2), (1, 0), "the next one is not the first");
        let late = shop.check_out(&waiting, &other, "second").await;
        assert_eq!((late.status, late.code()), (409, "price_changed"));
        let change = json!([{"kind": "discount_changed", "was": pounds(100), "now": pounds(0)}]);
        assert_eq!(late.json["cart"]["changes"], change);
        shop.hear(&cancelled(&order, CancelReason::ByShopper)).await;
        assert_eq!(open().await.2, 1, "a cancelled order is none");
    }
}

async fn what_comes_off_may_not_change_unseen(shop: &Shop) {
    stocked(shop).await;
    let mut today = promotion(1, tenth());
    today.promotion.conditions.until = Some(START.plus(Duration::from_hours(1)));
    shop.hear(&today).await;
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    shop.clock.advance(Duration::from_hours(1));
    let change = json!([{"kind": "discount_changed", "was": pounds(100), "now": pounds(0)}]);
    assert_eq!(shop.call(&guest, "GET", &path, Value::Null).await.json["changes"], change);
    let refused = shop.check_out(&path, &guest, "first").await;
    assert_eq!((refused.status, refused.code(), &refused.json["cart"]["changes"]), (409, "price_changed", &change));
    assert_eq!(shop.check_out(&path, &guest, "first").await.status, 409, "the same key is answered the same");
    shop.check_out(&path, &guest, "second").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.discount, 0);
    // What came in addition is shown first, too.
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    shop.hear(&promotion(2, tenth())).await;
    assert_eq!(shop.check_out(&path, &guest, "first").await.code(), "price_changed");
    shop.check_out(&path, &guest, "second").await.expect(202);
}

async fn a_refused_code_opens_the_cart_again_and_is_not_used(shop: &Shop) {
    stocked(shop).await;
    let code = by_code(1, tenth());
    shop.know_codes(&[("LAST", &code, None)]);
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    shop.call(&guest, "PATCH", &path, json!({"coupon_code": "LAST"})).await.expect(200);
    shop.check_out(&path, &guest, "first").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    let over = cancelled(&order, CancelReason::CouponRejected);
    shop.hear_all(vec![shop.said(&over), shop.said(&over)]).await;
    let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!((&cart["status"], &cart["coupon_code"]), (&json!("open"), &json!("LAST")));
    assert_eq!((&cart["coupon"]["applied"], &cart["coupon"]["reason"]), (&json!(false), &json!("rejected")));
    assert_eq!(cart["total"], pounds(1_000 + 395));
    assert_eq!(shop.check_out(&path, &guest, "second").await.code(), "price_changed");
    shop.check_out(&path, &guest, "third").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!((order.coupons.len(), order.priced.discount), (0, 0));
    // Typed in again it is asked for again.
    shop.hear(&cancelled(&order, CancelReason::OutOfStock)).await;
    let given = shop.call(&guest, "PATCH", &path, json!({"coupon_code": "LAST"})).await.expect(200);
    assert_eq!(given.json["coupon"]["applied"], true);
}

async fn a_refused_promotion_without_a_code_is_left_out(shop: &Shop) {
    stocked(shop).await;
    let mut counted = promotion(1, tenth());
    counted.counted = true;
    shop.hear_all(vec![shop.said(&counted), shop.said(&promotion(2, Reward::Percentage { bp: 500 }))]).await;
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    shop.check_out(&path, &guest, "first").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!(order.coupons.len(), 1);
    shop.hear(&cancelled(&order, CancelReason::CouponRejected)).await;
    assert_eq!(shop.check_out(&path, &guest, "second").await.code(), "price_changed");
    shop.check_out(&path, &guest, "third").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!((order.coupons.len(), order.priced.discount), (0, 50));
}

async fn an_order_shows_what_it_was_priced_with(shop: &Shop) {
    stocked(shop).await;
    let code = by_code(1, tenth());
    shop.know_codes(&[("CODE", &code, None)]);
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    shop.call(&guest, "PATCH", &path, json!({"coupon_code": "CODE"})).await.expect(200);
    shop.check_out(&path, &guest, "k").await.expect(202);
    let mut off = code.clone();
    (off.version, off.enabled) = (2, false);
    shop.hear_all(vec![shop.said(&off), shop.said(&promotion(2, Reward::Percentage { bp: 5_000 }))]).await;
    let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!((&cart["status"], &cart["total"]), (&json!("checked_out"), &pounds(900 + 395)));
    assert_eq!((&cart["coupon"]["applied"], &cart["changes"]), (&json!(true), &json!([])));
}

async fn free_shipping_is_shown_as_such(shop: &Shop) {
    stocked(shop).await;
    shop.hear(&promotion(1, Reward::FreeShipping {})).await;
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!((&cart["shipping"], &cart["total"]), (&pounds(0), &pounds(1_000)));
    assert_eq!(cart["shipping_discount"], json!({"label": "promotion 1", "amount": pounds(395)}));
    assert_eq!(cart["shipping_methods"][0]["price"], pounds(395));
}

async fn a_guests_code_goes_along_at_log_in(shop: &Shop) {
    stocked(shop).await;
    let code = by_code(1, tenth());
    shop.know_codes(&[("CODE", &code, None)]);
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    shop.call(&guest, "PATCH", &path, json!({"coupon_code": "CODE"})).await.expect(200);
    let user = UserId::new(&shop.world);
    let hers = shop.call(&buyer(user), "POST", "/v1/carts", Value::Null).await.expect(201);
    let merge = json!({"from": path.trim_start_matches("/v1/carts/"), "token": guest.header("x-cart-token")});
    let merged = shop.call(&buyer(user), "POST", &format!("/v1/carts/{}/merge", hers.field("id")), merge).await;
    let merged = merged.expect(200);
    assert_eq!((&merged.json["coupon"]["applied"], &merged.json["coupon_code"]), (&json!(true), &json!("CODE")));
}

async fn promotions_are_stored_by_their_version(shop: &Shop) {
    let version = |version: i64, enabled: bool| PromotionChanged { version, enabled, ..promotion(1, tenth()) };
    let facts = async || {
        let facts = shop.rpc().ask(SeenPromotionFacts { after: None }).await.unwrap();
        facts.into_iter().map(|fact| (fact.promotion_id, fact.version, fact.enabled)).collect::<Vec<_>>()
    };
    shop.hear_all(vec![shop.said(&version(2, false)), shop.said(&version(3, true)), shop.said(&version(1, true))])
        .await;
    assert_eq!(facts().await, [(promotion_id(1), 3, true)]);
    for event in [version(3, false), version(2, false)] {
        shop.hear(&event).await;
    }
    shop.hear(&version(4, false)).await;
    assert_eq!(facts().await, [(promotion_id(1), 4, false)]);
    assert!(shop.rpc().ask(SeenPromotionFacts { after: Some(promotion_id(1)) }).await.unwrap().is_empty());
    // What coupons answers counts like what it tells: the newer one wins.
    stocked(shop).await;
    let (old, new) = (
        PromotionChanged { version: 1, ..by_code(2, tenth()) },
        PromotionChanged { version: 7, ..by_code(3, tenth()) },
    );
    shop.hear(&PromotionChanged { version: 5, ..by_code(2, Reward::Percentage { bp: 2_000 }) }).await;
    shop.know_codes(&[("OLD", &old, None), ("NEW", &new, None)]);
    let (path, guest) = shop.full_cart(&[("A", 4)]).await;
    let cart = shop.call(&guest, "PATCH", &path, json!({"coupon_code": "OLD"})).await.expect(200);
    assert_eq!(cart.json["discounts"][0]["amount"], pounds(200));
    shop.call(&guest, "PATCH", &path, json!({"coupon_code": "NEW"})).await.expect(200);
    assert!(facts().await.contains(&(promotion_id(3), 7, true)));
}

async fn a_coupon_is_not_given_to_a_strangers_cart(shop: &Shop) {
    stocked(shop).await;
    let code = by_code(1, tenth());
    shop.know_codes(&[("CODE", &code, None)]);
    let (path, _) = shop.full_cart(&[("A", 4)]).await;
    for asker in [Asker::default(), buyer(UserId::new(&shop.world))] {
        for code in ["CODE", "NOWHERE"] {
            let answer = shop.call(&asker, "PATCH", &path, json!({"coupon_code": code})).await;
            assert_eq!((answer.status, answer.code()), (404, "cart_not_found"));
        }
    }
}
