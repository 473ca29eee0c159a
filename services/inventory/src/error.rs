//! What can go wrong with a request about stock, and how it is told.

use crate::model::{LocationId, MismatchState, Refusal, TransferState, Violation};
use axum::response::{IntoResponse, Response};
use bodega_bus::Failure;
use bodega_db::DbError;
use bodega_kernel::Sku;
use bodega_web::{Problem, ReportError, internal_error};

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
    /// The rules of a SKU were changed since they were read.
    #[error("the rules of it are in version {0}")]
    OtherPolicy(i64),
    /// There is no location of this name.
    #[error("there is no location {0}")]
    NoLocation(LocationId),
    /// There is a location of this name.
    #[error("there is a location {0}")]
    LocationExists(LocationId),
    /// The shop has as many locations as it may have.
    #[error("there are as many locations as there can be")]
    TooManyLocations,
    /// There is no such transfer.
    #[error("there is no such transfer")]
    NoTransfer,
    /// The transfer is not on its way any more.
    #[error("the transfer is {}", .0.as_str())]
    TransferClosed(TransferState),
    /// No system of this name reports by itself.
    #[error("no source {0} reports here")]
    NoSource(String),
    /// A report is refused.
    #[error("a report is refused: {0:?}")]
    Report(ReportError),
    /// There is no such mismatch.
    #[error("there is no such mismatch")]
    NoMismatch,
    /// The mismatch is decided, or went away.
    #[error("the mismatch is {}", .0.as_str())]
    MismatchClosed(MismatchState),
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    OtherVersion,
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
            Error::OtherPolicy(version) => Self::new(409, "policy_conflict")
                .detail("it was changed since it was read")
                .with("policy_version", version),
            Error::NoLocation(_) => Self::new(404, "location_not_found").detail(error.to_string()),
            Error::LocationExists(_) => Self::new(409, "location_exists").detail("change it, or take another id"),
            Error::TooManyLocations => Self::new(409, "too_many_locations"),
            Error::NoTransfer => Self::new(404, "transfer_not_found"),
            Error::TransferClosed(state) => {
                Self::new(409, "transfer_closed").detail(error.to_string()).with("state", state.as_str())
            }
            Error::NoSource(_) => Self::new(404, "source_not_found").detail(error.to_string()),
            Error::Report(error) => error.into(),
            Error::NoMismatch => Self::new(404, "mismatch_not_found"),
            Error::MismatchClosed(state) => {
                Self::new(409, "mismatch_closed").detail(error.to_string()).with("state", state.as_str())
            }
            Error::OtherVersion => Self::precondition_failed(),
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
            Error::NotFound(_)
            | Error::Invalid(_)
            | Error::Refused(_)
            | Error::OtherPolicy(_)
            | Error::NoLocation(_)
            | Error::LocationExists(_)
            | Error::TooManyLocations
            | Error::NoTransfer
            | Error::TransferClosed(_)
            | Error::NoSource(_)
            | Error::Report(_)
            | Error::NoMismatch
            | Error::MismatchClosed(_)
            | Error::OtherVersion
            | Error::KeyReused
            | Error::Json(_) => Self::permanent(error),
        }
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let problem = match refusal {
        Refusal::Conflict { on_hand, .. } => Problem::new(409, "stock_conflict").with("on_hand", *on_hand),
        Refusal::Committed { committed, .. } => Problem::new(409, "stock_committed").with("committed", *committed),
        Refusal::TooMany { .. } => Problem::new(409, "stock_too_large"),
        Refusal::Short { free, .. } => Problem::new(409, "stock_short").with("free", *free),
        Refusal::Unknown { .. } => Problem::new(404, "stock_not_found"),
        Refusal::NoLocation { .. } => Problem::new(404, "location_not_found"),
    };
    problem.detail(refusal.to_string())
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
