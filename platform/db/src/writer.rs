//! The writer: a thread that puts whatever has queued into one transaction, commits, and answers everybody.
//!
//! A batch is what came in while the last commit ran; light load waits for nobody, heavy load shares the flush.

use crate::{
    DbConfig, DbError, Engine, Envelope, Lane, Migration, Trace, Tx, crash_point,
    job::{self, Answer, Job, Verdict},
    migrate,
    postgres::{self, PostgresConn},
    sqlite::{PRAGMAS, SqliteConn},
    tx::{Conn, Since},
};
use bodega_kernel::World;
use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::{postgres::PgPoolOptions, sqlite::SqliteConnectOptions, sqlite::SqlitePoolOptions};
use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::{self, error::TrySendError};

/// The most jobs that may wait for the writer.
const QUEUE: usize = 4_096;
/// The most jobs in one transaction.
const MAX_JOBS: usize = 512;
/// After this long a batch takes no more jobs.
const MAX_BATCH: Duration = Duration::from_millis(20);

type Committed = Box<dyn Fn(Vec<Envelope>) + Send + Sync>;

struct Inner {
    service: &'static str,
    broker: bool,
    world: World,
    queue: mpsc::Sender<Job>,
    reader: DatabaseConnection,
    committed: Arc<OnceLock<Committed>>,
    /// Held as long as the database is open: a `SQLite` file has one owner.
    lock: Option<File>,
}

/// A service's database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

impl Db {
    /// Opens the database, makes it if missing, and brings its schema up to date.
    pub async fn open(config: &DbConfig, migrations: &'static [Migration], world: &World) -> Result<Self, DbError> {
        let lock = own(config)?;
        let reader = reader(config)?;
        migrate::migrate(&config.engine, &reader, migrations).await?;
        let conn = match &config.engine {
            Engine::Sqlite { folder } => {
                Conn::Sqlite(Box::new(SqliteConn::open(&folder.join(format!("{}.db", config.service)))?))
            }
            Engine::Postgres { url, schema } => {
                Conn::Postgres(Box::new(PostgresConn::new(postgres::options(url, schema.as_deref())?)))
            }
        };
        let committed = Arc::new(OnceLock::new());
        let tx = Tx {
            conn,
            world: world.clone(),
            service: config.service.into(),
            now: world.now(),
            trace: None,
            emitted: Vec::new(),
            broker: config.broker,
            since: Since::Lost,
        };
        let queue = spawn(tx, Arc::clone(&committed))?;
        let (service, broker, world) = (config.service, config.broker, world.clone());
        Ok(Self { inner: Arc::new(Inner { service, broker, world, queue, reader, committed, lock }) })
    }

    /// The service whose database this is.
    pub fn service(&self) -> &'static str {
        self.inner.service
    }

    /// Where time and ids come from.
    pub fn world(&self) -> &World {
        &self.inner.world
    }

    /// Whether events go through a broker.
    pub fn has_broker(&self) -> bool {
        self.inner.broker
    }

    /// Whether nobody else can have this database open: a `SQLite` file has one owner at a time.
    pub fn has_one_owner(&self) -> bool {
        self.inner.lock.is_some()
    }

    /// For reading, with `SeaORM`. Never for writing: on `SQLite` it refuses.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// Whether the database can be read now and its writer runs; may take as long as a connection does.
    pub async fn check(&self) -> Result<(), DbError> {
        if self.inner.queue.is_closed() {
            return Err(DbError::unavailable(&"the writer stopped"));
        }
        Ok(self.reader().execute_unprepared("SELECT 1 FROM cursors LIMIT 1").await.map(drop)?)
    }

    /// Runs `work` in a transaction and answers after its commit. On an error, or if it panics, nothing of it stays.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'a> AsyncFnOnce(&'a mut Tx) -> Result<T, E> + Send + 'static,
    {
        self.write_following(None, work).await
    }

    /// The same, for work that was caused by what carries `trace`.
    pub async fn write_following<T, E, F>(&self, trace: Option<Trace>, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'a> AsyncFnOnce(&'a mut Tx) -> Result<T, E> + Send + 'static,
    {
        let (job, result) = job::closure(trace, work);
        self.enqueue(job).await?;
        result.await.map_err(|_| DbError::unavailable(&"the writer stopped"))?
    }

    /// A lane for one kind of hot command: `apply` decides a whole batch and gives one outcome for each command.
    pub fn lane<C, O, F>(&self, apply: F) -> Lane<C, O>
    where
        C: Send + 'static,
        O: Send + 'static,
        F: for<'a> AsyncFn(&'a mut Tx, &'a [C]) -> Result<Vec<O>, DbError> + Send + Sync + 'static,
    {
        Lane::new(self.clone(), apply)
    }

    /// Calls `hear` with the events of each commit, in order. Once for a database.
    pub fn on_committed(&self, hear: impl Fn(Vec<Envelope>) + Send + Sync + 'static) {
        if self.inner.committed.set(Box::new(hear)).is_err() {
            tracing::error!(service = self.service(), "commits are heard already");
        }
    }

    pub(crate) async fn enqueue(&self, job: Job) -> Result<(), DbError> {
        self.inner.queue.send(job).await.map_err(|_| DbError::unavailable(&"the writer stopped"))
    }

    /// Without waiting here: for the writer's own thread, and for what must come even if its caller goes away.
    pub(crate) fn enqueue_now(&self, job: Job) -> Result<(), DbError> {
        let queue = self.inner.queue.clone();
        match queue.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(job)) => {
                thread::spawn(move || queue.blocking_send(job));
                Ok(())
            }
            Err(TrySendError::Closed(_)) => Err(DbError::unavailable(&"the writer stopped")),
        }
    }
}

fn own(config: &DbConfig) -> Result<Option<File>, DbError> {
    let Engine::Sqlite { folder } = &config.engine else { return Ok(None) };
    std::fs::create_dir_all(folder).map_err(|error| DbError::unavailable(&error))?;
    let path = folder.join(format!("{}.lock", config.service));
    let file = File::create(&path).map_err(|error| DbError::unavailable(&error))?;
    file.try_lock().map_err(|_| {
        DbError::refused(&format!("another process has {} open; stop it or use another data folder", folder.display()))
    })?;
    Ok(Some(file))
}

pub(crate) fn reader(config: &DbConfig) -> Result<DatabaseConnection, DbError> {
    match &config.engine {
        Engine::Sqlite { folder } => {
            let mut options = SqliteConnectOptions::new()
                .filename(folder.join(format!("{}.db", config.service)))
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(5));
            for (name, value) in PRAGMAS {
                options = options.pragma(*name, *value);
            }
            let pool = SqlitePoolOptions::new().max_connections(config.readers).connect_lazy_with(options);
            Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
        }
        Engine::Postgres { url, schema } => {
            let options = postgres::options(url, schema.as_deref())?;
            let pool = PgPoolOptions::new()
                .max_connections(config.readers)
                .acquire_timeout(Duration::from_secs(5))
                .connect_lazy_with(options);
            Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
        }
    }
}

fn spawn(tx: Tx, committed: Arc<OnceLock<Committed>>) -> Result<mpsc::Sender<Job>, DbError> {
    let (sender, queue) = mpsc::channel(QUEUE);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| DbError::unavailable(&error))?;
    thread::Builder::new()
        .name(format!("write-{}", tx.service))
        .spawn(move || runtime.block_on(run(tx, queue, &committed)))
        .map_err(|error| DbError::unavailable(&error))?;
    Ok(sender)
}

async fn run(mut tx: Tx, mut queue: mpsc::Receiver<Job>, committed: &OnceLock<Committed>) {
    while let Some(first) = queue.recv().await {
        if let Err(error) = tx.begin().await {
            let (_, answer) = first(Err(error.clone())).await;
            answer(Err(error));
            continue;
        }
        let mut answers = Vec::new();
        let began = run_first(&mut tx, first, &mut answers).await;
        let started = Instant::now();
        while began && answers.len() < MAX_JOBS && started.elapsed() < MAX_BATCH {
            let Ok(job) = queue.try_recv() else { break };
            run_another(&mut tx, job, &mut answers).await;
        }
        finish(&mut tx, began, answers, committed).await;
    }
}

/// The first job needs no savepoint: undoing it is undoing everything.
async fn run_first(tx: &mut Tx, job: Job, answers: &mut Vec<Answer>) -> bool {
    let (verdict, answer) = job(Ok(tx)).await;
    answers.push(answer);
    match verdict {
        Verdict::Keep => true,
        Verdict::Undo => {
            tx.rollback().await;
            false
        }
    }
}

/// A job is always run, if only to answer: a lane whose job vanished would wait for ever.
async fn run_another(tx: &mut Tx, job: Job, answers: &mut Vec<Answer>) {
    let emitted = tx.emitted.len();
    if let Err(error) = tx.control("SAVEPOINT nested").await {
        let (_, answer) = job(Err(error)).await;
        answers.push(answer);
        return;
    }
    if tx.since != Since::Lost {
        tx.since = Since::Savepoint;
    }
    let (verdict, answer) = job(Ok(tx)).await;
    answers.push(answer);
    if tx.since == Since::Savepoint {
        tx.since = Since::Used;
    }
    let ended = match verdict {
        Verdict::Keep => tx.control("RELEASE SAVEPOINT nested").await,
        Verdict::Undo => tx.undo_nested(emitted).await,
    };
    if let Err(error) = ended {
        // The connection is gone, so the commit will fail, too, and tell everybody.
        tracing::debug!(%error, service = &*tx.service, "a savepoint did not end");
    }
}

async fn finish(tx: &mut Tx, began: bool, answers: Vec<Answer>, committed: &OnceLock<Committed>) {
    if !began {
        answer_all(answers, &Ok(()));
        return;
    }
    crash_point(&tx.service, "commit.before");
    let result = match tx.store_events().await {
        Ok(events) => tx.commit().await.map(|()| events),
        Err(error) => Err(error),
    };
    match result {
        Ok(events) => {
            crash_point(&tx.service, "commit.after");
            if let Some(hear) = committed.get()
                && !events.is_empty()
            {
                listen(&tx.service, || hear(events));
            }
            answer_all(answers, &Ok(()));
        }
        Err(error) => {
            tx.rollback().await;
            tracing::warn!(%error, service = &*tx.service, "a commit failed");
            answer_all(answers, &Err(error));
        }
    }
}

/// Whoever hears of commits must not end the writer.
fn listen(service: &str, hear: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(hear)) {
        tracing::error!(service, panic = job::message(&*panic), "whoever hears of commits panicked");
    }
}

fn answer_all(answers: Vec<Answer>, result: &Result<(), DbError>) {
    for answer in answers {
        answer(result.clone());
    }
}
