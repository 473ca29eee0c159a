//! What can go wrong with a request about stock, and how it is told.

use crate::model::{Refusal, Violation};
use axum::response::{IntoResponse, Response};
use bodega_bus::Failure;
use bodega_db::DbError;
use bodega_kernel::Sku;
use bodega_web::{Problem, internal_error};

/// Why a request about stock is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no stock of this SKU.
    #[error("there is no stock of {0}")]
    NotFound(Sku),
    /// Fields break their bounds.
    #[error("{} fields break their bounds", .0.len())]
    Invalid(Vec<Violation>),
    /// The stock cannot be so.
    #[error(transparent)]
    Refused(#[from] Refusal),
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
            Error::NotFound(_) => Self::new(404, "stock_not_found").detail(error.to_string()),
            Error::Invalid(violations) => violations
                .into_iter()
                .fold(Self::new(422, "invalid_body"), |problem, wrong| problem.field(wrong.field, wrong.detail)),
            Error::Refused(refusal) => refused(&refusal),
            Error::KeyReused => Self::key_reused(),
            Error::Json(_) => internal_error(&error),
            Error::Db(error) => error.into(),
        }
    }
}

/// What an event says and stock cannot be does not mend by itself.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Db(error) => error.into(),
            Error::NotFound(_) | Error::Invalid(_) | Error::Refused(_) | Error::KeyReused | Error::Json(_) => {
                Self::permanent(error)
            }
        }
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let problem = match refusal {
        Refusal::Conflict { on_hand, .. } => Problem::new(409, "stock_conflict").with("on_hand", *on_hand),
        Refusal::Committed { committed, .. } => Problem::new(409, "stock_committed").with("committed", *committed),
        Refusal::TooMany { .. } => Problem::new(409, "stock_too_large"),
        Refusal::Unknown { .. } => Problem::new(404, "stock_not_found"),
    };
    problem.detail(refusal.to_string())
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
