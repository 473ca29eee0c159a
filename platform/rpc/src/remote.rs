//! A question over HTTP: pooled connections, an internal token, one more try where the connection failed, rather elsewhere.

use crate::{MAX_BYTES, Places, RpcError};
use bodega_kernel::{Caller, World};
use bodega_web::{InternalKeys, current_request_id, current_trace, internal};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, Response, StatusCode, Uri, body::Incoming, header};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_millis(500);
/// How long a connection is kept for the next question.
const IDLE: Duration = Duration::from_secs(30);

/// Places that a question is sent to before it is given up.
const TRIES: usize = 2;
/// Between two looks at whether a place can serve.
const WATCH: Duration = Duration::from_secs(1);
/// What a process that is about to end has among what is not ready.
pub const STOPPING: &str = "stopping";

/// What `/readyz` says where something cannot serve.
#[derive(Default, Deserialize)]
struct NotReady {
    #[serde(default)]
    not_ready: Vec<String>,
}

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

    /// Asks the service at one of its places.
    pub(crate) async fn ask(&self, places: &Places, service: &str, name: &str, body: Bytes) -> Result<Bytes, RpcError> {
        let path = format!("/internal/questions/{name}");
        let unavailable = |reason: &dyn std::fmt::Display| RpcError::Unavailable(format!("{service}/{name}: {reason}"));
        let mut tried = Vec::with_capacity(TRIES);
        let response = loop {
            let asked = places.pick(&self.world, &tried);
            let address = asked.address(&path).ok_or_else(|| unavailable(&"no such address"))?;
            match self.send(address, service, body.clone()).await? {
                Ok(response) => {
                    asked.reached();
                    break response;
                }
                Err(error) => {
                    asked.not_reached(&self.world);
                    tried.push(asked.number());
                    if tried.len() == TRIES {
                        return Err(unavailable(&error));
                    }
                }
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

    /// Asks every place of `places` again and again whether `service` can be served there. Never ends.
    pub(crate) async fn watch(&self, service: &str, places: &Places) {
        loop {
            for (number, base) in places.each() {
                let asked = tokio::time::timeout(CONNECT, self.can_serve(&base, service)).await;
                places.heard(number, asked.unwrap_or(false));
            }
            tokio::time::sleep(WATCH).await;
        }
    }

    async fn can_serve(&self, base: &str, service: &str) -> bool {
        let request = Request::get(format!("{base}/readyz")).body(Full::default());
        let Ok(request) = request else { return false };
        let Ok(response) = self.http.request(request).await else { return false };
        if response.status() == StatusCode::OK {
            return true;
        }
        let Ok(body) = Limited::new(response.into_body(), 4_096).collect().await else { return false };
        // Another service of the same process may be the one that cannot.
        let said: NotReady = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
        !said.not_ready.is_empty() && !said.not_ready.iter().any(|name| name == service || name == STOPPING)
    }

    /// The outer error is a request that cannot be sent at all.
    async fn send(
        &self,
        address: Uri,
        service: &str,
        body: Bytes,
    ) -> Result<Result<Response<Incoming>, hyper_util::client::legacy::Error>, RpcError> {
        // A service asks for itself, whoever its own caller is.
        let token = self.keys.issue(&self.own_service, service, &Caller::guest(), self.world.now());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&address)
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
