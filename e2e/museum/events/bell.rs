//! The platform's own wire: a bell and a listener with a database each, and the bus between them.

use super::Wire;
use bodega_bus::{
    Consumer, Delivery, Failure, Noting, Subscriptions,
    embedded::{Embedded, Source},
};
use bodega_db::{Db, DbConfig, DbError, DueTimer, Engine, Envelope, Migration, Timer, Tx, params};
use bodega_kernel::{Event, ManualClock, Time, World};
use bodega_settings::DatabaseKind;
use bodega_testkit::{Backend, Home};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use uuid::{Builder, Uuid};

const BEGINNING: i64 = 1_700_000_000_000;
const NOTHING: &[Migration] = &[];
const HEARD: &[Migration] =
    &[Migration { name: "0001_heard", sql: "CREATE TABLE heard (ring BIGINT PRIMARY KEY, times BIGINT NOT NULL);" }];

#[derive(Serialize, Deserialize)]
struct BellRung {
    ring: i64,
}

impl Event for BellRung {
    const TYPE: &'static str = "bell.rung.v1";
    fn subject(&self) -> String {
        self.ring.to_string()
    }
}

/// The wire.
pub(super) struct Bell {
    home: Home,
    world: World,
    clock: ManualClock,
    ringer: Option<Db>,
    listener: Option<Consumer>,
    bus: Option<Embedded>,
    stumbles: Arc<AtomicUsize>,
}

impl Bell {
    pub(super) async fn hung(backend: Backend) -> Self {
        let clock = ManualClock::at(Time::from_ms(BEGINNING));
        let (home, world) = (Home::new(backend), World::simulated(1, clock.clone()));
        let mut wire = Self { home, world, clock, ringer: None, listener: None, bus: None, stumbles: Arc::default() };
        wire.ringer = Some(wire.open("bell", NOTHING).await);
        wire.listener = Some(wire.listener().await);
        wire
    }

    async fn open(&self, service: &'static str, migrations: &'static [Migration]) -> Db {
        let settings = self.home.settings().database;
        let engine = match settings.kind {
            DatabaseKind::Sqlite => Engine::Sqlite { folder: settings.data_dir },
            DatabaseKind::Postgres => {
                Engine::Postgres { url: settings.url, schema: Some(settings.schema.replace("{service}", service)) }
            }
        };
        let config = DbConfig { engine, service, readers: 1, broker: false };
        for _ in 0..400 {
            match Db::open(&config, migrations, &self.world).await {
                Ok(db) => return db,
                // Whoever had it lets go a moment later.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        panic!("{service} does not open");
    }

    async fn listener(&self) -> Consumer {
        let stumbles = Arc::clone(&self.stumbles);
        let subscriptions = Subscriptions::new().on(async move |tx: &mut Tx, batch: &[Delivery<BellRung>]| {
            let stumble = |left: usize| left.checked_sub(1);
            if stumbles.fetch_update(Ordering::SeqCst, Ordering::SeqCst, stumble).is_ok() {
                return Err(Failure::Transient("stumbled".to_owned()));
            }
            for delivery in batch {
                if delivery.event.ring < 0 {
                    return Err(Failure::permanent("a bell does not ring backwards"));
                }
                count(tx, delivery.event.ring).await?;
            }
            Ok(())
        });
        Consumer::new(self.open("listener", HEARD).await, subscriptions)
    }

    fn bell(&self) -> Db {
        self.ringer.clone().unwrap()
    }

    fn consumer(&self) -> Consumer {
        self.listener.clone().unwrap()
    }

    /// From now on the bus brings what is rung.
    fn connect(&mut self) {
        let source = Source { db: self.bell(), publishes: &[BellRung::TYPE] };
        let consumer = self.consumer();
        self.bus.get_or_insert_with(|| Embedded::start(&[source], &[consumer]));
    }
}

fn envelope(ring: i64) -> Envelope {
    // Of the day it was rung first, whenever it is handed over.
    let id = Builder::from_unix_timestamp_millis(BEGINNING as u64, &[ring.unsigned_abs() as u8 | 1 << 6; 10]);
    let data = serde_json::to_string(&BellRung { ring }).unwrap();
    Envelope {
        source: "elsewhere".into(),
        seq: ring,
        id: id.into_uuid(),
        kind: BellRung::TYPE.into(),
        subject: ring.to_string().into(),
        at: Time::from_ms(BEGINNING),
        trace: None,
        data: data.into(),
    }
}

async fn count(tx: &mut Tx, ring: i64) -> Result<(), DbError> {
    let sql = "INSERT INTO heard (ring, times) VALUES ($1, 1) ON CONFLICT (ring) DO UPDATE SET times = heard.times + 1";
    tx.execute(sql, &params![ring]).await.map(drop)
}

async fn ring_slowly(bell: &Db, ring: i64, slowly: Duration) {
    bell.write(async move |tx| {
        tx.emit(&BellRung { ring })?;
        // As long as a busy disk takes.
        std::thread::sleep(slowly);
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
}

impl Wire for Bell {
    async fn ring(&mut self, ring: i64) {
        ring_slowly(&self.bell(), ring, Duration::ZERO).await;
    }

    async fn crash(&mut self) {
        (self.ringer, self.bus) = (None, None);
        self.ringer = Some(self.open("bell", NOTHING).await);
    }

    async fn overlap(&mut self, first: i64, second: i64) {
        self.connect();
        // A replica of its own where the database takes more than one.
        let other =
            if self.home.backend() == Backend::Postgres { self.open("bell", NOTHING).await } else { self.bell() };
        let bell = self.bell();
        tokio::join!(ring_slowly(&bell, first, Duration::from_millis(300)), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            ring_slowly(&other, second, Duration::ZERO).await;
        });
    }

    async fn hand_over(&mut self, rings: &[i64], stumbles: usize) -> bool {
        self.stumbles.store(stumbles, Ordering::SeqCst);
        let batch = rings.iter().map(|ring| envelope(*ring)).collect();
        tokio::time::timeout(Duration::from_secs(20), self.consumer().deliver(batch, Noting::Each)).await.is_ok()
    }

    async fn hand_over_twice_at_once(&mut self, ring: i64) {
        let other = if self.home.backend() == Backend::Postgres { self.listener().await } else { self.consumer() };
        let consumer = self.consumer();
        let batch = || vec![envelope(ring)];
        tokio::join!(consumer.deliver(batch(), Noting::Each), other.deliver(batch(), Noting::Each));
    }

    async fn days_pass(&mut self, days: u64) {
        self.clock.advance(Duration::from_hours(24 * days));
        self.consumer().db().forget_old().await.unwrap();
    }

    async fn die_in_a_job(&mut self, ring: i64) {
        let subject = Uuid::from_u128(ring.unsigned_abs().into());
        let due = self.world.now();
        let db = self.consumer().db().clone();
        db.write(async move |tx| tx.set_timers(&[Timer { subject, kind: "ring", due }]).await).await.unwrap();
        let dies = async |tx: &mut Tx, _: &[DueTimer]| {
            count(tx, 1).await?;
            Err(DbError::Unavailable("the process ended".into()))
        };
        assert!(db.fire_due_timers(dies).await.is_err());
        drop(db);
        self.listener = None;
        self.listener = Some(self.listener().await);
        let works = async |tx: &mut Tx, _: &[DueTimer]| count(tx, 1).await;
        assert_eq!(self.consumer().db().fire_due_timers(works).await.unwrap(), 1);
    }

    async fn heard(&mut self, ring: i64) -> i64 {
        self.connect();
        for _ in 0..400 {
            if self.bus.as_ref().is_some_and(|bus| bus.backlog() == 0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let sql = "SELECT times FROM heard WHERE ring = $1";
        let row = self.consumer().db().write(async move |tx| tx.query_one(sql, &params![ring]).await).await.unwrap();
        row.map_or(0, |row| row.get(0).unwrap())
    }
}
