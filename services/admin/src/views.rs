//! What pages read of the API's answers: what they show, and no more.

pub(crate) mod money;
pub(crate) mod orders;
pub(crate) mod people;
pub(crate) mod running;

use serde::Deserialize;

/// A list of the API.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
    /// Where it was asked for.
    #[serde(default)]
    pub(crate) total: Option<i64>,
}
