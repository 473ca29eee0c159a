//! Bad input on every route that the API describes: a problem that says what is wrong, never a 5xx, and nothing changed.

use bodega::verify::digest;
use bodega_e2e::{TestShop, shapes, whole_shapes};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

struct Route {
    method: Method,
    path: String,
    body: Option<Value>,
}

/// Every operation of the description, with the example of its body's properties.
fn routes(openapi: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, operations) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = (!schema.is_null()).then(|| properties(openapi, schema));
            routes.push(Route { method, path: path.clone(), body });
        }
    }
    routes
}

/// The names of a body's properties, each with null.
fn properties(openapi: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return properties(openapi, openapi.pointer(reference.trim_start_matches('#')).unwrap());
    }
    if let Some(parts) = schema["oneOf"].as_array().or(schema["allOf"].as_array()).or(schema["anyOf"].as_array()) {
        return properties(openapi, &parts[0]);
    }
    if schema["type"] == "array" {
        return properties(openapi, &schema["items"]);
    }
    let names = schema["properties"].as_object().map(|all| all.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    names.into_iter().map(|name| (name, Value::Null)).collect::<serde_json::Map<_, _>>().into()
}

/// Bodies that no route accepts.
fn never_accepted() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let json = "application/json";
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    vec![
        ("an unknown field", json, br#"{"no_such_field": 1}"#.to_vec()),
        ("broken JSON", json, br#"{"a": "#.to_vec()),
        ("a number", json, b"42".to_vec()),
        ("a text", json, br#""text""#.to_vec()),
        ("no UTF-8", json, vec![b'{', 0xff, 0xfe, b'}']),
        ("deep nesting", json, deep.into_bytes()),
        ("10 MB", json, vec![b' '; 10_000_000]),
        ("another content type", "text/plain", br#"{"a": 1}"#.to_vec()),
    ]
}

/// Values that hurt when they stand for something else.
fn hostile() -> Vec<Value> {
    vec![
        json!(-1),
        json!(0),
        json!(1.5),
        json!(i64::MAX),
        serde_json::from_str("9223372036854775808").unwrap(),
        json!(true),
        json!("x".repeat(4_000)),
        json!("\u{0}'; DROP TABLE orders; --"),
        json!("<script>alert(1)</script>"),
        json!([]),
        json!({"amount": -1, "currency": "GBP"}),
        json!({"amount": i64::MAX, "currency": "GBP"}),
        json!({"amount": 1, "currency": "gbp"}),
        json!([{}]),
        Value::Null,
    ]
}

struct Prober {
    http: Client,
    url: String,
    token: Option<String>,
    asked: usize,
}

impl Prober {
    async fn ask(&mut self, route: &Route, kind: &str, body: Vec<u8>, what: &str) -> StatusCode {
        let path = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "0190a000-0000-7000-8000-000000000001" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let mut request = self
            .http
            .request(route.method.clone(), format!("{}{path}", self.url))
            .header("content-type", kind)
            .header("idempotency-key", format!("a-probing-key-{}", self.asked))
            .body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        self.asked += 1;
        let what = format!("{} {} with {what}", route.method, route.path);
        let Ok(answer) = request.send().await else {
            // A body that is too large may be refused before it is read.
            assert!(what.contains("10 MB"), "{what} was not answered");
            return StatusCode::PAYLOAD_TOO_LARGE;
        };
        let status = answer.status();
        let content_type = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap_or_default();
        assert!(status.as_u16() < 500, "{what}: {status} {text}");
        if status.is_client_error() {
            assert_eq!(content_type.as_deref(), Some("application/problem+json"), "{what}: {status} {text}");
            let problem: Value = serde_json::from_str(&text).unwrap();
            assert!(problem["code"].is_string() && problem["status"] == status.as_u16(), "{what}: {problem}");
        }
        status
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_a_problem_on_every_route_and_changes_nothing() {
    for shape in whole_shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        let bought = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
        shop.wait(&bought, "confirmed").await.unwrap();
        shop.prove().await.unwrap();
        let before = digest(&shop.books().await.unwrap());
        let description: Value =
            reqwest::get(format!("{}/openapi.json", shop.url)).await.unwrap().json().await.unwrap();
        let routes = routes(&description);
        assert!(routes.len() > 40, "only {} routes are described", routes.len());
        let body = json!({"email": "staff@example.com", "password": "lantern orchard harbour"});
        let session = shop.guest.post("/v1/auth/login", &body, None).await.unwrap();
        let token = session["access_token"].as_str().unwrap().to_owned();
        let mut refused = BTreeMap::<bool, usize>::new();
        let digest_now = async || digest(&shop.books().await.unwrap());
        for token in [None, Some(token)] {
            let mut prober = Prober { http: Client::new(), url: shop.url.clone(), token, asked: 0 };
            let with_body: Vec<&Route> = routes.iter().filter(|route| route.body.is_some()).collect();
            for route in &with_body {
                for (what, kind, bytes) in never_accepted() {
                    let status = prober.ask(route, kind, bytes, what).await;
                    assert!(status.is_client_error(), "{} {} accepted {what}: {status}", route.method, route.path);
                }
            }
            shop.prove().await.unwrap();
            assert_eq!(before, digest_now().await, "something changed");
            // Among the hostile values of a field there may be one that staff is free to set.
            for route in with_body {
                *refused.entry(prober.token.is_some()).or_default() += probe_fields(&mut prober, route).await;
            }
        }
        assert!(refused.values().all(|count| *count > 500), "too few were refused: {refused:?}");
        shop.prove().await.unwrap();
    }
}

/// Every field in turn holds every hostile value, alone.
async fn probe_fields(prober: &mut Prober, route: &Route) -> usize {
    let mut refused = 0;
    let names: Vec<String> = route.body.as_ref().unwrap().as_object().unwrap().keys().cloned().collect();
    for name in names {
        for value in hostile() {
            let body = json!({ name.as_str(): value });
            let status = prober.ask(route, "application/json", serde_json::to_vec(&body).unwrap(), &name).await;
            refused += usize::from(status.is_client_error());
        }
    }
    refused
}

#[tokio::test]
async fn what_nobody_described_does_not_exist() {
    let shop = TestShop::start(bodega_testkit::Backend::Sqlite).await.unwrap();
    for path in
        ["/v1", "/v1/nothing", "/internal/questions/order_facts", "/orders/v1/orders", "/v1/../internal", "/.env"]
    {
        let answer = reqwest::get(format!("{}{path}", shop.url)).await.unwrap();
        assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
    }
}

#[tokio::test]
async fn nobody_reads_or_cancels_what_is_somebody_elses() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        let mine = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
        let other = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
        shop.wait(&mine, "confirmed").await.unwrap();
        let stolen = bodega_e2e::Bought { order_token: other.order_token.clone(), ..mine.clone() };
        for (what, body) in [("cancel", json!({})), ("payments", json!({"payment_method": "sim_success"}))] {
            let answer = shop.write_order(&stolen, what, &body, "a-key-for-this").await.unwrap();
            assert_eq!(answer.status, 404, "{what}: {answer:?}");
        }
        assert!(shop.order(&stolen).await.unwrap_err().to_string().contains("404"));
        let path = format!("/v1/carts/{}", mine.cart_id);
        let cart = shop.guest.get(&path, bodega::client::Headers::default()).await;
        assert!(cart.unwrap_err().to_string().contains("404"));
    }
}
