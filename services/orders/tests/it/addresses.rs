//! Where an order is sent, until something of it has left; and what staff note for themselves.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    orders::{OrderAddressChanged, OrderConfirmed, OrderDetails},
};
use bodega_kernel::{Currency, Money};
use bodega_testkit::{Answer, Ask, Asker};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn sent(shop: &Shop) -> OrderId {
    let order = shop.order();
    shop.deliver(vec![shop.said(&shop.odd_checkout(order, None))]).await;
    order
}

async fn put(shop: &Shop, replica: usize, asker: &Asker, order: OrderId, body: &Value) -> Answer {
    let ask = Ask::new("PUT", format!("/v1/orders/{order}/shipping-address")).by(asker).json(body);
    shop.ask_until_served(replica, ask).await
}

fn address(name: &str) -> Value {
    serde_json::to_value(Shop::address(name)).unwrap()
}

async fn an_address_changes_until_something_has_left(shop: &Shop) {
    let order = sent(shop).await;
    let guest = shop.guest(order);
    let answer = put(shop, 0, &guest, order, &address("Charles Babbage")).await.expect(200);
    assert_eq!((&answer.json["address_version"], answer.header("etag")), (&json!(1), r#""2""#));
    put(shop, 0, &Shop::staff(), order, &address("Mary Somerville")).await.expect(200);
    put(shop, 0, &Shop::staff(), order, &address("Mary Somerville")).await.expect(200);
    let told = shop.told::<OrderAddressChanged>().await;
    let versions: Vec<_> = told.iter().map(|event| (event.version, event.shipping_address.name.as_str())).collect();
    assert_eq!(versions, [(1, "Charles Babbage"), (2, "Mary Somerville")], "the same again is no change");
    let view = shop.view(order).await;
    assert_eq!((&view["shipping_address"]["name"], &view["version"]), (&json!("Mary Somerville"), &json!(3)));
    assert_eq!(view["timeline"][1]["what"], "address_changed");
    let details = shop.rpc().ask(OrderDetails { order_id: order }).await.unwrap().unwrap();
    assert_eq!(details.shipping_address, Some(Shop::address("Mary Somerville")));
    let paid = shop.captured_of(order, Money::new(1_351, Currency::GBP));
    shop.deliver(vec![shop.reserved(order), paid]).await;
    let confirmed = shop.told::<OrderConfirmed>().await.remove(0);
    assert_eq!(confirmed.shipping_address, Some(Shop::address("Mary Somerville")));
    shop.deliver(vec![shop.parcel(order, 1, 1, 1, 7)]).await;
    let late = put(shop, 0, &guest, order, &address("Ada Lovelace")).await;
    assert_eq!((late.status, late.code()), (409, "order_has_left"));
    shop.check_books().await;
}

async fn an_address_that_does_not_fit_is_refused(shop: &Shop) {
    let (order, stays, over) = (sent(shop).await, shop.placed().await, sent(shop).await);
    shop.cancel(0, &Shop::staff(), over).await;
    let abroad = json!({"name": "A", "line1": "1", "city": "Paris", "postal_code": "75001", "country": "FR"});
    let answer = put(shop, 0, &Shop::staff(), order, &abroad).await;
    assert_eq!((answer.status, answer.code(), answer.pointers()), (422, "country_differs", vec!["/country"]));
    let bad = json!({
        "name": " ", "line1": "x".repeat(201), "line2": "", "city": "a\u{0}b", "postal_code": "", "country": "gb",
    });
    let answer = put(shop, 0, &Shop::staff(), order, &bad).await;
    let named = ["/name", "/line1", "/city", "/postal_code", "/line2", "/country"];
    assert_eq!((answer.status, answer.pointers()), (422, named.to_vec()));
    let here = address("Ada");
    assert_eq!(put(shop, 0, &Shop::staff(), stays, &here).await.code(), "order_is_not_sent");
    assert_eq!(put(shop, 0, &Shop::staff(), over, &here).await.code(), "order_is_over");
    assert_eq!(put(shop, 0, &shop.guest(over), order, &here).await.status, 404);
    assert!(shop.told::<OrderAddressChanged>().await.is_empty());
}

async fn of_a_hundred_who_read_one_version_one_changes_it(shop: &Shop) {
    let order = sent(shop).await;
    let version = shop.get(&Shop::staff(), &format!("/v1/orders/{order}")).await.header("etag").to_owned();
    let put = |nth: usize| {
        let ask = Ask::new("PUT", format!("/v1/orders/{order}/shipping-address")).by(Shop::staff());
        shop.ask_until_served(nth, ask.header("if-match", &version).json(&address(&format!("Number {nth}"))))
    };
    let answers = join_all((0..100).map(put)).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(412)), (1, 99));
    assert_eq!(shop.told::<OrderAddressChanged>().await.len(), 1);
    shop.check_books().await;
}

async fn a_parcel_that_leaves_while_the_address_changes_goes_where_it_was_told(shop: &Shop) {
    for _ in 0..10 {
        let order = sent(shop).await;
        let paid = shop.captured_of(order, Money::new(1_351, Currency::GBP));
        shop.deliver(vec![shop.reserved(order), paid]).await;
        let (staff, moved) = (Shop::staff(), address("Mary Somerville"));
        let (_, answer) =
            tokio::join!(shop.insist(0, vec![shop.parcel(order, 1, 1, 1, 7)]), put(shop, 1, &staff, order, &moved));
        assert!([200, 409].contains(&answer.status), "{answer:?}");
        let is_moved = shop.view(order).await["shipping_address"]["name"] == "Mary Somerville";
        assert_eq!(is_moved, answer.status == 200);
    }
}

async fn notes_are_for_staff_alone(shop: &Shop) {
    let order = sent(shop).await;
    let path = format!("/v1/admin/orders/{order}/notes");
    let note = |text: &str| Ask::post(&path).by(Shop::staff()).json(&json!({"text": text}));
    for text in ["first", "second", " third "] {
        let written = shop.ask(0, note(text)).await.expect(201);
        assert_eq!((written.field("text"), written.field("author")), (text.trim().to_owned(), shop_staff()));
    }
    let page = shop.get(&Shop::staff(), &format!("{path}?limit=2&count=true")).await.expect(200).json;
    let texts = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((texts(&page), &page["total"]), (vec!["third".to_owned(), "second".to_owned()], &json!(3)));
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = shop.get(&Shop::staff(), &format!("{path}?limit=2&cursor={cursor}")).await.json;
    assert_eq!(texts(&rest), ["first"]);
    let view = shop.get(&shop.guest(order), &format!("/v1/orders/{order}")).await;
    assert!(!view.json.to_string().contains("second"));
    assert_eq!(shop.get(&shop.guest(order), &path).await.status, 401);
    assert_eq!(
        shop.ask(0, Ask::post(&path).by(Shop::customer(shop.user())).json(&json!({"text": "x"}))).await.status,
        403
    );
    for text in ["", "  ", "a\u{0}b", &"x".repeat(2_001)] {
        assert_eq!(shop.ask(0, note(text)).await.pointers(), ["/text"]);
    }
    let nowhere = Ask::post(format!("/v1/admin/orders/{}/notes", shop.order())).by(Shop::staff());
    assert_eq!(shop.ask(0, nowhere.json(&json!({"text": "x"}))).await.status, 404);
}

fn shop_staff() -> String {
    Shop::staff().caller.user.unwrap().to_string()
}

bodega_testkit::stories![
    an_address_changes_until_something_has_left,
    an_address_that_does_not_fit_is_refused,
    of_a_hundred_who_read_one_version_one_changes_it,
    a_parcel_that_leaves_while_the_address_changes_goes_where_it_was_told,
    notes_are_for_staff_alone,
];
