//! What can go wrong with accounts, and how each is answered.

use bodega_blobs::BlobError;
use bodega_db::DbError;
use bodega_pictures::Unfit;
use bodega_web::{Problem, internal_error, problem};
use std::{fmt, time::Duration};

/// Why something was not done.
#[derive(Debug)]
pub enum Error {
    /// A field of the body is wrong.
    Invalid {
        /// Its JSON pointer.
        pointer: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The address or the password is wrong, or the user is disabled: never said which.
    BadCredentials,
    /// Too many log-ins were tried for the account; wait this long.
    TooManyAttempts(Duration),
    /// All places for hard work, such as hashing, are taken.
    Busy,
    /// The refresh token is unknown, used before, or over.
    BadRefreshToken,
    /// There is no session to close.
    NoSession,
    /// The token of a link is unknown, used, or over.
    BadToken,
    /// The password that should prove who asks is not theirs; its JSON pointer.
    WrongPassword(&'static str),
    /// Somebody else has the address by now.
    EmailTaken,
    /// There is no such thing, as its code says.
    NotFound(&'static str),
    /// It cannot be done as things are: a code, and why.
    Conflict(&'static str, &'static str),
    /// It is in another version than the one that was read.
    Changed,
    /// Nobody would be left to manage people.
    LastAdmin,
    /// The idempotency key was used with another body.
    KeyReused,
    /// What was sent is no picture for us.
    Picture(Unfit),
    /// The place where files are kept does not take or give them.
    Files(String),
    /// The database.
    Db(DbError),
    /// What cannot be: a hash or a key of ours does not work.
    Broken(String),
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        Self::Files(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { pointer, reason } => write!(f, "{pointer}: {reason}"),
            Self::BadCredentials => f.write_str("the address or the password is wrong"),
            Self::TooManyAttempts(wait) => write!(f, "too many attempts; wait {} s", wait.as_secs()),
            Self::Busy => f.write_str("too much is being worked on"),
            Self::BadRefreshToken => f.write_str("the refresh token is not good any more"),
            Self::NoSession => f.write_str("neither a refresh token nor an access token names a session"),
            Self::BadToken => f.write_str("the link is not good any more"),
            Self::WrongPassword(pointer) => write!(f, "{pointer}: the password is wrong"),
            Self::EmailTaken => f.write_str("another account has the address"),
            Self::NotFound(code) | Self::Conflict(code, _) => f.write_str(code),
            Self::Changed => f.write_str("it was changed meanwhile"),
            Self::LastAdmin => f.write_str("this is the last admin"),
            Self::KeyReused => f.write_str("the idempotency key was used with another body"),
            Self::Db(error) => error.fmt(f),
            Self::Picture(unfit) => unfit.fmt(f),
            Self::Files(reason) | Self::Broken(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { pointer, reason } => Self::invalid(pointer, reason),
            Error::BadCredentials => problem(401, "invalid_credentials").detail("the address or the password is wrong"),
            Error::TooManyAttempts(wait) => problem(429, "too_many_attempts").retry_after(wait.as_secs().max(1)),
            Error::Busy => problem(429, "busy").retry_after(1),
            Error::BadRefreshToken => problem(401, "invalid_refresh_token").detail("log in again"),
            Error::NoSession => problem(401, "unauthenticated"),
            Error::BadToken => {
                problem(422, "link_over").field("/token", "is unknown, used, or over: ask for another one")
            }
            Error::WrongPassword(pointer) => problem(422, "wrong_password").field(pointer, "is not the password"),
            Error::EmailTaken => problem(409, "email_taken").detail("another account has the address by now"),
            Error::NotFound(code) => problem(404, code),
            Error::Conflict(code, why) => problem(409, code).detail(why),
            Error::Changed => Self::precondition_failed(),
            Error::LastAdmin => problem(409, "last_admin").detail("somebody has to be able to manage people"),
            Error::KeyReused => Self::key_reused(),
            Error::Picture(unfit) => {
                let (status, code) = match &unfit {
                    Unfit::Type => (415, "photo_type"),
                    Unfit::TooLarge => (422, "photo_too_large"),
                    Unfit::Unreadable(_) => (422, "photo_unreadable"),
                };
                problem(status, code).detail(unfit.to_string())
            }
            Error::Files(reason) => {
                tracing::error!(%reason, "files cannot be kept or read");
                Self::unavailable()
            }
            Error::Db(error) => error.into(),
            Error::Broken(reason) => internal_error(&reason),
        }
    }
}
