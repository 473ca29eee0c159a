//! From the cart to the placed order.

use crate::played::{Played, logged_in};
use axum::http::Method;
use serde_json::{Value, json};

const CART: &str = "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a13";
const OTHER: &str = "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a14";
const ORDER: &str = "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a15";
const COOKIE: &str = "__Host-cart=01890c33-90a7-7f6e-8b3e-0d3d3a1f1a13%20tok%202";

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn address() -> Value {
    json!({"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"})
}

/// A cart that lacks nothing.
fn cart() -> Value {
    json!({
        "id": CART, "status": "open", "version": 4, "currency": "GBP", "prices_include_tax": true,
        "lines": [{"id": "l-1", "sku": "MUG", "name": "Mug <b>red</b>", "quantity": 2, "unit_price": pounds(1250),
            "total": pounds(2300), "discounts": [{"label": "Spring <i>", "amount": pounds(200)}]}],
        "subtotal": pounds(2500), "discounts": [{"label": "Spring <i>", "amount": pounds(200)}], "shipping": pounds(300),
        "tax": pounds(433), "total": pounds(2600), "due": pounds(2600), "email": "ada@example.org",
        "shipping_address": address(), "billing_address": null, "shipping_method": "standard",
        "shipping_methods": [{"id": "standard", "name": "Standard", "price": pounds(300)}, {"id": "express", "name": "Express", "price": pounds(900)}],
        "terms_version": 2, "remind": false, "coupon_code": null, "missing": [], "changes": [],
    })
}

fn with(mut cart: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        cart[name] = value.clone();
    }
    cart
}

fn path(below: &str) -> String {
    format!("/v1/carts/{CART}{below}")
}

fn shop(cart: &Value) -> Played {
    Played::default().answers(Method::GET, &path(""), 200, cart).answers(Method::PATCH, &path(""), 200, cart)
}

fn placed() -> Value {
    json!({"order_id": ORDER, "order_number": "B-1", "order_token": "otok", "status_url": "/", "events_url": "/"})
}

/// All that the page asks for, as a browser sends it.
fn form(changes: &str) -> String {
    format!(
        "do=order&key=0123456789abcdef-key&email=ada%40example.org&name=Ada&line1=1+High+Street&postal_code=LS1+1AA&city=Leeds\
         &country=GB&shipping_method=standard&payment_method=sim_success&terms=yes&terms_version=2&total=2600+GBP{changes}"
    )
}

#[tokio::test]
async fn the_first_thing_makes_the_cart_and_the_browser_keeps_it() {
    let opened = with(cart(), &json!({"token": "new"}));
    let shop = Played::default().answers(Method::POST, "/v1/carts", 201, &opened);
    let shown = shop.post("/cart/lines", "", "sku=MUG&quantity=2&slug=mug").await;
    assert_eq!((shown.status, shown.location()), (303, "/cart"));
    assert_eq!(shown.cookie("cart").unwrap(), format!("{CART} new 2"));
    assert_eq!(shop.asked(&Method::POST, "/v1/carts")[0].body, json!({"lines": [{"sku": "MUG", "quantity": 2}]}));
}

#[tokio::test]
async fn a_cart_that_is_gone_is_begun_anew_without_a_word() {
    let opened = with(cart(), &json!({"id": OTHER, "token": "new"}));
    let shop = Played::default()
        .refuses(Method::POST, &path("/lines"), 404, "cart_not_found", &json!([]))
        .refuses(Method::GET, &path(""), 404, "cart_not_found", &json!([]))
        .answers(Method::POST, "/v1/carts", 201, &opened);
    let shown = shop.post("/cart/lines", COOKIE, "sku=MUG&quantity=1&slug=mug").await;
    assert_eq!(shown.status, 303);
    assert_eq!(shown.cookie("cart").unwrap(), format!("{OTHER} new 2"));
    let empty = shop.get("/cart", COOKIE).await;
    assert_eq!(empty.status, 200);
    assert!(empty.text.contains("Your cart is empty"));
    assert_eq!(empty.cookie("cart").unwrap(), "");
    assert_eq!(shop.get("/checkout", COOKIE).await.location(), "/cart");
}

#[tokio::test]
async fn a_cart_explains_what_it_costs_and_what_changed() {
    let changes = json!({"changes": [
        {"kind": "price_changed", "sku": "MUG", "was": pounds(1000), "now": pounds(1250)},
        {"kind": "short_stock", "sku": "MUG", "wanted": 2, "available": 1}, {"kind": "of_tomorrow"},
    ]});
    let shown = shop(&with(cart(), &changes)).get("/cart", COOKIE).await;
    assert_eq!(shown.status, 200);
    for text in
        ["Mug &lt;b&gt;red&lt;/b&gt;", "Spring &lt;i&gt;", "£26.00", "now costs £12.50 instead of £10.00", "1 left of"]
    {
        assert!(shown.text.contains(text), "{text}");
    }
    assert!(!shown.text.contains("<b>red"));
}

/// A cart of several lines, and what the catalogue says of them: one is not sold any more, one is unknown.
fn pictured() -> (Value, Value) {
    let line = |id: &str, sku: &str| json!({"id": id, "sku": sku, "name": sku, "quantity": 1, "unit_price": pounds(100), "total": pounds(100), "discounts": []});
    let cart = with(
        cart(),
        &json!({"lines": [line("l-1", "MUG"), line("l-2", "A&B,C"), line("l-3", "NEW"), line("l-4", "MUG")]}),
    );
    let looks = json!({"items": [
        {"sku": "MUG", "product_id": "p-1", "slug": "mug", "name": "Mug", "image": "/v1/photos/0a/800.webp", "options": {}, "sold": true},
        {"sku": "A&B,C", "product_id": "p-2", "slug": "old", "name": "Old", "image": "/v1/photos/0b/800.webp", "options": {}, "sold": false},
    ]});
    (cart, looks)
}

#[tokio::test]
async fn goods_are_pictured_by_one_question_a_page() {
    let (cart, looks) = pictured();
    let shop = shop(&cart).answers(Method::GET, "/v1/variants", 200, &looks);
    for (asked, path) in ["/cart", "/de/cart", "/checkout"].into_iter().enumerate() {
        let shown = shop.get(path, COOKIE).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(
            shown.text.contains("/v1/photos/0a/320.webp") && shown.text.contains("/v1/photos/0b/320.webp"),
            "{path}"
        );
        let questions = shop.asked(&Method::GET, "/v1/variants");
        assert_eq!(questions.len(), asked + 1, "{path}");
        assert_eq!(questions[asked].path, "/v1/variants?skus=MUG,A%26B%2CC,NEW");
        assert!(!questions[asked].headers.contains_key("x-cart-token"), "it is the same for all");
        assert_eq!(shown.cookie("goods"), None);
    }
    let shown = shop.get("/de/cart", COOKIE).await;
    assert!(
        shown.text.contains("href=\"/de/p/mug\"") && !shown.text.contains("/p/old"),
        "what is not sold has no page"
    );
}

#[tokio::test]
async fn a_cart_is_shown_where_nobody_knows_what_its_goods_look_like() {
    let shop = shop(&cart()).refuses(Method::GET, "/v1/variants", 503, "unavailable", &json!([]));
    for path in ["/cart", "/checkout"] {
        let shown = shop.get(path, COOKIE).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(shown.text.contains("Mug &lt;b&gt;red") && shown.text.contains("thumbnail is-empty"), "{path}");
    }
}

#[tokio::test]
async fn searchers_are_asked_to_leave_carts_alone() {
    for cookies in ["", COOKIE] {
        let shown = shop(&cart()).get("/cart", cookies).await;
        assert!(
            shown.text.contains("name=\"robots\" content=\"noindex\"") && !shown.text.contains("rel=\"canonical\"")
        );
    }
}

#[tokio::test]
async fn a_quantity_is_set_and_nonsense_is_kept_to_be_put_right() {
    let line = path("/lines/l-1");
    let shop = shop(&cart()).answers(Method::PATCH, &line, 200, &cart()).answers(Method::DELETE, &line, 200, &cart());
    let shown = shop.post("/cart/lines/l-1", COOKIE, "quantity=3").await;
    assert_eq!((shown.status, shown.location()), (303, "/cart"));
    assert_eq!(shop.asked(&Method::PATCH, &line)[0].body, json!({"quantity": 3}));
    assert_eq!(shop.asked(&Method::PATCH, &line)[0].headers["x-cart-token"], "tok");
    assert_eq!(shop.post("/cart/lines/l-1", COOKIE, "quantity=0").await.status, 303);
    assert_eq!(shop.asked(&Method::DELETE, &line).len(), 1);
    let shown = shop.post("/cart/lines/l-1", COOKIE, "quantity=many").await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("value=\"many\""));
}

#[tokio::test]
async fn a_coupon_that_is_refused_is_told_why_and_kept() {
    let shop = shop(&cart()).answers(Method::PATCH, &path(""), 422, &json!({
        "status": 422, "code": "coupon_not_usable", "reason": "expired", "errors": [{"pointer": "/coupon_code", "detail": "cannot be used"}],
    }));
    let shown = shop.post("/cart/coupon", COOKIE, "code=SPRING%3C").await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("This code has expired."));
    assert!(shown.text.contains("value=\"SPRING&lt;\""));
    let german = shop.post("/de/cart/coupon", COOKIE, "code=SPRING").await;
    assert!(german.text.contains("Dieser Code ist abgelaufen."));
}

#[tokio::test]
async fn points_are_spent_by_those_who_have_some() {
    let shop =
        shop(&cart()).answers(Method::GET, "/v1/me/points", 200, &json!({"spendable": 340, "worth": pounds(340)}));
    let cookies = format!("{COOKIE}; {}", logged_in());
    assert!(shop.get("/cart", &cookies).await.text.contains("Points you have: 340"));
    assert!(!shop.get("/cart", COOKIE).await.text.contains("Points you have"));
    assert_eq!(shop.post("/cart/points", &cookies, "points=100").await.status, 303);
    assert_eq!(shop.asked(&Method::PATCH, &path(""))[0].body, json!({"points": 100}));
}

#[tokio::test]
async fn an_order_sent_twice_with_one_key_is_one_order() {
    let shop = shop(&cart()).answers(Method::POST, &path("/checkout"), 202, &placed());
    let first = shop.post("/checkout", COOKIE, &form("")).await;
    let to = format!("/orders/{ORDER}?placed=1");
    assert_eq!((first.status, first.location()), (303, to.as_str()));
    assert_eq!(first.cookie("orders").unwrap(), format!("{ORDER} otok"));
    assert_eq!(first.cookie("cart").unwrap(), "");
    // The second press comes with the same cookies, when the cart is an order already.
    let shop =
        shop.answers(Method::GET, &path(""), 200, &with(cart(), &json!({"status": "checked_out", "order_id": ORDER})));
    let second = shop.post("/checkout", COOKIE, &form("")).await;
    assert_eq!((second.status, second.location()), (303, to.as_str()));
    let sent = shop.asked(&Method::POST, &path("/checkout"));
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].headers["idempotency-key"], sent[1].headers["idempotency-key"]);
    assert_eq!(sent[0].body, sent[1].body, "the same key goes with the same body");
    assert_eq!(sent[0].body, json!({"payment_method": "sim_success", "accepted_terms": 2, "version": 4}));
}

#[tokio::test]
async fn gaps_are_marked_field_by_field_and_nothing_typed_is_lost() {
    let lacking =
        with(cart(), &json!({"email": null, "shipping_address": null, "missing": ["email", "shipping_address"]}));
    let shop = shop(&lacking);
    let typed = "do=order&key=k&email=nonsense&name=%3Cb%3EAda&line1=&city=Leeds&country=DE&payment_method=sim_success&total=2600+GBP";
    let shown = shop.post("/checkout", COOKIE, typed).await;
    assert_eq!(shown.status, 422);
    for text in [
        "id=\"email-error\"",
        "id=\"line1-error\"",
        "id=\"postal_code-error\"",
        "id=\"terms-error\"",
        "value=\"nonsense\"",
        "value=\"&lt;b&gt;Ada\"",
        "value=\"Leeds\"",
        "value=\"DE\" selected",
    ] {
        assert!(shown.text.contains(text), "{text}");
    }
    assert!(shop.asked(&Method::POST, &path("/checkout")).is_empty());
}

#[tokio::test]
async fn nobody_pays_another_sum_than_was_in_view() {
    let shop = shop(&cart()).answers(Method::POST, &path("/checkout"), 202, &placed());
    let shown = shop.post("/checkout", COOKIE, &form("").replace("total=2600", "total=2300")).await;
    assert_eq!(shown.status, 409);
    assert!(shown.text.contains("The total has changed"));
    assert!(shown.text.contains("name=\"total\" value=\"2600 GBP\""), "the next press is for the new sum");
    assert!(shop.asked(&Method::POST, &path("/checkout")).is_empty());
}

#[tokio::test]
async fn a_refused_order_shows_what_changed_with_everything_typed() {
    let dearer = with(
        cart(),
        &json!({"total": pounds(2700), "due": pounds(2700), "changes": [
        {"kind": "price_changed", "sku": "MUG", "was": pounds(1250), "now": pounds(1300)}]}),
    );
    let problem = json!({"status": 409, "code": "price_changed", "cart": dearer});
    let shown = shop(&cart())
        .answers(Method::POST, &path("/checkout"), 409, &problem)
        .post("/checkout", COOKIE, &form(""))
        .await;
    assert_eq!(shown.status, 409);
    assert!(shown.text.contains("now costs £13.00 instead of £12.50"));
    assert!(shown.text.contains("value=\"2700 GBP\"") && shown.text.contains("value=\"1 High Street\""));
    assert!(
        !shown.text.contains("0123456789abcdef-key"),
        "a refusal is remembered under its key: the next try has another"
    );
    for code in ["line_unavailable", "cart_changed", "coupon_gone", "terms_changed"] {
        let refused = shop(&cart()).refuses(Method::POST, &path("/checkout"), 409, code, &json!([]));
        let shown = refused.post("/checkout", COOKIE, &form("")).await;
        assert_eq!(shown.status, 409, "{code}");
        assert!(shown.text.contains("role=\"alert\""), "{code}");
    }
}

#[tokio::test]
async fn an_order_that_may_have_gone_through_is_asked_for_again_with_its_key() {
    let shop = shop(&cart()).refuses(Method::POST, &path("/checkout"), 503, "unavailable", &json!([]));
    let shown = shop.post("/checkout", COOKIE, &form("")).await;
    assert_eq!(shown.status, 503);
    assert!(shown.text.contains("value=\"0123456789abcdef-key\""));
    assert!(shown.text.contains("you will not be charged twice"));
}

#[tokio::test]
async fn choices_are_saved_and_nothing_is_bought_by_them() {
    let shop = shop(&cart()).answers(Method::POST, &path("/checkout"), 202, &placed());
    let typed = form("").replace("do=order&", "").replace("shipping_method=standard", "shipping_method=express");
    assert_eq!(shop.post("/checkout", COOKIE, &typed).await.status, 200);
    assert_eq!(shop.asked(&Method::PATCH, &path(""))[0].body, json!({"shipping_method": "express"}));
    assert!(shop.asked(&Method::POST, &path("/checkout")).is_empty());
}

#[tokio::test]
async fn the_cheapest_way_of_shipping_is_proposed() {
    let unchosen = with(cart(), &json!({"shipping_method": null, "missing": ["shipping_method"]}));
    let shop = shop(&unchosen).answers(Method::PATCH, &path(""), 200, &cart());
    let shown = shop.get("/checkout", COOKIE).await;
    assert_eq!(shop.asked(&Method::PATCH, &path(""))[0].body, json!({"shipping_method": "standard"}));
    assert!(shown.text.contains("value=\"standard\" checked"));
}

#[tokio::test]
async fn a_customer_finds_the_checkout_filled_in() {
    let lacking =
        with(cart(), &json!({"email": null, "shipping_address": null,  "missing": ["email", "shipping_address"]}));
    let entry =
        with(address(), &json!({"id": "a-1", "default_shipping": true, "default_billing": false, "version": 1}));
    let shop = shop(&lacking)
        .answers(Method::PATCH, &path(""), 200, &cart())
        .answers(Method::GET, "/v1/me", 200, &json!({"id": "u", "email": "ada@example.org"}))
        .answers(Method::GET, "/v1/me/addresses", 200, &json!({"items": [entry], "next_cursor": null}));
    let shown = shop.get("/checkout", &format!("{COOKIE}; {}", logged_in())).await;
    assert_eq!(shown.status, 200);
    let saved = &shop.asked(&Method::PATCH, &path(""))[0].body;
    assert_eq!(*saved, json!({"email": "ada@example.org", "shipping_address": address()}));
    assert!(shown.text.contains("name=\"use_address\" value=\"a-1\"") && shown.text.contains("name=\"save_address\""));
}

#[tokio::test]
async fn a_german_checkout_names_the_button_as_the_law_does() {
    let shown = shop(&cart()).get("/de/checkout", COOKIE).await;
    assert!(shown.text.contains("Zahlungspflichtig bestellen"));
    assert!(shown.text.contains("action=\"/de/checkout\""));
    assert!(shown.text.contains("26,00\u{a0}£"));
}

#[tokio::test]
async fn a_gift_card_that_is_unknown_is_told_beside_its_field() {
    let shop = shop(&cart()).refuses(Method::PUT, &path("/tenders"), 422, "gift_card_unknown", &json!([]));
    let shown = shop.post("/checkout/tenders", COOKIE, &format!("{}&gift_cards=AAAA%2C+BBBB", form(""))).await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("id=\"gift_cards-error\"") && shown.text.contains("value=\"AAAA, BBBB\""));
    assert_eq!(
        shop.asked(&Method::PUT, &path("/tenders"))[0].body,
        json!({"gift_cards": ["AAAA", "BBBB"], "store_credit": null})
    );
}

#[tokio::test]
async fn logging_in_takes_the_cart_along() {
    let own = with(cart(), &json!({"id": OTHER}));
    let shop = Played::default()
        .answers(
            Method::POST,
            "/v1/auth/login",
            200,
            &json!({"access_token": "a.b.c", "refresh_token": "r", "expires_in": 900}),
        )
        .answers(Method::POST, "/v1/carts", 201, &own)
        .answers(Method::POST, &format!("/v1/carts/{OTHER}/merge"), 200, &own);
    let shown = shop.post("/login", COOKIE, "email=ada%40example.org&password=secret-secret").await;
    assert_eq!(shown.status, 303);
    assert_eq!(shown.cookie("cart").unwrap(), format!("{OTHER} - 2"));
    assert_eq!(
        shop.asked(&Method::POST, &format!("/v1/carts/{OTHER}/merge"))[0].body,
        json!({"from": CART, "token": "tok"})
    );
}
