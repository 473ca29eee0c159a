//! What people say of themselves, and their address book.

use crate::setup::{Shop, guest, user};
use bodega_contracts::identity::UserContact;
use bodega_kernel::{Caller, Role};
use bodega_testkit::stories;
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn customer(shop: &Shop, email: &str) -> Caller {
    user(&shop.register(email).await, &[Role::Customer])
}

fn address(more: &Value) -> Value {
    let mut body = json!({"name": "Ada Lovelace", "line1": "1 High Street", "city": "London", "postal_code": "N1 1AA",
        "country": "GB"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn a_profile_is_changed_field_by_field(shop: &Shop) {
    let anna = customer(shop, "anna@example.com").await;
    let patch = |body: Value| shop.call(anna.clone(), "PATCH", "/v1/me", Some(body));
    let all = json!({"name": "Anna", "phone": "+44 20 7946 0000", "birthday": "1990-12-31", "language": "de-AT"});
    let changed = patch(all.clone()).await.expect(200).json;
    for (name, value) in all.as_object().unwrap() {
        assert_eq!(&changed[name], value);
    }
    let less = patch(json!({"phone": null, "name": "Anne"})).await.expect(200).json;
    assert_eq!((&less["name"], &less["phone"], &less["language"]), (&json!("Anne"), &Value::Null, &json!("de-AT")));
    assert_eq!(patch(json!({})).await.expect(200).json, less);
    let contact = shop.rpc().ask(UserContact { user_id: anna.user.unwrap() }).await.unwrap().unwrap();
    assert_eq!(contact.language.as_deref(), Some("de-AT"));
    for (field, value) in [
        ("name", json!("")),
        ("phone", json!("call me")),
        ("birthday", json!("2026-02-30")),
        ("birthday", json!("2030-01-01")),
        ("language", json!("english!")),
        ("language", json!(7)),
        ("email", json!("x@example.com")),
    ] {
        let refused = patch(json!({ field: value })).await.expect(422);
        assert_eq!(refused.pointers(), [format!("/{field}")]);
    }
}

async fn addresses_are_kept_and_one_is_the_default_of_each_kind(shop: &Shop) {
    let anna = customer(shop, "anna@example.com").await;
    let post = |body: Value| shop.call(anna.clone(), "POST", "/v1/me/addresses", Some(body));
    let first = post(address(&json!({}))).await.expect(201).json;
    assert_eq!((&first["default_shipping"], &first["default_billing"]), (&json!(true), &json!(true)));
    let second = post(address(&json!({"default_shipping": true, "line2": "Flat 2"}))).await.expect(201).json;
    assert_eq!((&second["default_billing"], &second["line2"]), (&json!(false), &json!("Flat 2")));
    let list = shop.call(anna.clone(), "GET", "/v1/me/addresses", None).await.expect(200).json;
    let shipping: Vec<&Value> =
        list["items"].as_array().unwrap().iter().map(|item| &item["default_shipping"]).collect();
    assert_eq!(shipping, [&json!(false), &json!(true)]);
    let path = format!("/v1/me/addresses/{}", first["id"].as_str().unwrap());
    let read = shop.call(anna.clone(), "GET", &path, None).await.expect(200);
    assert_eq!(read.header("etag"), "\"2\"", "it lost its place as the default");
    let put = async |tag: &str, body: Value| {
        shop.call_on(0, anna.clone(), "PUT", &path, Some(body), &[("if-match", tag)]).await
    };
    assert_eq!(put("\"1\"", address(&json!({}))).await.status, 412);
    let changed = put("\"2\"", address(&json!({"city": "York"}))).await.expect(200);
    assert_eq!((&changed.json["city"], changed.header("etag")), (&json!("York"), "\"3\""));
    assert_eq!(changed.json["default_billing"], json!(true), "kept where nothing is said");
    let gone = shop.call_on(0, anna.clone(), "DELETE", &path, None, &[("if-match", "\"2\"")]).await;
    assert_eq!(gone.status, 412);
    shop.call(anna.clone(), "DELETE", &path, None).await.expect(204);
    assert_eq!(shop.call(anna.clone(), "DELETE", &path, None).await.expect(404).code(), "address_not_found");
}

async fn the_addresses_of_others_do_not_exist(shop: &Shop) {
    let (anna, bert) = (customer(shop, "anna@example.com").await, customer(shop, "bert@example.com").await);
    let made = shop.call(anna.clone(), "POST", "/v1/me/addresses", Some(address(&json!({})))).await.expect(201);
    let path = format!("/v1/me/addresses/{}", made.field("id"));
    let staff = Caller { roles: vec![Role::Admin], ..bert.clone() };
    for caller in [bert.clone(), staff] {
        assert_eq!(shop.call(caller.clone(), "GET", &path, None).await.status, 404);
        assert_eq!(shop.call(caller.clone(), "PUT", &path, Some(address(&json!({})))).await.status, 404);
        assert_eq!(shop.call(caller.clone(), "DELETE", &path, None).await.status, 404);
    }
    assert_eq!(shop.call(bert, "GET", "/v1/me/addresses", None).await.json["items"], json!([]));
    for (method, path) in [("GET", "/v1/me/addresses"), ("POST", "/v1/me/addresses"), ("GET", path.as_str())] {
        assert_eq!(shop.call(guest(), method, path, Some(address(&json!({})))).await.status, 401);
    }
    shop.call(anna, "GET", &path, None).await.expect(200);
}

async fn nobody_has_more_than_fifty_addresses_however_many_they_send_at_once(shop: &Shop) {
    let anna = customer(shop, "anna@example.com").await;
    let calls = (0..60).map(|number| {
        let body = address(&json!({"line1": format!("{number} High Street"), "default_billing": true}));
        shop.call_on(number, anna.clone(), "POST", "/v1/me/addresses", Some(body), &[])
    });
    let answers = join_all(calls).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 50, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    let defaults = "SELECT line1 FROM addresses WHERE default_billing";
    assert_eq!(shop.column::<String>(defaults).await.len(), 1);
}

async fn a_bad_address_is_refused_where_it_is_wrong_and_a_key_adds_one(shop: &Shop) {
    let anna = customer(shop, "anna@example.com").await;
    for (more, pointer) in [
        (json!({"name": " "}), "/name"),
        (json!({"line1": "x".repeat(201)}), "/line1"),
        (json!({"country": "gb"}), "/country"),
        (json!({"city": "a\u{0}"}), "/city"),
        (json!({"default_shipping": "yes"}), "/default_shipping"),
        (json!({"id": "7"}), "/id"),
    ] {
        let refused = shop.call(anna.clone(), "POST", "/v1/me/addresses", Some(address(&more))).await.expect(422);
        assert_eq!(refused.pointers(), [pointer]);
    }
    let key = [("idempotency-key", "k1")];
    let post = || shop.call_on(0, anna.clone(), "POST", "/v1/me/addresses", Some(address(&json!({}))), &key);
    assert_eq!(post().await.expect(201).json, post().await.expect(201).json);
    assert_eq!(shop.column::<String>("SELECT line1 FROM addresses").await.len(), 1);
}

stories![
    a_profile_is_changed_field_by_field,
    addresses_are_kept_and_one_is_the_default_of_each_kind,
    the_addresses_of_others_do_not_exist,
    nobody_has_more_than_fifty_addresses_however_many_they_send_at_once,
    a_bad_address_is_refused_where_it_is_wrong_and_a_key_adds_one,
];
