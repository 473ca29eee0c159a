//! Idempotency keys: what one is, whom it belongs to, and what it is remembered with.

use super::*;
use axum::{Extension, Json, extract::State, routing::post};
use bodega_db::{IdempotencyKey, StoredAnswer};
use bodega_web::{Idempotent, IdempotentRequired, KeyedBody, Problem, RequiredKeyBody, answer_again};
use serde_json::json;

fn shown(key: &IdempotencyKey) -> Json<Value> {
    Json(json!({"scope": key.scope, "key": key.key, "request": key.request, "forever": key.forever}))
}

fn app(caller: Option<Caller>) -> Router {
    let routes = Router::new()
        .route(
            "/carts/{id}",
            post(async |KeyedBody { body: _, key }: KeyedBody<Value>| key.as_ref().map_or(Json(Value::Null), shown)),
        )
        .route("/pay", post(async |keyed: RequiredKeyBody<Value>| shown(&keyed.key)))
        .route("/cancel", post(async |Idempotent(key): Idempotent| key.as_ref().map_or(Json(Value::Null), shown)))
        .route("/refund", post(async |IdempotentRequired(key): IdempotentRequired| shown(&key)));
    let routes = Router::new().nest("/v1", routes);
    standard(match caller {
        Some(caller) => routes.layer(Extension(caller)),
        None => routes,
    })
}

async fn posted(app: &Router, uri: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
    let mut request = Request::post(uri).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sent(app, request.body(Raw::from(body)).unwrap()).await
}

async fn scope(caller: Caller, uri: &str, headers: &[(&str, &str)]) -> String {
    let headers = [&[("idempotency-key", "k")], headers].concat();
    posted(&app(Some(caller)), uri, &headers, "{}").await.json()["scope"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_and_its_route() {
    let one = "/v1/carts/00000000-0000-0000-0000-000000000001";
    let mine = scope(user(&[]), one, &[]).await;
    assert_eq!(mine, format!("{} POST {one}", user(&[]).scope()));
    assert_eq!(mine, scope(user(&[Role::Staff]), one, &[("x-cart-token", "t")]).await, "a user is a user");
    assert_eq!(scope(Caller::guest(), one, &[]).await, format!("guest POST {one}"));
    let mut scopes = vec![mine, scope(user(&[]), "/v1/carts/2", &[]).await, scope(Caller::guest(), one, &[]).await];
    for headers in [[("x-cart-token", "a")], [("x-cart-token", "b")], [("x-order-token", "c")]] {
        scopes.push(scope(Caller::guest(), one, &headers).await);
    }
    assert!(scopes.iter().all(|scope| !scope.contains("token")), "{scopes:?}");
    scopes.sort();
    scopes.dedup();
    assert_eq!(scopes.len(), 6, "{scopes:?}");
}

#[tokio::test]
async fn the_body_tells_two_requests_with_one_key_apart() {
    let app = app(Some(user(&[])));
    let key = [("idempotency-key", "k-1")];
    let first = posted(&app, "/v1/pay", &key, r#"{"a":1}"#).await.json();
    assert_eq!(first, posted(&app, "/v1/pay", &key, r#"{"a":1}"#).await.json());
    assert_ne!(first, posted(&app, "/v1/pay", &key, r#"{"a":2}"#).await.json());
    assert_eq!(first["request"].as_array().unwrap().len(), 32);
}

#[tokio::test]
async fn a_required_key_is_kept_for_ever_and_asked_for() {
    let app = app(Some(user(&[])));
    for (uri, forever) in [("/v1/pay", true), ("/v1/refund", true), ("/v1/carts/1", false), ("/v1/cancel", false)] {
        let keyed = posted(&app, uri, &[("idempotency-key", "k")], "{}").await;
        assert_eq!(keyed.json()["forever"], forever, "{uri}");
        let keyless = posted(&app, uri, &[], "{}").await;
        if forever {
            assert_eq!(keyless.problem(), (400, "idempotency_key_required".to_owned(), String::new()));
        } else {
            assert_eq!(keyless.json(), Value::Null, "{uri}");
        }
    }
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters_given_once() {
    let app = app(Some(Caller::guest()));
    let longest = "k".repeat(255);
    for good in ["k", "\"8e03978e\"", "!~", &longest] {
        assert_eq!(posted(&app, "/v1/pay", &[("idempotency-key", good)], "{}").await.json()["key"], *good);
    }
    let longer = "k".repeat(256);
    for bad in ["", "a b", "schlüssel", "\t", &longer] {
        for uri in ["/v1/pay", "/v1/carts/1"] {
            let answer = posted(&app, uri, &[("idempotency-key", bad)], "{}").await;
            assert_eq!(answer.problem().1, "invalid_idempotency_key", "{bad:?}");
            assert_eq!(answer.status, 422);
        }
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
    assert_eq!(posted(&app, "/v1/pay", &twice, "{}").await.problem().1, "invalid_idempotency_key");
}

#[tokio::test]
async fn a_key_of_nobody_is_refused() {
    let answer = posted(&app(None), "/v1/pay", &[("idempotency-key", "k")], "{}").await;
    assert_eq!(answer.problem().1, "unauthenticated");
}

#[tokio::test]
async fn a_keyed_body_is_read_as_strictly_as_any() {
    let app = app(Some(user(&[])));
    let key = [("idempotency-key", "k")];
    assert_eq!(posted(&app, "/v1/pay", &key, "{").await.problem().1, "malformed_json");
    assert_eq!(posted(&app, "/v1/cancel", &key, r#"{"now":true}"#).await.problem().2, "/now");
    let bare = Request::post("/v1/cancel").body(Raw::empty()).unwrap();
    assert_eq!(sent(&app, bare).await.status, 200);
}

#[tokio::test]
async fn an_answer_is_given_again_as_it_was_and_marked() {
    let app = standard(
        Router::new()
            .route("/", post(async |State(stored): State<StoredAnswer>| answer_again(stored)))
            .with_state(StoredAnswer { status: 202, body: r#"{"order_number":"B-1"}"#.to_owned() }),
    );
    let answer = posted(&app, "/", &[], "").await;
    assert_eq!((answer.status, answer.text.as_str()), (202, r#"{"order_number":"B-1"}"#));
    assert_eq!((answer.header("idempotent-replayed"), answer.header("content-type")), ("true", "application/json"));
    let refusal = answer_again(StoredAnswer { status: 409, body: "{}".to_owned() });
    assert_eq!(refusal.headers()["content-type"], "application/problem+json");
    let empty = answer_again(StoredAnswer { status: 204, body: String::new() });
    assert!(!empty.headers().contains_key("content-type"));
    assert_eq!((Problem::key_reused().status, Problem::key_reused().code), (422, "idempotency_key_reused"));
}
