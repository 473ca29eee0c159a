//! PostgreSQL: one long-lived connection that writes; rows go in as arrays.

use crate::{DbError, Row, Value, each::Each};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row as _, TypeInfo, ValueRef as _,
    postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow},
};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    str::FromStr,
    sync::Arc,
};
use uuid::Uuid;

/// How to connect, with the schema as search path.
pub(crate) fn options(url: &str, schema: Option<&str>) -> Result<PgConnectOptions, DbError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| DbError::refused(&error))?;
    let options = options.application_name("bodega").disable_statement_logging();
    Ok(match schema {
        Some(schema) => options.options([("search_path", schema)]),
        None => options,
    })
}

pub(crate) struct PostgresConn {
    options: PgConnectOptions,
    conn: Option<PgConnection>,
    rendered: HashMap<(&'static str, bool), String>,
    each: HashMap<&'static str, Option<Arc<Each>>>,
    /// How many round trips there were since it was asked last.
    pub(crate) statements: u64,
}

impl PostgresConn {
    pub(crate) fn new(options: PgConnectOptions) -> Self {
        Self { options, conn: None, rendered: HashMap::new(), each: HashMap::new(), statements: 0 }
    }

    /// Begins a transaction, on a new connection if the last one broke.
    pub(crate) async fn begin(&mut self) -> Result<(), DbError> {
        if let Some(conn) = &mut self.conn
            && conn.execute("BEGIN").await.is_ok()
        {
            return Ok(());
        }
        self.conn = None;
        let mut conn = PgConnection::connect_with(&self.options).await?;
        conn.execute("BEGIN").await?;
        self.conn = Some(conn);
        Ok(())
    }

    pub(crate) async fn control(&mut self, sql: &'static str) -> Result<(), DbError> {
        let result = self.conn()?.execute(sql).await.map(drop).map_err(DbError::from);
        if result.is_err() && sql == "ROLLBACK" {
            self.conn = None;
        }
        result
    }

    pub(crate) async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, DbError> {
        let query = sqlx::query_with(sql, arguments(values)?);
        Ok(query.execute(self.conn()?).await?.rows_affected())
    }

    pub(crate) async fn execute_each(&mut self, sql: &'static str, rows: &[Vec<Value<'_>>]) -> Result<u64, DbError> {
        let each = self.each.entry(sql).or_insert_with(|| Each::of(sql).map(Arc::new)).clone();
        let mut changed = 0;
        let Some(each) = each.filter(|each| each.fits(rows)) else {
            for values in rows {
                changed += self.execute(sql, values).await?;
            }
            return Ok(changed);
        };
        let types: Vec<&str> = rows.first().into_iter().flatten().map(type_name).collect();
        let sql = each.sql(&types);
        for round in each.rounds(rows) {
            let mut arguments = PgArguments::default();
            for index in 0..types.len() {
                add_column(&mut arguments, &round.iter().filter_map(|row| row.get(index)))?;
            }
            let query = sqlx::query_with(AssertSqlSafe(sql.clone()), arguments);
            changed += query.execute(self.conn()?).await?.rows_affected();
        }
        Ok(changed)
    }

    pub(crate) async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        let arguments = arguments(values)?;
        let rows = if sql.contains('{') {
            let sql = self.render(sql, false);
            sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(self.conn()?).await?
        } else {
            sqlx::query_with(sql, arguments).fetch_all(self.conn()?).await?
        };
        rows.iter().map(read).collect()
    }

    pub(crate) async fn query_keys(&mut self, sql: &'static str, keys: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        let mut arguments = PgArguments::default();
        add_column(&mut arguments, &keys.iter())?;
        let sql = self.render(sql, true);
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(self.conn()?).await?;
        rows.iter().map(read).collect()
    }

    pub(crate) async fn insert_rows(
        &mut self,
        table: &str,
        columns: &[&str],
        on_conflict: &str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<u64, DbError> {
        let (sql, arguments) = insert(table, columns, on_conflict, rows)?;
        Ok(sqlx::query_with(AssertSqlSafe(sql), arguments).execute(self.conn()?).await?.rows_affected())
    }

    pub(crate) async fn insert_sequence(
        &mut self,
        table: &str,
        columns: &[&str],
        sequence: &str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<i64>, DbError> {
        let (sql, arguments) = insert(table, columns, &format!(" RETURNING {sequence}"), rows)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(self.conn()?).await?;
        let mut numbers = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<Vec<i64>, DbError>>()?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(crate) async fn insert_new(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<bool>, DbError> {
        let key = columns.first().copied().unwrap_or_default();
        let (sql, arguments) = insert(table, columns, &format!(" ON CONFLICT DO NOTHING RETURNING {key}"), rows)?;
        let inserted = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(self.conn()?).await?;
        let inserted = inserted.iter().map(read).collect::<Result<Vec<_>, DbError>>()?;
        let mut inserted: HashSet<Value<'_>> = inserted.into_iter().flat_map(|row| row.0).collect();
        // Of twins within the rows the first is the new one.
        Ok(rows.iter().map(|row| row.first().is_some_and(|key| inserted.remove(key))).collect())
    }

    fn conn(&mut self) -> Result<&mut PgConnection, DbError> {
        self.statements += 1;
        self.conn.as_mut().ok_or_else(|| DbError::unavailable(&"not connected"))
    }

    fn render(&mut self, sql: &'static str, keys: bool) -> String {
        let rendered = self.rendered.entry((sql, keys)).or_insert_with(|| {
            let sql = sql.replace("{lock}", "FOR UPDATE").replace("{skip locked}", "FOR UPDATE SKIP LOCKED");
            if keys { sql.replacen("= $1", "= ANY($1)", 1) } else { sql }
        });
        rendered.clone()
    }
}

/// `INSERT … SELECT … FROM unnest`: one array for each column.
fn insert(table: &str, columns: &[&str], end: &str, rows: &[Vec<Value<'_>>]) -> Result<(String, PgArguments), DbError> {
    let mut arguments = PgArguments::default();
    let mut places = Vec::with_capacity(columns.len());
    for index in 0..columns.len() {
        let missing = || DbError::refused(&format!("a row for {table} has no value {index}"));
        let first = rows.first().and_then(|row| row.get(index)).ok_or_else(missing)?;
        places.push(format!("${}::{}[]", index + 1, type_name(first)));
        add_column(&mut arguments, &rows.iter().filter_map(|row| row.get(index)))?;
    }
    let (names, places) = (columns.join(", "), places.join(", "));
    // The order of the rows is the order of their numbers.
    let sql = format!(
        "INSERT INTO {table} ({names}) SELECT {names} FROM unnest({places}) WITH ORDINALITY AS t ({names}, place) ORDER BY place{end}"
    );
    Ok((sql, arguments))
}

fn type_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::Int(_) => "bigint",
        Value::Bool(_) => "boolean",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytea",
        Value::Uuid(_) => "uuid",
    }
}

fn arguments(values: &[Value<'_>]) -> Result<PgArguments, DbError> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Int(int) => arguments.add(*int),
            Value::Bool(bool) => arguments.add(*bool),
            Value::Text(text) => arguments.add(text.as_deref()),
            Value::Bytes(bytes) => arguments.add(bytes.as_deref()),
            Value::Uuid(uuid) => arguments.add(*uuid),
        };
        added.map_err(|error| DbError::refused(&error))?;
    }
    Ok(arguments)
}

/// Adds one array made of values that are all of the first one's type.
fn add_column<'v, 'a: 'v>(
    arguments: &mut PgArguments,
    values: &(impl Iterator<Item = &'v Value<'a>> + Clone),
) -> Result<(), DbError> {
    macro_rules! array {
        ($variant:ident, $item:ty, $of:expr) => {{
            let items: Option<Vec<Option<$item>>> = values
                .clone()
                .map(|value| match value {
                    Value::$variant(item) => Some(item.as_ref().map($of)),
                    _ => None,
                })
                .collect();
            items.ok_or_else(|| DbError::refused(&"values of a column are of one type"))?
        }};
    }
    let added = match values.clone().next() {
        Some(Value::Int(_)) => arguments.add(array!(Int, i64, |item| *item)),
        Some(Value::Bool(_)) => arguments.add(array!(Bool, bool, |item| *item)),
        Some(Value::Text(_)) => arguments.add(array!(Text, &str, AsRef::as_ref)),
        Some(Value::Bytes(_)) => arguments.add(array!(Bytes, &[u8], AsRef::as_ref)),
        Some(Value::Uuid(_)) => arguments.add(array!(Uuid, Uuid, |item| *item)),
        None => return Err(DbError::refused(&"an array without values")),
    };
    added.map_err(|error| DbError::refused(&error))
}

fn read(row: &PgRow) -> Result<Row, DbError> {
    let mut values = Vec::with_capacity(row.columns().len());
    for (index, column) in row.columns().iter().enumerate() {
        let null = row.try_get_raw(index)?.is_null();
        values.push(match column.type_info().name() {
            _ if null => Value::Int(None),
            "INT8" => Value::Int(row.try_get(index)?),
            "INT4" => Value::Int(row.try_get::<Option<i32>, _>(index)?.map(i64::from)),
            "BOOL" => Value::Bool(row.try_get(index)?),
            "UUID" => Value::Uuid(row.try_get(index)?),
            "BYTEA" => Value::Bytes(row.try_get::<Option<Vec<u8>>, _>(index)?.map(Cow::Owned)),
            "TEXT" | "VARCHAR" | "NAME" => Value::Text(row.try_get::<Option<String>, _>(index)?.map(Cow::Owned)),
            other => return Err(DbError::refused(&format!("column {index} is a {other}: cast it"))),
        });
    }
    Ok(Row(values))
}
