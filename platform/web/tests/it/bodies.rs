//! A corpus of bodies that are wrong, each answered by a problem that says where.

use super::*;
use axum::{body::Bytes, routing::post};
use bodega_kernel::{Money, Sku};
use bodega_web::Body;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it can be read is tested")]
struct Order {
    email: String,
    lines: Vec<Line>,
    #[serde(default)]
    price: Option<Money>,
    #[serde(default, rename = "a/b~c")]
    odd: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it can be read is tested")]
struct Line {
    sku: Sku,
    quantity: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    #[serde(default)]
    colour: Option<String>,
}

fn app() -> Router {
    standard(
        Router::new()
            .route("/orders", post(async |Body(_): Body<Order>| "fine"))
            .route("/wishes", post(async |wish: Body<Wish>| wish.0.colour.unwrap_or_default()))
            .route("/units", post(async |Body(()): Body<()>| "fine"))
            .layer(layers::body_limit(4096)),
    )
}

async fn posted(uri: &str, kind: Option<&str>, body: impl Into<Raw>) -> Answer {
    let mut request = Request::post(uri);
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    sent(&app(), request.body(body.into()).unwrap()).await
}

const JSON: Option<&str> = Some("application/json");

#[tokio::test]
async fn a_body_that_fits_is_read() {
    let body =
        r#"{"email": "a@b.c", "lines": [{"sku": "A", "quantity": 1}], "price": {"amount": 1, "currency": "GBP"}}"#;
    for kind in
        ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
    {
        assert_eq!(posted("/orders", Some(kind), body).await.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_refused_at_its_place() {
    let line = |line: &str| format!(r#"{{"email": "a@b.c", "lines": [{{"sku": "A", "quantity": 1}}, {line}]}}"#);
    let corpus = [
        ("{}".to_owned(), "/email"),
        ("null".to_owned(), ""),
        ("[]".to_owned(), ""),
        ("7".to_owned(), ""),
        (r#""text""#.to_owned(), ""),
        (r#"{"email": 7, "lines": []}"#.to_owned(), "/email"),
        (r#"{"email": null, "lines": []}"#.to_owned(), "/email"),
        (r#"{"email": "a", "lines": [], "admin": true}"#.to_owned(), "/admin"),
        (r#"{"email": "a", "email": "b", "lines": []}"#.to_owned(), "/email"),
        (r#"{"email": "a", "lines": {}}"#.to_owned(), "/lines"),
        (r#"{"email": "a", "lines": [], "a/b~c": 1}"#.to_owned(), "/a~1b~0c"),
        (r#"{"email": "a", "lines": [], "price": {"amount": 1.5, "currency": "GBP"}}"#.to_owned(), "/price/amount"),
        (r#"{"email": "a", "lines": [], "price": {"amount": 1, "currency": "gbp"}}"#.to_owned(), "/price/currency"),
        (r#"{"email": "a", "lines": [], "price": {"amount": 1}}"#.to_owned(), "/price/currency"),
        (line(r#"{"sku": "A"}"#), "/lines/1/quantity"),
        (line(r#"{"sku": "A", "quantity": -1}"#), "/lines/1/quantity"),
        (line(r#"{"sku": "A", "quantity": 4294967296}"#), "/lines/1/quantity"),
        (line(r#"{"sku": "A", "quantity": 1e999}"#), "/lines/1/quantity"),
        (line(r#"{"sku": "A", "quantity": 99999999999999999999999999}"#), "/lines/1/quantity"),
        (line(r#"{"sku": "A", "quantity": "1"}"#), "/lines/1/quantity"),
        (line(r#"{"sku": " A", "quantity": 1}"#), "/lines/1/sku"),
        (line(r#"{"sku": "", "quantity": 1}"#), "/lines/1/sku"),
        (line(r#"{"sku": "A", "quantity": 1, "price": 0}"#), "/lines/1/price"),
        (line("7"), "/lines/1"),
    ];
    for (body, pointer) in corpus {
        let answer = posted("/orders", JSON, body.clone()).await;
        assert_eq!(answer.problem(), (422, "invalid_body".to_owned(), pointer.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_line_and_column() {
    let deep = "[".repeat(4000);
    let corpus: [&[u8]; 10] = [
        b"",
        b" ",
        b"{",
        b"{\"email\": \"a\", \"lines\": [],}",
        b"{'email': 'a'}",
        b"{\"email\": \"a\", \"lines\": []} trailing",
        b"{\"email\": \"a\xff\", \"lines\": []}",
        b"{\"email\": \"\\ud800\", \"lines\": []}",
        b"\xef\xbb\xbf{}",
        b"{\"email\": NaN}",
    ];
    for body in corpus {
        let answer = posted("/orders", JSON, Bytes::copy_from_slice(body)).await;
        assert_eq!(answer.problem().1, "malformed_json", "{}", String::from_utf8_lossy(body));
        assert_eq!(answer.status, 400);
        assert!(answer.json()["line"].is_u64() && answer.json()["column"].is_u64(), "{answer:?}");
    }
    assert!([400, 422].contains(&posted("/orders", JSON, deep).await.problem().0));
}

#[tokio::test]
async fn another_content_type_is_refused() {
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("json"), Some("")] {
        let answer = posted("/orders", kind, "{}").await;
        assert_eq!(answer.problem().1, "unsupported_media_type", "{kind:?}");
        assert_eq!(answer.status, 415);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let answer = posted("/orders", JSON, format!("{{\"email\": \"{}\"}}", "a".repeat(5000))).await;
    assert_eq!(answer.problem().1, "body_too_large");
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn no_body_stands_for_an_empty_object() {
    assert_eq!(posted("/wishes", None, "").await.status, 200);
    assert_eq!(posted("/wishes", JSON, "{}").await.status, 200);
    assert_eq!(posted("/units", None, "").await.status, 200);
    assert_eq!(posted("/units", JSON, "{ }").await.status, 422);
    assert_eq!(posted("/units", JSON, "{}").await.status, 200);
    assert_eq!(posted("/orders", None, "").await.problem().2, "/email");
}

#[tokio::test]
async fn a_refusal_repeats_only_a_little_of_the_body() {
    let name = "x".repeat(3000);
    for body in [format!(r#"{{"{name}": 1}}"#), format!(r#"{{"lines": "{name}"}}"#)] {
        let answer = posted("/orders", JSON, body).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.len() < 1500, "{}", answer.text);
    }
}
