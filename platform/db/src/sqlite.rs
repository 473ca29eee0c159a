//! `SQLite`: one connection that writes, with its statements cached.

use crate::{DbError, Row, Value};
use rusqlite::{
    CachedStatement, Connection, OpenFlags,
    types::{ToSql, ToSqlOutput, ValueRef},
};
use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    path::Path,
    time::Duration,
};

/// Older ones can lose a write-ahead log that is reset while another connection reads.
const OLDEST_VERSION: i32 = 3_051_003;
/// How many statements a connection keeps ready.
const CACHED_STATEMENTS: usize = 256;

/// What every connection is told. `FULL`: a commit that was answered is on the disk.
pub(crate) const PRAGMAS: &[(&str, &str)] = &[
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
    ("temp_store", "MEMORY"),
    ("cache_size", "-16384"),
    ("wal_autocheckpoint", "4000"),
];

/// Table, columns, and what to do on a conflict.
type Insert = (&'static str, &'static [&'static str], &'static str);

pub(crate) struct SqliteConn {
    conn: Connection,
    inserts: HashMap<Insert, String>,
    known: HashMap<Address, Known>,
    /// How many statements ran since it was asked last.
    pub(crate) statements: u64,
}

/// Where a statement's text lies: it lies there for ever, and is found without reading it.
type Address = (usize, usize);

/// What is worked out once for a statement.
struct Known {
    /// Its text, where that is not what the caller wrote.
    text: Option<String>,
    /// Which value each of its parameters takes.
    values: Box<[usize]>,
}

impl SqliteConn {
    pub(crate) fn open(file: &Path) -> Result<Self, DbError> {
        if rusqlite::version_number() < OLDEST_VERSION {
            return Err(DbError::refused(&format!("SQLite {} is too old: 3.51.3 or later", rusqlite::version())));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(file, flags)?;
        conn.busy_timeout(Duration::from_secs(5))?;
        for (name, value) in PRAGMAS {
            conn.pragma_update(None, name, value)?;
        }
        conn.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(Self { conn, inserts: HashMap::new(), known: HashMap::new(), statements: 0 })
    }

    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), DbError> {
        Ok(self.conn.prepare_cached(sql)?.raw_execute().map(drop)?)
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, DbError> {
        self.statements += 1;
        Prepared::of(&self.conn, &mut self.known, sql)?.execute(values)
    }

    pub(crate) fn execute_each(&mut self, sql: &'static str, rows: &[Vec<Value<'_>>]) -> Result<u64, DbError> {
        self.statements += rows.len() as u64;
        let mut statement = Prepared::of(&self.conn, &mut self.known, sql)?;
        rows.iter().map(|values| statement.execute(values)).sum()
    }

    pub(crate) fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        self.statements += 1;
        let mut rows = Vec::new();
        Prepared::of(&self.conn, &mut self.known, sql)?.query(values, &mut rows)?;
        Ok(rows)
    }

    /// One after the other.
    pub(crate) fn query_keys(&mut self, sql: &'static str, keys: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        self.statements += keys.len() as u64;
        let mut rows = Vec::with_capacity(keys.len());
        let mut statement = Prepared::of(&self.conn, &mut self.known, sql)?;
        for key in keys {
            statement.query(std::slice::from_ref(key), &mut rows)?;
        }
        Ok(rows)
    }

    pub(crate) fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        on_conflict: &'static str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<u64, DbError> {
        Ok(self.insert_counted(table, columns, on_conflict, rows)?.into_iter().sum())
    }

    pub(crate) fn insert_new(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<bool>, DbError> {
        let counts = self.insert_counted(table, columns, " ON CONFLICT DO NOTHING", rows)?;
        Ok(counts.into_iter().map(|count| count > 0).collect())
    }

    fn insert_counted(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        on_conflict: &'static str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<u64>, DbError> {
        let sql =
            self.inserts.entry((table, columns, on_conflict)).or_insert_with(|| insert(table, columns, on_conflict));
        let mut statement = self.conn.prepare_cached(sql)?;
        self.statements += rows.len() as u64;
        let mut counts = Vec::with_capacity(rows.len());
        for values in rows {
            bind_in_order(&mut statement, values)?;
            counts.push(statement.raw_execute()? as u64);
        }
        Ok(counts)
    }

    pub(crate) fn insert_sequence(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<i64>, DbError> {
        let sql = self.inserts.entry((table, columns, "")).or_insert_with(|| insert(table, columns, ""));
        let mut statement = self.conn.prepare_cached(sql)?;
        self.statements += rows.len() as u64;
        let mut numbers = Vec::with_capacity(rows.len());
        for values in rows {
            bind_in_order(&mut statement, values)?;
            statement.raw_execute()?;
            numbers.push(self.conn.last_insert_rowid());
        }
        Ok(numbers)
    }
}

fn insert(table: &str, columns: &[&str], on_conflict: &str) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
    format!("INSERT INTO {table} ({}) VALUES ({}){on_conflict}", columns.join(", "), places.join(", "))
}

/// A statement that is ready to run, with what is known of it.
struct Prepared<'c> {
    statement: CachedStatement<'c>,
    values: &'c [usize],
}

impl<'c> Prepared<'c> {
    fn of(conn: &'c Connection, known: &'c mut HashMap<Address, Known>, sql: &'static str) -> Result<Self, DbError> {
        let known = match known.entry((sql.as_ptr().addr(), sql.len())) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                // One connection writes, so nothing has to be locked.
                let text = sql.contains('{').then(|| sql.replace("{lock}", "").replace("{skip locked}", ""));
                let values = places(&conn.prepare_cached(text.as_deref().unwrap_or(sql))?)?;
                entry.insert(Known { text, values })
            }
        };
        Ok(Self { statement: conn.prepare_cached(known.text.as_deref().unwrap_or(sql))?, values: &known.values })
    }

    fn bind(&mut self, values: &[Value<'_>]) -> Result<(), DbError> {
        as_many(self.values.len(), values.len())?;
        for (parameter, value) in (1..).zip(self.values) {
            let value = values.get(*value).ok_or_else(|| DbError::refused(&"parameters are $1, $2, …"))?;
            self.statement.raw_bind_parameter(parameter, value)?;
        }
        Ok(())
    }

    fn execute(&mut self, values: &[Value<'_>]) -> Result<u64, DbError> {
        self.bind(values)?;
        if self.statement.column_count() == 0 {
            return Ok(self.statement.raw_execute()? as u64);
        }
        let mut rows = self.statement.raw_query();
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn query(&mut self, values: &[Value<'_>], rows: &mut Vec<Row>) -> Result<(), DbError> {
        self.bind(values)?;
        let columns = self.statement.column_count();
        let mut cursor = self.statement.raw_query();
        while let Some(row) = cursor.next()? {
            let mut values = Vec::with_capacity(columns);
            for index in 0..columns {
                values.push(read(row.get_ref(index)?)?);
            }
            rows.push(Row(values));
        }
        Ok(())
    }
}

/// `$1` is the first parameter wherever it stands, so each takes the value of its name's number.
fn places(statement: &CachedStatement<'_>) -> Result<Box<[usize]>, DbError> {
    let place = |parameter| {
        let number = statement.parameter_name(parameter)?.get(1..)?.parse::<usize>().ok()?;
        number.checked_sub(1)
    };
    let places: Option<Box<[usize]>> = (1..=statement.parameter_count()).map(place).collect();
    places.ok_or_else(|| DbError::refused(&"parameters are $1, $2, …"))
}

fn bind_in_order(statement: &mut CachedStatement<'_>, values: &[Value<'_>]) -> Result<(), DbError> {
    as_many(statement.parameter_count(), values.len())?;
    for (parameter, value) in (1..).zip(values) {
        statement.raw_bind_parameter(parameter, value)?;
    }
    Ok(())
}

fn as_many(parameters: usize, values: usize) -> Result<(), DbError> {
    if parameters == values {
        return Ok(());
    }
    Err(DbError::refused(&format!("{parameters} parameters, {values} values")))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::Value as Owned;
        Ok(match self {
            Value::Int(Some(int)) => ToSqlOutput::Owned(Owned::Integer(*int)),
            Value::Bool(Some(bool)) => ToSqlOutput::Owned(Owned::Integer(i64::from(*bool))),
            Value::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Uuid(Some(uuid)) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
            Value::Int(None) | Value::Bool(None) | Value::Text(None) | Value::Bytes(None) | Value::Uuid(None) => {
                ToSqlOutput::Owned(Owned::Null)
            }
        })
    }
}

fn read(value: ValueRef<'_>) -> Result<Value<'static>, DbError> {
    Ok(match value {
        ValueRef::Null => Value::Int(None),
        ValueRef::Integer(int) => Value::Int(Some(int)),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|error| DbError::refused(&error))?;
            Value::Text(Some(Cow::Owned(text.to_owned())))
        }
        ValueRef::Blob(bytes) => Value::Bytes(Some(Cow::Owned(bytes.to_vec()))),
        ValueRef::Real(real) => return Err(DbError::refused(&format!("{real} is a float: cast it"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;
    use rusqlite::StatementStatus;

    /// By a flag that SQLite is built with (`.cargo/config.toml`), so that it holds for the readers, too.
    #[test]
    fn a_statement_is_prepared_once_whatever_values_it_is_given() {
        let mut conn = SqliteConn::open(Path::new(":memory:")).unwrap();
        conn.execute("CREATE TABLE jars (id INTEGER PRIMARY KEY, state TEXT NOT NULL)", &[]).unwrap();
        conn.execute("CREATE INDEX jars_open ON jars (id) WHERE state = 'open'", &[]).unwrap();
        let close = "UPDATE jars SET state = 'closed' WHERE id = $1 AND state = $2";
        for id in 1..=20 {
            conn.execute(close, &params![id, if id % 2 == 0 { "open" } else { "shut" }]).unwrap();
        }
        let statement = conn.conn.prepare_cached(close).unwrap();
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
