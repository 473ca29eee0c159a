//! The same policy before a service in another process.

use crate::setup::{door_with, echo, request};
use axum::{Router, body::Body};
use bodega_kernel::{ManualClock, Role, Time, World};
use bodega_web::{InternalKeys, layers};
use futures_util::StreamExt;
use serde_json::json;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// A process with the service, which takes nobody without an internal token.
pub(crate) async fn process() -> String {
    let world = World::simulated(2, ManualClock::at(Time::from_ms(1_790_000_000_000)));
    let router: Router = echo().layer(layers::internal(InternalKeys::new(&[9; 32]), "echo", world));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test]
async fn the_caller_arrives_and_what_clients_say_of_themselves_does_not() {
    let door = door_with(|_| (), Some(process().await));
    door.stand(true, &[Role::Customer, Role::Staff]);
    let answer = door.get_as(&door.good_token(), "/staff").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["caller"]["roles"], json!(["customer", "staff"]));
    let headers = [
        ("x-bodega-internal", "forged"),
        ("x-forwarded-for", "10.9.9.9"),
        ("connection", "x-secret"),
        ("x-secret", "1"),
        ("x-request-id", "mine-12345"),
    ];
    let answer = door.get("/public?x=1", &headers).await;
    assert_eq!(answer.body["caller"]["user"], json!(null));
    let reached = &answer.body["headers"];
    assert_eq!((&reached["x-forwarded-for"], &reached["x-request-id"]), (&json!("192.0.2.7"), &json!("mine-12345")));
    assert!(reached["traceparent"].is_string() && reached.get("x-secret").is_none(), "{reached}");
    let posted = door.send(request("POST", "/public", &[], Body::from("12345"))).await;
    assert_eq!(posted.body["bytes"], 5);
}

#[tokio::test]
async fn streams_pass_as_they_come() {
    let door = door_with(|_| (), Some(process().await));
    let response = door.router.clone().oneshot(request("GET", "/stream", &[], Body::empty())).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let first = tokio::time::timeout(Duration::from_secs(2), stream.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(&first[..], b"data: first\n\n");
}

#[tokio::test]
async fn a_process_that_is_away_or_late_is_503() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let away = door_with(|_| (), Some(nobody)).get("/public", &[]).await;
    assert_eq!((away.problem(), away.header("retry-after")), ((503, "service_unavailable"), "1"));
    let late = door_with(|_| (), Some(process().await)).get("/late", &[]).await;
    assert_eq!(late.problem(), (503, "timeout"));
    let misspelt = door_with(|_| (), Some("cart:8080".to_owned())).get("/public", &[]).await;
    assert_eq!(misspelt.problem(), (404, "not_found"));
}

#[tokio::test]
async fn a_body_that_grows_too_large_on_its_way_is_413() {
    let door = door_with(|_| (), Some(process().await));
    let chunks = futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1_000])));
    let answer = door.send(request("POST", "/large", &[], Body::from_stream(chunks))).await;
    assert_eq!(answer.problem(), (413, "body_too_large"));
}
