//! One service on stage: its replicas on one database, a clock that is set by hand, and neighbours that the test plays.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::{Backend, Home};
use axum::Router;
use bodega_bus::Consumer;
use bodega_db::Db;
use bodega_kernel::{ManualClock, Time, World};
use bodega_rpc::{Answers, Client};
use bodega_service::{Definition, Host, Hosted, Job, Mode, Secrets};
use bodega_settings::Settings;
use bodega_web::GuestKeys;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// When every story begins: 2026-01-01, midnight.
pub const START: Time = Time::from_ms(1_767_225_600_000);

const SECRET: &str = "a secret of at least 32 characters";
/// The world of the test itself; those of the replicas count from 0.
const OWN_SEED: u64 = 99;
/// How often, and after which pause, an attempt is made to open a database that is still being closed.
const OPENINGS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);
/// After this many rounds of all jobs a service should have come to rest.
const ROUNDS: usize = 10_000;

/// A service under test. Nothing happens by itself: the test delivers, asks, moves the clock and takes the steps of jobs.
/// Cheap to clone; its data goes with the last handle.
#[derive(Clone)]
pub struct Stage {
    /// The test's own world: it knows the same time as the service, and makes the ids of what the test plays.
    pub world: World,
    /// The time of all replicas.
    pub clock: ManualClock,
    hosts: Arc<[Host]>,
    first: usize,
    set: Arc<Set>,
}

/// What stays through a restart.
struct Set {
    service: fn() -> Definition,
    settings: Arc<Settings>,
    seeds: AtomicU64,
    home: Home,
}

impl Stage {
    /// The service that `service` defines, on a fresh database, with settings that `adjust` put right. So many replicas
    /// share a server's database; `SQLite` has one.
    pub async fn open(
        backend: Backend,
        replicas: usize,
        service: fn() -> Definition,
        adjust: impl FnOnce(&mut Settings),
    ) -> Self {
        let home = Home::new(backend);
        let mut settings = home.settings();
        SECRET.clone_into(&mut settings.rpc.secret);
        adjust(&mut settings);
        let set = Set { service, settings: Arc::new(settings), seeds: AtomicU64::new(0), home };
        let clock = ManualClock::at(START);
        let replicas = if backend == Backend::Sqlite { 1 } else { replicas };
        let mut hosts = Vec::new();
        for _ in 0..replicas {
            hosts.push(set.start(&clock).await.unwrap());
        }
        let world = World::simulated(OWN_SEED, clock.clone());
        Self { world, clock, hosts: hosts.into(), first: 0, set: Arc::new(set) }
    }

    /// Another one like this, with data of its own and with settings that `adjust` changed once more.
    pub async fn another(&self, adjust: impl FnOnce(&mut Settings)) -> Self {
        let mine = Arc::clone(&self.set.settings);
        let adjust = |settings: &mut Settings| {
            let database = settings.database.clone();
            settings.clone_from(&mine);
            settings.database = database;
            adjust(settings);
        };
        Self::open(self.backend(), self.hosts.len(), self.set.service, adjust).await
    }

    /// Ends all processes, and starts as many again on the same data. This must be the last handle.
    pub async fn restarted(self) -> Self {
        let Self { world, clock, hosts, first, set } = self;
        let replicas = hosts.len();
        drop(hosts);
        let mut hosts = Vec::new();
        for _ in 0..replicas {
            hosts.push(set.start_again(&clock).await);
        }
        Self { world, clock, hosts: hosts.into(), first, set }
    }

    /// The same, seen from another of its replicas: that is then number 0, and the next one number 1. Where there is only
    /// one, it is that one.
    #[must_use]
    pub fn on(&self, replica: usize) -> Self {
        Self { first: self.first + replica, ..self.clone() }
    }

    /// How many replicas there are.
    pub fn replicas(&self) -> usize {
        self.hosts.len()
    }

    /// The engine.
    pub fn backend(&self) -> Backend {
        self.set.home.backend()
    }

    /// A replica as a process; numbers past the last begin again.
    pub fn host(&self, replica: usize) -> &Host {
        &self.hosts[(self.first + replica) % self.hosts.len()]
    }

    /// The service on a replica.
    pub fn service(&self, replica: usize) -> &Hosted {
        &self.host(replica).services[0]
    }

    /// Its database.
    pub fn db(&self) -> &Db {
        &self.service(0).db
    }

    /// What it hears on a replica.
    pub fn consumer(&self, replica: usize) -> &Consumer {
        &self.service(replica).consumer
    }

    /// Its routes on a replica.
    pub fn router(&self, replica: usize) -> Router {
        self.service(replica).router.clone()
    }

    /// For questions to it.
    pub fn rpc(&self) -> &Client {
        &self.host(0).rpc
    }

    /// The keys of the deployment.
    pub fn secrets(&self) -> &Secrets {
        &self.host(0).secrets
    }

    /// A token as other services would give it: it opens `subject`, a `"cart"` or an `"order"`, for so long.
    pub fn guest_token(&self, kind: &str, subject: Uuid, valid: Duration) -> String {
        let keys = GuestKeys::new(&self.secrets().key("guest tokens"));
        keys.sign(kind, subject, self.world.now().plus(valid))
    }

    /// Plays a service that is not here: every replica gets these answers from it.
    pub fn neighbour(&self, service: &str, answers: &Answers) {
        self.hosts.iter().for_each(|host| host.rpc.register(service, answers.clone()));
    }

    /// What the service does by itself under this name.
    pub fn job(&self, name: &str) -> Job {
        self.service(0).jobs.iter().find(|job| job.name == name).unwrap().clone()
    }

    /// Takes the steps of all jobs until there is nothing left to do now.
    pub async fn work(&self) {
        for _ in 0..ROUNDS {
            let mut moved = false;
            for job in &self.service(0).jobs {
                moved |= job.step().await;
            }
            if !moved {
                return;
            }
        }
        panic!("it never comes to rest");
    }
}

impl Set {
    async fn start(&self, clock: &ManualClock) -> Result<Host, String> {
        // Never twice the same, so that no replica and no later process makes the ids of another.
        let world = World::simulated(self.seeds.fetch_add(1, Ordering::Relaxed), clock.clone());
        let host = Host::start(vec![(self.service)()], Arc::clone(&self.settings), world, Mode::Still).await;
        host.map_err(|error| format!("{error:#}"))
    }

    /// The writer of the process before may still be closing its file.
    async fn start_again(&self, clock: &ManualClock) -> Host {
        for _ in 1..OPENINGS {
            if let Ok(host) = self.start(clock).await {
                return host;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.start(clock).await.unwrap()
    }
}
