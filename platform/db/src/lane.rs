//! A lane: one kind of hot command, handled as a batch.
//!
//! Commands that arrive while the last commit runs wait in the lane; its job takes all of them at once.

use crate::{
    Db, DbError, Tx,
    job::{Answer, Job, Verdict, caught},
};
use futures_util::future::LocalBoxFuture;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

type Apply<C, O> = dyn for<'a> Fn(&'a mut Tx, &'a [C]) -> LocalBoxFuture<'a, Result<Vec<O>, DbError>> + Send + Sync;
type Waiting<C, O> = Vec<(C, oneshot::Sender<Result<O, DbError>>)>;

struct Shared<C, O> {
    apply: Box<Apply<C, O>>,
    waiting: Mutex<Waiting<C, O>>,
}

/// Commands of one kind on their way to the writer. Cheap to clone.
pub struct Lane<C, O> {
    db: Db,
    shared: Arc<Shared<C, O>>,
}

impl<C, O> Clone for Lane<C, O> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<C: Send + 'static, O: Send + 'static> Lane<C, O> {
    /// The most commands that may wait.
    const MAX_WAITING: usize = 8_192;
    /// The most commands in one batch.
    const MAX_BATCH: usize = 1_024;

    pub(crate) fn new<F>(db: Db, apply: F) -> Self
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a [C]) -> Result<Vec<O>, DbError> + Send + Sync + 'static,
    {
        let apply = Arc::new(apply);
        let apply: Box<Apply<C, O>> = Box::new(move |tx, commands| {
            let apply = Arc::clone(&apply);
            Box::pin(async move { apply(tx, commands).await })
        });
        Self { db, shared: Arc::new(Shared { apply, waiting: Mutex::default() }) }
    }

    /// Hands over `command`; answers after the commit that holds its effect.
    pub async fn submit(&self, command: C) -> Result<O, DbError> {
        let (sender, receiver) = oneshot::channel();
        let first = {
            let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= Self::MAX_WAITING {
                return Err(DbError::Overloaded);
            }
            waiting.push((command, sender));
            waiting.len() == 1
        };
        // At once: a caller that goes away while it waits for a place would leave the lane without a job for ever.
        if first && let Err(error) = self.schedule() {
            self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
            return Err(error);
        }
        receiver.await.map_err(|_| DbError::unavailable(&"the writer stopped"))?
    }

    fn schedule(&self) -> Result<(), DbError> {
        let lane = self.clone();
        let job: Job = Box::new(move |tx| Box::pin(async move { lane.run(tx).await }));
        self.db.enqueue_now(job)
    }

    async fn run(self, tx: Result<&mut Tx, DbError>) -> (Verdict, Answer) {
        let batch = self.take();
        let (commands, senders): (Vec<C>, Vec<_>) = batch.into_iter().unzip();
        let outcomes = match tx {
            Ok(tx) => self.decide(tx, &commands).await,
            Err(error) => commands.iter().map(|_| Err(error.clone())).collect(),
        };
        let verdict = if outcomes.iter().any(Result::is_ok) { Verdict::Keep } else { Verdict::Undo };
        let answer: Answer = Box::new(move |committed| {
            for (sender, outcome) in senders.into_iter().zip(outcomes) {
                let outcome = committed.clone().and(outcome);
                // The caller may have gone away; its command stands all the same.
                let _ = sender.send(outcome);
            }
        });
        (verdict, answer)
    }

    /// All at once; where that fails for good, each alone, so that only the culprit fails.
    async fn decide(&self, tx: &mut Tx, commands: &[C]) -> Vec<Result<O, DbError>> {
        match self.apply(tx, commands).await {
            Ok(outcomes) if outcomes.len() == commands.len() => outcomes.into_iter().map(Ok).collect(),
            Err(error) if error.is_transient() || commands.len() == 1 => {
                commands.iter().map(|_| Err(error.clone())).collect()
            }
            Ok(_) | Err(_) => {
                let mut outcomes = Vec::with_capacity(commands.len());
                for command in commands {
                    let alone = self.apply(tx, std::slice::from_ref(command)).await;
                    outcomes.push(alone.and_then(|mut outcomes| {
                        outcomes.pop().ok_or_else(|| DbError::refused(&"a command without an outcome"))
                    }));
                }
                outcomes
            }
        }
    }

    async fn apply(&self, tx: &mut Tx, commands: &[C]) -> Result<Vec<O>, DbError> {
        let service = tx.service.clone();
        tx.nested(async |tx| caught(&service, (self.shared.apply)(tx, commands)).await).await
    }

    /// The batch; what exceeds it is scheduled again.
    fn take(&self) -> Waiting<C, O> {
        let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() <= Self::MAX_BATCH {
            return std::mem::take(&mut *waiting);
        }
        let rest = waiting.split_off(Self::MAX_BATCH);
        let batch = std::mem::replace(&mut *waiting, rest);
        if let Err(error) = self.schedule() {
            tracing::debug!(%error, service = self.db.service(), "the rest of a lane's commands waits");
        }
        batch
    }
}
