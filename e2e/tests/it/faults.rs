//! A bus that loses acknowledgements, repeats, delays and reorders, by seed: the end is the same.

use bodega::{
    Shop,
    verify::{Books, Strictness, digest, verify},
};
use bodega_kernel::{Caller, ManualClock, Time, UserId, World};
use bodega_service::Mode;
use bodega_testkit::{Backend, Faults, Home, Simulation};
use serde_json::{Value, json};
use std::time::Duration;

/// Enough for every order of a run to come to its end many times over.
const MAX_MOVES: usize = 20_000;

struct Run {
    shop: Shop,
    clock: ManualClock,
    _home: Home,
}

impl Run {
    async fn new(seed: u64) -> Self {
        let home = Home::new(Backend::Sqlite);
        let clock = ManualClock::at(Time::from_ms(1_700_000_000_000));
        let world = World::simulated(seed, clock.clone());
        let shop = Shop::open(home.settings(), world, Mode::Still).await.unwrap();
        Self { shop, clock, _home: home }
    }

    async fn call(&self, service: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Value {
        use axum::body::{Body, to_bytes};
        let router = self.shop.host.service(service).unwrap().router.clone();
        let mut request =
            axum::http::Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let staff = Caller { user: Some(UserId(uuid::Uuid::from_u128(7))), roles: vec![bodega_kernel::Role::Admin] };
        let caller = if headers.is_empty() { staff } else { Caller::guest() };
        let request = request.extension(caller).body(Body::from(body.to_string())).unwrap();
        let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    /// Moves everything to its end: what waits for a second try gets its time, what waits for minutes does not.
    async fn settle(&self, simulation: &mut Simulation) -> bool {
        for _ in 0..10 {
            if !simulation.run(MAX_MOVES).await.unwrap() {
                return false;
            }
            self.clock.advance(Duration::from_secs(5));
        }
        simulation.run(MAX_MOVES).await.unwrap()
    }

    async fn list(&self, sku: &str, pieces: i64) {
        let product = json!({
            "name": sku, "slug": sku.to_lowercase(), "status": "active",
            "variants": [{"sku": sku, "price": {"amount": 1_000, "currency": "GBP"}, "stocked": true}],
        });
        self.call("catalog", "POST", "/v1/products", &[], product).await;
        let movement = json!({"sku": sku, "kind": "receive", "quantity": pieces, "reason": "test"});
        self.call("inventory", "POST", "/v1/stock/movements", &[], movement).await;
    }

    async fn buy(&self, number: usize, lines: Value, method: &str) -> (String, String) {
        let key = format!("a-guests-own-key-{number}");
        let cart = json!({"lines": lines, "email": "ada@example.com", "shipping_address": bodega_e2e::address(), "shipping_method": "standard"});
        let made = self.call("cart", "POST", "/v1/carts", &[("idempotency-key", &key)], cart).await;
        let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
        let headers = [("x-cart-token", token), ("idempotency-key", key.as_str())];
        let body = json!({"payment_method": method});
        let order = self.call("cart", "POST", &format!("/v1/carts/{id}/checkout"), &headers, body).await;
        (order["order_id"].as_str().unwrap().to_owned(), order["order_token"].as_str().unwrap().to_owned())
    }
}

/// Sells, cancels and refuses under one seed; the digest of what came of it.
async fn end_of(seed: u64, faults: Faults) -> String {
    let run = Run::new(seed).await;
    let mut simulation = Simulation::new(seed, faults, &run.shop.host.services);
    for (sku, pieces) in [("PLENTY", 100), ("FEW", 0)] {
        run.list(sku, pieces.max(1)).await;
    }
    assert!(run.settle(&mut simulation).await, "seed {seed}: the listing never came to rest");
    for number in 0..4 {
        let method = ["sim_success", "sim_decline", "sim_duplicate_webhook", "sim_timeout_then_success"][number];
        run.buy(number, json!([{"sku": "PLENTY", "quantity": 2}, {"sku": "PLENTY", "quantity": 1}]), method).await;
    }
    // More than there is: always refused, whoever comes first.
    run.buy(4, json!([{"sku": "PLENTY", "quantity": 1}, {"sku": "FEW", "quantity": 5}]), "sim_success").await;
    assert!(run.settle(&mut simulation).await, "seed {seed}: the orders never came to rest");
    let services = run.shop.host.names();
    let report = verify(&run.shop.host.rpc, &services, Strictness::Strict).await.unwrap();
    let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
    assert!(report.ok, "seed {seed}: {failed:#?}");
    digest(&Books::read(&run.shop.host.rpc, &services).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_bus_does_the_end_is_the_same() {
    let full = std::env::var_os("BODEGA_TEST_FULL").is_some();
    let one = std::env::var("BODEGA_TEST_SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let seeds = match one {
        Some(seed) => seed..seed + 1,
        None => 0..if full { 2_000 } else { 100 },
    };
    let expected = end_of(1_000_000, Faults::NONE).await;
    for seed in seeds {
        let end = tokio::time::timeout(Duration::from_mins(2), end_of(seed, Faults::MANY)).await;
        assert_eq!(end.ok().as_ref(), Some(&expected), "replay with BODEGA_TEST_SEED={seed}");
    }
}
