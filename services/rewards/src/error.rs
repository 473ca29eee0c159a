//! What can go wrong with a request about points, and how it is told.

use crate::views::Violation;
use axum::response::{IntoResponse, Response};
use bodega_db::DbError;
use bodega_web::{Problem, internal_error};

/// Why a request about points is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Fields break their bounds.
    #[error("{} fields break their bounds", .0.len())]
    Invalid(Vec<Violation>),
    /// More is to be taken than can be spent.
    #[error("only {spendable} points can be taken")]
    Short { spendable: i64 },
    /// The key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// Written by us, and not to be written as JSON: a fault of ours.
    #[error("an answer that is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(violations) => violations
                .into_iter()
                .fold(Self::new(422, "invalid_body"), |problem, wrong| problem.field(wrong.field, wrong.detail)),
            Error::Short { spendable } => {
                Self::new(409, "points_short").detail(error.to_string()).with("spendable", spendable)
            }
            Error::KeyReused => Self::key_reused(),
            Error::Json(_) => internal_error(&error),
            Error::Db(error) => error.into(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
