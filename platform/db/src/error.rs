//! What can go wrong with a database, by what to do about it.

use std::sync::Arc;

/// Why a database call failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// Not reachable, out of disk, or the transaction lost a race: the same call may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(Arc<str>),
    /// The statement or its values are wrong; the same call will fail again.
    #[error("the database refused: {0}")]
    Refused(Arc<str>),
    /// Too much is queued already; nothing was done.
    #[error("too many writes are queued")]
    Overloaded,
}

impl DbError {
    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }

    pub(crate) fn unavailable(error: &impl ToString) -> Self {
        Self::Unavailable(error.to_string().into())
    }

    pub(crate) fn refused(error: &impl ToString) -> Self {
        Self::Refused(error.to_string().into())
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(
                Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::DiskFull
                | Code::SystemIoFailure
                | Code::OutOfMemory
                | Code::CannotOpen
                | Code::ReadOnly
                | Code::FileLockingProtocolFailed,
            ) => Self::unavailable(&error),
            _ => Self::refused(&error),
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        let ours = matches!(error, sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. });
        match error.as_database_error().map(|database| database.code().is_some_and(|code| passing(&code))) {
            Some(true) => Self::unavailable(&error),
            None if !ours => Self::unavailable(&error),
            Some(false) | None => Self::refused(&error),
        }
    }
}

/// PostgreSQL's classes of trouble that pass: connection, transaction rollback, resources, operator intervention, I/O.
fn passing(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "55P03"
}

impl From<sea_orm::DbErr> for DbError {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::{DbErr, RuntimeErr::SqlxError};
        if let DbErr::Query(SqlxError(inner)) | DbErr::Exec(SqlxError(inner)) | DbErr::Conn(SqlxError(inner)) = &error {
            let passes =
                inner.as_database_error().is_none_or(|database| database.code().is_some_and(|code| passing(&code)));
            return if passes { Self::unavailable(inner) } else { Self::refused(inner) };
        }
        if matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) {
            return Self::unavailable(&error);
        }
        Self::refused(&error)
    }
}
