//! A piece of work for the writer: runs inside the shared transaction, answers after its commit.

use crate::{DbError, Trace, Tx};
use futures_util::{FutureExt, future::LocalBoxFuture};
use std::{any::Any, panic::AssertUnwindSafe};
use tokio::sync::oneshot;

/// What a job asks the writer to do with its statements.
pub(crate) enum Verdict {
    Keep,
    Undo,
}

/// Called once the commit ended, or when the statements were undone.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), DbError>) + Send>;

/// Without a transaction (the database is away) a job only answers.
pub(crate) type Job =
    Box<dyn for<'a> FnOnce(Result<&'a mut Tx, DbError>) -> LocalBoxFuture<'a, (Verdict, Answer)> + Send>;

/// Runs `work`; where it panics, that is refused like any other fault of ours, and the writer goes on.
pub(crate) async fn caught<T, E: From<DbError>>(
    service: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| {
        let message = message(&*panic);
        tracing::error!(service, panic = message, "a job panicked; nothing of it stays");
        Err(DbError::refused(&format!("it panicked: {message}")).into())
    })
}

/// What was said, where that was a text.
pub(crate) fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

/// A job of one closure, and the receiver of its result.
pub(crate) fn closure<T, E, F>(trace: Option<Trace>, work: F) -> (Job, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: for<'a> AsyncFnOnce(&'a mut Tx) -> Result<T, E> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |tx| {
        Box::pin(async move {
            let result = match tx {
                Ok(tx) => {
                    tx.follow(trace);
                    let service = tx.service.clone();
                    caught(&service, async { work(tx).await }).await
                }
                Err(error) => Err(error.into()),
            };
            let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
            let answer: Answer = Box::new(move |committed| {
                let result = match (result, committed) {
                    (Ok(_), Err(error)) => Err(error.into()),
                    (result, _) => result,
                };
                // The caller may have gone away; its work stands all the same.
                let _ = sender.send(result);
            });
            (verdict, answer)
        })
    });
    (job, receiver)
}
