//! A transaction: statements for either engine, and the events that commit with them.

use crate::{DbError, Envelope, Row, Trace, Value, counters, postgres::PostgresConn, sqlite::SqliteConn};
use bodega_kernel::{Time, World};
use futures_util::FutureExt;
use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::Arc,
};

pub(crate) enum Conn {
    Sqlite(Box<SqliteConn>),
    Postgres(Box<PostgresConn>),
}

/// The transaction that a job runs in. It may be shared with other jobs; each can be undone alone.
pub struct Tx {
    pub(crate) conn: Conn,
    pub(crate) world: World,
    pub(crate) service: Arc<str>,
    pub(crate) now: Time,
    pub(crate) trace: Option<Trace>,
    pub(crate) emitted: Vec<Envelope>,
    pub(crate) broker: bool,
    pub(crate) since: Since,
}

/// What is undone where something fails before which nothing ran: it needs no savepoint of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// Nothing ran since the transaction began.
    Begin,
    /// Nothing ran since the savepoint of the job.
    Savepoint,
    /// Statements ran.
    Used,
    /// The transaction is gone and could not begin again: nothing may run until the next one.
    Lost,
}

impl Tx {
    /// The time of this transaction.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Where ids and randomness come from.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The service whose database this is.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Runs a statement; answers how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, DbError> {
        self.runs("", sql, 1)?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.execute(sql, values),
            Conn::Postgres(conn) => conn.execute(sql, values).await,
        }
    }

    /// Runs a statement for each row of values; answers how many rows it changed in all. Rows of the same key come one
    /// after the other, others in no certain order; the table's rows are locked in theirs. On PostgreSQL that is one
    /// statement, if it is a plain `UPDATE` with `column = $n` in its `WHERE`, a plain `DELETE`, or an `INSERT … VALUES`
    /// whose conflict is on values; any other is sent row by row.
    pub async fn execute_each(&mut self, sql: &'static str, rows: &[Vec<Value<'_>>]) -> Result<u64, DbError> {
        self.runs("", sql, rows.len())?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.execute_each(sql, rows),
            Conn::Postgres(conn) => conn.execute_each(sql, rows).await,
        }
    }

    /// Reads rows. Give every list a `LIMIT`.
    pub async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        self.runs("", sql, 1)?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.query(sql, values),
            Conn::Postgres(conn) => conn.query(sql, values).await,
        }
    }

    /// Reads the one row there may be.
    pub async fn query_one(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// Reads the rows for many keys: `sql` holds `= $1` once, and no other placeholder. On PostgreSQL one statement
    /// (`= ANY`), on `SQLite` one cached statement for each key. `{lock}` locks the rows; sort them in `sql`, so that two
    /// batches lock in one order.
    pub async fn query_keys(&mut self, sql: &'static str, keys: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.runs("", sql, keys.len())?;
        match &mut self.conn {
            Conn::Postgres(conn) => conn.query_keys(sql, keys).await,
            Conn::Sqlite(conn) => conn.query_keys(sql, keys),
        }
    }

    /// Runs `work` so that its statements and events are undone if it fails or panics, and only those.
    pub async fn nested<T, E, F>(&mut self, work: F) -> Result<T, E>
    where
        E: From<DbError>,
        F: AsyncFnOnce(&mut Tx) -> Result<T, E>,
    {
        let (emitted, since) = (self.emitted.len(), self.since);
        if since == Since::Used {
            self.control("SAVEPOINT nested").await?;
        }
        match AssertUnwindSafe(async { work(self).await }).catch_unwind().await {
            Ok(Ok(done)) => {
                if since == Since::Used {
                    self.control("RELEASE SAVEPOINT nested").await?;
                }
                Ok(done)
            }
            Ok(Err(error)) => {
                self.undo(since, emitted).await?;
                Err(error)
            }
            // The savepoint must end, or whoever catches the panic would go back to this one in place of its own.
            Err(panic) => {
                if let Err(error) = self.undo(since, emitted).await {
                    tracing::debug!(%error, service = &*self.service, "a savepoint did not end");
                }
                resume_unwind(panic)
            }
        }
    }

    /// Undoes what ran since, and the events beyond the first `emitted`.
    async fn undo(&mut self, since: Since, emitted: usize) -> Result<(), DbError> {
        match since {
            Since::Used => return self.undo_nested(emitted).await,
            Since::Savepoint => self.control("ROLLBACK TO SAVEPOINT nested").await?,
            Since::Begin => {
                // Outside of a transaction each statement would stand alone.
                self.since = Since::Lost;
                self.control("ROLLBACK").await?;
                self.open().await?;
            }
            Since::Lost => {}
        }
        self.emitted.truncate(emitted);
        self.since = since;
        Ok(())
    }

    /// Undoes the statements since the savepoint, and the events beyond the first `emitted`.
    pub(crate) async fn undo_nested(&mut self, emitted: usize) -> Result<(), DbError> {
        self.emitted.truncate(emitted);
        self.control("ROLLBACK TO SAVEPOINT nested").await?;
        self.control("RELEASE SAVEPOINT nested").await
    }

    /// Transaction control: never cached, never with values.
    pub(crate) async fn control(&mut self, sql: &'static str) -> Result<(), DbError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.control(sql),
            Conn::Postgres(conn) => conn.control(sql).await,
        }
    }

    pub(crate) async fn begin(&mut self) -> Result<(), DbError> {
        self.now = self.world.now();
        self.emitted.clear();
        self.trace = None;
        self.since = Since::Lost;
        self.open().await?;
        self.since = Since::Begin;
        Ok(())
    }

    async fn open(&mut self) -> Result<(), DbError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.control("BEGIN IMMEDIATE"),
            Conn::Postgres(conn) => conn.begin().await,
        }
    }

    /// A statement runs now, for so many rows or keys.
    pub(crate) fn runs(&mut self, verb: &str, text: &str, times: usize) -> Result<(), DbError> {
        if self.since == Since::Lost {
            return Err(DbError::unavailable(&"the transaction is gone"));
        }
        self.since = Since::Used;
        counters::ran(&self.service, verb, text, times);
        Ok(())
    }

    pub(crate) async fn commit(&mut self) -> Result<(), DbError> {
        self.control("COMMIT").await?;
        let statements = match &mut self.conn {
            Conn::Sqlite(conn) => &mut conn.statements,
            Conn::Postgres(conn) => &mut conn.statements,
        };
        counters::committed(std::mem::take(statements));
        Ok(())
    }

    pub(crate) async fn rollback(&mut self) {
        self.emitted.clear();
        if let Err(error) = self.control("ROLLBACK").await {
            tracing::debug!(%error, service = &*self.service, "nothing to roll back");
        }
    }
}
