//! Services that run elsewhere: requests go on as they came, with an internal token, and bodies stream both ways.

use crate::error::Refusal;
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Version, header, request, uri},
    response::Response,
};
use bodega_kernel::World;
use bodega_rpc::Places;
use bodega_web::{current_request_id, current_trace};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{error::Error, net::IpAddr, time::Duration};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(1);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Places that a request is sent to before it is given up.
const TRIES: usize = 3;
/// A body of so many bytes is kept, to be sent again.
const KEPT_BYTES: u64 = 64 * 1024;
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

/// Connections to services that run elsewhere.
pub(crate) struct Upstreams {
    client: Client<HttpConnector, Body>,
    world: World,
}

impl Upstreams {
    pub(crate) fn new(world: World) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self { client, world }
    }

    /// Sends a request on and hands its answer back as it comes. Where a place is not reached another one is tried, if
    /// that cannot do twice what is to be done once.
    pub(crate) async fn send(
        &self,
        places: &Places,
        mut request: Request,
        token: &str,
        body_limit_bytes: usize,
        client: Option<IpAddr>,
    ) -> Result<Response, Refusal> {
        let path = request.uri().path_and_query().map_or("/", uri::PathAndQuery::as_str).to_owned();
        *request.version_mut() = Version::HTTP_11;
        let headers = request.headers_mut();
        strip_connection(headers);
        forwarded(headers, client);
        let internal = HeaderName::from_static(bodega_web::internal::HEADER);
        headers.insert(internal, HeaderValue::from_str(token).map_err(|_| Refusal::ServiceAway)?);
        let (head, body) = request.into_parts();
        let mut parcel = Parcel::of(&head, body, body_limit_bytes).await?;
        let mut tried = Vec::with_capacity(TRIES);
        loop {
            let asked = places.pick(&self.world, &tried);
            let mut head = head.clone();
            head.uri = asked.address(&path).ok_or(Refusal::NotListed)?;
            let repeatable = is_repeatable(&head);
            match self.client.request(Request::from_parts(head, parcel.take())).await {
                Ok(response) => {
                    asked.reached();
                    let mut response = response.map(Body::new);
                    strip_connection(response.headers_mut());
                    return Ok(response);
                }
                Err(error) => {
                    tried.push(asked.number());
                    if let Some(refusal) = fault_of_the_client(&error) {
                        return Err(refusal);
                    }
                    asked.not_reached(&self.world);
                    let again = tried.len() < TRIES && parcel.is_kept() && (repeatable || error.is_connect());
                    if !again {
                        tracing::warn!(%error, %path, tries = tried.len(), "a request is given up");
                        return Err(Refusal::ServiceAway);
                    }
                }
            }
        }
    }
}

/// The body of a request on its way.
enum Parcel {
    /// Small enough to be sent again.
    Kept(Bytes),
    /// Goes on as it comes, once.
    Stream(Option<Body>),
}

impl Parcel {
    async fn of(head: &request::Parts, body: Body, limit_bytes: usize) -> Result<Self, Refusal> {
        let length = body.size_hint().exact().filter(|length| *length <= KEPT_BYTES.min(limit_bytes as u64));
        let is_framed = head.headers.contains_key(header::CONTENT_LENGTH) || length == Some(0);
        if length.is_none() || !is_framed {
            return Ok(Self::Stream(Some(Body::new(Limited::new(body, limit_bytes)))));
        }
        let whole = body.collect().await.map_err(|_| Refusal::BodyBroken)?;
        Ok(Self::Kept(whole.to_bytes()))
    }

    fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    fn take(&mut self) -> Body {
        match self {
            Self::Kept(bytes) => Body::from(bytes.clone()),
            Self::Stream(body) => body.take().unwrap_or_default(),
        }
    }
}

/// Whether doing it twice is as good as doing it once: by its method, or because it names itself.
fn is_repeatable(head: &request::Parts) -> bool {
    head.method.is_idempotent() || head.headers.contains_key("idempotency-key")
}

/// Whose body could not be sent on to its end: that says nothing of the service.
fn fault_of_the_client(error: &hyper_util::client::legacy::Error) -> Option<Refusal> {
    let mut fault = None;
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Some(Refusal::BodyTooLarge);
        }
        if error.is::<axum::Error>() {
            fault = Some(Refusal::BodyBroken);
        }
        cause = error.source();
    }
    fault
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
