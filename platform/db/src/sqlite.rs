//! `SQLite`: one connection that writes, with its statements cached.

use crate::{DbError, Row, Value};
use rusqlite::{
    Connection, OpenFlags,
    types::{ToSql, ToSqlOutput, ValueRef},
};
use std::{borrow::Cow, collections::HashMap, path::Path, time::Duration};

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
    locking: HashMap<&'static str, String>,
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
        Ok(Self { conn, inserts: HashMap::new(), locking: HashMap::new() })
    }

    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), DbError> {
        Ok(self.conn.prepare_cached(sql)?.raw_execute().map(drop)?)
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, DbError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        if statement.column_count() == 0 {
            return Ok(statement.raw_execute()? as u64);
        }
        let mut rows = statement.raw_query();
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    pub(crate) fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        let sql = if sql.contains('{') {
            // One connection writes, so nothing has to be locked.
            self.locking.entry(sql).or_insert_with(|| sql.replace("{lock}", "").replace("{skip locked}", "")).as_str()
        } else {
            sql
        };
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let columns = statement.column_count();
        let mut cursor = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = cursor.next()? {
            let values = (0..columns).map(|index| read(row.get_ref(index)?)).collect::<Result<Vec<_>, DbError>>()?;
            rows.push(Row(values));
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
        let mut counts = Vec::with_capacity(rows.len());
        for values in rows {
            bind(&mut statement, values)?;
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
        let mut numbers = Vec::with_capacity(rows.len());
        for values in rows {
            bind(&mut statement, values)?;
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

/// `$1` is the first parameter wherever it stands, so places are bound by their name's number.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, values: &[Value<'_>]) -> Result<(), DbError> {
    let parameters = statement.parameter_count();
    if parameters != values.len() {
        return Err(DbError::refused(&format!("{parameters} parameters, {} values", values.len())));
    }
    for place in 1..=parameters {
        let number = statement.parameter_name(place).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| DbError::refused(&"parameters are $1, $2, …"))?;
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
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
