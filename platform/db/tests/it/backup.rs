//! A moment of several databases that are written all the time: what one of them knows of another is never without its cause.

use bodega_db::{
    Db, DbConfig, DbError, Engine, Migration, Tx,
    backup::{Copied, Cut, is_known, is_unused, restore},
    params,
};
use bodega_kernel::{Event, World};
use bodega_settings::DatabaseKind;
use bodega_testkit::{Backend, Home, backends};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const SERVICES: [&str; 3] = ["first", "second", "third"];
const STEPS: &[Migration] = &[
    Migration {
        name: "0001_notes",
        sql: "CREATE TABLE shelves (id BIGINT PRIMARY KEY); INSERT INTO shelves (id) VALUES (0); \
              CREATE TABLE notes (seq {sequence}, \
              writer BIGINT NOT NULL, number BIGINT NOT NULL, shelf BIGINT NOT NULL REFERENCES shelves (id), text TEXT, \
              raw {bytes} NOT NULL, id {uuid} NOT NULL, UNIQUE (writer, number));",
    },
    Migration { name: "0002_colour", sql: "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';" },
];
/// What tends to be lost on the way: quotes, tabs, line ends, backslashes, other scripts.
const ODD: &str = "a\tb\nc\\N \\. \r\"'\u{1f355} \u{6c34}";

#[derive(Serialize, Deserialize)]
struct NoteWritten {
    number: i64,
}

impl Event for NoteWritten {
    const TYPE: &'static str = "note.written.v1";
    fn subject(&self) -> String {
        self.number.to_string()
    }
}

fn config(home: &Home, service: &'static str) -> DbConfig {
    let settings = home.settings().database;
    let engine = match settings.kind {
        DatabaseKind::Sqlite => Engine::Sqlite { folder: settings.data_dir },
        DatabaseKind::Postgres => {
            Engine::Postgres { url: settings.url, schema: Some(settings.schema.replace("{service}", service)) }
        }
    };
    DbConfig { engine, service, readers: 1, broker: false }
}

fn configs(home: &Home) -> Vec<DbConfig> {
    SERVICES.map(|service| config(home, service)).to_vec()
}

async fn open(home: &Home) -> Vec<Db> {
    let world = World::system();
    let opening = configs(home).into_iter().map(|config| {
        let world = world.clone();
        async move { Db::open(&config, STEPS, &world).await.unwrap() }
    });
    join_all(opening).await
}

async fn note(db: &Db, writer: i64, number: i64) -> Result<(), DbError> {
    db.write(async move |tx: &mut Tx| {
        let id = tx.world().uuid();
        let text = (number % 2 == 0).then_some(ODD);
        let sql = "INSERT INTO notes (writer, number, shelf, text, raw, id) VALUES ($1, $2, 0, $3, $4, $5)";
        tx.execute(sql, &params![writer, number, text, vec![0_u8, 255, 92, 10], id]).await?;
        tx.emit(&NoteWritten { number })
    })
    .await
}

/// How many notes a writer has there.
async fn notes(db: &Db, writer: i64) -> i64 {
    let counted = db.write(async move |tx: &mut Tx| {
        let row = tx.query_one("SELECT COUNT(*) FROM notes WHERE writer = $1", &params![writer]).await?;
        row.map_or(Ok(0), |row| row.get(0))
    });
    let counted: Result<i64, DbError> = counted.await;
    counted.unwrap()
}

/// Each of its notes is in the second database only if it is in the first, and so on.
async fn write(databases: &[Db], writer: i64, stop: &AtomicBool) -> i64 {
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return number;
        }
        for db in databases {
            note(db, writer, number).await.unwrap();
        }
    }
    unreachable!("numbers do not end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cut_under_load_has_every_effect_with_its_cause() {
    for backend in backends() {
        let home = Home::new(backend);
        let databases = open(&home).await;
        let stop = Arc::new(AtomicBool::new(false));
        let writers = (0..6).map(|writer| {
            let (databases, stop) = (databases.clone(), Arc::clone(&stop));
            tokio::spawn(async move { write(&databases, writer, &stop).await })
        });
        let writers: Vec<_> = writers.collect();
        let mut copies = Vec::new();
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            let copy = Home::new(Backend::Sqlite);
            std::fs::create_dir_all(copy.folder()).unwrap();
            let cut = Cut::take(&configs(&home)).await.unwrap();
            assert!((cut.len(), cut.paused() < Duration::from_secs(2)) == (3, true), "{:?}", cut.paused());
            // What is written now is not in it.
            tokio::time::sleep(Duration::from_millis(30)).await;
            let files = cut.copy(copy.folder()).await.unwrap();
            copies.push((copy, files));
        }
        stop.store(true, Ordering::SeqCst);
        let written = join_all(writers).await;
        for (copy, copied) in copies {
            let other = Home::new(backend);
            put_back(&other, &copy, &copied).await;
            prove(&other, &written.iter().map(|count| *count.as_ref().unwrap()).collect::<Vec<_>>()).await;
        }
    }
}

async fn put_back(home: &Home, copy: &Home, copied: &[Copied]) {
    if home.backend() == Backend::Sqlite {
        std::fs::create_dir_all(home.folder()).unwrap();
    }
    for (config, copied) in configs(home).iter().zip(copied) {
        assert_eq!((config.service, &copied.migrations.len()), (copied.service.as_str(), &3));
        assert!(is_unused(config).await.unwrap());
        restore(config, STEPS, copied, copy.folder()).await.unwrap();
        let again = restore(config, STEPS, copied, copy.folder()).await.unwrap_err().to_string();
        assert!(again.contains("there is a database"), "{again}");
    }
}

async fn prove(home: &Home, written: &[i64]) {
    let databases = open(home).await;
    for (writer, written) in written.iter().enumerate() {
        let mut before = i64::MAX;
        for db in &databases {
            let count = notes(db, writer as i64).await;
            assert!(
                count <= before && count <= *written && (before == i64::MAX || before - count <= 1),
                "{before} {count}"
            );
            before = count;
        }
    }
    let db = &databases[0];
    let counts = "SELECT (SELECT COUNT(*) FROM notes), (SELECT COUNT(*) FROM events), (SELECT MAX(seq) FROM events), \
                  (SELECT COUNT(*) FROM notes WHERE text = $1), (SELECT COUNT(*) FROM notes WHERE raw = $2), \
                  (SELECT COUNT(*) FROM notes WHERE text IS NULL), (SELECT COUNT(*) FROM shelves)";
    let row = db.write(async move |tx: &mut Tx| tx.query_one(counts, &params![ODD, vec![0_u8, 255, 92, 10]]).await);
    let row: Result<_, DbError> = row.await;
    let row = row.unwrap().unwrap();
    let at = |index| row.get::<i64>(index).unwrap();
    assert!(at(0) > 0 && at(0) == at(1) && at(2) >= at(1) && at(4) == at(0) && at(6) == 1);
    assert!(at(3) + at(5) == at(0) && (at(3) - at(5)).abs() <= 12, "texts are as they were");
    note(db, 99, 0).await.unwrap();
    let last = db.write(async |tx: &mut Tx| tx.query_one("SELECT MAX(seq) FROM events", &params![]).await);
    let last: Result<_, DbError> = last.await;
    assert!(last.unwrap().unwrap().get::<i64>(0).unwrap() > at(2), "numbers go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_waits_for_whoever_writes_and_is_given_up_where_that_does_not_end() {
    for backend in backends() {
        let home = Home::new(backend);
        let databases = open(&home).await;
        note(&databases[0], 1, 1).await.unwrap();
        let slow = databases[0].write(async |tx: &mut Tx| {
            tx.execute("UPDATE inbox SET at_ms = 0", &[]).await?;
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            Ok::<_, DbError>(())
        });
        let taking = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Cut::take(&configs(&home)).await
        };
        let (slow, cut) = futures_util::future::join(slow, taking).await;
        slow.unwrap();
        let paused = cut.unwrap().paused();
        assert!(paused < Duration::from_secs(1), "each try is short: {paused:?}");
        note(&databases[0], 1, 2).await.unwrap();
        assert_eq!(notes(&databases[0], 1).await, 2, "nobody is stopped any more");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_of_another_version_is_not_restored() {
    for backend in backends() {
        let copied = |names: &[&str]| Copied {
            service: "first".to_owned(),
            migrations: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let home = Home::new(backend);
        for names in [&["0000_platform", "0001_notes", "0002_colour", "0003_size"][..], &["0001_notes"], &[]] {
            assert!(!is_known(STEPS, &copied(names)), "{names:?}");
            let refused = restore(&config(&home, "first"), STEPS, &copied(names), home.folder()).await.unwrap_err();
            assert!(refused.to_string().contains("another version"), "{refused}");
        }
        assert!(is_known(STEPS, &copied(&["0000_platform", "0001_notes"])), "an older one is");
        assert!(is_unused(&config(&home, "first")).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_is_brought_up_to_date_when_it_is_opened() {
    for backend in backends() {
        let (home, copy, other) = (Home::new(backend), Home::new(Backend::Sqlite), Home::new(backend));
        let old = Db::open(&config(&home, "first"), &STEPS[..1], &World::system()).await.unwrap();
        note(&old, 7, 1).await.unwrap();
        std::fs::create_dir_all(copy.folder()).unwrap();
        let cut = Cut::take(&configs(&home)).await.unwrap();
        assert_eq!(cut.len(), 1, "the others were never made");
        let copied = cut.copy(copy.folder()).await.unwrap();
        if backend == Backend::Sqlite {
            std::fs::create_dir_all(other.folder()).unwrap();
        }
        restore(&config(&other, "first"), STEPS, &copied[0], copy.folder()).await.unwrap();
        let new = Db::open(&config(&other, "first"), STEPS, &World::system()).await.unwrap();
        let colours = new.write(async |tx: &mut Tx| tx.query_one("SELECT colour FROM notes", &params![]).await);
        let colours: Result<_, DbError> = colours.await;
        assert_eq!(colours.unwrap().unwrap().get::<String>(0).unwrap(), "blue");
    }
}
