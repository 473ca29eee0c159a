//! What a service does by itself, in steps: a running process repeats them, a simulation takes them one by one.

use bodega_db::{Db, DbError, DueTimer, Tx};
use futures_util::{FutureExt, future::BoxFuture};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::{Notify, Semaphore};

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

    /// Taken by as many at once where there is so much to do; each step must claim what it works on.
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
        let idlers = Arc::new(Idlers { look: Semaphore::new(1), join_in: Notify::new() });
        for worker in 0..self.workers {
            tokio::spawn(self.clone().run(worker == 0, Arc::clone(&idlers)));
        }
    }

    /// One worker. Of those that have nothing to do one looks from time to time, and others join in for as long as there is
    /// more than that: many workers cost nothing while they rest.
    async fn run(self, first: bool, idlers: Arc<Idlers>) {
        let mut looks = first || self.is_idle_until_it_looks(&idlers).await;
        loop {
            let step = AssertUnwindSafe(async { self.step().await }).catch_unwind().await;
            if !step.unwrap_or_else(|_| self.panicked()) {
                looks = self.is_idle_until_it_looks(&idlers).await;
            } else if looks && self.workers > 1 {
                idlers.join_in.notify_one();
                looks = false;
            }
        }
    }

    /// Waits until somebody wakes us (`false`), or until it is time to look whether there is something.
    async fn is_idle_until_it_looks(&self, idlers: &Idlers) -> bool {
        tokio::select! {
            () = self.wake.notified() => false,
            () = idlers.join_in.notified() => true,
            () = idlers.turn_to_look(self.poll) => true,
        }
    }
}

/// The workers of a job that have nothing to do.
struct Idlers {
    look: Semaphore,
    join_in: Notify,
}

impl Idlers {
    async fn turn_to_look(&self, poll: Duration) {
        // Never closed: who waits for the turn gets it.
        let _turn = self.look.acquire().await;
        tokio::time::sleep(poll).await;
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

    #[tokio::test]
    async fn of_many_workers_one_looks_and_all_join_in_while_there_is_work() {
        const WORKERS: usize = 8;
        let (looks, left, inside, most) =
            <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let counted = (Arc::clone(&looks), Arc::clone(&left), Arc::clone(&inside), Arc::clone(&most));
        let job = Job::new("many hands", Duration::from_millis(20), move || {
            let (looks, left, inside, most) = counted.clone();
            Box::pin(async move {
                let take = |count: usize| count.checked_sub(1);
                if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() {
                    looks.fetch_add(1, Ordering::SeqCst);
                    return false;
                }
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
                true
            })
        });
        let started = tokio::time::Instant::now();
        job.workers(WORKERS).spawn();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let idle = looks.load(Ordering::SeqCst) as u128;
        assert!((1..=started.elapsed().as_millis() / 20 + 1).contains(&idle), "{idle} looks");
        left.store(WORKERS * 20, Ordering::SeqCst);
        while left.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(most.load(Ordering::SeqCst), WORKERS);
    }

    #[tokio::test]
    async fn a_job_that_is_woken_does_not_wait_for_its_look() {
        let (steps, wake) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let counted = Arc::clone(&steps);
        let job = Job::new("sleeper", Duration::from_hours(1), move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { false })
        });
        job.workers(3).woken_by(Arc::clone(&wake)).spawn();
        for expected in 1..5 {
            while steps.load(Ordering::SeqCst) < expected {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            wake.notify_one();
        }
    }
}
