//! What stands around every handler.

use super::*;
use axum::routing::get;
use bodega_web::{current_request_id, current_trace, problem};
use std::time::Duration;

fn app() -> Router {
    let shown = async || format!("{:?} {:?}", current_request_id(), current_trace());
    let routes = Router::new()
        .route("/shown", get(shown))
        .route("/panic", get(async || -> &'static str { panic!("with a secret") }))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_mins(10)).await))
        .route("/problem", get(async || problem(409, "conflict").retry_after(3)));
    layers::standard(routes, world(), layers::Limits { timeout: Duration::from_millis(50), max_body_bytes: 1000 })
}

async fn with(name: &str, value: &str) -> Answer {
    sent(&app(), Request::get("/shown").header(name, value).body(Raw::empty()).unwrap()).await
}

#[tokio::test]
async fn a_request_keeps_a_good_id_and_gets_one_otherwise() {
    let longest = "a".repeat(64);
    for good in ["12345678", "Req-0001-abc", &longest] {
        let answer = with("x-request-id", good).await;
        assert_eq!(answer.header("x-request-id"), good);
        assert!(answer.text.contains(good), "{answer:?}");
    }
    let longer = "a".repeat(65);
    for bad in ["1234567", "with space", "a\"b\"c\"d\"e", "<script>alert", "ümläut-12345", &longer] {
        let answer = with("x-request-id", bad).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{answer:?}");
        assert!(answer.text.contains(answer.header("x-request-id")), "{answer:?}");
    }
    assert_eq!((current_request_id(), current_trace()), (None, None));
}

#[tokio::test]
async fn a_trace_goes_on_or_begins() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let goes_on = with("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01")).await;
    assert!(goes_on.text.contains(&format!("00-{trace}-")), "{goes_on:?}");
    assert!(!goes_on.text.contains("00f067aa0ba902b7"), "a span of its own: {goes_on:?}");
    for bad in ["", "00-0-0-00", &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32))] {
        let begins = with("traceparent", bad).await;
        let text = begins.text.split('"').nth(3).unwrap();
        assert!(bodega_telemetry::TraceContext::parse(text).is_some(), "{begins:?}");
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_and_stays_secret() {
    let answer = got(&app(), "/panic").await;
    assert_eq!(answer.problem(), (500, "internal".to_owned(), String::new()));
    assert!(!answer.text.contains("secret"));
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn a_slow_handler_is_given_up() {
    let answer = got(&app(), "/slow").await;
    assert_eq!(answer.problem().1, "timeout");
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    assert_eq!(got(&app(), "/nowhere").await.problem().1, "not_found");
    let answer = sent(&app(), Request::delete("/shown").body(Raw::empty()).unwrap()).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned(), String::new()));
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_problem_says_when_to_come_back() {
    let answer = got(&app(), "/problem").await;
    assert_eq!(answer.problem().1, "conflict");
    assert_eq!(answer.header("retry-after"), "3");
}
