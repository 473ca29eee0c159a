//! How every service stands: whether it can serve, what it has still to tell the others, and what it could not handle. What
//! is in other processes is asked like any question; what does not answer in time is not known.

use super::{Operations, proof::LastProof};
use axum::{Json, extract::State};
use bodega_service::facts::{StandingFacts, Standstill};
use bodega_web::Staff;
use futures_util::future::join_all;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a service may take to say how it stands.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the shop stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "services": [{"name": "orders", "ready": true, "outbox": {"unsent": 0, "oldest_seconds": 0}, "dead_letters": 0}],
    "last_verify": {"at": "2026-01-31T03:00:00Z", "ok": true, "strict": false, "orders": 1204,
        "by": "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a11"}}))]
pub(super) struct ShopHealth {
    /// By name.
    services: Vec<ServiceHealth>,
    /// The proof of the books that was made last through this process; null where there is none.
    #[schema(value_type = Option<LastProof>)]
    last_verify: Option<LastProof>,
}

/// How a service stands. What is null is not known.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct ServiceHealth {
    name: String,
    /// Whether its database answers.
    #[schema(value_type = Option<bool>)]
    ready: Option<bool>,
    /// What the others have not heard of it.
    #[schema(value_type = Option<Outbox>)]
    outbox: Option<Outbox>,
    /// Events that it could not handle.
    #[schema(value_type = Option<i64>)]
    dead_letters: Option<i64>,
}

/// Events that are committed and on their way: not confirmed by the broker, or, within one process, not handled by the
/// slowest service that hears them.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct Outbox {
    unsent: i64,
    /// How long the oldest of them has waited.
    oldest_seconds: u64,
}

/// How every service stands, and the last proof of the books.
#[utoipa::path(get, path = "/v1/health", tag = "operations", responses((status = 200, body = ShopHealth)))]
pub(super) async fn get_shop_health(State(operations): State<Operations>, _: Staff) -> Json<ShopHealth> {
    let missing = operations.readiness.missing().await;
    let asked = operations.services.iter().map(async |name| {
        let answer = tokio::time::timeout(PATIENCE, operations.rpc.ask_service(name, StandingFacts {})).await;
        let told = answer.ok().and_then(|answer| {
            answer.inspect_err(|error| tracing::warn!(%error, service = name, "does not say how it stands")).ok()
        });
        let is_here = operations.consumers.iter().any(|consumer| consumer.service() == name);
        let is_missing = missing.iter().any(|missing| missing == name);
        let ready = if is_here { Some(!is_missing) } else { told.as_ref().map(|_| true) };
        ServiceHealth {
            name: name.clone(),
            ready,
            dead_letters: told.as_ref().map(|told| told.dead_letters),
            outbox: told.map(|told| outbox(&operations, name, &told)),
        }
    });
    Json(ShopHealth { services: join_all(asked).await, last_verify: operations.proven.last() })
}

fn outbox(operations: &Operations, name: &str, told: &Standstill) -> Outbox {
    let unsent = Outbox {
        unsent: told.unsent,
        oldest_seconds: told.oldest_unsent.map_or(0, |oldest| told.now.since(oldest).as_secs()),
    };
    let Some(bus) = &operations.bus else { return unsent };
    let lag = bus.lag(name, told.now);
    Outbox {
        unsent: unsent.unsent.max(i64::try_from(lag.waiting).unwrap_or(i64::MAX)),
        oldest_seconds: unsent.oldest_seconds.max(lag.oldest.as_secs()),
    }
}
