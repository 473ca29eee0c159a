//! Ways of shipping as shipping tells them: which are offered, what they cost, and that no price is charged unseen.

use crate::{
    said::{cancelled, product, promotion, sku},
    setup::{Shop, address, full, holder},
};
use bodega_contracts::{cart::SeenMethodFacts, orders::CancelReason, shipping::ShippingMethodChanged};
use bodega_db::Envelope;
use bodega_kernel::Currency;
use bodega_pricing::{
    Reward,
    shipping::{Rate, Step},
};
use bodega_testkit::{Asker, arrivals, stories};
use serde_json::{Value, json};

stories!(
    the_settings_hold_until_a_method_is_heard_of,
    a_zone_decides_what_is_offered,
    weight_has_its_table_and_unknown_weight_counts_nothing,
    goods_above_the_limit_go_free_and_what_comes_off_counts,
    who_fetches_needs_no_address_and_has_to_say_so,
    a_shipping_price_is_shown_before_it_is_charged,
    a_method_that_is_switched_off_is_missing,
    another_way_at_the_same_price_is_shown_first,
    an_order_keeps_the_shipping_it_was_bought_with,
    methods_come_to_the_same_end_in_any_order,
    a_cart_from_before_compares_with_the_settings,
);

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn method(id: &str, version: i64, rate: Rate) -> ShippingMethodChanged {
    ShippingMethodChanged {
        method_id: id.to_owned(),
        version,
        enabled: true,
        name: id.to_uppercase(),
        rate,
        free_above: None,
        countries: Vec::new(),
        tax_rate_bp: 2_000,
        currency: Currency::GBP,
    }
}

fn flat(id: &str, version: i64, price: i64) -> ShippingMethodChanged {
    method(id, version, Rate::Flat { price })
}

/// Two kilos at most: 2.99 up to 500 g, else 4.99.
fn by_weight(id: &str) -> ShippingMethodChanged {
    let steps = [(500, 299), (2_000, 499)].map(|(most, price)| Step { up_to: Some(most), price });
    method(id, 1, Rate::ByWeight { steps: steps.to_vec() })
}

/// One thing of 2.50 and 400 g.
async fn stocked(shop: &Shop) {
    let mut mugs = product(1, 1, &[("A", 250), ("B", 100)]);
    mugs.variants.iter_mut().filter(|variant| variant.sku == sku("A")).for_each(|one| one.grams = Some(400));
    shop.hear(&mugs).await;
}

async fn read(shop: &Shop, (path, guest): &(String, Asker)) -> Value {
    shop.call(guest, "GET", path, Value::Null).await.expect(200).json
}

async fn change(shop: &Shop, (path, guest): &(String, Asker), body: Value) -> Value {
    shop.call(guest, "PATCH", path, body).await.expect(200).json
}

/// Another quantity of the first line.
async fn set(shop: &Shop, (path, guest): &(String, Asker), cart: &Value, quantity: i64) -> Value {
    let line = format!("{path}/lines/{}", cart["lines"][0]["id"].as_str().unwrap());
    shop.call(guest, "PATCH", &line, json!({"quantity": quantity})).await.expect(200).json
}

/// A cart with one A, an e-mail address and nothing else.
async fn bare(shop: &Shop) -> (String, Asker) {
    let body = json!({"lines": [{"sku": "A", "quantity": 1}], "email": "ada@example.org"});
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", body).await.expect(201);
    (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")))
}

fn offered(cart: &Value) -> Vec<(&str, i64)> {
    let way = |way: &'_ Value| -> i64 { way["price"]["amount"].as_i64().unwrap() };
    let ways = cart["shipping_methods"].as_array().unwrap();
    ways.iter().map(|one| (one["id"].as_str().unwrap(), way(one))).collect()
}

async fn the_settings_hold_until_a_method_is_heard_of(shop: &Shop) {
    stocked(shop).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    assert_eq!(offered(&read(shop, &cart).await), [("standard", 395)]);
    // The same method as shipping tells it at first is no news.
    shop.hear(&flat("standard", 1, 395)).await;
    let same = read(shop, &cart).await;
    assert_eq!((&same["changes"], &same["shipping_methods"][0]["name"]), (&json!([]), &json!("STANDARD")));
    let mut off = flat("standard", 2, 395);
    off.enabled = false;
    shop.hear(&off).await;
    let none = read(shop, &cart).await;
    assert_eq!(none["missing"], json!(["shipping_method"]));
    assert!(offered(&none).is_empty(), "the settings are over for good");
    let refused = shop.call(&cart.1, "PATCH", &cart.0, json!({"shipping_method": "standard"})).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/shipping_method"]));
}

async fn a_zone_decides_what_is_offered(shop: &Shop) {
    stocked(shop).await;
    let mut home = flat("home", 1, 300);
    home.countries = vec!["GB".to_owned(), "IE".to_owned()];
    let mut euros = flat("euros", 1, 1);
    euros.currency = Currency::EUR;
    shop.hear_all(vec![shop.said(&home), shop.said(&flat("world", 1, 1_500)), shop.said(&euros)]).await;
    let cart = bare(shop).await;
    let nowhere = read(shop, &cart).await;
    assert_eq!(offered(&nowhere), [("home", 300), ("world", 1_500)]);
    assert_eq!(nowhere["missing"], json!(["shipping_address", "shipping_method"]));
    let here = change(shop, &cart, json!({"shipping_address": address(), "shipping_method": "home"})).await;
    assert_eq!((&here["missing"], &here["shipping"]), (&json!([]), &pounds(300)));
    let mut abroad = address();
    abroad["country"] = json!("FR");
    let moved = change(shop, &cart, json!({"shipping_address": abroad})).await;
    assert_eq!((offered(&moved), &moved["missing"]), (vec![("world", 1_500)], &json!(["shipping_method"])));
    assert_eq!((&moved["shipping_method"], &moved["shipping"]), (&Value::Null, &pounds(0)));
    let refused = shop.check_out(&cart.0, &cart.1, "k").await;
    assert_eq!((refused.code(), &refused.json["missing"]), ("cart_incomplete", &json!(["shipping_method"])));
    // Where nothing is chosen, the only one that goes there holds.
    let left = change(shop, &cart, json!({"shipping_method": null})).await;
    assert_eq!((&left["shipping_method"], &left["shipping"]), (&json!("world"), &pounds(1_500)));
    shop.check_out(&cart.0, &cart.1, "l").await.expect(202);
    assert_eq!(shop.orders().await[0].basket.shipping.as_ref().unwrap().method, "world");
}

async fn weight_has_its_table_and_unknown_weight_counts_nothing(shop: &Shop) {
    stocked(shop).await;
    shop.hear(&by_weight("post")).await;
    let cart = shop.full_cart(&[("A", 1), ("B", 50)]).await;
    let one = read(shop, &cart).await;
    assert_eq!(offered(&one), [("post", 299)]);
    assert_eq!(set(shop, &cart, &one, 2).await["shipping"], pounds(499));
    assert_eq!(set(shop, &cart, &one, 5).await["shipping"], pounds(499));
    let heavy = set(shop, &cart, &one, 6).await;
    assert_eq!((offered(&heavy), &heavy["missing"]), (vec![], &json!(["shipping_method"])));
    set(shop, &cart, &one, 5).await;
    // A weight that is heard of later changes the price, which is shown first.
    let mut lighter = product(1, 2, &[("A", 250), ("B", 100)]);
    lighter.variants.iter_mut().for_each(|variant| variant.grams = Some(1));
    shop.hear(&lighter).await;
    let news = json!([{"kind": "shipping_changed", "method": "post", "was": pounds(499), "now": pounds(299)}]);
    assert_eq!(read(shop, &cart).await["changes"], news);
}

async fn goods_above_the_limit_go_free_and_what_comes_off_counts(shop: &Shop) {
    stocked(shop).await;
    let mut standard = flat("standard", 1, 395);
    standard.free_above = Some(1_000);
    shop.hear(&standard).await;
    let cart = shop.full_cart(&[("A", 3)]).await;
    let three = read(shop, &cart).await;
    assert_eq!(three["shipping"], pounds(395));
    let four = set(shop, &cart, &three, 4).await;
    assert_eq!((&four["shipping"], &four["total"], &four["changes"]), (&pounds(0), &pounds(1_000), &json!([])));
    shop.hear(&promotion(1, Reward::Percentage { bp: 1_000 })).await;
    let less = read(shop, &cart).await;
    assert_eq!((&less["shipping"], &less["total"]), (&pounds(395), &pounds(900 + 395)));
    assert_eq!(less["changes"][0]["kind"], "shipping_changed");
    let five = set(shop, &cart, &three, 5).await;
    assert_eq!((&five["shipping"], &five["total"]), (&pounds(0), &pounds(1_125)));
    shop.check_out(&cart.0, &cart.1, "k").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.total, 1_125);
}

async fn who_fetches_needs_no_address_and_has_to_say_so(shop: &Shop) {
    stocked(shop).await;
    let mut desk = method("desk", 1, Rate::Pickup { price: 0 });
    desk.countries = vec!["IE".to_owned()];
    shop.hear(&desk).await;
    let cart = bare(shop).await;
    let unsaid = read(shop, &cart).await;
    assert_eq!(unsaid["missing"], json!(["shipping_address", "shipping_method"]));
    let said = change(shop, &cart, json!({"shipping_method": "desk"})).await;
    assert_eq!((&said["missing"], &said["shipping"]), (&json!([]), &pounds(0)));
    shop.check_out(&cart.0, &cart.1, "k").await.expect(202);
    let order = shop.orders().await.pop().unwrap();
    assert_eq!((order.shipping_address, order.basket.shipping.unwrap().method), (None, "desk".to_owned()));
    shop.hear(&flat("post", 1, 395)).await;
    let cart = bare(shop).await;
    let sent = change(shop, &cart, json!({"shipping_method": "post"})).await;
    assert_eq!(sent["missing"], json!(["shipping_address"]));
}

async fn a_shipping_price_is_shown_before_it_is_charged(shop: &Shop) {
    stocked(shop).await;
    shop.hear(&flat("standard", 1, 395)).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    let (path, guest) = &cart;
    shop.hear(&flat("standard", 2, 495)).await;
    let news = json!([{"kind": "shipping_changed", "method": "standard", "was": pounds(395), "now": pounds(495)}]);
    let seen = read(shop, &cart).await;
    assert_eq!((&seen["changes"], &seen["total"]), (&news, &pounds(745)));
    for _ in 0..2 {
        let refused = shop.check_out(path, guest, "first").await;
        assert_eq!((refused.status, refused.code(), &refused.json["cart"]["changes"]), (409, "price_changed", &news));
    }
    assert_eq!(read(shop, &cart).await["changes"], json!([]));
    shop.check_out(path, guest, "second").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.shipping, 495);
    // Whoever changes the cart sees the price of then; free shipping is worth what shipping costs.
    let cart = shop.full_cart(&[("A", 1)]).await;
    shop.hear_all(vec![shop.said(&flat("standard", 3, 595)), shop.said(&promotion(1, Reward::FreeShipping {}))]).await;
    let touched = change(shop, &cart, json!({"email": "b@example.org"})).await;
    assert_eq!((&touched["changes"], &touched["total"]), (&json!([]), &pounds(250)));
    assert_eq!(touched["shipping_discount"], json!({"label": "promotion 1", "amount": pounds(595)}));
    shop.check_out(&cart.0, &cart.1, "third").await.expect(202);
}

async fn a_method_that_is_switched_off_is_missing(shop: &Shop) {
    stocked(shop).await;
    shop.hear_all(vec![shop.said(&flat("post", 1, 395)), shop.said(&flat("express", 1, 995))]).await;
    let mut body = full(&[("A", 1)]);
    body["shipping_method"] = json!("express");
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", body.clone()).await.expect(201);
    assert_eq!((&made.json["missing"], &made.json["shipping"]), (&json!([]), &pounds(995)));
    let cart = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    let mut off = flat("express", 2, 995);
    off.enabled = false;
    shop.hear(&off).await;
    let gone = read(shop, &cart).await;
    assert_eq!((offered(&gone), &gone["missing"]), (vec![("post", 395)], &json!(["shipping_method"])));
    let refused = shop.check_out(&cart.0, &cart.1, "k").await;
    assert_eq!((refused.status, refused.code()), (409, "cart_incomplete"));
    let refused = shop.call(&Asker::default(), "POST", "/v1/carts", body).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/shipping_method"]));
    change(shop, &cart, json!({"shipping_method": "post"})).await;
    shop.check_out(&cart.0, &cart.1, "l").await.expect(202);
}

async fn another_way_at_the_same_price_is_shown_first(shop: &Shop) {
    stocked(shop).await;
    shop.hear(&flat("post", 1, 395)).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let mut off = flat("post", 2, 395);
    off.enabled = false;
    shop.hear_all(vec![shop.said(&off), shop.said(&flat("van", 1, 395))]).await;
    let refused = shop.check_out(&path, &guest, "k").await;
    assert_eq!(refused.code(), "price_changed");
    let news = json!([{"kind": "shipping_changed", "method": "van", "was": pounds(395), "now": pounds(395)}]);
    assert_eq!(refused.json["cart"]["changes"], news);
    shop.check_out(&path, &guest, "l").await.expect(202);
}

async fn an_order_keeps_the_shipping_it_was_bought_with(shop: &Shop) {
    stocked(shop).await;
    shop.hear(&flat("post", 1, 395)).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    shop.check_out(&cart.0, &cart.1, "k").await.expect(202);
    shop.hear_all(vec![shop.said(&flat("post", 2, 900)), shop.said(&flat("van", 1, 1))]).await;
    let bought = read(shop, &cart).await;
    assert_eq!((&bought["shipping"], &bought["shipping_method"]), (&pounds(395), &json!("post")));
    assert_eq!((&bought["changes"], &bought["missing"]), (&json!([]), &json!([])));
    let order = shop.orders().await.pop().unwrap();
    shop.hear(&cancelled(&order, CancelReason::OutOfStock)).await;
    let again = change(shop, &cart, json!({"shipping_method": "post"})).await;
    assert_eq!(again["shipping"], pounds(900));
}

async fn methods_come_to_the_same_end_in_any_order(shop: &Shop) {
    stocked(shop).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    let mut off = flat("b", 2, 200);
    off.enabled = false;
    let told = [flat("a", 1, 100), flat("a", 2, 150), flat("a", 3, 175), flat("b", 1, 200), off];
    for (number, order) in arrivals(told.len(), 0).into_iter().enumerate() {
        shop.db().write(async |tx| tx.execute("DELETE FROM methods", &[]).await).await.unwrap();
        let batch: Vec<Envelope> = order.iter().map(|&index| shop.said(&told[index])).collect();
        if number % 2 == 0 {
            shop.hear_all(batch).await;
        } else {
            for event in batch {
                shop.hear_all(vec![event.clone(), event]).await;
            }
        }
        let seen = shop.rpc().ask(SeenMethodFacts { after: None }).await.unwrap();
        let facts: Vec<_> = seen.iter().map(|fact| (fact.method_id.as_str(), fact.version, fact.enabled)).collect();
        assert_eq!(facts, [("a", 3, true), ("b", 2, false)], "{order:?}");
        assert_eq!(offered(&read(shop, &cart).await), [("a", 175)], "{order:?}");
    }
    let after = SeenMethodFacts { after: Some("a".to_owned()) };
    assert_eq!(shop.rpc().ask(after).await.unwrap().len(), 1);
}

async fn a_cart_from_before_compares_with_the_settings(shop: &Shop) {
    stocked(shop).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    shop.db().write(async |tx| tx.execute("UPDATE carts SET shown_shipping = NULL", &[]).await).await.unwrap();
    assert_eq!(read(shop, &cart).await["changes"], json!([]));
    shop.hear(&flat("standard", 1, 500)).await;
    let refused = shop.check_out(&cart.0, &cart.1, "k").await;
    assert_eq!((refused.status, refused.code()), (409, "price_changed"));
    let news = json!([{"kind": "shipping_changed", "method": "standard", "was": pounds(395), "now": pounds(500)}]);
    assert_eq!(refused.json["cart"]["changes"], news);
    shop.check_out(&cart.0, &cart.1, "l").await.expect(202);
}
