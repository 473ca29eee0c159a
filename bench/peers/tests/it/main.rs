//! The driver beside a shop of a few lines that speaks as the peers do, and that can refuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fake;

use fake::{Fake, Refusal};
use serde_json::Value;
use std::process::Output;
use tokio::process::Command;

/// Two shoppers for a second, with the fake's own process as the peer's.
async fn drive(peer: &[&str], fake: &Fake) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bodega-peers"));
    command.args([peer[0], &fake.url]).args(&peer[1..]).args(["--shoppers", "2", "--seconds", "1", "--warm-up", "0"]);
    command.args(["--json", "--pid", &std::process::id().to_string()]).output().await.unwrap()
}

const PEERS: [&[&str]; 2] = [&["vendure"], &["medusa", "--key", "pk_test"]];

#[tokio::test]
async fn every_order_that_the_peer_placed_in_time_is_counted() {
    for peer in PEERS {
        let fake = Fake::open(None).await;
        let output = drive(peer, &fake).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{errors}");
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let part = &found["parts"][0];
        let counted = part["operations"].as_u64().unwrap();
        // One comes first and is not counted, and each shopper may be cut off between the order and its answer.
        let placed = fake.orders();
        assert!(counted > 0 && (counted + 1..=counted + 3).contains(&placed), "{counted} of {placed}");
        assert_eq!((&found["peer"], part["failed"].as_u64()), (&Value::from(peer[0]), Some(0)));
        assert!(part["cpu_us_per_op"].as_f64().unwrap() > 0.0 && part["more"]["order_p95_ms"].is_number());
    }
}

#[tokio::test]
async fn what_the_peer_refuses_is_no_order_and_is_shown() {
    for peer in PEERS {
        let fake = Fake::open(Some(Refusal::After(1))).await;
        let output = drive(peer, &fake).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "a shop that sells nothing has no figures");
        assert!(errors.contains("journeys failed: order: ") && errors.contains("declined"), "{errors}");
    }
}

#[tokio::test]
async fn a_shop_in_which_no_journey_ends_well_is_not_measured() {
    for peer in PEERS {
        let fake = Fake::open(Some(Refusal::After(0))).await;
        let output = drive(peer, &fake).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && errors.contains("a journey alone failed: order: "), "{errors}");
    }
}

#[tokio::test]
async fn a_refusal_in_between_costs_that_journey_only() {
    for peer in PEERS {
        let fake = Fake::open(Some(Refusal::Every(3))).await;
        let output = drive(peer, &fake).await;
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let part = &found["parts"][0];
        assert!(part["operations"].as_u64().unwrap() > 0 && part["failed"].as_u64().unwrap() > 0, "{part}");
    }
}
