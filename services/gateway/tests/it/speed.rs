//! Temporary.
use crate::setup::{door_with, request};
use axum::body::Body;
use tower::ServiceExt;
#[tokio::test]
async fn speed() {
    for limits in [false, true] {
        let door = door_with(
            |s| {
                s.limits.enabled = limits;
                s.limits.burst = 100_000_000;
            },
            None,
        );
        let token = format!("Bearer {}", door.good_token());
        for (what, path, headers) in [
            ("guest", "/openapi.json", vec![]),
            ("404", "/nope", vec![]),
            ("user", "/openapi.json", vec![("authorization", token.as_str())]),
        ] {
            let t = std::time::Instant::now();
            for _ in 0..20_000 {
                let r = door.router.clone().oneshot(request("GET", path, &headers, Body::empty())).await.unwrap();
                std::hint::black_box(r.status());
            }
            eprintln!("{limits} {what}: {:?}", t.elapsed() / 20_000);
        }
    }
}
