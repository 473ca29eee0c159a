//! Why a handler failed, by what to do about it. An expected refusal is an outcome, not a failure.

use bodega_db::DbError;

/// A delivery could not be handled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// Not now: the batch waits and is tried again, without limit.
    #[error("not now: {0}")]
    Transient(String),
    /// Not ever, as far as can be seen: tried a few times alone, then dead-lettered.
    #[error("cannot be handled: {0}")]
    Permanent(String),
}

impl Failure {
    /// A failure that trying again does not mend.
    #[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
    pub fn permanent(cause: impl ToString) -> Self {
        Self::Permanent(cause.to_string())
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        if error.is_transient() { Self::Transient(error.to_string()) } else { Self::Permanent(error.to_string()) }
    }
}
