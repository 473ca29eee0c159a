//! What happens when the other side is away, breaks off, is forged, or too big.

use super::*;

#[tokio::test]
async fn an_upstream_that_is_down_is_unavailable() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for base in [format!("http://{closed}"), "not an address".to_owned(), "https://127.0.0.1:1".to_owned()] {
        let answer = asking_at(&base).ask(Sum { of: vec![1] }).await;
        assert!(matches!(answer, Err(RpcError::Unavailable(_))), "{base}: {answer:?}");
    }
    let nowhere = asking(BTreeMap::new()).ask(Sum { of: vec![1] }).await;
    assert!(matches!(nowhere, Err(RpcError::Unavailable(_))), "{nowhere:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_once_more_and_only_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes).await;
            // The first and the third connection break off, the second answers.
            if counted.fetch_add(1, Ordering::SeqCst) == 1 {
                let json = r#"{"sum":7,"request_id":null,"trace":null}"#;
                let length = json.len();
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
                let _ = stream.write_all((head + json).as_bytes()).await;
            }
        }
    });
    let client = asking_at(&base);
    assert_eq!(client.ask(Sum { of: vec![7] }).await.map(|answer| answer.sum), Ok(7));
    let broken = client.ask(Sum { of: vec![7] }).await;
    assert!(matches!(broken, Err(RpcError::Unavailable(_))), "{broken:?}");
    assert_eq!(tries.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn nobody_without_a_token_of_ours_is_answered() {
    use tower::ServiceExt;
    let asked = Arc::new(AtomicUsize::new(0));
    let now = world().now();
    let guest = Caller::guest();
    let good = keys().issue("tester", "adder", &guest, now);
    let tokens = [
        (String::new(), 401),
        ("nonsense".to_owned(), 401),
        (keys().issue("tester", "subtractor", &guest, now), 401),
        (keys().issue("tester", "adder", &guest, Time::from_ms(now.ms() - 61_000)), 401),
        (InternalKeys::new(b"another secret").issue("tester", "adder", &guest, now), 401),
        (good[..good.len() - 2].to_owned(), 401),
        (good, 200),
    ];
    for (token, status) in tokens {
        let request = axum::http::Request::post("/internal/questions/sum")
            .header(internal::HEADER, &token)
            .body(axum::body::Body::from(r#"{"of":[1]}"#))
            .unwrap();
        let answer = question_server(&asked).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{token}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let base = served(question_server(&asked)).await;
    let stranger = Client::new(
        "tester",
        BTreeMap::from([("adder".to_owned(), base)]),
        InternalKeys::new(b"another secret"),
        world(),
    );
    let answer = stranger.ask(Sum { of: vec![1] }).await;
    assert!(matches!(answer, Err(RpcError::Unavailable(_))), "{answer:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_question_that_does_not_fit_is_refused() {
    #[derive(Clone, Serialize, Deserialize)]
    struct OtherSum {
        of: String,
    }
    impl Question for OtherSum {
        const SERVICE: &'static str = "adder";
        const NAME: &'static str = "sum";
        type Answer = Total;
    }
    for client in both_ways().await {
        let misfit = client.ask(OtherSum { of: "one".to_owned() }).await;
        assert!(matches!(misfit, Err(RpcError::Refused(_))), "{misfit:?}");
        let huge = client.ask(OtherSum { of: "x".repeat(bodega_rpc::MAX_BYTES) }).await;
        assert!(matches!(huge, Err(RpcError::Refused(_))), "{huge:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_unavailable() {
    for body in ["", "nothing", r#"{"other":1}"#] {
        let app = Router::new().fallback(async move || body);
        let answer = asking_at(&served(app).await).ask(Sum { of: vec![1] }).await;
        assert!(matches!(answer, Err(RpcError::Unavailable(_))), "{body}: {answer:?}");
    }
    let endless = Router::new().fallback(async || "x".repeat(bodega_rpc::MAX_BYTES + 1));
    let answer = asking_at(&served(endless).await).ask(Sum { of: vec![1] }).await;
    assert!(matches!(answer, Err(RpcError::Unavailable(_))), "{answer:?}");
}

#[test]
fn a_question_without_an_answer_is_503_and_keeps_our_insides() {
    for error in [RpcError::Unavailable("10.0.0.9".to_owned()), RpcError::Refused("10.0.0.9".to_owned())] {
        let problem = Problem::from(error);
        assert_eq!((problem.status, problem.code, problem.retry_after_s), (503, "unavailable", Some(1)));
        assert!(!problem.body().contains("10.0.0.9"));
    }
}
