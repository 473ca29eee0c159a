//! The same policy before a service in another process.

use crate::setup::{door_to, door_with, echo, request};
use axum::{Router, body::Body};
use bodega_gateway::Target;
use bodega_kernel::{ManualClock, Role, Time, World};
use bodega_rpc::Places;
use bodega_web::{InternalKeys, layers};
use futures_util::StreamExt;
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{io::AsyncReadExt, net::TcpListener};
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
}

/// A place that takes connections and breaks each off once it has read something. How often that was.
async fn breaking() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let broken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&broken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (format!("http://{address}"), broken)
}

#[tokio::test]
async fn where_one_of_two_is_gone_the_other_answers_whatever_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let door = door_with(|_| (), Some(format!("{gone},{}", process().await)));
    for method in ["GET", "POST"].repeat(20) {
        let answer = door.send(request(method, "/public", &[("content-length", "5")], Body::from("12345"))).await;
        assert_eq!((answer.status.as_u16(), &answer.body["bytes"]), (200, &json!(5)), "{method}");
        door.clock.advance(Duration::from_secs(20));
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_not_sent_to_another_unless_it_names_itself() {
    let (bad, broken) = breaking().await;
    let door = door_with(|_| (), Some(format!("{bad},{}", process().await)));
    let mut given_up = 0;
    for _ in 0..20 {
        let length = ("content-length", "5");
        let named = [length, ("idempotency-key", "once-and-only-once")];
        let answer = door.send(request("POST", "/public", &named, Body::from("12345"))).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["bytes"]),
            (200, &json!(5)),
            "it says that it is the same one"
        );
        assert_eq!(door.get("/public", &[]).await.status, 200, "reading changes nothing");
        // It was not reached: now it is asked again.
        door.clock.advance(Duration::from_secs(20));
        let before = broken.load(Ordering::SeqCst);
        let answer = door.send(request("POST", "/public", &[length], Body::from("12345"))).await;
        if answer.status == 503 {
            given_up += 1;
            assert_eq!(answer.problem(), (503, "service_unavailable"));
            assert_eq!(broken.load(Ordering::SeqCst), before + 1, "and it was sent once");
        }
        door.clock.advance(Duration::from_secs(20));
    }
    assert!((1..20).contains(&given_up), "{given_up} of 20 came to the one that breaks off");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_its_senders_fault_and_no_places() {
    let (one, other) = (process().await, process().await);
    let places = Places::parse(&format!("{one},{other}")).unwrap();
    let door = door_to(|_| (), Target::Remote(places.clone()));
    for _ in 0..20 {
        let chunks = [Ok(vec![b'x'; 100]), Err(std::io::Error::other("gone"))];
        let body = Body::from_stream(futures_util::stream::iter(chunks));
        let answer = door.send(request("POST", "/large", &[], body)).await;
        assert_eq!(answer.problem(), (400, "body_unreadable"));
    }
    let world = World::simulated(3, door.clock.clone());
    let asked: BTreeSet<usize> = (0..100).map(|_| places.pick(&world, &[]).number()).collect();
    assert_eq!(asked.len(), 2, "both are asked as before");
}

#[tokio::test]
async fn a_body_that_grows_too_large_on_its_way_is_413() {
    let door = door_with(|_| (), Some(process().await));
    let chunks = futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1_000])));
    let answer = door.send(request("POST", "/large", &[], Body::from_stream(chunks))).await;
    assert_eq!(answer.problem(), (413, "body_too_large"));
}
