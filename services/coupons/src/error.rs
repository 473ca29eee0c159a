//! Why a request about coupons is refused, and what staff are told.

use crate::model::MAX_AUTOMATIC;
use axum::response::{IntoResponse, Response};
use bodega_db::DbError;
use bodega_web::Problem;

/// Why a request about coupons is not done.
#[derive(Clone, Debug)]
pub(crate) enum Error {
    /// There is no such promotion.
    PromotionNotFound,
    /// There is no such code.
    CodeNotFound,
    /// Fields break their bounds: pointers, each with why.
    Invalid(Vec<(String, String)>),
    /// It was read in another version than it has now.
    OtherVersion,
    /// Codes at these pointers exist already.
    CodeTaken(Vec<String>),
    /// The promotion applies by itself; a code would do nothing.
    NotByCode,
    /// It was made without this limit, so nobody counted its uses.
    UsesNotCounted(&'static str),
    /// It was used more often than the limit at this pointer.
    LimitBelowUses(&'static str, i64),
    /// No more automatic promotions may be enabled.
    TooManyAutomatic,
    /// The key was used with another body.
    KeyReused,
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::PromotionNotFound => Self::new(404, "promotion_not_found"),
            Error::CodeNotFound => Self::new(404, "coupon_not_found"),
            Error::Invalid(wrong) => wrong
                .into_iter()
                .fold(Self::new(422, "invalid_body"), |problem, (pointer, detail)| problem.field(pointer, detail)),
            Error::OtherVersion => Self::precondition_failed(),
            Error::CodeTaken(pointers) => pointers
                .into_iter()
                .fold(Self::new(409, "code_taken"), |problem, pointer| problem.field(pointer, "exists already")),
            Error::NotByCode => Self::new(409, "not_by_code").detail("this promotion applies by itself"),
            Error::UsesNotCounted(pointer) => Self::new(409, "uses_not_counted")
                .field(pointer, "was made without this limit, so its uses were not counted")
                .detail("make another promotion with the limit, and disable this one"),
            Error::LimitBelowUses(pointer, used) => Self::new(409, "limit_below_uses")
                .field(pointer, format!("was used {used} times already"))
                .with("used", used),
            Error::TooManyAutomatic => Self::new(409, "too_many_automatic")
                .detail(format!("at most {MAX_AUTOMATIC} automatic promotions are enabled at a time")),
            Error::KeyReused => Self::key_reused(),
            Error::Db(error) => error.into(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
