//! What can go wrong in a use case, and the problem each answers with.

use crate::model::words::Word;
use bodega_blobs::BlobError;
use bodega_contracts::orders::ReturnState;
use bodega_db::DbError;
use bodega_rpc::RpcError;
use bodega_web::{Problem, internal_error};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no such order, or it is somebody else's: the answer is the same.
    #[error("no such order")]
    NotFound,
    /// The cart made it a moment ago and its event is on the way.
    #[error("the order is not here yet")]
    NotHereYet,
    /// Some of it has left the house: it can only be sent back.
    #[error("some of the order has left")]
    HasLeft,
    /// It is completed or cancelled.
    #[error("the order is over")]
    Over,
    /// It has no address to send anything to.
    #[error("the order is not sent")]
    NotSent,
    /// Its taxes and its shipping were priced for another country.
    #[error("an order does not change its country")]
    OtherCountry,
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    OtherVersion,
    /// A return is refused.
    #[error(transparent)]
    Return(#[from] Refusal),
    /// The idempotency key was used with another body.
    #[error("the key was used with another body")]
    KeyReused,
    /// As many live streams as there may be are open.
    #[error("too many live streams")]
    TooManyStreams,
    /// The order has no paper of this number.
    #[error("no such paper")]
    NoPaper,
    /// A paper cannot be made of what there is.
    #[error("a paper cannot be made: {0}")]
    Unwritable(String),
    #[error(transparent)]
    Files(#[from] BlobError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Rpc(#[from] RpcError),
}

/// Why a return is refused.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// There is no such return.
    #[error("no such return")]
    Unknown,
    /// Nothing of it has left, so nothing can come back.
    #[error("nothing of the order has left")]
    NothingLeft,
    /// The time to send it back is over.
    #[error("the time to send it back is over")]
    TooLate,
    /// Fewer pieces can come back than are asked for; the line is counted from 0.
    #[error("line {line}: {left} pieces can come back")]
    NotThere { line: usize, left: i64 },
    /// More pieces came back than were asked for; the line is counted from 0.
    #[error("line {line}: {asked} pieces were to come back")]
    NotAsked { line: usize, asked: i64 },
    /// The order has as many returns as it may have.
    #[error("too many returns")]
    TooMany,
    /// A guest has no store credit.
    #[error("a guest has no store credit")]
    NoAccount,
    /// Its state is against it.
    #[error("the return is {0:?}")]
    Is(ReturnState),
    /// Another return gave the shipping back.
    #[error("the shipping was given back")]
    ShippingRefunded,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Problem::new(404, "order_not_found"),
            Error::NotHereYet => {
                Problem::new(409, "order_not_ready").detail("the order was made a moment ago; try again").retry_after(1)
            }
            Error::HasLeft => Problem::new(409, "order_has_left")
                .detail("some of the order has left already; it can be sent back when it has arrived"),
            Error::Over => Problem::new(409, "order_is_over").detail("the order is completed or cancelled"),
            Error::NotSent => Problem::new(409, "order_is_not_sent").detail("the order has no shipping address"),
            Error::OtherCountry => Problem::new(422, "country_differs")
                .field("/country", "taxes and shipping were priced for the country of the order"),
            Error::OtherVersion => Problem::precondition_failed(),
            Error::Return(refusal) => refusal.into(),
            Error::KeyReused => Problem::key_reused(),
            Error::TooManyStreams => Problem::new(503, "too_many_streams").retry_after(5),
            Error::NoPaper => Problem::new(404, "paper_not_found"),
            Error::Files(BlobError::Unavailable(reason)) => {
                tracing::error!(%reason, "files cannot be reached");
                Problem::unavailable()
            }
            Error::Files(BlobError::Key(_) | BlobError::TooLarge) | Error::Unwritable(_) => internal_error(&error),
            Error::Db(error) => error.into(),
            Error::Rpc(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let refused = |code| Problem::new(409, code).detail(refusal.to_string());
        match refusal {
            Refusal::Unknown => Problem::new(404, "return_not_found"),
            Refusal::NothingLeft => refused("nothing_to_return"),
            Refusal::TooLate => refused("return_window_over"),
            Refusal::TooMany => refused("too_many_returns"),
            Refusal::ShippingRefunded => refused("shipping_refunded"),
            Refusal::NoAccount => Problem::invalid("/wish", "a guest has no store credit"),
            Refusal::Is(state) => refused("return_state").with("state", state.word()),
            Refusal::NotThere { line, left } => refused("exceeds_returnable")
                .field(format!("/lines/{line}/quantity"), format!("{left} pieces can come back"))
                .with("left", left),
            Refusal::NotAsked { line, asked } => {
                Problem::invalid(format!("/lines/{line}"), format!("{asked} pieces were to come back"))
            }
        }
    }
}
