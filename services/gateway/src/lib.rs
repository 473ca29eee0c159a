//! The only door: what is not in the policy does not exist, and nobody comes in unverified.
//!
//! Owns nothing. Asks identity which keys sign tokens and how sessions stand. A request is found in the policy
//! (`routes.toml`), limited per address and account, admitted, identified, and passed to its service: a router in this
//! process, or an address elsewhere with a short-lived internal token. What a service has at hand for readers is answered
//! after the limits, and before everything else.

mod api;
mod clients;
mod error;
mod flows;
mod model;
mod settings;

pub use api::{Description, Ready, describe, not_ready};
pub use flows::Inside;
pub use settings::{Access, LimitClass, PolicyError, Route, policy, read_policy};

use axum::{Router, extract::Request, response::Response};
use bodega_kernel::World;
use bodega_rpc::{Client, Places};
use bodega_settings::Settings;
use bodega_web::{InternalKeys, Shelf, layers};
use clients::{Identity, Upstreams};
use flows::{Admission, Authenticator, Gate, Limits, Origins, Service};
use model::Matcher;
use std::{sync::Arc, time::Duration};
use tower::Service as _;

/// The name of the gateway's own routes in the policy.
const OWN: &str = "gateway";
/// Whose pages a browser is shown where nothing is.
const STOREFRONT: &str = "storefront";

/// What a gateway is made of.
pub struct Gateway {
    /// What exists and for whom: usually [`policy`].
    pub routes: Vec<Route>,
    /// Who answers. A route whose service is not among them does not exist.
    pub mounts: Vec<Mount>,
    /// The description that is served: see [`describe`].
    pub openapi: Description,
    /// For questions to identity.
    pub rpc: Client,
    /// Clock, ids, randomness.
    pub world: World,
    /// Limits, timeouts, the issuer of tokens.
    pub settings: Arc<Settings>,
    /// Signs what goes to services elsewhere.
    pub internal: InternalKeys,
    /// Asked which services of this process cannot serve now.
    pub ready: Ready,
    /// Opened to the pages of this process.
    pub inside: Inside,
}

/// A service behind the gateway.
pub struct Mount {
    /// Its name in the policy.
    pub service: &'static str,
    /// Where it is.
    pub target: Target,
}

/// Where a service is.
pub enum Target {
    /// In this process.
    Local(Router),
    /// In this process, with what it has at hand for readers: public routes are answered from there first.
    Shelved(Router, Shelf),
    /// At these places: see [`Places::parse`].
    Remote(Places),
}

impl Mount {
    fn shelf(&self) -> Option<Shelf> {
        match &self.target {
            Target::Shelved(_, at_hand) => Some(Arc::clone(at_hand)),
            Target::Local(_) | Target::Remote(_) => None,
        }
    }
}

/// The gateway as a router. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: clients are told apart
/// by their addresses, or by what trusted proxies say of them.
pub fn router(parts: Gateway) -> Router {
    let Gateway { routes, mounts, openapi, rpc, world, settings, internal, ready, inside } = parts;
    let identity = Arc::new(Identity::new(rpc, world.clone()));
    let own = Service::Local(api::routes(Arc::clone(&identity), ready, openapi));
    let shelves: Vec<(&str, Shelf)> = mounts.iter().filter_map(|mount| Some((mount.service, mount.shelf()?))).collect();
    let public = |route: &Route| {
        let shelf = shelves.iter().find(|(name, _)| route.access == Access::Public && *name == route.service);
        shelf.map(|(_, shelf)| Arc::clone(shelf))
    };
    let mounted = mounts.into_iter().map(|mount| (mount.service, mounted(mount.target)));
    let mounted: Vec<(&str, Service)> = mounted.chain([(OWN, own)]).collect();
    let of =
        |route: &Route| mounted.iter().find(|(name, _)| *name == route.service).map(|(_, service)| service.clone());
    let gate = Arc::new(Gate {
        services: routes.iter().map(of).collect(),
        shelves: routes.iter().map(public).collect(),
        pages: mounted.iter().find(|(name, _)| *name == STOREFRONT).map(|(_, service)| service.clone()),
        matcher: Matcher::new(&routes),
        routes,
        origins: Origins::new(&settings.gateway),
        limits: Limits::new(&settings, &world),
        admission: Admission::new(settings.server.admission),
        authenticator: Authenticator::new(identity, world.clone(), &settings.shop.issuer),
        upstreams: Upstreams::new(world.clone()),
        internal,
        timeout: Duration::from_millis(settings.server.request_timeout_ms),
        body_limit_bytes: settings.server.body_limit_bytes,
        world: world.clone(),
    });
    inside.open(&gate);
    let passing = Arc::clone(&gate);
    let pass = move |request: Request| {
        let gate = Arc::clone(&passing);
        async move { flows::pass(&gate, request).await }
    };
    let long_way = Router::new().fallback(pass).layer(layers::request_id(world));
    Router::new().fallback(move |request: Request| shortest(Arc::clone(&gate), long_way.clone(), request))
}

async fn shortest(gate: Arc<Gate>, mut long_way: Router, request: Request) -> Response {
    if let Some(response) = flows::at_once(&gate, &request) {
        return response;
    }
    let Ok(response) = long_way.call(request).await;
    response
}

fn mounted(target: Target) -> Service {
    match target {
        Target::Local(router) | Target::Shelved(router, _) => Service::Local(router),
        Target::Remote(places) => Service::Remote(places),
    }
}
