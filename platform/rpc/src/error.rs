//! Why a question got no answer.

use bodega_web::Problem;

/// Why a question got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RpcError {
    /// Nobody answered in time: the same question may be answered later.
    #[error("no answer: {0}")]
    Unavailable(String),
    /// The question is not one the other service answers; asking again gives the same.
    #[error("refused: {0}")]
    Refused(String),
}

/// What a question of this name gets where none is known.
pub(crate) fn unknown(name: &str) -> RpcError {
    RpcError::Refused(format!("nobody answers {name}"))
}

/// 503 either way: whoever asked us can do nothing about how our services talk.
impl From<RpcError> for Problem {
    fn from(error: RpcError) -> Self {
        match error {
            RpcError::Unavailable(_) => tracing::warn!(%error, "a question was not answered"),
            RpcError::Refused(_) => tracing::error!(%error, "a question was not answered"),
        }
        Self::unavailable()
    }
}
