//! What a service has at hand for readers, so that nothing has to be done for them.

use axum::{
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

/// Answers a public `GET` from what the service keeps, or not: then its router does. It neither waits nor looks at who
/// asks, so that it is asked only for those who bring nothing of their own.
pub type Shelf = Arc<dyn Fn(&Uri, &HeaderMap) -> Option<Response> + Send + Sync>;
