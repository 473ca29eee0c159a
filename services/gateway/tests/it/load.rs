//! What holds when too much comes: limits, places, sizes, times.

use crate::setup::{door, door_with, request};
use axum::body::{Body, Bytes};
use bodega_settings::Settings;
use futures_util::{future::join_all, stream};
use std::time::Duration;

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let door = door_with(
        |settings: &mut Settings| {
            settings.limits.enabled = true;
            (settings.limits.burst, settings.limits.per_second_per_address) = (3, 1);
        },
        None,
    );
    for left in ["2", "1", "0"] {
        let answer = door.get("/public", &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit-remaining")), (200, left));
        assert_eq!(answer.header("ratelimit-limit"), "3");
    }
    let refused = door.get("/public", &[]).await;
    assert_eq!(refused.problem(), (429, "rate_limited"));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(door.get("/nowhere", &[]).await.status, 429, "unknown paths count, too");
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.get("/public", &[]).await.status, 200);
}

#[tokio::test]
async fn log_ins_have_a_limit_of_their_own() {
    let door = door_with(|settings: &mut Settings| settings.limits.enabled = true, None);
    let log_in = || request("POST", "/login", &[], Body::empty());
    for _ in 0..10 {
        assert_eq!(door.send(log_in()).await.status, 200);
    }
    let refused = door.send(log_in()).await;
    assert_eq!((refused.problem(), refused.header("retry-after")), ((429, "rate_limited"), "6"));
    assert_eq!(door.get("/public", &[]).await.status, 200);
}

#[tokio::test]
async fn an_account_has_a_limit_wherever_it_asks_from() {
    let door = door_with(
        |settings: &mut Settings| {
            settings.limits.enabled = true;
            (settings.limits.burst, settings.limits.per_second_per_address) = (2, 1);
        },
        None,
    );
    let bearer = format!("Bearer {}", door.good_token());
    let mut statuses = Vec::new();
    for number in 1..=3 {
        let mut request = request("GET", "/user", &[("authorization", &bearer)], Body::empty());
        let from: std::net::SocketAddr = format!("192.0.2.{number}:1").parse().unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(from));
        statuses.push(door.send(request).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn above_the_places_there_are_requests_are_refused_at_once_and_waiting_ones_take_none() {
    let door = door_with(|settings: &mut Settings| settings.server.admission = 2, None);
    let (slow, waiting) = (["/slow"; 5], ["/wait"; 10]);
    let answers = join_all(slow.iter().chain(&waiting).map(|path| door.get(path, &[]))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses[..5], [200, 200, 503, 503, 503]);
    assert!(statuses[5..].iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!((answers[2].problem(), answers[2].header("retry-after")), ((503, "overloaded"), "1"));
    assert_eq!(door.get("/slow", &[]).await.status, 200);
}

#[tokio::test]
async fn what_takes_too_long_is_503() {
    let answer = door().get("/late", &[]).await;
    assert_eq!((answer.problem(), answer.header("retry-after")), ((503, "timeout"), "1"));
}

#[tokio::test]
async fn bodies_are_as_large_as_their_route_takes() {
    let door = door_with(|settings: &mut Settings| settings.server.body_limit_bytes = 1_024, None);
    let post = |path: &'static str, bytes: usize| door.send(request("POST", path, &[], Body::from(vec![b'x'; bytes])));
    assert_eq!(post("/public", 1_024).await.status, 200);
    assert_eq!(post("/public", 1_025).await.problem(), (413, "body_too_large"));
    assert_eq!(post("/large", 4_096).await.status, 200);
    assert_eq!(post("/large", 4_097).await.problem(), (413, "body_too_large"));
    let chunks = stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 1_000]))));
    let answer = door.send(request("POST", "/large", &[], Body::from_stream(chunks))).await;
    assert_eq!(answer.status, 413, "one that does not say its length");
}
