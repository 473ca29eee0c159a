//! What a copy of a PostgreSQL database says of its tables: which columns they had, and how far their numbers were.

use super::io;
use crate::DbError;
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

const FILE: &str = "tables.json";

/// A table that was copied, in `<name>.copy` beside the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) name: String,
    /// In the order of the copy.
    pub(super) columns: Vec<String>,
    /// The columns that are numbered.
    pub(super) numbers: Vec<Number>,
}

/// A column that is numbered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Number {
    pub(super) column: String,
    /// The last number that was given; `None` before the first.
    pub(super) last: Option<i64>,
}

impl Table {
    /// `"order_lines" ("order_id", "sku")`
    pub(super) fn with_columns(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| quoted(column)).collect();
        format!("{} ({})", quoted(&self.name), columns.join(", "))
    }

    pub(super) fn file(&self) -> String {
        format!("{}.copy", self.name)
    }
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn write(folder: &Path, tables: &[Table]) -> Result<(), DbError> {
    let path = folder.join(FILE);
    let text = serde_json::to_vec_pretty(tables).map_err(|error| DbError::refused(&error))?;
    fs::write(&path, text).map_err(|error| io(&path, &error))
}

pub(super) fn read(folder: &Path) -> Result<Vec<Table>, DbError> {
    let path = folder.join(FILE);
    let text = fs::read(&path).map_err(|error| io(&path, &error))?;
    serde_json::from_slice(&text).map_err(|error| DbError::refused(&format!("{}: {error}", path.display())))
}

/// The tables so that each comes after those it refers to (`(table, referred to)`).
pub(super) fn in_order(tables: Vec<Table>, references: &[(String, String)]) -> Vec<Table> {
    let (mut ordered, mut left) = (Vec::<Table>::with_capacity(tables.len()), tables);
    while !left.is_empty() {
        let waits = |table: &Table| {
            let named = references.iter().filter(|(from, to)| *from == table.name && to != from);
            named.into_iter().any(|(_, to)| left.iter().any(|other| other.name == *to))
        };
        let (later, now): (Vec<_>, Vec<_>) = left.iter().cloned().partition(waits);
        if now.is_empty() {
            // They refer to each other in a ring: the database will say so.
            ordered.extend(later);
            return ordered;
        }
        ordered.extend(now);
        left = later;
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        Table { name: name.to_owned(), columns: vec!["id".to_owned(), "a \"b\"".to_owned()], numbers: Vec::new() }
    }

    #[test]
    fn tables_come_after_those_they_refer_to() {
        let refers = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let references = [refers("a", "b"), refers("b", "c"), refers("c", "c"), refers("d", "a")];
        let ordered = in_order(["a", "b", "c", "d"].map(table).to_vec(), &references);
        assert_eq!(ordered.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a", "d"]);
        let ring = in_order(["a", "b"].map(table).to_vec(), &[refers("a", "b"), refers("b", "a")]);
        assert_eq!(ring.len(), 2);
        assert_eq!(table("t").with_columns(), "\"t\" (\"id\", \"a \"\"b\"\"\")");
    }
}
