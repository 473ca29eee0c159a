//! Query parameters: unknown ones are refused where the type denies them, a wrong one is named.

use crate::{
    Problem, problem,
    query_values::{Pairs, QueryError, Values},
};
use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use serde::de::DeserializeOwned;
use std::ops::Deref;

/// The most parameters a query may have.
const MOST: usize = 100;

/// The query; 422 `invalid_query` names the parameter that does not fit. A field that is a list takes every value of a
/// repeated parameter, an empty value is none. The parameters of [`Paging`](crate::Paging) are left to it unless `T`
/// has fields of those names.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = pairs(&parts.uri)?;
        T::deserialize(Values(&pairs)).map(Self).map_err(invalid)
    }
}

/// The parameters in the order of their first use, each with all of its values.
pub(crate) fn pairs(uri: &Uri) -> Result<Pairs, Problem> {
    let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Ok(axum::extract::Query(given)) = read else {
        return Err(problem(422, "invalid_query").detail("the query is not written as name=value&name=value"));
    };
    if given.len() > MOST {
        return Err(problem(422, "invalid_query").detail(format!("a query has at most {MOST} parameters")));
    }
    let mut pairs = Pairs::new();
    for (name, value) in given {
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => pairs.push((name, vec![value])),
        }
    }
    Ok(pairs)
}

pub(crate) fn invalid(error: QueryError) -> Problem {
    let refusal = problem(422, "invalid_query");
    match error.name {
        Some(name) => {
            let detail = format!("the parameter {name} does not fit");
            refusal.detail(detail).field(format!("/{}", name.replace('~', "~0").replace('/', "~1")), error.reason)
        }
        None => refusal.detail(error.reason),
    }
}
