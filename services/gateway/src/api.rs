//! What the gateway answers itself: whether it lives, whether it can serve, and what the shop's API is.

mod description;

pub use description::{Description, describe};

use crate::clients::Identity;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, header},
    middleware::map_response,
    response::{IntoResponse, Response},
};
use bodega_web::Problem;
use futures_util::future::{BoxFuture, join};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// For the pages of the API browser, which bring their own scripts and styles.
const PAGES: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
);

/// How long identity may take to answer whoever asks whether we are ready.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells the names of the services of this process that cannot serve now. It bounds its own time.
pub type Ready = Arc<dyn Fn() -> BoxFuture<'static, Vec<&'static str>> + Send + Sync>;

#[derive(Clone)]
struct About {
    identity: Arc<Identity>,
    ready: Ready,
    openapi: Arc<Description>,
}

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// The gateway's own routes.
pub(crate) fn routes(identity: Arc<Identity>, ready: Ready, openapi: Description) -> Router {
    let about = About { identity, ready, openapi: Arc::new(openapi) };
    let (router, _) = described().with_state(about).split_for_parts();
    let pages = SwaggerUi::new("/docs").config(Config::from("/openapi.json").persist_authorization(false));
    let secured = map_response(|mut response: Response| async {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, PAGES);
        response
    });
    router.merge(Router::<()>::from(pages).layer(secured))
}

fn described() -> OpenApiRouter<About> {
    OpenApiRouter::new().routes(routes!(get_health)).routes(routes!(get_readiness)).routes(routes!(get_openapi))
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "gateway", responses((status = 200, body = Health)))]
async fn get_health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether requests can be served: identity answers, and so do the databases of this process. Else `not_ready` names
/// what does not.
#[utoipa::path(get, path = "/readyz", tag = "gateway", responses((status = 200, body = Health), Problem))]
async fn get_readiness(State(about): State<About>) -> Result<Json<Health>, Problem> {
    let identity = tokio::time::timeout(PATIENCE, about.identity.answers());
    let (mut missing, identity) = join((about.ready)(), identity).await;
    if !identity.unwrap_or(false) && !missing.contains(&"identity") {
        missing.push("identity");
    }
    if missing.is_empty() { Ok(Json(Health { status: "ok" })) } else { Err(not_ready(&missing)) }
}

/// 503 `not_ready`, with the names of what is not.
pub fn not_ready(missing: &[&str]) -> Problem {
    Problem::new(503, "not_ready")
        .detail(format!("not ready: {}", missing.join(", ")))
        .with("not_ready", missing)
        .retry_after(1)
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "gateway", responses((status = 200, description = "OpenAPI 3.1")))]
async fn get_openapi(State(about): State<About>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], about.openapi.json().await).into_response()
}
