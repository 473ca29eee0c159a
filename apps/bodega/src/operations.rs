//! Routes for those who run the shop: dead letters and their replay, how the services stand, the proof of the books, and
//! whether a process without a gateway lives and can serve.

mod proof;
mod standing;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use bodega_bus::{Consumer, DeadLetter, embedded::Embedded};
use bodega_gateway::{Mount, Ready, Target, not_ready};
use bodega_kernel::{PageLimit, World};
use bodega_rpc::Client;
use bodega_service::{Host, Readiness};
use bodega_settings::Settings;
use bodega_web::{Admin, Path, Problem, Query};
use proof::Proven;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

#[derive(Clone)]
struct Operations {
    consumers: Arc<Vec<Consumer>>,
    services: Arc<Vec<String>>,
    rpc: Client,
    readiness: Readiness,
    bus: Option<Embedded>,
    proven: Proven,
}

/// The routes and what they say of themselves.
pub(crate) struct Routes {
    /// For the gateway.
    pub(crate) mount: Mount,
    /// For the description.
    pub(crate) openapi: OpenApi,
}

/// The routes of this process.
pub(crate) fn routes(host: &Host, settings: &Settings, world: &World) -> Routes {
    let consumers: Vec<Consumer> = host.services.iter().map(|service| service.consumer.clone()).collect();
    let state = Operations {
        consumers: Arc::new(consumers),
        services: Arc::new(host.names()),
        rpc: host.rpc.clone(),
        readiness: host.readiness.clone(),
        bus: host.bus.clone(),
        proven: Proven::read(settings, world),
    };
    let (router, openapi) = OpenApiRouter::new()
        .routes(routes!(list_dead_letters))
        .routes(routes!(replay_dead_letter))
        .routes(routes!(standing::get_shop_health))
        .routes(routes!(proof::verify_books))
        .with_state(state)
        .split_for_parts();
    Routes { mount: Mount { service: "events", target: Target::Local(router) }, openapi }
}

/// Asks the databases of this process.
pub(crate) fn ready(host: &Host) -> Ready {
    let readiness = host.readiness.clone();
    Arc::new(move || {
        let readiness = readiness.clone();
        Box::pin(async move { readiness.missing().await })
    })
}

/// What a gateway says of its process, for a process without one: `/healthz` and `/readyz`.
pub(crate) fn health(host: &Host) -> Router {
    let ready = ready(host);
    let ok = || Json(json!({"status": "ok"}));
    let readiness = async move || {
        let missing = ready().await;
        if missing.is_empty() { Ok(ok()) } else { Err(not_ready(&missing)) }
    };
    Router::new().route("/healthz", get(async move || ok())).route("/readyz", get(readiness))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadQuery {
    limit: Option<usize>,
}

/// Dead letters of all services.
#[derive(Serialize, ToSchema)]
struct DeadLetters {
    /// Oldest first within each service.
    #[schema(value_type = Vec<Object>)]
    items: Vec<DeadLetter>,
}

/// What no handler could handle, with its error.
#[utoipa::path(get, path = "/v1/events/dead", tag = "operations", params(("limit" = Option<usize>, Query, description = "At most 100 of each service")), responses((status = 200, body = DeadLetters)))]
async fn list_dead_letters(
    State(operations): State<Operations>,
    _: Admin,
    query: Query<DeadQuery>,
) -> Result<Json<DeadLetters>, Problem> {
    let limit = PageLimit::new(query.0.limit.unwrap_or(PageLimit::MAX))
        .ok_or_else(|| Problem::new(422, "invalid_query").field("/limit", "1 to 100"))?;
    let mut items = Vec::new();
    for consumer in operations.consumers.iter() {
        items.extend(consumer.dead_letters(None, limit).await?);
    }
    Ok(Json(DeadLetters { items }))
}

/// Handles a dead letter again; it stays where that fails.
#[utoipa::path(post, path = "/v1/events/dead/{id}/replay", tag = "operations", params(("id" = Uuid, Path, description = "The event's id")), responses((status = 204), (status = 404), (status = 409)))]
async fn replay_dead_letter(
    State(operations): State<Operations>,
    _: Admin,
    id: Path<Uuid>,
) -> Result<Response, Problem> {
    for consumer in operations.consumers.iter() {
        match consumer.replay(id.0).await {
            Ok(true) => return Ok(axum::http::StatusCode::NO_CONTENT.into_response()),
            Ok(false) => {}
            Err(failure) => return Err(Problem::new(409, "still_failing").detail(failure.to_string())),
        }
    }
    Err(Problem::new(404, "dead_letter_not_found"))
}
