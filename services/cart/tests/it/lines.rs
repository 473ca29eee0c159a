//! What may be put into a cart, and what is refused by the place it stands at.

use crate::{
    said::product,
    setup::{Shop, address, full, holder},
};
use bodega_settings::ShippingMethod;
use bodega_testkit::{Ask, Asker, stories};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn a_cart_is_made_in_one_request_and_answers_with_its_price(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 1_000)])).await;
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", full(&[("A", 3), ("B", 1)])).await;
    assert_eq!(made.status, 201, "{made:?}");
    let pounds = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    let cart = &made.json;
    assert_eq!((&cart["currency"], &cart["version"], &cart["status"]), (&json!("GBP"), &json!(1), &json!("open")));
    assert_eq!(cart["subtotal"], pounds(1_750));
    assert_eq!(cart["shipping"], pounds(395));
    assert_eq!(cart["total"], pounds(2_145));
    assert_eq!(cart["tax"], pounds(358));
    assert_eq!(cart["shipping_method"], "standard");
    assert_eq!(cart["shipping_methods"], json!([{"id": "standard", "name": "Standard", "price": pounds(395)}]));
    assert_eq!((&cart["missing"], &cart["changes"], &cart["discounts"]), (&json!([]), &json!([]), &json!([])));
    let line = &cart["lines"][0];
    assert_eq!((&line["sku"], &line["name"], &line["quantity"]), (&json!("A"), &json!("Name of A"), &json!(3)));
    assert_eq!((&line["unit_price"], &line["total"]), (&pounds(250), &pounds(750)));
    let (path, guest) = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    let mut read = shop.call(&guest, "GET", &path, Value::Null).await;
    read.json["token"] = made.json["token"].clone();
    assert_eq!(read.json, made.json);
    let tag = read.headers["etag"].to_str().unwrap().to_owned();
    let same = shop.ask(0, Ask::get(&path).by(&guest).header("if-none-match", &tag)).await;
    assert_eq!(same.status, 304);
}

async fn an_empty_cart_says_what_it_lacks_and_is_filled_step_by_step(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 1_000)])).await;
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", Value::Null).await;
    assert_eq!(made.json["missing"], json!(["lines", "email"]));
    let (path, guest) = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    let refused = shop.check_out(&path, &guest, "k").await;
    assert_eq!((refused.status, refused.code()), (409, "cart_incomplete"));
    assert_eq!(refused.json["missing"], json!(["lines", "email"]));
    let lines = format!("{path}/lines");
    let added = shop.call(&guest, "POST", &lines, json!({"sku": "A", "quantity": 1})).await;
    assert_eq!(added.json["missing"], json!(["email", "shipping_address"]));
    let added =
        shop.call(&guest, "POST", &lines, json!([{"sku": "B", "quantity": 1}, {"sku": "A", "quantity": 4}])).await;
    assert_eq!((&added.json["lines"][0]["quantity"], &added.json["version"]), (&json!(5), &json!(3)));
    let line = format!("{lines}/{}", added.json["lines"][0]["id"].as_str().unwrap());
    let set = shop.call(&guest, "PATCH", &line, json!({"quantity": 2})).await;
    assert_eq!(set.json["subtotal"]["amount"], 1_500);
    let less = shop.call(&guest, "DELETE", &line, Value::Null).await;
    assert_eq!((less.status, &less.json["subtotal"]["amount"]), (200, &json!(1_000)));
    assert_eq!(shop.call(&guest, "DELETE", &line, Value::Null).await.code(), "line_not_found");
    assert_eq!(shop.call(&guest, "PATCH", &line, json!({"quantity": 2})).await.code(), "line_not_found");
    let details = json!({"email": "ada@example.org", "shipping_address": address(), "billing_address": address()});
    let whole = shop.call(&guest, "PATCH", &path, details).await;
    assert_eq!((&whole.json["missing"], &whole.json["billing_address"]), (&json!([]), &address()));
    let cleared = shop.call(&guest, "PATCH", &path, json!({"email": null, "coupon_code": null, "points": null})).await;
    assert_eq!((&cleared.json["missing"], &cleared.json["shipping_address"]), (&json!(["email"]), &address()));
}

async fn lines_go_in_all_or_none(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let lines = format!("{path}/lines");
    let body = json!([{"sku": "A", "quantity": 1}, {"sku": "X", "quantity": 1}, {"sku": "Y", "quantity": 1}]);
    let refused = shop.call(&guest, "POST", &lines, body).await;
    assert_eq!((refused.status, refused.code()), (422, "unknown_sku"));
    assert_eq!(refused.pointers(), ["/1/sku", "/2/sku"]);
    let refused = shop.call(&guest, "POST", &lines, json!({"sku": "X", "quantity": 1})).await;
    assert_eq!(refused.pointers(), ["/sku"]);
    let refused = shop.call(&Asker::default(), "POST", "/v1/carts", full(&[("A", 1), ("X", 1)])).await;
    assert_eq!(refused.pointers(), ["/lines/1/sku"]);
    let refused = shop.call(&guest, "POST", &lines, json!({"sku": "A", "quantity": 10_000})).await;
    assert_eq!((refused.status, refused.code()), (422, "quantity_too_large"));
    let cart = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!((&cart.json["version"], &cart.json["lines"][0]["quantity"]), (&json!(1), &json!(1)));
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 1);
}

async fn bad_input_is_refused_by_the_place_it_stands_at(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let lines = format!("{path}/lines");
    for quantity in
        [json!(0), json!(-1), json!(10_001), json!(i64::MAX), json!(1.5), json!("1"), json!(null), json!(1e30)]
    {
        let one = shop.call(&guest, "POST", &lines, json!({"sku": "A", "quantity": quantity})).await;
        assert_eq!((one.status, one.pointers()), (422, vec!["/quantity"]), "{quantity} {one:?}");
        let many = shop
            .call(&guest, "POST", &lines, json!([{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": quantity}]))
            .await;
        assert_eq!((many.status, many.pointers()), (422, vec!["/1/quantity"]), "{quantity} {many:?}");
    }
    for (method, end, body, pointer) in [
        ("POST", "/lines", json!({"sku": "A", "quantity": 1, "unit_price": 1}), "/unit_price"),
        ("POST", "/lines", json!([{"sku": "A", "quantity": 1, "price": 1}]), "/0/price"),
        ("PATCH", "", json!({"total": {"amount": 1, "currency": "GBP"}}), "/total"),
        ("PATCH", "", json!({"owner": "me"}), "/owner"),
        ("PATCH", "", json!({"email": "nobody"}), "/email"),
        ("PATCH", "", json!({"shipping_method": "teleport"}), "/shipping_method"),
        ("PATCH", "", json!({"shipping_address": {"name": "x"}}), "/shipping_address/line1"),
        ("PATCH", "", json!({"coupon_code": " "}), "/coupon_code"),
        ("PATCH", "", json!({"coupon_code": "x".repeat(101)}), "/coupon_code"),
        ("PATCH", "", json!({"coupon_code": 7}), "/coupon_code"),
        ("PATCH", "", json!({"points": -1}), "/points"),
        ("PATCH", "", json!({"points": 1.5}), "/points"),
        ("PATCH", "", json!({"points": 1_000_000_001}), "/points"),
        ("PATCH", "", json!({"points": 9_223_372_036_854_775_808_u64}), "/points"),
        ("POST", "/lines", json!({"sku": "", "quantity": 1}), "/sku"),
        ("POST", "/checkout", json!({"payment_method": "Card!"}), "/payment_method"),
        ("POST", "/checkout", json!({"payment_method": "card", "amount": 1}), "/amount"),
    ] {
        let answer = shop.call(&guest.with_key("key"), method, &format!("{path}{end}"), body.clone()).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body} {answer:?}");
    }
    let priced = json!({"lines": [{"sku": "A", "quantity": 1, "unit_price": {"amount": 1, "currency": "GBP"}}]});
    let priced = shop.call(&Asker::default(), "POST", "/v1/carts", priced).await;
    assert_eq!((priced.status, priced.pointers()), (422, vec!["/lines/0/unit_price"]));
    let keyless = shop.call(&guest, "POST", &format!("{path}/checkout"), json!({"payment_method": "card"})).await;
    assert_eq!((keyless.status, keyless.code()), (400, "idempotency_key_required"));
    let cart = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!(cart.json["version"], 1);
}

async fn a_body_and_a_cart_have_limits(shop: &Shop) {
    let names: Vec<String> = (0..=1_000).map(|number| format!("SKU-{number:04}")).collect();
    let all: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 100)).collect();
    shop.hear(&product(1, 1, &all)).await;
    let wanted: Vec<(&str, i64)> = all.iter().map(|(name, _)| (*name, 2)).collect();
    let started = Instant::now();
    let (path, guest) = shop.full_cart(&wanted[..1_000]).await;
    let order = shop.check_out(&path, &guest, "k").await;
    assert_eq!(order.status, 202, "{order:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(shop.orders().await[0].basket.lines.len(), 1_000);
    let refused = shop.call(&Asker::default(), "POST", "/v1/carts", full(&wanted)).await;
    assert_eq!((refused.status, refused.code()), (422, "too_many_lines"));
    let (path, guest) = shop.full_cart(&wanted[..1_000]).await;
    let one_more = json!({"sku": names[1_000], "quantity": 1});
    let refused = shop.call(&guest, "POST", &format!("{path}/lines"), one_more).await;
    assert_eq!((refused.status, refused.code()), (422, "too_many_lines"));
    let huge = format!("{{\"email\": \"{}\"}}", "x".repeat(600_000)).into_bytes();
    assert_eq!(shop.ask(0, Ask::new("PATCH", &path).by(&guest).body(huge)).await.status, 413);
}

async fn what_is_not_sent_needs_no_address_and_of_two_methods_one_is_chosen(shop: &Shop) {
    let two = |settings: &mut bodega_settings::Settings| {
        let express = ShippingMethod { id: "express".to_owned(), name: "Express".to_owned(), price: 995 };
        settings.shop.shipping_methods.push(express);
    };
    let shop = shop.another(two).await;
    let mut service = product(2, 1, &[("FEE", 500)]);
    service.variants[0].stocked = false;
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.hear(&service).await;
    let body = json!({"lines": [{"sku": "FEE", "quantity": 1}], "email": "ada@example.org"});
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", body).await;
    assert_eq!((&made.json["missing"], &made.json["total"]["amount"]), (&json!([]), &json!(500)));
    let (path, guest) = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    let added = shop.call(&guest, "POST", &format!("{path}/lines"), json!({"sku": "A", "quantity": 1})).await;
    assert_eq!(added.json["missing"], json!(["shipping_address", "shipping_method"]));
    let chosen = json!({"shipping_method": "express", "shipping_address": address()});
    let chosen = shop.call(&guest, "PATCH", &path, chosen).await;
    assert_eq!((&chosen.json["missing"], &chosen.json["shipping"]["amount"]), (&json!([]), &json!(995)));
    assert_eq!(shop.check_out(&path, &guest, "k").await.status, 202);
    assert_eq!(shop.orders().await[0].unstocked, [crate::said::sku("FEE")]);
}

stories![
    a_cart_is_made_in_one_request_and_answers_with_its_price,
    an_empty_cart_says_what_it_lacks_and_is_filled_step_by_step,
    lines_go_in_all_or_none,
    bad_input_is_refused_by_the_place_it_stands_at,
    a_body_and_a_cart_have_limits,
    what_is_not_sent_needs_no_address_and_of_two_methods_one_is_chosen,
];
