//! What is known of the request under way, for whoever works for it: its id and its trace.

use axum::http::{HeaderMap, HeaderValue};
use bodega_kernel::World;
use bodega_telemetry::TraceContext;
use std::sync::Arc;
use uuid::Uuid;

/// The header of a request's id.
pub(crate) const REQUEST_ID: &str = "x-request-id";
/// The header of a W3C trace context.
pub(crate) const TRACEPARENT: &str = "traceparent";

tokio::task_local! {
    pub(crate) static CONTEXT: Context;
}

/// What is known of a request.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) request_id: Arc<str>,
    pub(crate) trace: Arc<str>,
    pub(crate) trace_id: String,
}

/// The id of the request this task works for.
pub fn current_request_id() -> Option<Arc<str>> {
    CONTEXT.try_with(|context| context.request_id.clone()).ok()
}

/// The `traceparent` of the request this task works for, to be sent on and kept with events.
pub fn current_trace() -> Option<Arc<str>> {
    CONTEXT.try_with(|context| context.trace.clone()).ok()
}

impl Context {
    /// Taken from the request where it brings them in good form, else made.
    pub(crate) fn of(headers: &HeaderMap, world: &World) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = match text(REQUEST_ID) {
            Some(id) if is_request_id(id) => id.into(),
            Some(_) | None => world.uuid().to_string().into(),
        };
        // A version of UUID has bits that are set, so that no id of a trace is all zero.
        let span = *world.uuid().as_bytes().last_chunk().unwrap_or(&[1; 8]);
        let trace = match text(TRACEPARENT).and_then(TraceContext::parse) {
            Some(caller) => caller.child(span),
            None => TraceContext::root(Uuid::into_bytes(world.uuid()), span),
        };
        Self { request_id, trace: trace.to_string().into(), trace_id: trace.trace_id_hex() }
    }
}

/// The id of a request as its answer tells it: what it brings where that is in good form, else a new one.
pub(crate) fn answered_id(headers: &HeaderMap, world: &World) -> HeaderValue {
    match headers.get(REQUEST_ID) {
        Some(id) if id.to_str().is_ok_and(is_request_id) => id.clone(),
        Some(_) | None => {
            let mut digits = Uuid::encode_buffer();
            let id = world.uuid().hyphenated().encode_lower(&mut digits);
            HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static(""))
        }
    }
}

fn is_request_id(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
