//! A request on its way to its service.

use super::{Authenticator, Limits, Origins, authenticate::Known, limits::Left, shield};
use crate::{
    clients::Upstreams,
    error::Refusal,
    model::{Found, Matcher},
    settings::{LimitClass, Route},
};
use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderName, Method, header},
    response::{IntoResponse, Response},
};
use bodega_kernel::{Caller, Role, World};
use bodega_rpc::Places;
use bodega_web::{InternalKeys, Shelf, layers};
use futures_util::FutureExt;
use std::{
    any::Any,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::Service as _;

/// For each request that works, so many may wait.
const WAITING: usize = 16;
/// The service that gets the token itself: to log out, it reads from it which session to close.
const IDENTITY: &str = "identity";
/// Where programs ask; whoever asks elsewhere and takes HTML is a person.
const API: &str = "/v1/";
/// What only we say to each other; nothing of it comes in from outside.
const INTERNAL: &str = "x-bodega-";

/// What the gateway works with.
pub(crate) struct Gate {
    pub(crate) routes: Vec<Route>,
    pub(crate) matcher: Matcher,
    /// Beside each route: who answers it, if anybody does here.
    pub(crate) services: Vec<Option<Service>>,
    /// Beside each public route: what its service has at hand, if it is here.
    pub(crate) shelves: Vec<Option<Shelf>>,
    /// Who tells a browser that nothing is here.
    pub(crate) pages: Option<Service>,
    pub(crate) origins: Origins,
    pub(crate) limits: Limits,
    pub(crate) admission: Admission,
    pub(crate) authenticator: Authenticator,
    pub(crate) upstreams: Upstreams,
    pub(crate) internal: InternalKeys,
    pub(crate) world: World,
    pub(crate) timeout: Duration,
    pub(crate) body_limit_bytes: usize,
}

/// Who answers a route.
#[derive(Clone)]
pub(crate) enum Service {
    /// In this process.
    Local(Router),
    /// Elsewhere.
    Remote(Places),
}

/// How many requests are under way.
pub(crate) struct Admission {
    working: Semaphore,
    waiting: Semaphore,
}

impl Admission {
    pub(crate) fn new(places: usize) -> Self {
        Self { working: Semaphore::new(places), waiting: Semaphore::new(places.saturating_mul(WAITING)) }
    }

    /// A place until the head of the answer, or none: those above do not wait for one.
    fn enter(&self, waits: bool) -> Result<SemaphorePermit<'_>, Refusal> {
        let places = if waits { &self.waiting } else { &self.working };
        places.try_acquire().map_err(|_| Refusal::Overloaded)
    }
}

/// Answers a read with what its service has at hand, which needs no place, no span and no time. What lies on no shelf is
/// for [`pass`], and so is everything that is to be refused.
pub(crate) fn at_once(gate: &Gate, request: &Request) -> Option<Response> {
    let (method, headers) = (request.method(), request.headers());
    if method != Method::GET || brings_something(headers) {
        return None;
    }
    let Found::Route(place) = gate.matcher.find(method, request.uri().path()) else { return None };
    let mut response = at_hand(gate, place, request)?;
    let left = gate.limits.count_address(gate.routes[place].limit, client(gate, request)).ok()?;
    if let Some(left) = left {
        left.tell(response.headers_mut());
    }
    layers::put_request_id(headers, &gate.world, &mut response);
    shield::complete(&mut response, false);
    Some(response)
}

fn at_hand(gate: &Gate, place: usize, request: &Request) -> Option<Response> {
    gate.shelves[place].as_ref()?(request.uri(), request.headers())
}

/// Answers a request of a page, which was counted and has its place already: as what its token says.
pub(super) async fn pass_inside(gate: &Gate, request: Request) -> Response {
    let found = gate.matcher.find(request.method(), request.uri().path());
    let Found::Route(place) = found else { return Refusal::NotListed.into_response() };
    if request.method() == Method::GET
        && !brings_something(request.headers())
        && let Some(response) = at_hand(gate, place, &request)
    {
        return response;
    }
    let client = client(gate, &request);
    identified(gate, place, request, None, client).await.unwrap_or_else(IntoResponse::into_response)
}

/// Passes a request on, or answers why not.
pub(crate) async fn pass(gate: &Gate, request: Request) -> Response {
    let mut left = None;
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let personal = !reads || brings_something(request.headers());
    // A panic must not take the headers with it that every answer has.
    let passed = AssertUnwindSafe(through(gate, request, &mut left)).catch_unwind().await;
    let passed = passed.unwrap_or_else(|panic| Err(panicked(&*panic)));
    let mut response = passed.unwrap_or_else(IntoResponse::into_response);
    if let Some(left) = left {
        left.tell(response.headers_mut());
    }
    shield::complete(&mut response, personal);
    response
}

/// Every request that brings something of its own is answered for its caller alone.
fn brings_something(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name == header::AUTHORIZATION || *name == "x-cart-token" || *name == "x-order-token")
}

fn client(gate: &Gate, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    gate.origins.client(peer, request.headers())
}

fn panicked(panic: &(dyn Any + Send)) -> Refusal {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
    tracing::error!(panic = text, "a handler panicked");
    Refusal::Panicked
}

async fn through(gate: &Gate, request: Request, left: &mut Option<Left>) -> Result<Response, Refusal> {
    let client = client(gate, &request);
    let found = gate.matcher.find(request.method(), request.uri().path());
    let class = match found {
        Found::Route(place) => gate.routes[place].limit,
        Found::OtherMethods(_) | Found::Nothing => LimitClass::Default,
    };
    *left = gate.limits.count_address(class, client)?;
    let place = match found {
        Found::Route(place) => place,
        Found::OtherMethods(methods) => return Err(Refusal::MethodNotAllowed(methods)),
        Found::Nothing => return not_found_page(gate, request).await,
    };
    let _place = gate.admission.enter(gate.routes[place].waits)?;
    identified(gate, place, request, Some(left), client).await
}

/// A person who looks for what there is not gets a page; a program is told so.
async fn not_found_page(gate: &Gate, mut request: Request) -> Result<Response, Refusal> {
    let Some(Service::Local(pages)) = &gate.pages else { return Err(Refusal::NotListed) };
    let takes_html = request.headers().get(header::ACCEPT).is_some_and(|kinds| {
        let kinds = kinds.to_str().unwrap_or_default();
        kinds.split(',').any(|kind| kind.trim_start().starts_with("text/html"))
    });
    if request.method() != Method::GET || !takes_html || request.uri().path().starts_with(API) {
        return Err(Refusal::NotListed);
    }
    let _place = gate.admission.enter(false)?;
    clean(&mut request);
    request.extensions_mut().insert(Caller::guest());
    let Ok(response) = pages.clone().call(request).await;
    Ok(response.map(Body::new))
}

/// Passes it on as what its token says, within the route's time. It is counted for its account where somebody wants to
/// know what is left of it.
async fn identified(
    gate: &Gate,
    place: usize,
    mut request: Request,
    left: Option<&mut Option<Left>>,
    client: Option<IpAddr>,
) -> Result<Response, Refusal> {
    let route = &gate.routes[place];
    let service = gate.services[place].as_ref().ok_or(Refusal::NotListed)?;
    clean(&mut request);
    let body_limit = route.body_limit_bytes.unwrap_or(gate.body_limit_bytes);
    if request.body().size_hint().lower() > body_limit as u64 {
        return Err(Refusal::BodyTooLarge);
    }
    let limit = route.timeout_ms.map_or(gate.timeout, Duration::from_millis);
    let answer = tokio::time::timeout(limit, async {
        let known = gate.authenticator.identify(request.headers()).await?;
        if let (Some(known), Some(left)) = (&known, left) {
            *left = Left::tighter(*left, gate.limits.count_account(known.user)?);
        }
        let caller = admit(route, known)?;
        if route.service != IDENTITY {
            request.headers_mut().remove(header::AUTHORIZATION);
        }
        answer(gate, service, route, request, caller, body_limit, client).await
    });
    answer.await.unwrap_or(Err(Refusal::Timeout))
}

/// Takes away what no client may say.
fn clean(request: &mut Request) {
    request.extensions_mut().remove::<Caller>();
    let headers = request.headers_mut();
    let smuggled = |name: &&HeaderName| name.as_str().starts_with(INTERNAL);
    let names: Vec<HeaderName> = headers.keys().filter(smuggled).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// Who comes in, and as what. Staff whose role does not permit this are shoppers here like others: a route for staff
/// refuses them, and on any other they see what a shopper sees.
fn admit(route: &Route, known: Option<Known>) -> Result<Caller, Refusal> {
    let Some(mut known) = known else {
        return if route.access.takes_guests() { Ok(Caller::guest()) } else { Err(Refusal::Unauthenticated) };
    };
    if !known.may(route.permission.as_deref()) {
        known.caller.roles.retain(|role| *role < Role::Staff);
    }
    match route.access.role() {
        Some(role) if !known.caller.is_at_least(role) => Err(Refusal::Forbidden),
        Some(_) | None => Ok(known.caller),
    }
}

async fn answer(
    gate: &Gate,
    service: &Service,
    route: &Route,
    mut request: Request,
    caller: Caller,
    body_limit: usize,
    client: Option<IpAddr>,
) -> Result<Response, Refusal> {
    match service {
        Service::Local(router) => {
            request.extensions_mut().insert(caller);
            DefaultBodyLimit::max(body_limit).apply(&mut request);
            let Ok(response) = router.clone().call(request).await;
            Ok(response.map(Body::new))
        }
        Service::Remote(places) => {
            let token = gate.internal.issue("gateway", &route.service, &caller, gate.world.now());
            gate.upstreams.send(places, request, &token, body_limit, client).await
        }
    }
}
