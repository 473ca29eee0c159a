//! The floor of what is served: an axum that always answers the same bytes.

use anyhow::Context as _;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::net::SocketAddr;
use tokio::{net::TcpListener, task::JoinHandle};

const TAG: HeaderValue = HeaderValue::from_static("\"1\"");

/// Serves `body` as JSON with an `ETag` on a free port of this machine; 304 to whoever names any.
pub(crate) async fn start(body: Bytes) -> anyhow::Result<(SocketAddr, JoinHandle<std::io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(axum::serve(listener, router(body)).into_future())))
}

/// Serves a greeting until the process ends.
pub(crate) async fn serve(listen: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    axum::serve(listener, router(Bytes::from_static(b"\"hello\""))).await.context("the listener failed")
}

fn router(body: Bytes) -> Router {
    Router::new().fallback(async move |headers: HeaderMap| answer(&headers, body))
}

fn answer(headers: &HeaderMap, body: Bytes) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let mut response = if headers.contains_key(header::IF_NONE_MATCH) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (kind, body).into_response()
    };
    response.headers_mut().insert(header::ETAG, TAG);
    response
}
