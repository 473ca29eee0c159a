//! Questions in process and over HTTP: the same answers, the same refusals, and nobody else gets in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::Router;
use bodega_kernel::{Caller, ManualClock, Question, Time, World};
use bodega_rpc::{Answers, Client, RpcError, router};
use bodega_web::{InternalKeys, Problem, current_request_id, current_trace, internal, layers};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

mod trouble;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sum {
    of: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Total {
    sum: i64,
    request_id: Option<String>,
    trace: Option<String>,
}

impl Question for Sum {
    const SERVICE: &'static str = "adder";
    const NAME: &'static str = "sum";
    type Answer = Total;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Unheard {}

impl Question for Unheard {
    const SERVICE: &'static str = "adder";
    const NAME: &'static str = "unheard";
    type Answer = ();
}

const SECRET: &[u8] = b"thirty-two bytes or more of secret";

fn world() -> World {
    World::simulated(1, ManualClock::at(Time::from_ms(1_800_000_000_000)))
}

fn keys() -> InternalKeys {
    InternalKeys::new(SECRET)
}

/// Adds, and fails on command: refuses 13, is unavailable at 503, panics at 666, and thinks too long at 999.
fn adder(asked: &Arc<AtomicUsize>) -> Answers {
    let asked = asked.clone();
    Answers::new().on(async move |sum: Sum| {
        asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        match sum.of.first() {
            Some(13) => return Err(RpcError::Refused("13 brings bad luck".to_owned())),
            Some(503) => return Err(RpcError::Unavailable("no fingers left".to_owned())),
            Some(666) => panic!("the abacus broke"),
            Some(999) => tokio::time::sleep(Duration::from_mins(1)).await,
            Some(_) | None => {}
        }
        Ok(Total {
            sum: sum.of.iter().sum(),
            request_id: current_request_id().map(|id| id.to_string()),
            trace: current_trace().map(|trace| trace.split('-').nth(1).unwrap_or_default().to_owned()),
        })
    })
}

fn asking(upstreams: BTreeMap<String, String>) -> Client {
    Client::new("tester", upstreams, keys(), world())
}

fn asking_at(base: &str) -> Client {
    asking(BTreeMap::from([("adder".to_owned(), base.to_owned())]))
}

async fn served(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

fn question_server(asked: &Arc<AtomicUsize>) -> Router {
    layers::standard(router("adder", adder(asked), keys(), world()), world(), layers::Limits::default())
}

/// A client that asks in process, and one that asks over HTTP.
async fn both_ways() -> [Client; 2] {
    let here = asking(BTreeMap::new());
    here.register("adder", adder(&Arc::default()));
    [here, asking_at(&served(question_server(&Arc::default())).await)]
}

#[tokio::test]
async fn a_question_gets_the_same_answer_in_process_and_over_http() {
    for client in both_ways().await {
        assert_eq!(client.ask(Sum { of: vec![1, 2, 39] }).await.map(|answer| answer.sum), Ok(42));
        let refused = RpcError::Refused("13 brings bad luck".to_owned());
        assert_eq!(client.ask(Sum { of: vec![13] }).await, Err(refused));
        let unheard = RpcError::Refused("nobody answers unheard".to_owned());
        assert_eq!(client.ask(Unheard {}).await, Err(unheard));
        for failing in [503, 666] {
            let answer = client.ask(Sum { of: vec![failing] }).await;
            assert!(matches!(answer, Err(RpcError::Unavailable(_))), "{failing}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_question_is_not_waited_for_longer_than_two_seconds() {
    for client in both_ways().await {
        let start = tokio::time::Instant::now();
        let answer = client.ask(Sum { of: vec![999] }).await;
        assert!(matches!(answer, Err(RpcError::Unavailable(_))), "{answer:?}");
        assert!((2..4).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_question_carries_the_request_and_the_trace_it_is_asked_for() {
    use tower::ServiceExt;
    for client in both_ways().await {
        let app = Router::new().route(
            "/",
            axum::routing::get(async move || {
                client.ask(Sum { of: vec![1] }).await.map(axum::Json).map_err(Problem::from)
            }),
        );
        let app = layers::standard(app, world(), layers::Limits::default());
        let request = axum::http::Request::get("/")
            .header("x-request-id", "request-0001")
            .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = app.oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        let total: Total = serde_json::from_slice(&body).unwrap();
        assert_eq!(total.request_id.as_deref(), Some("request-0001"));
        assert_eq!(total.trace.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    }
}

#[tokio::test]
async fn what_is_registered_here_goes_before_an_upstream_and_is_seen_by_clones() {
    let client = asking_at("http://127.0.0.1:1");
    let clone = client.clone();
    clone.register("adder", adder(&Arc::default()));
    assert!(client.ask(Sum { of: vec![] }).await.is_ok());
}
