//! Why something was not done, and how that is said over HTTP.

use crate::model::Refusal;
use bodega_db::DbError;
use bodega_rpc::RpcError;
use bodega_web::{Problem, ReportError, internal_error, problem};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no such thing, or it is not the caller's.
    #[error("not found")]
    NotFound,
    /// The rules of payments are against it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// A field of the body is wrong: its pointer, and why.
    #[error("{0}: {1}")]
    Invalid(&'static str, &'static str),
    /// A provider's report is refused.
    #[error("a report is refused: {0:?}")]
    Report(ReportError),
    /// Another service gave no answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is less store credit than is to be taken.
    #[error("there is less store credit")]
    CreditShort,
    /// Somebody has dealt with it.
    #[error("already resolved")]
    AlreadyResolved,
    /// An answer could not be written.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => problem(404, "not_found"),
            Error::Refused(refusal) => refused(refusal),
            Error::KeyReused => Self::key_reused(),
            Error::Invalid(pointer, why) => Self::invalid(pointer, why),
            Error::CreditShort => problem(409, "credit_short").detail("more than there is"),
            Error::AlreadyResolved => problem(409, "already_resolved"),
            Error::Report(error) => error.into(),
            Error::Rpc(error) => error.into(),
            Error::Db(error) => error.into(),
            Error::Json(error) => internal_error(&error),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::AlreadyPaid => problem(409, "already_paid"),
        Refusal::NotPayable => problem(409, "order_not_payable").detail("it is not due yet, or not any more"),
        Refusal::AttemptOpen => problem(409, "attempt_open").detail("the last attempt has not ended").retry_after(2),
        Refusal::TooManyAttempts => problem(409, "too_many_attempts"),
        Refusal::ExceedsCapture => {
            problem(409, "refund_exceeds_capture").detail("more than was taken and not given back")
        }
        Refusal::Disputed => problem(409, "disputed").detail("the buyer's bank has yet to decide"),
        Refusal::OtherCurrency => Problem::invalid("/amount/currency", "not the currency of the order"),
        Refusal::NotWhatIsDue => Problem::invalid("/amount/amount", "not what is due for the order"),
        Refusal::NothingAwaited => {
            problem(409, "nothing_awaited").detail("no bank transfer or cash is waited for, or not any more")
        }
        Refusal::NothingAuthorized => problem(409, "nothing_authorized").detail("no promise that could be taken"),
    }
}
