//! A moment of PostgreSQL databases: whoever hands events on is stopped in all of them while a repeatable reading transaction
//! begins in each.
//!
//! A transaction notes the events it heard first (`inbox`) and those it tells last (`events`), so that asking for the two
//! locks in this order cannot wait in a ring. What neither hears nor tells anything goes on: nobody else can know of it.

use super::{
    Copied, PATIENCE, PAUSE, TRIES, io,
    tables::{self, Number, Table, quoted},
    too_busy,
};
use crate::{DbError, postgres::options};
use futures_util::{StreamExt as _, future::try_join_all};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Bytes that go back at once.
const CHUNK: usize = 1024 * 1024;

/// The code of a lock that was not free in time.
const NOT_FREE: [&str; 2] = ["55P03", "40P01"];

/// A database as it was.
pub(super) struct Moment {
    service: &'static str,
    reader: PgConnection,
}

/// A database that is to be stopped.
struct Door {
    service: &'static str,
    lock: PgConnection,
    reader: PgConnection,
}

/// Address and schema.
type Server = (String, Option<String>);

/// The databases as they are at one moment, and for how long they were locked.
pub(super) async fn cut(servers: &[(&'static str, Server)]) -> Result<(Vec<Moment>, Duration), DbError> {
    let opening = servers.iter().map(|(service, (url, schema))| Door::open(service, url, schema.as_deref()));
    let mut doors: Vec<Door> = try_join_all(opening).await?.into_iter().flatten().collect();
    for _ in 0..TRIES {
        if let Some(paused) = try_cut(&mut doors).await? {
            let moments = doors.into_iter().map(|Door { service, reader, .. }| Moment { service, reader });
            return Ok((moments.collect(), paused));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(too_busy())
}

/// `None` where some database was not free in time; then nothing is held any more.
async fn try_cut(doors: &mut [Door]) -> Result<Option<Duration>, DbError> {
    let began = Instant::now();
    let (mut free, mut stopped) = (Ok(true), 0);
    for door in &mut *doors {
        stopped += 1;
        free = door.stop().await;
        if !matches!(free, Ok(true)) || began.elapsed() > PATIENCE {
            free = free.map(|_| false);
            break;
        }
    }
    if matches!(free, Ok(true)) {
        free = try_join_all(doors.iter_mut().map(Door::begin)).await.map(|_| true);
    }
    try_join_all(doors.iter_mut().take(stopped).map(|door| door.lock.execute("ROLLBACK"))).await?;
    let paused = began.elapsed();
    free.map(|free| free.then_some(paused))
}

impl Door {
    /// `None` where the database was never made.
    async fn open(service: &'static str, url: &str, schema: Option<&str>) -> Result<Option<Self>, DbError> {
        let options = options(url, schema)?;
        let mut lock = PgConnection::connect_with(&options).await?;
        let row = lock.fetch_one("SELECT to_regclass('seaql_migrations') IS NOT NULL").await?;
        if !row.try_get::<bool, _>(0)? {
            return Ok(None);
        }
        let mut reader = PgConnection::connect_with(&options).await?;
        reader.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0").await?;
        Ok(Some(Self { service, lock, reader }))
    }

    /// Whether nobody hands events on here any more.
    async fn stop(&mut self) -> Result<bool, DbError> {
        let sql = "BEGIN; SET LOCAL lock_timeout = '250ms'; LOCK TABLE inbox, events IN EXCLUSIVE MODE";
        match self.lock.execute(sql).await {
            Ok(_) => Ok(true),
            Err(error) => {
                let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
                if code.is_some_and(|code| NOT_FREE.contains(&&*code)) { Ok(false) } else { Err(error.into()) }
            }
        }
    }

    async fn begin(&mut self) -> Result<(), DbError> {
        let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
        Ok(self.reader.execute(sql).await.map(drop)?)
    }
}

impl Moment {
    /// Copies table by table.
    pub(super) async fn copy(mut self, folder: &Path) -> Result<Copied, DbError> {
        let folder = folder.join(self.service);
        tokio::fs::create_dir_all(&folder).await.map_err(|error| io(&folder, &error))?;
        let mut tables = Vec::new();
        for name in self.texts(TABLES, None).await? {
            let table = self.describe(name).await?;
            self.copy_table(&table, &folder.join(table.file())).await?;
            tables.push(table);
        }
        tables::write(&folder, &tables)?;
        let migrations = self.texts("SELECT version FROM seaql_migrations ORDER BY version", None).await?;
        self.reader.close().await?;
        Ok(Copied { service: self.service.to_owned(), migrations })
    }

    async fn describe(&mut self, name: String) -> Result<Table, DbError> {
        let columns = self.texts(COLUMNS, Some(&name)).await?;
        let mut numbers = Vec::new();
        for column in self.texts(NUMBERED, Some(&name)).await? {
            let sequence = "SELECT pg_get_serial_sequence($1, $2)";
            let query = sqlx::query_scalar(sequence).bind(quoted(&name)).bind(&column);
            let sequence: Option<String> = query.fetch_one(&mut self.reader).await?;
            let Some(sequence) = sequence else { continue };
            let sql = format!("SELECT CASE WHEN is_called THEN last_value END FROM {sequence}");
            let last = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.reader).await?;
            numbers.push(Number { column, last });
        }
        Ok(Table { name, columns, numbers })
    }

    async fn copy_table(&mut self, table: &Table, path: &Path) -> Result<(), DbError> {
        let failed = |error: std::io::Error| io(path, &error);
        let mut file = tokio::fs::File::create(path).await.map_err(failed)?;
        let sql = format!("COPY {} TO STDOUT", table.with_columns());
        let mut rows = self.reader.copy_out_raw(&sql).await?;
        while let Some(part) = rows.next().await {
            file.write_all(&part?).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)
    }

    async fn texts(&mut self, sql: &'static str, table: Option<&str>) -> Result<Vec<String>, DbError> {
        let query = sqlx::query_scalar(sql);
        let query = if let Some(table) = table { query.bind(table) } else { query };
        Ok(query.fetch_all(&mut self.reader).await?)
    }
}

const TABLES: &str = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() \
                      AND table_type = 'BASE TABLE' ORDER BY table_name";
const COLUMNS: &str = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() \
                       AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position";
const NUMBERED: &str = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() \
                        AND table_name = $1 AND is_identity = 'YES' ORDER BY ordinal_position";
const REFERENCES: &str = "SELECT t.relname::text, r.relname::text FROM pg_constraint c \
                          JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid \
                          WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace";

/// Whether the schema holds no table.
pub(super) async fn is_unused(url: &str, schema: Option<&str>) -> Result<bool, DbError> {
    let mut connection = PgConnection::connect_with(&options(url, schema)?).await?;
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(tables.is_empty())
}

/// Fills the tables of a database that has its schema: all of them, or none.
pub(super) async fn put_back(url: &str, schema: Option<&str>, folder: &Path) -> Result<(), DbError> {
    let mut connection = PgConnection::connect_with(&options(url, schema)?).await?;
    let references: Vec<(String, String)> = sqlx::query_as(REFERENCES).fetch_all(&mut connection).await?;
    let tables = tables::in_order(tables::read(folder)?, &references);
    connection.execute("BEGIN").await?;
    let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    // A step of the schema may have brought rows: those of the copy are all there are.
    connection.execute(AssertSqlSafe(format!("TRUNCATE {}", names.join(", ")))).await?;
    for table in &tables {
        fill(&mut connection, table, &folder.join(table.file())).await?;
    }
    connection.execute("COMMIT").await?;
    Ok(connection.close().await?)
}

async fn fill(connection: &mut PgConnection, table: &Table, path: &Path) -> Result<(), DbError> {
    let mut file = tokio::fs::File::open(path).await.map_err(|error| io(path, &error))?;
    let mut copying = connection.copy_in_raw(&format!("COPY {} FROM STDIN", table.with_columns())).await?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match file.read(&mut chunk).await {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) => {
                copying.abort("the copy cannot be read").await?;
                return Err(io(path, &error));
            }
        };
        copying.send(chunk.get(..read).unwrap_or_default()).await?;
    }
    copying.finish().await?;
    for number in &table.numbers {
        let sql = "SELECT setval(pg_get_serial_sequence($1, $2), $3)";
        if let Some(last) = number.last {
            sqlx::query(sql)
                .bind(quoted(&table.name))
                .bind(&number.column)
                .bind(last)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
