//! Services that run elsewhere: requests go on as they came, with an internal token, and bodies stream both ways.

use crate::error::Refusal;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, Version, header, uri},
    response::Response,
};
use bodega_web::{current_request_id, current_trace};
use http_body_util::{LengthLimitError, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{error::Error, net::IpAddr, time::Duration};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(1);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Headers that are for one connection only (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Where a service runs.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    scheme: uri::Scheme,
    authority: uri::Authority,
    prefix: String,
}

/// Connections to services that run elsewhere.
pub(crate) struct Upstreams {
    client: Client<HttpConnector, Body>,
}

impl Upstream {
    /// From `http://host:port`, perhaps with a path before all paths; `None` where it is no such address.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let parts = url.parse::<Uri>().ok()?.into_parts();
        let scheme = parts.scheme.filter(|scheme| *scheme == uri::Scheme::HTTP)?;
        let prefix = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        Some(Self { scheme, authority: parts.authority?, prefix })
    }

    fn address(&self, path: &str) -> Option<Uri> {
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(format!("{}{path}", self.prefix).parse().ok()?);
        Uri::from_parts(parts).ok()
    }
}

impl Upstreams {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self { client }
    }

    /// Sends a request on and hands its answer back as it comes.
    pub(crate) async fn send(
        &self,
        upstream: &Upstream,
        mut request: Request,
        token: &str,
        body_limit_bytes: usize,
        client: Option<IpAddr>,
    ) -> Result<Response, Refusal> {
        let path = request.uri().path_and_query().map_or("/", uri::PathAndQuery::as_str);
        *request.uri_mut() = upstream.address(path).ok_or(Refusal::NotListed)?;
        *request.version_mut() = Version::HTTP_11;
        let headers = request.headers_mut();
        strip_connection(headers);
        forwarded(headers, client);
        let internal = HeaderName::from_static(bodega_web::internal::HEADER);
        headers.insert(internal, HeaderValue::from_str(token).map_err(|_| Refusal::ServiceAway)?);
        let request = request.map(|body| Body::new(Limited::new(body, body_limit_bytes)));
        let mut response =
            self.client.request(request).await.map_err(|error| refusal(upstream, &error))?.map(Body::new);
        strip_connection(response.headers_mut());
        Ok(response)
    }
}

fn refusal(upstream: &Upstream, error: &hyper_util::client::legacy::Error) -> Refusal {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Refusal::BodyTooLarge;
        }
        cause = error.source();
    }
    tracing::warn!(%error, upstream = %upstream.authority, "a service is not reached");
    Refusal::ServiceAway
}

/// Removes what is for one connection only, and what `Connection` names besides.
fn strip_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Tells the service what it cannot see: whose request it is and what it belongs to. What the client said of that is
/// not passed on.
fn forwarded(headers: &mut HeaderMap, client: Option<IpAddr>) {
    headers.remove(header::FORWARDED);
    for name in ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"] {
        headers.remove(name);
    }
    headers.remove(header::HOST);
    let mut tell = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    tell("x-forwarded-for", client.map(|address| address.to_string()));
    tell("x-request-id", current_request_id().map(|id| id.to_string()));
    tell("traceparent", current_trace().map(|trace| trace.to_string()));
}
