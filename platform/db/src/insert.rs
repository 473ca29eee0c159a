//! Many rows in few statements.

use crate::{DbError, Tx, Value, tx::Conn};

/// What to do with a row that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Fail.
    Fail,
    /// Leave the one that is there; the count tells.
    Skip,
}

impl Tx {
    /// Inserts rows, each with one value per column; answers how many went in. One statement on PostgreSQL, one cached
    /// statement for each row on `SQLite`.
    pub async fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        conflict: OnConflict,
        rows: &[Vec<Value<'_>>],
    ) -> Result<u64, DbError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let on_conflict = match conflict {
            OnConflict::Fail => "",
            OnConflict::Skip => " ON CONFLICT DO NOTHING",
        };
        self.runs("INSERT ", table, rows.len())?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.insert_rows(table, columns, on_conflict, rows),
            Conn::Postgres(conn) => conn.insert_rows(table, columns, on_conflict, rows).await,
        }
    }

    /// Inserts rows into a table that numbers them; answers their numbers in the order of the rows.
    pub async fn insert_sequence(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        sequence: &'static str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<i64>, DbError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.runs("INSERT ", table, rows.len())?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.insert_sequence(table, columns, rows),
            Conn::Postgres(conn) => conn.insert_sequence(table, columns, sequence, rows).await,
        }
    }

    /// Inserts rows whose first column is unique, an id or a name; says of each whether it is new. One that was there already, or that
    /// another transaction brings at this moment, is not.
    pub async fn insert_new(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<bool>, DbError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.runs("INSERT ", table, rows.len())?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.insert_new(table, columns, rows),
            Conn::Postgres(conn) => conn.insert_new(table, columns, rows).await,
        }
    }
}
