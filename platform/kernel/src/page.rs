//! Lists in pages: at most 100 items, continued from an opaque cursor that holds the last key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// At most `limit` items.
    pub items: Vec<T>,
    /// Pass as `cursor` for what follows; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are in all; only with `count=true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were read with one more than `limit`, keyed by `key` for the next page.
    pub fn of<K: Serialize>(mut rows: Vec<T>, limit: PageLimit, key: impl Fn(&T) -> K) -> Self {
        let more = rows.len() > limit.get();
        rows.truncate(limit.get());
        let next_cursor = more.then(|| rows.last().map(|row| Cursor::of(&key(row)).0)).flatten();
        Self { items: rows, next_cursor, total: None }
    }

    /// The same page of other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor, total: self.total }
    }
}

/// How many items a page may have: 1 to 100, 20 where not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(usize);

impl PageLimit {
    /// The most items on a page.
    pub const MAX: usize = 100;

    /// `None` outside of 1 to 100.
    pub fn new(limit: usize) -> Option<Self> {
        (1..=Self::MAX).contains(&limit).then_some(Self(limit))
    }

    /// The number.
    pub fn get(self) -> usize {
        self.0
    }

    /// What to ask the database for, to know whether there is more.
    pub fn and_one(self) -> u64 {
        self.0 as u64 + 1
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(20)
    }
}

/// Where a list goes on: the last key, in a form that is not for reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// The text is not a cursor this list gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorError;

impl Cursor {
    /// Holds `key`.
    pub fn of(key: &impl Serialize) -> Self {
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// The key it holds.
    pub fn key<K: DeserializeOwned>(text: &str) -> Result<K, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        serde_json::from_slice(&bytes).map_err(|_| CursorError)
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a cursor of this list")
    }
}
impl std::error::Error for CursorError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_to_go_on_only_if_there_is_more() {
        let limit = PageLimit::new(2).unwrap();
        let page = Page::of(vec![1, 2, 3], limit, |n| *n);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(Cursor::key::<i64>(&page.next_cursor.unwrap()), Ok(2));
        assert_eq!(Page::of(vec![1, 2], limit, |n| *n).next_cursor, None);
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        assert_eq!(Cursor::key::<i64>("%%%"), Err(CursorError));
        assert_eq!(Cursor::key::<i64>("InRleHQi"), Err(CursorError));
    }
}
