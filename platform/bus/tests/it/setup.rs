//! A bell that rings and a listener that counts, each with a database of its own.

use bodega_bus::{Consumer, Delivery, Failure, Feed, Subscriptions, embedded::Source};
use bodega_db::{Db, DbConfig, DbError, Engine, Migration, Tx, params};
use bodega_kernel::{Event, ManualClock, Time, World};
use bodega_settings::DatabaseKind;
use bodega_testkit::{Backend, Home};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const NOTHING: &[Migration] = &[];
const HEARD: &[Migration] =
    &[Migration { name: "0001_heard", sql: "CREATE TABLE heard (ring BIGINT PRIMARY KEY, times BIGINT NOT NULL);" }];

#[derive(Serialize, Deserialize)]
pub(crate) struct BellRung {
    pub(crate) ring: i64,
}

impl Event for BellRung {
    const TYPE: &'static str = "bell.rung.v1";
    fn subject(&self) -> String {
        self.ring.to_string()
    }
}

pub(crate) struct Tower {
    pub(crate) home: Home,
    pub(crate) world: World,
}

impl Tower {
    pub(crate) fn new(backend: Backend) -> Self {
        Self { home: Home::new(backend), world: World::system() }
    }

    /// Where time stands still until it is moved.
    pub(crate) fn with_clock(backend: Backend) -> (Self, ManualClock) {
        let clock = ManualClock::at(Time::from_ms(1_700_000_000_000));
        (Self { home: Home::new(backend), world: World::simulated(1, clock.clone()) }, clock)
    }

    /// The bell's database; several openings wait for each other.
    pub(crate) async fn bell(&self) -> Db {
        self.open("bell", NOTHING, false).await
    }

    /// The same, with what it rings marked as unsent.
    pub(crate) async fn bell_at_broker(&self) -> Db {
        self.open("bell", NOTHING, true).await
    }

    /// A listener of this name that follows the bell; while `broken` it cannot handle a thing.
    pub(crate) async fn listener(&self, name: &'static str, broken: &Arc<AtomicBool>) -> Consumer {
        let db = self.open(name, HEARD, false).await;
        let broken = Arc::clone(broken);
        let follower = Subscriptions::new().follow(&Feed::new("bell"));
        let subscriptions = follower.on(async move |tx: &mut Tx, batch: &[Delivery<BellRung>]| {
            if broken.load(Ordering::SeqCst) {
                return Err(Failure::Transient("not now".to_owned()));
            }
            hear(tx, batch).await
        });
        Consumer::new(db, subscriptions)
    }

    async fn open(&self, service: &'static str, migrations: &'static [Migration], broker: bool) -> Db {
        let settings = self.home.settings().database;
        let engine = match settings.kind {
            DatabaseKind::Sqlite => Engine::Sqlite { folder: settings.data_dir },
            DatabaseKind::Postgres => {
                Engine::Postgres { url: settings.url, schema: Some(settings.schema.replace("{service}", service)) }
            }
        };
        let config = DbConfig { engine, service, readers: 1, broker };
        for _ in 0..200 {
            match Db::open(&config, migrations, &self.world).await {
                Ok(db) => return db,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        panic!("{service} does not open");
    }
}

pub(crate) fn source(db: &Db) -> Source {
    Source { db: db.clone(), publishes: &[BellRung::TYPE] }
}

/// A negative ring can never be handled.
async fn hear(tx: &mut Tx, batch: &[Delivery<BellRung>]) -> Result<(), Failure> {
    for delivery in batch {
        if delivery.event.ring < 0 {
            return Err(Failure::permanent("a bell does not ring backwards"));
        }
        let sql =
            "INSERT INTO heard (ring, times) VALUES ($1, 1) ON CONFLICT (ring) DO UPDATE SET times = heard.times + 1";
        tx.execute(sql, &params![delivery.event.ring]).await?;
    }
    Ok(())
}

pub(crate) async fn ring(bell: &Db, rings: std::ops::Range<i64>) {
    for ring in rings {
        bell.write(async move |tx| tx.emit(&BellRung { ring })).await.unwrap();
    }
}

/// Three rings in each commit.
pub(crate) async fn ring_in_threes(bell: &Db, commits: std::ops::Range<i64>) {
    for commit in commits {
        let rings = async move |tx: &mut Tx| {
            for ring in commit * 3..commit * 3 + 3 {
                tx.emit(&BellRung { ring })?;
            }
            Ok::<_, DbError>(())
        };
        bell.write(rings).await.unwrap();
    }
}

/// Rings heard, and how often altogether.
pub(crate) async fn heard(listener: &Consumer, db: &Db) -> (i64, i64) {
    assert_eq!(listener.service(), db.service());
    db.write(async |tx| {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM heard";
        let row = tx.query_one(sql, &[]).await?.ok_or_else(|| DbError::Refused("no count".into()))?;
        Ok::<_, DbError>((row.get(0)?, row.get(1)?))
    })
    .await
    .unwrap()
}

pub(crate) async fn until<F: AsyncFnMut() -> bool>(mut done: F) {
    for _ in 0..2_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never happened");
}

/// How many seconds the listener is behind the bell.
pub(crate) fn behind_s(listener: &Consumer) -> u64 {
    listener.behind("bell").unwrap().as_secs()
}
