//! What stands around every handler: the request's id, panics, time and size limits, the answers to unknown routes,
//! and the door between our own processes.

use crate::{
    InternalKeys, Problem,
    context::{self, CONTEXT, Context, REQUEST_ID},
    internal, problem,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::{FromFnLayer, Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use bodega_kernel::World;
use futures_util::{
    FutureExt,
    future::{BoxFuture, CatchUnwind},
};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tracing::Instrument;

/// A layer with state, for `Router::layer`.
pub type Middleware<S> = FromFnLayer<Act<S>, S, (State<S>, Request)>;
type Act<S> = fn(State<S>, Request, Next) -> BoxFuture<'static, Response>;

/// What a request may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the head of the answer: streams may go on.
    pub timeout: Duration,
    /// Bytes of a body.
    pub max_body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), max_body_bytes: 1024 * 1024 }
    }
}

/// All of them but [`internal`], in the order they belong in.
pub fn standard(router: Router, world: World, limits: Limits) -> Router {
    fallbacks(router)
        .layer(body_limit(limits.max_body_bytes))
        .layer(timeout(limits.timeout))
        .layer(catch_panic())
        .layer(request_id(world))
}

/// Takes `x-request-id` where it has 8 to 64 letters, digits and hyphens, else makes one; puts it on the answer, on the
/// log lines, and where [`current_request_id`](crate::current_request_id) finds it. The same for `traceparent`.
pub fn request_id(world: World) -> Middleware<World> {
    from_fn_with_state(world, |State(world), request, next| Box::pin(identified(world, request, next)))
}

/// Puts the id of a request on an answer that was given before [`request_id`], as that would have done.
pub fn put_request_id(asked: &HeaderMap, world: &World, answer: &mut Response) {
    answer.headers_mut().insert(HeaderName::from_static(REQUEST_ID), context::answered_id(asked, world));
}

/// Answers a panic of a handler with 500 `internal`.
pub fn catch_panic() -> Middleware<()> {
    from_fn_with_state((), |State(()), request, next| Box::pin(caught(request, next)))
}

/// Answers 503 `timeout` where the head of the answer takes longer.
pub fn timeout(limit: Duration) -> Middleware<Duration> {
    from_fn_with_state(limit, |State(limit), request, next| {
        Box::pin(async move {
            let answer = tokio::time::timeout(limit, next.run(request)).await;
            answer.unwrap_or_else(|_| problem(503, "timeout").retry_after(1).into_response())
        })
    })
}

/// The most bytes of a body that an extractor reads before it answers 413; a layer further in replaces it.
pub fn body_limit(max_bytes: usize) -> DefaultBodyLimit {
    DefaultBodyLimit::max(max_bytes)
}

/// Answers what no route takes with problems.
pub fn fallbacks<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.fallback(not_found).method_not_allowed_fallback(method_not_allowed)
}

/// 404 `not_found`.
pub async fn not_found() -> Problem {
    problem(404, "not_found")
}

/// 405 `method_not_allowed`.
pub async fn method_not_allowed() -> Problem {
    problem(405, "method_not_allowed")
}

/// Lets in only requests with an internal token for `audience`, and puts its caller where extractors look.
pub fn internal(keys: InternalKeys, audience: &str, world: World) -> Middleware<Door> {
    let door = Door { keys, audience: audience.into(), world };
    from_fn_with_state(door, |State(door), request, next| Box::pin(let_in(door, request, next)))
}

/// Who may come in: see [`internal`].
#[derive(Clone, Debug)]
pub struct Door {
    keys: InternalKeys,
    audience: Arc<str>,
    world: World,
}

async fn let_in(door: Door, mut request: Request, next: Next) -> Response {
    let token = request.headers_mut().remove(internal::HEADER);
    let token = token.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
    match door.keys.verify(&door.audience, token, door.world.now()) {
        Some((_, caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        None => problem(401, "unauthenticated").into_response(),
    }
}

async fn identified(world: World, request: Request, next: Next) -> Response {
    let context = Context::of(request.headers(), &world);
    let id = HeaderValue::from_str(&context.request_id);
    let span = tracing::info_span!(
        "request",
        request_id = %context.request_id,
        trace_id = %context.trace_id,
        method = %request.method(),
        path = request.uri().path(),
    );
    let mut response = CONTEXT.scope(context, next.run(request).instrument(span)).await;
    if let Ok(id) = id {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), id);
    }
    response
}

async fn caught(request: Request, next: Next) -> Response {
    let running: CatchUnwind<_> = AssertUnwindSafe(next.run(request)).catch_unwind();
    running.await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        tracing::error!(panic = text, "a handler panicked");
        problem(500, "internal").into_response()
    })
}
