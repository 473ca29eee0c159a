//! Whether a process lives and can serve, with the gateway in it or without.

use axum::{Router, body::Body, http::Request};
use bodega::{Shop, services};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_testkit::{Home, backends};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;

async fn get(router: &Router, path: &str) -> (u16, Value) {
    let answer = router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn a_process_whose_database_does_not_answer_is_not_ready_and_says_which() {
    for (backend, gateway) in backends().into_iter().flat_map(|backend| [(backend, true), (backend, false)]) {
        let home = Home::new(backend);
        let shop = Shop::open_some(services(), gateway, home.settings(), World::system(), Mode::Still).await.unwrap();
        let ok = json!({"status": "ok"});
        assert_eq!(get(&shop.router, "/readyz").await, (200, ok.clone()));
        for name in ["cart", "orders"] {
            let db = shop.host.service(name).unwrap().db.clone();
            db.write(async |tx| tx.execute("DROP TABLE cursors", &[]).await).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        let (status, problem) = get(&shop.router, "/readyz").await;
        assert_eq!((status, &problem["code"]), (503, &json!("not_ready")), "{problem}");
        assert_eq!(problem["not_ready"], json!(["cart", "orders"]));
        assert_eq!(get(&shop.router, "/healthz").await, (200, ok), "{backend:?}, a gateway: {gateway}");
    }
}
