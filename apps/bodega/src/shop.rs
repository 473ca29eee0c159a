//! The shop: services and their gateway in one process, however many of them that is.

mod queues;

use crate::operations;
use anyhow::Context as _;
use axum::Router;
use bodega_bus::rabbitmq::Broker;
use bodega_gateway::{Gateway, Inside, Mount, Target};
use bodega_kernel::World;
use bodega_pages::Api;
use bodega_service::{Definition, Host, Mode};
use bodega_settings::{BusKind, Settings};
use bodega_web::{internal::InternalKeys, layers};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};

/// How long requests may take to end when the process is asked to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Every service there is.
pub fn services() -> Vec<Definition> {
    vec![
        bodega_identity::service(),
        bodega_catalog::service(),
        bodega_inventory::service(),
        bodega_cart::service(),
        bodega_orders::service(),
        bodega_payments::service(),
        bodega_coupons::service(),
        bodega_rewards::service(),
        bodega_shipping::service(),
        bodega_notifications::service(),
    ]
}

/// The services of a process with the gateway in front.
pub struct Shop {
    /// The services.
    pub host: Host,
    /// Everything there is to request.
    pub router: Router,
    /// Where time and ids come from.
    pub world: World,
    /// How it is set.
    pub settings: Arc<Settings>,
}

impl Shop {
    /// Opens all services.
    pub async fn open(settings: Settings, world: World, mode: Mode) -> anyhow::Result<Self> {
        Self::open_some(services(), true, settings, world, mode).await
    }

    /// Opens some services, with or without the gateway in front.
    pub async fn open_some(
        definitions: Vec<Definition>,
        gateway: bool,
        settings: Settings,
        world: World,
        mode: Mode,
    ) -> anyhow::Result<Self> {
        let settings = Arc::new(settings);
        if mode == Mode::Run && settings.bus.kind == BusKind::Rabbitmq {
            // Before anything here can be published.
            let broker = Broker { url: settings.bus.url.clone(), exchange: settings.bus.exchange.clone() };
            broker.declare(&queues::queues()).await;
        }
        let host = Host::start(definitions, Arc::clone(&settings), world.clone(), mode).await?;
        for service in &host.services {
            queues::check(&service.consumer)?;
        }
        let internal = InternalKeys::new(&host.secrets.key("internal tokens"));
        let mut router = Router::new();
        // A shop that is whole in one process has no doors between its services.
        if !gateway || !settings.rpc.upstreams.is_empty() {
            router = doors(&host, &world, &internal);
        }
        router = if gateway {
            router.fallback_service(front(&host, &settings, &world, internal))
        } else {
            router.merge(operations::health(&host))
        };
        Ok(Self { host, router, world, settings })
    }

    /// Serves until `stop` ends, says so at `/readyz` for as long as the settings tell, then lets requests finish.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let app = self.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let (ending, ended) = tokio::sync::oneshot::channel();
        let (readiness, drain) = (self.host.readiness.clone(), Duration::from_millis(self.settings.server.drain_ms));
        let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
            stop.await;
            readiness.stop();
            tokio::time::sleep(drain).await;
            // Whoever waits for this has ended before if nobody listens.
            let _ = ending.send(());
        });
        tokio::select! {
            served = serving => served.context("the listener failed"),
            () = async { let _ = ended.await; tokio::time::sleep(DRAIN).await } => Ok(()),
        }
    }

    /// Serves on a free port of this machine, for a command that buys from its own shop.
    pub async fn serve_here(&self) -> anyhow::Result<(String, JoinHandle<anyhow::Result<()>>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        Ok((format!("http://{}", listener.local_addr()?), self.serve_on(listener)))
    }

    /// Serves until the task is aborted.
    pub fn serve_on(&self, listener: TcpListener) -> JoinHandle<anyhow::Result<()>> {
        let app = self.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await.context("the listener failed") })
    }

    /// Waits until every event is handled and every payment has its answer.
    pub async fn settle(&self, patience: Duration) -> anyhow::Result<()> {
        let started = self.world.now();
        loop {
            let backlog = self.host.bus.as_ref().map_or(0, bodega_bus::embedded::Embedded::backlog);
            let mut unsent = 0;
            for service in &self.host.services {
                let standing = self.host.rpc.ask_service(service.name, bodega_service::facts::StandingFacts {}).await;
                unsent += standing.map_err(|error| anyhow::anyhow!("{error}"))?.unsent;
            }
            if backlog == 0 && unsent == 0 {
                return Ok(());
            }
            anyhow::ensure!(
                self.world.now().since(started) < patience,
                "{backlog} events are still not handled and {unsent} not sent"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The doors that other processes use: each service under its name, for holders of an internal token.
fn doors(host: &Host, world: &World, keys: &InternalKeys) -> Router {
    host.services.iter().fold(Router::new(), |doors, service| {
        let guarded = service.router.clone().layer(layers::internal(keys.clone(), service.name, world.clone()));
        let questions = bodega_rpc::router(service.name, service.answers.clone(), keys.clone(), world.clone());
        doors.nest(&format!("/{}", service.name), guarded.merge(questions))
    })
}

fn front(host: &Host, settings: &Arc<Settings>, world: &World, internal: InternalKeys) -> Router {
    let operations = operations::routes(host, settings, world);
    let local = host.services.iter().map(|service| {
        let router = service.router.clone();
        let target = match &service.shelf {
            Some(shelf) => Target::Shelved(router, Arc::clone(shelf)),
            None => Target::Local(router),
        };
        Mount { service: service.name, target }
    });
    let elsewhere = services().into_iter().filter_map(|service| {
        let places = host.rpc.places(service.name)?;
        let here = host.service(service.name).is_some();
        (!here).then_some(Mount { service: service.name, target: Target::Remote(places) })
    });
    let inside = Inside::default();
    bodega_gateway::router(Gateway {
        routes: bodega_gateway::policy().to_vec(),
        openapi: bodega_gateway::describe(host.rpc.clone(), host.names(), operations.openapi),
        mounts: local.chain(elsewhere).chain([operations.mount]).chain(pages(&inside, settings, world)).collect(),
        rpc: host.rpc.clone(),
        world: world.clone(),
        settings: Arc::clone(settings),
        internal,
        ready: operations::ready(host),
        inside,
    })
}

/// The pages, which ask the API through the gateway of this process.
fn pages(inside: &Inside, settings: &Arc<Settings>, world: &World) -> [Mount; 2] {
    let inside = inside.clone();
    let api = Api::new(Arc::new(move |request| {
        let inside = inside.clone();
        Box::pin(async move { inside.call(request).await })
    }));
    let storefront = bodega_storefront::router(api.clone(), world.clone(), Arc::clone(settings));
    let admin = bodega_admin::router(api, world.clone(), Arc::clone(settings));
    [("storefront", storefront), ("admin", admin)]
        .map(|(service, router)| Mount { service, target: Target::Local(router) })
}
