//! What a service does by itself, in steps: a running process repeats them, a simulation takes them one by one.

use bodega_db::{Db, DbError, DueTimer, Tx};
use futures_util::{FutureExt, future::BoxFuture};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Work that comes up again and again.
#[derive(Clone)]
pub struct Job {
    /// What it is called in logs.
    pub name: &'static str,
    step: Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
    wake: Arc<Notify>,
    poll: Duration,
    workers: usize,
}

impl Job {
    /// `step` does what is to be done now and says whether there was anything.
    pub fn new<F>(name: &'static str, poll: Duration, step: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, bool> + Send + Sync + 'static,
    {
        Self { name, step: Arc::new(step), wake: Arc::default(), poll, workers: 1 }
    }

    /// Fires the timers of a service.
    pub fn timers<F>(db: Db, handle: F) -> Self
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a [DueTimer]) -> Result<(), DbError> + Clone + Send + Sync + 'static,
    {
        Self::new("timers", Duration::from_millis(500), move || {
            let (db, handle) = (db.clone(), handle.clone());
            Box::pin(async move {
                db.fire_due_timers(handle).await.map_or_else(
                    |error| {
                        tracing::warn!(%error, service = db.service(), "timers could not fire");
                        false
                    },
                    |fired| fired > 0,
                )
            })
        })
    }

    /// Taken by as many at once; each step must claim what it works on.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Wakes the job before its next look: call `notify_one` when there is something to do.
    #[must_use]
    pub fn woken_by(mut self, wake: Arc<Notify>) -> Self {
        self.wake = wake;
        self
    }

    /// Does what is to be done now; whether there was anything.
    pub async fn step(&self) -> bool {
        (self.step)().await
    }

    /// What was said went to the standard error output already.
    fn panicked(&self) -> bool {
        tracing::error!(job = self.name, "a step panicked");
        false
    }

    /// Runs until the process ends; a step that panics is taken again, like one that found nothing.
    pub(crate) fn spawn(&self) {
        for _ in 0..self.workers {
            let job = self.clone();
            tokio::spawn(async move {
                loop {
                    let step = AssertUnwindSafe(async { job.step().await }).catch_unwind().await;
                    if !step.unwrap_or_else(|_| job.panicked()) {
                        // Either somebody wakes us or it is time to look.
                        let _ = tokio::time::timeout(job.poll, job.wake.notified()).await;
                    }
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_step_that_panics_is_taken_again() {
        let steps = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&steps);
        let job = Job::new("stumbling", Duration::from_millis(1), move || {
            let step = counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                assert!(step != 1, "stumbled");
                false
            })
        });
        job.spawn();
        while steps.load(Ordering::SeqCst) < 4 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
