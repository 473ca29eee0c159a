//! A statement of one row made one of many, for PostgreSQL: the values come from arrays.
//!
//! Only statements are remade of which it is certain that they then do the same: a plain `UPDATE`, `DELETE` or
//! `INSERT … VALUES`, without subqueries. Rows that may meet in one row of the table (the same key twice) go one round
//! after the other, so that the later one finds what the earlier one did.

use crate::Value;
use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    mem::discriminant,
};

/// What a remade statement may not hold: then it is run for each row.
const FOREIGN: [&str; 4] = ["SELECT", "RETURNING", "{", "--"];

/// A statement that can be remade.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Each {
    shape: Shape,
    /// The places of the values that tell rows of the table apart; empty where rows cannot disturb each other.
    keys: Vec<usize>,
}

#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Update { table: &'static str, assignments: String, filter: String },
    Delete { table: &'static str, filter: String },
    Insert { into: &'static str, values: String, end: &'static str },
}

impl Each {
    /// `None` where the statement has another shape.
    pub(crate) fn of(sql: &'static str) -> Option<Self> {
        if FOREIGN.iter().any(|word| sql.contains(word)) {
            return None;
        }
        if let Some(rest) = sql.strip_prefix("UPDATE ") {
            update(rest)
        } else if let Some(rest) = sql.strip_prefix("DELETE FROM ") {
            delete(rest)
        } else {
            insert(sql.strip_prefix("INSERT INTO ")?)
        }
    }

    /// Whether these rows can be columns: more than one, as wide as each other, each column of one type.
    pub(crate) fn fits(&self, rows: &[Vec<Value<'_>>]) -> bool {
        let Some((first, rest)) = rows.split_first() else { return false };
        let alike = |row: &Vec<Value<'_>>| {
            row.len() == first.len()
                && row.iter().zip(first).all(|(one, other)| discriminant(one) == discriminant(other))
        };
        !rest.is_empty() && rest.iter().all(alike) && self.keys.iter().all(|key| *key < first.len())
    }

    /// The rows in rounds, within which no key comes twice, each in its turn.
    pub(crate) fn rounds<'r, 'v>(&self, rows: &'r [Vec<Value<'v>>]) -> Vec<Vec<&'r [Value<'v>]>> {
        if self.keys.is_empty() {
            return vec![rows.iter().map(Vec::as_slice).collect()];
        }
        let mut seen: HashMap<Vec<Option<&Value<'_>>>, usize> = HashMap::with_capacity(rows.len());
        let mut rounds: Vec<Vec<&[Value<'_>]>> = Vec::new();
        for row in rows {
            let times = seen.entry(self.keys.iter().map(|key| row.get(*key)).collect()).or_default();
            match rounds.get_mut(*times) {
                Some(round) => round.push(row),
                None => rounds.push(vec![row]),
            }
            *times += 1;
        }
        rounds
    }

    /// The statement for arrays of these types. Rows of the table are locked in the order of the values, as they would be
    /// one by one: a plan may go through them in any other, and two batches would wait for each other.
    pub(crate) fn sql(&self, types: &[&str]) -> String {
        let (mut arrays, mut names) = (String::new(), String::new());
        for (place, kind) in (1..).zip(types) {
            // Writing to a string does not fail.
            let _ = write!(arrays, "{}${place}::{kind}[]", if place > 1 { ", " } else { "" });
            let _ = write!(names, "v{place}, ");
        }
        let given = format!("unnest({arrays}) WITH ORDINALITY AS given ({names}nth)");
        let locked = |table, filter, lock| {
            format!(
                "WITH given AS MATERIALIZED (SELECT given.* FROM {given} JOIN {table} ON {filter} \
                 ORDER BY given.nth FOR {lock} OF {table})"
            )
        };
        match &self.shape {
            Shape::Update { table, assignments, filter } => format!(
                "{} UPDATE {table} SET {assignments} FROM given WHERE {filter}",
                locked(table, filter, "NO KEY UPDATE")
            ),
            Shape::Delete { table, filter } => {
                format!("{} DELETE FROM {table} USING given WHERE {filter}", locked(table, filter, "UPDATE"))
            }
            Shape::Insert { into, values, end } => {
                format!("INSERT INTO {into} SELECT {values} FROM {given} ORDER BY given.nth{end}")
            }
        }
    }
}

/// `stock SET held = held + $2 WHERE sku = $1`
fn update(rest: &'static str) -> Option<Each> {
    let (table, rest) = rest.split_once(" SET ")?;
    let (assignments, filter) = rest.split_once(" WHERE ")?;
    if !is_name(table) || assignments.contains(" FROM ") || is_unclear(filter) {
        return None;
    }
    let assigned: Option<HashSet<&str>> = split(assignments, ",")
        .into_iter()
        .map(|assignment| {
            assignment.split_once(" = ").map(|(column, _)| column.trim()).filter(|column| is_name(column))
        })
        .collect();
    let assigned = assigned?;
    // A column that changes does not tell rows apart: the first of two may make the second one fit.
    let keys: Vec<usize> = split(filter, " AND ")
        .into_iter()
        .filter_map(|condition| condition.split_once(" = "))
        .filter(|(column, _)| is_name(column) && !assigned.contains(column))
        .filter_map(|(_, value)| place(value))
        .collect();
    if keys.is_empty() {
        return None;
    }
    Some(Each { shape: Shape::Update { table, assignments: given(assignments), filter: given(filter) }, keys })
}

/// `unsent WHERE seq = $1`: whoever deletes a row first, it is gone once.
fn delete(rest: &'static str) -> Option<Each> {
    let (table, filter) = rest.split_once(" WHERE ")?;
    let clear = is_name(table) && !is_unclear(filter);
    clear.then(|| Each { shape: Shape::Delete { table, filter: given(filter) }, keys: Vec::new() })
}

/// `prices (sku, price) VALUES ($1, $2) ON CONFLICT (sku) DO UPDATE SET price = excluded.price`
fn insert(rest: &'static str) -> Option<Each> {
    let (into, rest) = rest.split_once(" VALUES (")?;
    let (table, columns) = into.split_once(" (")?;
    let columns: Vec<&str> = columns.strip_suffix(')')?.split(", ").collect();
    let (values, end) = rest.split_at(closing(rest)?);
    let end = end.strip_prefix(')')?;
    let places: Vec<Option<usize>> = split(values, ",").into_iter().map(|value| place(value.trim())).collect();
    if !is_name(table) || places.len() != columns.len() || end.contains('$') {
        return None;
    }
    let keys = if end.is_empty() || (end.starts_with(" ON CONFLICT ") && end.ends_with(" DO NOTHING")) {
        Vec::new()
    } else {
        let (target, _) = end.strip_prefix(" ON CONFLICT (")?.split_once(") DO UPDATE SET ")?;
        let of =
            |column| columns.iter().position(|name| *name == column).and_then(|index| places.get(index).copied()?);
        let keys: Option<Vec<usize>> = target.split(", ").map(of).collect();
        keys?
    };
    Some(Each { shape: Shape::Insert { into, values: given(values), end }, keys })
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether the parts between `AND` may be no conditions of their own.
fn is_unclear(filter: &str) -> bool {
    [" WHERE ", " USING ", "CASE ", " BETWEEN "].iter().any(|word| filter.contains(word))
        || split(filter, " OR ").len() > 1
}

/// `$3` is place 2.
fn place(value: &str) -> Option<usize> {
    value.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)
}

/// With `$3` as `given.v3`.
fn given(sql: &str) -> String {
    sql.replace('$', "given.v")
}

/// The parts between separators that stand outside of parentheses.
fn split<'s>(sql: &'s str, separator: &str) -> Vec<&'s str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (index, letter) in sql.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && index >= start && sql[index..].starts_with(separator) => {
                parts.push(&sql[start..index]);
                start = index + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&sql[start..]);
    parts
}

/// Where the parenthesis closes that was opened before `sql`.
fn closing(sql: &str) -> Option<usize> {
    let mut depth = 1_usize;
    sql.char_indices().find_map(|(index, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    fn keys(sql: &'static str) -> Option<Vec<usize>> {
        Each::of(sql).map(|each| each.keys)
    }

    #[test]
    fn what_tells_rows_apart_is_a_column_that_does_not_change() {
        assert_eq!(keys("UPDATE stock SET held = held + $2 WHERE sku = $1 AND location = 'main'"), Some(vec![0]));
        assert_eq!(keys("UPDATE a SET state = $2 WHERE id = $1 AND attempt = $4 AND state = $3"), Some(vec![0, 3]));
        assert_eq!(keys("UPDATE a SET b = CASE WHEN c IN ('d', 'e') THEN 'f' ELSE b END WHERE id = $1"), Some(vec![0]));
        assert_eq!(keys("UPDATE a SET b = $2 WHERE id = $1 AND (c OR d <= $3)"), Some(vec![0]));
        let upsert = "INSERT INTO prices (id, sku, price, fixed) VALUES ($1, $2, $3, 0) ON CONFLICT (sku, id) DO UPDATE SET \
                      price = excluded.price WHERE prices.price < excluded.price";
        assert_eq!(keys(upsert), Some(vec![1, 0]));
        assert_eq!(keys("INSERT INTO prices (sku) VALUES ($1)"), Some(vec![]));
        assert_eq!(keys("INSERT INTO prices (sku) VALUES (LOWER($1)) ON CONFLICT (sku) DO NOTHING"), Some(vec![]));
        assert_eq!(keys("DELETE FROM unsent WHERE seq = $1"), Some(vec![]));
    }

    #[test]
    fn an_uncertain_statement_is_run_for_each_row() {
        for sql in [
            "UPDATE a SET b = $1",
            "UPDATE a SET state = $2 WHERE state = $1",
            "UPDATE a SET b = $2 WHERE id = $1 OR id = $3",
            "UPDATE a SET b = $2 WHERE CASE WHEN c AND id = $1 AND d THEN e END",
            "UPDATE a SET b = (SELECT MAX(b) FROM a) WHERE id = $1",
            "UPDATE a SET (b, c) = ($2, $3) WHERE id = $1",
            "UPDATE a AS t SET b = $2 WHERE id = $1",
            "UPDATE a SET b = c.b FROM c WHERE id = $1",
            "DELETE FROM a USING b WHERE id = $1",
            "DELETE FROM a WHERE id = $1 RETURNING id",
            "INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET c = $2",
            "INSERT INTO a (b) VALUES (LOWER($1)) ON CONFLICT (b) DO UPDATE SET c = 1",
            "INSERT INTO a (b) VALUES ($1), ($2)",
        ] {
            assert_eq!(Each::of(sql), None, "{sql}");
        }
    }

    #[test]
    fn the_same_key_comes_in_one_round_after_the_other() {
        let each = Each::of("UPDATE a SET b = $2 WHERE id = $1").unwrap();
        let rows = [params![1, 10].to_vec(), params![2, 20].to_vec(), params![1, 11].to_vec(), params![1, 12].to_vec()];
        assert!(each.fits(&rows));
        assert_eq!(each.rounds(&rows), [vec![&rows[0][..], &rows[1]], vec![&rows[2]], vec![&rows[3]]]);
    }

    #[test]
    fn rows_that_are_not_alike_are_no_columns() {
        let each = Each::of("UPDATE a SET b = $2 WHERE id = $1").unwrap();
        assert!(!each.fits(&[params![1, 10].to_vec(), params![1].to_vec()]));
        assert!(!each.fits(&[params![1, 10].to_vec(), params![1, "ten"].to_vec()]));
        assert!(!each.fits(&[params![1, 10].to_vec()]), "one row needs no arrays");
    }
}
