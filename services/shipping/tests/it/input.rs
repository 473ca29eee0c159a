//! Bad input gets a problem that names the field, and changes nothing.

use crate::setup::Shop;
use bodega_testkit::{Ask, staff, stories};
use serde_json::{Value, json};

stories!(a_bad_parcel_is_refused_by_field, a_bad_method_is_refused_by_field, what_is_no_id_names_nothing);

/// What no number of pieces or pence can be.
const BAD: [&str; 7] = ["-1", "1.5", "9223372036854775808", "\"1\"", "null", "[]", "1e30"];

async fn refused(shop: &Shop, ask: Ask, body: &str, pointer: &str) {
    let answer = shop.ask(0, ask.by(staff()).key("key").body(body)).await;
    assert_eq!((answer.status, answer.code()), (422, "invalid_body"), "{body}: {}", answer.text);
    assert_eq!(answer.pointers().first(), Some(&pointer), "{body}: {}", answer.text);
}

async fn a_bad_parcel_is_refused_by_field(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3)]).await;
    let ask = || Ask::post(format!("/v1/fulfilments/{}/shipments", fulfilment.id));
    for bad in BAD.into_iter().chain(["0", "1000000001"]) {
        let body = format!(r#"{{"carrier": "manual", "lines": [{{"sku": "A", "quantity": {bad}}}]}}"#);
        refused(shop, ask(), &body, "/lines/0/quantity").await;
    }
    let long = "x".repeat(501);
    let many = vec![json!({"sku": "A", "quantity": 1}); 1_001];
    let bodies: [(Value, &str); 15] = [
        (json!({}), "/carrier"),
        (json!({"carrier": "dhl"}), "/carrier"),
        (json!({"carrier": 1}), "/carrier"),
        (json!({"carrier": "manual", "price": 1}), "/price"),
        (json!({"carrier": "manual", "lines": []}), "/lines"),
        (json!({"carrier": "manual", "lines": many}), "/lines"),
        (json!({"carrier": "manual", "lines": [{"sku": " A", "quantity": 1}]}), "/lines/0/sku"),
        (json!({"carrier": "manual", "lines": [{"sku": "A", "quantity": 1, "free": true}]}), "/lines/0/free"),
        (json!({"carrier": "manual", "tracking_number": ""}), "/tracking_number"),
        (json!({"carrier": "manual", "tracking_number": "a\nb"}), "/tracking_number"),
        (json!({"carrier": "manual", "carrier_name": " x"}), "/carrier_name"),
        (json!({"carrier": "manual", "tracking_url": "javascript:alert(1)"}), "/tracking_url"),
        (json!({"carrier": "manual", "tracking_url": "https://a.example/\"><script>"}), "/tracking_url"),
        (json!({"carrier": "manual", "tracking_url": format!("https://{long}")}), "/tracking_url"),
        (json!({"carrier": "simulator", "tracking_number": "1"}), "/tracking_number"),
    ];
    for (body, pointer) in bodies {
        refused(shop, ask(), &body.to_string(), pointer).await;
    }
    let broken = shop.ask(0, ask().by(staff()).key("key").body("{")).await;
    assert_eq!(broken.status, 400);
    for path in ["ready", "collected"] {
        let ask = Ask::post(format!("/v1/fulfilments/{}/{path}", fulfilment.id)).by(staff());
        assert_eq!(shop.ask(0, ask.body(r#"{"at": 1}"#)).await.status, 422, "{path}");
    }
    assert_eq!(shop.facts().await[&fulfilment.order].dispatched, 0);
}

async fn a_bad_method_is_refused_by_field(shop: &Shop) {
    let path = "/v1/shipping-methods";
    let body = |field: &str, value: &str| {
        let mut fields = vec![("id", "\"a\""), ("name", "\"A\""), ("rate", r#"{"kind": "flat", "price": 1}"#)];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{}}}", fields.join(", "))
    };
    for bad in BAD.into_iter().filter(|bad| *bad != "null") {
        refused(shop, Ask::post(path), &body("free_above", bad), "/free_above").await;
        refused(shop, Ask::post(path), &body("tax_rate_bp", bad), "/tax_rate_bp").await;
    }
    for (bad, pointer) in [
        (r#"{"kind": "flat", "price": -1}"#, "/rate/price"),
        (r#"{"kind": "flat", "price": 1000000000001}"#, "/rate/price"),
        (r#"{"kind": "flat", "price": 1.5}"#, "/rate"),
        (r#"{"kind": "flat"}"#, "/rate/price"),
        (r#"{"kind": "flat", "price": 1, "per": 2}"#, "/rate"),
        (r#"{"kind": "by_moon"}"#, "/rate/kind"),
        (r#"{"kind": "by_weight", "steps": []}"#, "/rate/steps"),
        (
            r#"{"kind": "by_price", "steps": [{"up_to": 5, "price": 1}, {"up_to": 5, "price": 1}]}"#,
            "/rate/steps/1/up_to",
        ),
    ] {
        refused(shop, Ask::post(path), &body("rate", bad), pointer).await;
    }
    for (field, bad, pointer) in [
        ("id", "\"A b\"", "/id"),
        ("id", "\"\"", "/id"),
        ("name", "\"\"", "/name"),
        ("countries", r#"["GB", "gb"]"#, "/countries/1"),
        ("countries", r#"["GB", "GB"]"#, "/countries/1"),
        ("countries", "\"GB\"", "/countries"),
        ("tax_rate_bp", "10001", "/tax_rate_bp"),
        ("colour", "1", "/colour"),
    ] {
        refused(shop, Ask::post(path), &body(field, bad), pointer).await;
    }
    let change = || Ask::new("PATCH", format!("{path}/standard"));
    for (bad, pointer) in [
        (json!({"id": "other"}), "/id"),
        (json!({"free_above": -1}), "/free_above"),
        (json!({"enabled": 1}), "/enabled"),
        (json!({"name": " "}), "/name"),
    ] {
        refused(shop, change(), &bad.to_string(), pointer).await;
    }
    assert_eq!(shop.read(path).await["items"].as_array().unwrap().len(), 1);
}

async fn what_is_no_id_names_nothing(shop: &Shop) {
    for path in ["/v1/fulfilments/x", "/v1/fulfilments/x/packing", "/v1/shipments/x", "/v1/orders/x/fulfilments"] {
        assert_eq!(shop.ask(0, Ask::get(path).by(staff())).await.status, 404, "{path}");
    }
    let none = shop.world.uuid();
    for path in
        [format!("/v1/fulfilments/{none}"), format!("/v1/shipments/{none}"), "/v1/shipping-methods/none".to_owned()]
    {
        assert_eq!(shop.ask(0, Ask::get(path.as_str()).by(staff())).await.status, 404, "{path}");
    }
    let fulfilment = Ask::post(format!("/v1/fulfilments/{none}/shipments")).by(staff()).key("key");
    assert_eq!(shop.ask(0, fulfilment.json(&json!({"carrier": "manual"}))).await.status, 404);
}
