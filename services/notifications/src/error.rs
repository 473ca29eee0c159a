//! Why something about mails is not done, and how it is told.

use crate::pages::RenderError;
use axum::response::{IntoResponse, Response};
use bodega_db::DbError;
use bodega_rpc::RpcError;
use bodega_web::{Problem, internal_error};

/// Why something about mails is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no such mail.
    #[error("there is no such mail")]
    NotFound,
    /// It is not sent yet, so it cannot be sent again.
    #[error("the mail is still queued")]
    Queued,
    /// It opens its reader's account.
    #[error("the mail is for its reader alone")]
    Private,
    /// A server takes the mails, so that none stay here.
    #[error("mails are handed to a server")]
    NoMailbox,
    /// The token of a link by which readers unsubscribe is none of ours, or over.
    #[error("the link is unknown")]
    LinkUnknown,
    /// A field of the body is wrong: its pointer, and why.
    #[error("{0}: {1}")]
    Invalid(&'static str, String),
    /// What it is about is gone or cannot be put into words.
    #[error("it cannot be shown: {0}")]
    Unwritable(String),
    /// Whoever knows what to write gives no answer.
    #[error("nobody can be asked now: {0}")]
    Unanswered(String),
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// Another service.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// A template of ours.
    #[error(transparent)]
    Template(#[from] RenderError),
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
            Error::NotFound => Self::new(404, "mail_not_found"),
            Error::Queued => Self::new(409, "mail_is_queued").detail("it is tried again by itself"),
            Error::Private => Self::new(403, "mail_is_private").detail("it holds a link that only its reader may have"),
            Error::NoMailbox => Self::new(404, "no_mailbox").detail("mails are handed to a server and are not kept"),
            Error::LinkUnknown => Self::new(422, "unsubscribe_link_unknown").field("/token", "is of no mail, or over"),
            Error::Invalid(pointer, why) => Self::invalid(pointer, why),
            Error::Unwritable(why) => Self::new(409, "mail_unwritable").detail(why),
            Error::Unanswered(_) => Self::unavailable(),
            Error::KeyReused => Self::key_reused(),
            Error::Rpc(error) => error.into(),
            Error::Template(_) | Error::Json(_) => internal_error(&error),
            Error::Db(error) => error.into(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
