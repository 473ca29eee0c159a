//! The questions a service answers, by name: JSON in, JSON out.

use crate::{MAX_BYTES, RpcError};
use bodega_kernel::Question;
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use std::{collections::BTreeMap, fmt, panic::AssertUnwindSafe, sync::Arc};

type Encoded = Result<Bytes, RpcError>;
type Handler = Arc<dyn Fn(Bytes) -> BoxFuture<'static, Encoded> + Send + Sync>;

/// What a service answers. Cheap to clone.
#[derive(Clone, Default)]
pub struct Answers(Arc<BTreeMap<&'static str, Handler>>);

impl Answers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `Q` with `handler`; the last one given for a name stays. What the handler holds is cloned for each
    /// question: `.on(async move |q: PricesOf| …)`.
    #[must_use]
    pub fn on<Q: Question, F>(mut self, handler: impl FnOnce(Q) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Q::Answer, RpcError>> + Send + 'static,
    {
        let run = move |question: Bytes| -> BoxFuture<'static, Encoded> {
            let handler = handler.clone();
            Box::pin(async move {
                let question = serde_json::from_slice(&question)
                    .map_err(|error| RpcError::Refused(format!("{}: {error}", Q::NAME)))?;
                encode(Q::NAME, &handler(question).await?)
            })
        };
        Arc::make_mut(&mut self.0).insert(Q::NAME, Arc::new(run));
        self
    }

    /// The names of all it answers, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// The answer to the question of this name, or `None` where there is no such question.
    pub(crate) fn answer(&self, name: &str, question: Bytes) -> Option<BoxFuture<'static, Encoded>> {
        let handler = self.0.get(name)?.clone();
        let name = name.to_owned();
        // A handler that panics is caught here, so that it looks the same in process as it does from outside.
        let answer = AssertUnwindSafe(async move { handler(question).await }).catch_unwind();
        Some(Box::pin(answer.map(move |answer| {
            answer.unwrap_or_else(|_| {
                tracing::error!(question = name, "the handler of a question panicked");
                Err(RpcError::Unavailable(format!("{name}: failed")))
            })
        })))
    }
}

/// A question or an answer as it travels.
pub(crate) fn encode(name: &str, value: &impl serde::Serialize) -> Encoded {
    let bytes = serde_json::to_vec(value).map_err(|error| RpcError::Refused(format!("{name}: {error}")))?;
    if bytes.len() > MAX_BYTES {
        return Err(RpcError::Refused(format!("{name}: more than {MAX_BYTES} bytes")));
    }
    Ok(bytes.into())
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
