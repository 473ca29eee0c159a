//! A service as a value, and as it runs.

use crate::{Context, Job};
use bodega_bus::Subscriptions;
use bodega_db::Migration;
use bodega_rpc::Answers;
use bodega_web::Shelf;
use futures_util::future::BoxFuture;
use utoipa_axum::router::OpenApiRouter;

type Start = Box<dyn Fn(Context) -> BoxFuture<'static, anyhow::Result<Running>> + Send + Sync>;

/// A service that can be started.
pub struct Definition {
    /// Its name: of its database, its queue, its part of the settings.
    pub name: &'static str,
    /// Its schema.
    pub migrations: &'static [Migration],
    /// The types of event it publishes.
    pub publishes: &'static [&'static str],
    pub(crate) start: Start,
}

impl Definition {
    /// A service called `name` that `start` brings to life.
    pub fn new<F, Started>(name: &'static str, start: F) -> Self
    where
        F: Fn(Context) -> Started + Send + Sync + 'static,
        Started: Future<Output = anyhow::Result<Running>> + Send + 'static,
    {
        let start: Start = Box::new(move |context| Box::pin(start(context)));
        Self { name, migrations: &[], publishes: &[], start }
    }

    /// With this schema.
    #[must_use]
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Self {
        self.migrations = migrations;
        self
    }

    /// Publishing these types of event.
    #[must_use]
    pub fn publishes(mut self, kinds: &'static [&'static str]) -> Self {
        self.publishes = kinds;
        self
    }
}

/// A service that has started.
#[derive(Default)]
pub struct Running {
    /// Its routes and their description.
    pub routes: OpenApiRouter,
    /// What it hears.
    pub subscriptions: Subscriptions,
    /// What it answers.
    pub answers: Answers,
    /// What it does by itself.
    pub jobs: Vec<Job>,
    /// What it has at hand for readers.
    pub shelf: Option<Shelf>,
}

impl Running {
    /// With nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With these routes.
    #[must_use]
    pub fn routes(mut self, routes: OpenApiRouter) -> Self {
        self.routes = routes;
        self
    }

    /// Hearing this.
    #[must_use]
    pub fn hears(mut self, subscriptions: Subscriptions) -> Self {
        self.subscriptions = subscriptions;
        self
    }

    /// Answering this.
    #[must_use]
    pub fn answers(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// Having this at hand for readers.
    #[must_use]
    pub fn shelf(mut self, at_hand: Shelf) -> Self {
        self.shelf = Some(at_hand);
        self
    }

    /// Doing this by itself.
    #[must_use]
    pub fn job(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }
}
