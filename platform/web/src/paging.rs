//! `limit`, `cursor` and `count` of a list.

use crate::{
    Problem, problem,
    query::{invalid, pairs},
    query_values::Values,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use bodega_kernel::{Cursor, PageLimit};
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use utoipa::IntoParams;

/// Which page of a list is asked for. As an extractor it reads its own parameters and leaves the others alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The most items to answer: 1 to 100, 20 where not said.
    #[serde(deserialize_with = "page_limit")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: PageLimit,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Whether to answer `total`.
    #[param(value_type = Option<bool>)]
    pub count: bool,
}

impl Paging {
    /// The names it reads.
    pub(crate) const NAMES: [&str; 3] = ["limit", "cursor", "count"];

    /// The key to go on after; 422 `invalid_cursor` for a text that is no cursor of this list.
    pub fn key<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let key = self.cursor.as_deref().map(Cursor::key).transpose();
        key.map_err(|error| problem(422, "invalid_cursor").field("/cursor", error.to_string()))
    }
}

fn page_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PageLimit, D::Error> {
    let Some(limit) = Option::<usize>::deserialize(deserializer)? else { return Ok(PageLimit::default()) };
    PageLimit::new(limit).ok_or_else(|| D::Error::custom("is 1 to 100"))
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut pairs = pairs(&parts.uri)?;
        pairs.retain(|(name, _)| Self::NAMES.contains(&name.as_str()));
        Self::deserialize(Values(&pairs)).map_err(invalid)
    }
}
