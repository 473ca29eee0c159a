//! What can go wrong in a use case, and the problem each answers with.

use bodega_db::DbError;
use bodega_rpc::RpcError;
use bodega_web::Problem;

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
    /// The idempotency key was used with another body.
    #[error("the key was used with another body")]
    KeyReused,
    /// As many live streams as there may be are open.
    #[error("too many live streams")]
    TooManyStreams,
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Rpc(#[from] RpcError),
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
            Error::KeyReused => Problem::key_reused(),
            Error::TooManyStreams => Problem::new(503, "too_many_streams").retry_after(5),
            Error::Db(error) => error.into(),
            Error::Rpc(error) => error.into(),
        }
    }
}
