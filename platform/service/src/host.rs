//! Starts services: opens their databases, wires bus and questions, runs their jobs.

use crate::{Context, Definition, Job, Readiness, Secrets};
use anyhow::Context as _;
use bodega_bus::{
    Consumer,
    embedded::{Embedded, Source},
    rabbitmq::Broker,
};
use bodega_db::{Db, DbConfig, Engine};
use bodega_kernel::World;
use bodega_rpc::{Answers, Client};
use bodega_settings::{BusKind, DatabaseKind, Settings};
use bodega_web::{Shelf, internal::InternalKeys, tokens::GuestKeys};
use futures_util::future::join_all;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// How often old events and keys are forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(10);

/// Whether a host moves by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Events travel and jobs run.
    Run,
    /// Nothing happens by itself: for `verify` on a stopped shop, and for simulations.
    Still,
}

/// The services of a process.
pub struct Host {
    /// Each of them.
    pub services: Vec<Hosted>,
    /// The bus, where it is within the process and runs.
    pub bus: Option<Embedded>,
    /// For questions to any service.
    pub rpc: Client,
    /// The keys of the deployment.
    pub secrets: Secrets,
    /// Whether the databases answer.
    pub readiness: Readiness,
    elsewhere: Vec<String>,
}

/// One service of a process.
pub struct Hosted {
    /// Its name.
    pub name: &'static str,
    /// Its database.
    pub db: Db,
    /// Its routes, for callers the gateway has verified.
    pub router: axum::Router,
    /// What it has at hand for readers.
    pub shelf: Option<Shelf>,
    /// What it hears.
    pub consumer: Consumer,
    /// What it answers.
    pub answers: Answers,
    /// What it does by itself.
    pub jobs: Vec<Job>,
    /// The types of event it publishes.
    pub publishes: &'static [&'static str],
}

impl Host {
    /// Starts `definitions` on the databases that `settings` names.
    pub async fn start(
        definitions: Vec<Definition>,
        settings: Arc<Settings>,
        world: World,
        mode: Mode,
    ) -> anyhow::Result<Self> {
        let secrets = Secrets::load(&settings, &world)?;
        let internal = InternalKeys::new(&secrets.key("internal tokens"));
        let rpc = Client::new("host", settings.rpc.upstreams.clone(), internal, world.clone());
        let services = host_all(definitions, &settings, &world, &rpc, &secrets, mode).await?;
        let bus = match mode {
            Mode::Run => {
                rpc.watch();
                run(&services, &settings).await
            }
            Mode::Still => None,
        };
        let elsewhere = settings.rpc.upstreams.keys().cloned().collect();
        let readiness = Readiness::new(services.iter().map(|service| (service.name, service.db.clone())).collect());
        Ok(Self { services, bus, rpc, secrets, readiness, elsewhere })
    }

    /// The names of all services, here and elsewhere.
    pub fn names(&self) -> Vec<String> {
        let here = self.services.iter().map(|service| service.name.to_owned());
        here.chain(self.elsewhere.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The service of this name, if it is in this process.
    pub fn service(&self, name: &str) -> Option<&Hosted> {
        self.services.iter().find(|service| service.name == name)
    }
}

impl Drop for Host {
    /// Lets the databases close when nobody uses them any more.
    fn drop(&mut self) {
        self.rpc.forget_all();
    }
}

async fn host_all(
    definitions: Vec<Definition>,
    settings: &Arc<Settings>,
    world: &World,
    rpc: &Client,
    secrets: &Secrets,
    mode: Mode,
) -> anyhow::Result<Vec<Hosted>> {
    let starting = definitions.into_iter().map(|definition| {
        let (settings, world, rpc, secrets) = (Arc::clone(settings), world.clone(), rpc.clone(), secrets.clone());
        host(definition, settings, world, rpc, secrets)
    });
    if mode == Mode::Run {
        // Each on whatever processor is free. All of them end here, so that a start that fails leaves no file open.
        let started = join_all(starting.map(tokio::spawn)).await;
        return started.into_iter().map(|service| service.context("a start panicked")?).collect();
    }
    // Where a seed drives it, it has to go in order.
    let mut services = Vec::new();
    for service in starting {
        services.push(service.await?);
    }
    Ok(services)
}

async fn host(
    definition: Definition,
    settings: Arc<Settings>,
    world: World,
    rpc: Client,
    secrets: Secrets,
) -> anyhow::Result<Hosted> {
    let name = definition.name;
    let db = Db::open(&database(&settings, name), definition.migrations, &world)
        .await
        .with_context(|| format!("the database of {name} does not open"))?;
    let context = Context {
        db: db.clone(),
        world,
        settings,
        rpc: rpc.clone(),
        guests: GuestKeys::new(&secrets.key("guest tokens")),
        secrets,
    };
    let running = (definition.start)(context).await.with_context(|| format!("{name} does not start"))?;
    let (router, described) = running.routes.split_for_parts();
    let described = serde_json::value::to_raw_value(&described).context("a description cannot be written")?;
    let hears = running.subscriptions.kinds().map(str::to_owned).collect();
    let answers = crate::facts::answers(&db, hears, described, running.answers);
    rpc.register(name, answers.clone());
    Ok(Hosted {
        name,
        consumer: Consumer::new(db.clone(), running.subscriptions),
        db,
        router,
        shelf: running.shelf,
        answers,
        jobs: running.jobs,
        publishes: definition.publishes,
    })
}

/// Where the settings put the database of a service.
pub fn database(settings: &Settings, service: &'static str) -> DbConfig {
    let named = |template: &str| template.replace("{service}", service);
    let engine = match settings.database.kind {
        DatabaseKind::Sqlite => Engine::Sqlite { folder: settings.database.data_dir.clone() },
        DatabaseKind::Postgres => Engine::Postgres {
            url: named(&settings.database.url),
            schema: Some(named(&settings.database.schema)).filter(|schema| !schema.is_empty()),
        },
    };
    let broker = settings.bus.kind == BusKind::Rabbitmq;
    DbConfig { engine, service, readers: settings.database.readers, broker }
}

async fn run(services: &[Hosted], settings: &Settings) -> Option<Embedded> {
    let consumers: Vec<Consumer> = services.iter().map(|service| service.consumer.clone()).collect();
    let bus = match settings.bus.kind {
        BusKind::Embedded => {
            let source = |service: &Hosted| Source { db: service.db.clone(), publishes: service.publishes };
            let sources: Vec<Source> = services.iter().map(source).collect();
            Some(Embedded::start(&sources, &consumers))
        }
        BusKind::Rabbitmq => {
            let broker = Broker { url: settings.bus.url.clone(), exchange: settings.bus.exchange.clone() };
            broker.declare(&consumers.iter().map(Consumer::queue).collect::<Vec<_>>()).await;
            for (service, consumer) in services.iter().zip(consumers) {
                tokio::spawn(broker.clone().relay(service.db.clone()));
                tokio::spawn(broker.clone().consume(consumer));
            }
            None
        }
    };
    for service in services {
        service.jobs.iter().for_each(Job::spawn);
        let db = service.db.clone();
        let forget = Job::new("housekeeping", HOUSEKEEPING, move || {
            let db = db.clone();
            Box::pin(async move { db.forget_old().await.is_ok_and(|forgotten| forgotten > 0) })
        });
        forget.spawn();
    }
    bus
}
