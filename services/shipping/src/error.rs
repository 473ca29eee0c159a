//! Why something was not done, and how that is said over HTTP.

use crate::model::{Misfit, Refusal, Violation};
use axum::response::{IntoResponse, Response};
use bodega_bus::Failure;
use bodega_db::DbError;
use bodega_rpc::RpcError;
use bodega_web::{Problem, ReportError, internal_error, problem};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no such thing, or it is not the caller's.
    #[error("not found")]
    NotFound,
    /// Fields break their bounds.
    #[error("{} fields break their bounds", .0.len())]
    Invalid(Vec<Violation>),
    /// The life of the fulfilment is against it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// There is less left than is wanted.
    #[error("{left} of {sku} are left")]
    Exceeds { sku: String, left: i64 },
    /// The parcel has not left.
    #[error("the parcel has not left")]
    NotDispatched,
    /// The order has as many parcels as it may have.
    #[error("too many parcels")]
    TooManyShipments,
    /// There is a method of this id.
    #[error("there is a method of this id")]
    MethodExists,
    /// The shop has as many methods as it may have.
    #[error("too many methods")]
    TooManyMethods,
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    OtherVersion,
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// A carrier's report is refused.
    #[error("a report is refused: {0:?}")]
    Report(ReportError),
    /// A label could not be written.
    #[error("a label could not be written: {0}")]
    Unwritable(String),
    /// Another service gave no answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// An answer could not be written.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Misfit> for Error {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Invalid(violations) => Self::Invalid(violations),
            Misfit::Exceeds { sku, left } => Self::Exceeds { sku: sku.to_string(), left },
            Misfit::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Db(error) => error.into(),
            Error::NotFound
            | Error::Invalid(_)
            | Error::Refused(_)
            | Error::Exceeds { .. }
            | Error::NotDispatched
            | Error::TooManyShipments
            | Error::MethodExists
            | Error::TooManyMethods
            | Error::OtherVersion
            | Error::KeyReused
            | Error::Report(_)
            | Error::Unwritable(_)
            | Error::Rpc(_)
            | Error::Json(_) => Self::permanent(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => problem(404, "not_found"),
            Error::Invalid(violations) => violations
                .into_iter()
                .fold(problem(422, "invalid_body"), |problem, wrong| problem.field(wrong.field, wrong.detail)),
            Error::Refused(refusal) => refused(refusal),
            Error::Exceeds { ref sku, left } => problem(409, "exceeds_left")
                .detail(format!("{left} of {sku} have not left"))
                .with("sku", sku.clone())
                .with("left", left),
            Error::NotDispatched => problem(409, "shipment_not_dispatched").detail("the parcel has not left"),
            Error::TooManyShipments => problem(409, "too_many_shipments"),
            Error::MethodExists => problem(409, "method_exists").detail("change it, or take another id"),
            Error::TooManyMethods => problem(409, "too_many_methods"),
            Error::OtherVersion => Self::precondition_failed(),
            Error::KeyReused => Self::key_reused(),
            Error::Report(error) => error.into(),
            Error::Unwritable(error) => internal_error(&error),
            Error::Rpc(error) => error.into(),
            Error::Db(error) => error.into(),
            Error::Json(error) => internal_error(&error),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotAllocated => {
            problem(409, "stock_not_allocated").detail("its stock is not there yet").retry_after(2)
        }
        Refusal::Stopping => {
            problem(409, "fulfilment_stopping").detail("somebody wants it stopped; a carrier has yet to answer")
        }
        Refusal::Stopped => problem(409, "fulfilment_stopped").detail("nothing leaves any more"),
        Refusal::Cancelled => problem(409, "order_cancelled").detail("the order is over"),
        Refusal::Disputed => problem(409, "disputed").detail("the buyer's bank wants the money back"),
        Refusal::Fetched => problem(409, "pickup_only").detail("the customer fetches it"),
        Refusal::Sent => problem(409, "no_pickup").detail("it is sent, the customer does not fetch it"),
        Refusal::NothingLeft => problem(409, "nothing_left").detail("all of it has left or is leaving"),
        Refusal::Broken => internal_error(&"the books of shipping do not agree"),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
