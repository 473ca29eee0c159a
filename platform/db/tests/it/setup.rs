//! A database with one small table.

use bodega_db::{Db, DbConfig, DbError, Engine, Migration, params};
use bodega_kernel::{Event, ManualClock, Time, World};
use bodega_settings::DatabaseKind;
use bodega_testkit::{Backend, Home, backends};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use std::pin::Pin;
use tokio::sync::oneshot;

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_jars",
    sql: "CREATE TABLE jars (id {uuid} PRIMARY KEY, name TEXT NOT NULL UNIQUE, sweets BIGINT NOT NULL, open BOOLEAN NOT NULL, note TEXT, raw {bytes});",
}];

#[derive(Serialize, Deserialize)]
pub(crate) struct JarFilled {
    pub(crate) name: String,
}

impl Event for JarFilled {
    const TYPE: &'static str = "jar.filled.v1";
    fn subject(&self) -> String {
        self.name.clone()
    }
}

pub(crate) struct Place {
    pub(crate) home: Home,
    pub(crate) clock: ManualClock,
    pub(crate) world: World,
}

/// A place on each engine.
pub(crate) fn places() -> Vec<Place> {
    backends().into_iter().map(Place::new).collect()
}

/// A writer at work, until it is released: what is queued meanwhile is one batch with it.
pub(crate) struct Held(oneshot::Sender<()>);

impl Held {
    pub(crate) fn new(db: &Db) -> Self {
        let (release, released) = oneshot::channel();
        let work = db.write(async move |_| {
            released.await.unwrap();
            Ok::<_, DbError>(())
        });
        assert!(work.now_or_never().is_none(), "the writer is free already");
        Self(release)
    }

    /// Queues all of this; what is answered before it is awaited was not queued.
    pub(crate) fn queue<'a, T>(
        &self,
        work: impl IntoIterator<Item = impl Future<Output = T> + 'a>,
    ) -> Vec<Pin<Box<dyn Future<Output = T> + 'a>>> {
        assert!(!self.0.is_closed(), "the writer is free already");
        let queued = work.into_iter().map(|work| {
            let mut work: Pin<Box<dyn Future<Output = T> + 'a>> = Box::pin(work);
            assert!(work.as_mut().now_or_never().is_none(), "answered already");
            work
        });
        queued.collect()
    }

    pub(crate) fn release(self) {
        self.0.send(()).unwrap();
    }
}

impl Place {
    fn new(backend: Backend) -> Self {
        let clock = ManualClock::at(Time::from_ms(1_700_000_000_000));
        Self { home: Home::new(backend), world: World::simulated(1, clock.clone()), clock }
    }

    /// A fresh one on the same engine.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.home.backend())
    }

    pub(crate) async fn open(&self) -> Db {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> Result<Db, DbError> {
        self.open_with(MIGRATIONS).await
    }

    pub(crate) async fn open_with(&self, migrations: &'static [Migration]) -> Result<Db, DbError> {
        let settings = self.home.settings().database;
        let engine = match settings.kind {
            DatabaseKind::Sqlite => Engine::Sqlite { folder: settings.data_dir },
            DatabaseKind::Postgres => {
                Engine::Postgres { url: settings.url, schema: Some(settings.schema.replace("{service}", "jars")) }
            }
        };
        let config = DbConfig { engine, service: "jars", readers: 2, broker: false };
        Db::open(&config, migrations, &self.world).await
    }
}

pub(crate) async fn add_jar(db: &Db, name: &str) -> Result<(), DbError> {
    let name = name.to_owned();
    db.write(async move |tx| {
        let id = tx.world().uuid();
        let sql = "INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, 0, $3)";
        tx.execute(sql, &params![id, &name, true]).await?;
        tx.emit(&JarFilled { name })
    })
    .await
}

pub(crate) async fn names(db: &Db) -> Vec<String> {
    db.write(async |tx| {
        let rows = tx.query("SELECT name FROM jars ORDER BY name", &[]).await?;
        rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, DbError>>()
    })
    .await
    .unwrap()
}
