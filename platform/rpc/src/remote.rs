//! A question over HTTP: pooled connections, an internal token, one more try where the connection failed.

use crate::{MAX_BYTES, RpcError};
use bodega_kernel::{Caller, World};
use bodega_web::{InternalKeys, current_request_id, current_trace, internal};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{sync::Arc, time::Duration};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_millis(500);
/// How long a connection is kept for the next question.
const IDLE: Duration = Duration::from_secs(30);

pub(crate) struct Remote {
    own_service: Arc<str>,
    keys: InternalKeys,
    world: World,
    http: HttpClient<HttpConnector, Full<Bytes>>,
}

impl Remote {
    pub(crate) fn new(own_service: &str, keys: InternalKeys, world: World) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let http = HttpClient::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(32)
            .build(connector);
        Self { own_service: own_service.into(), keys, world, http }
    }

    /// Asks the service at `base`.
    pub(crate) async fn ask(&self, base: &str, service: &str, name: &str, body: Bytes) -> Result<Bytes, RpcError> {
        let address = format!("{}/internal/questions/{name}", base.trim_end_matches('/'));
        let unavailable = |reason: &dyn std::fmt::Display| RpcError::Unavailable(format!("{service}/{name}: {reason}"));
        let response = match self.send(&address, service, body.clone()).await? {
            Ok(response) => response,
            Err(first) => {
                tracing::debug!(error = %first, %address, "asking once more");
                self.send(&address, service, body).await?.map_err(|error| unavailable(&error))?
            }
        };
        let status = response.status();
        let read = Limited::new(response.into_body(), MAX_BYTES).collect().await;
        let body = read.map_err(|error| unavailable(&error))?.to_bytes();
        match status {
            StatusCode::OK => Ok(body),
            StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => {
                Err(RpcError::Refused(detail(&body).unwrap_or_else(|| format!("{service}/{name}: {status}"))))
            }
            _ => Err(unavailable(&format!("{status} {}", detail(&body).unwrap_or_default()))),
        }
    }

    /// The outer error is a request that cannot be sent at all.
    async fn send(
        &self,
        address: &str,
        service: &str,
        body: Bytes,
    ) -> Result<Result<Response<Incoming>, hyper_util::client::legacy::Error>, RpcError> {
        // A service asks for itself, whoever its own caller is.
        let token = self.keys.issue(&self.own_service, service, &Caller::guest(), self.world.now());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(internal::HEADER, token);
        if let Some(id) = current_request_id() {
            request = request.header("x-request-id", &*id);
        }
        if let Some(trace) = current_trace() {
            request = request.header("traceparent", &*trace);
        }
        let request = request.body(Full::new(body));
        let request = request.map_err(|error| RpcError::Unavailable(format!("{address}: {error}")))?;
        Ok(self.http.request(request).await)
    }
}

/// What a problem says.
fn detail(body: &[u8]) -> Option<String> {
    let problem: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(problem.get("detail").or_else(|| problem.get("code"))?.as_str()?.to_owned())
}
