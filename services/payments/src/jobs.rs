//! What payments does by itself: calling providers, and waking whoever calls.

use crate::{Payments, flows, store::Handed};
use bodega_contracts::OrderId;
use bodega_service::Job;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How many call providers at a time, each for several attempts.
const CALLERS: usize = 16;
/// How many give money back at a time.
const REFUNDERS: usize = 4;
/// How often to look for what is due again.
const POLL: Duration = Duration::from_secs(1);
/// How often to look for claims that an earlier process left: there are none after the first time.
const INHERITED: Duration = Duration::from_hours(1);
/// How often to look for a page of books to compare, and for calls without an answer.
const COMPARE: Duration = Duration::from_mins(1);
/// How often to look for differences that were dealt with long ago.
const FORGET: Duration = Duration::from_hours(1);
/// The most attempts that wait in memory; more wait in the database.
const MAX_HANDED: usize = 4_096;

/// Fresh attempts on their way to a caller, and the bells that wake one.
#[derive(Default)]
pub(crate) struct Work {
    handed: Mutex<VecDeque<Handed>>,
    calls: Arc<Notify>,
    refunds: Arc<Notify>,
}

impl Work {
    /// Whether this many more may be handed over.
    pub(crate) fn has_room(&self, more: usize) -> bool {
        self.handed().len() + more <= MAX_HANDED
    }

    /// Hands over attempts that the transaction under way has claimed. Whoever takes them checks that it committed.
    pub(crate) fn hand_over(&self, fresh: impl IntoIterator<Item = Handed>) {
        self.handed().extend(fresh);
        self.calls.notify_one();
    }

    /// Takes at most `limit` of what was handed over.
    pub(crate) fn take(&self, limit: usize) -> Vec<Handed> {
        let mut handed = self.handed();
        let count = handed.len().min(limit);
        let taken = handed.drain(..count).collect();
        if !handed.is_empty() {
            self.calls.notify_one();
        }
        taken
    }

    /// Something happens to these orders: of what was handed over for them nothing is certain any more.
    pub(crate) fn doubt(&self, orders: &[OrderId]) {
        for handed in self.handed().iter_mut().filter(|handed| orders.contains(&handed.key.order_id)) {
            handed.fresh = None;
        }
    }

    /// There are calls to be made.
    pub(crate) fn wake_callers(&self) {
        self.calls.notify_one();
    }

    /// There is money to be given back.
    pub(crate) fn wake_refunders(&self) {
        self.refunds.notify_one();
    }

    fn handed(&self) -> std::sync::MutexGuard<'_, VecDeque<Handed>> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All jobs.
pub(crate) fn all(payments: &Payments) -> Vec<Job> {
    let state = payments.clone();
    let calls = Job::new("provider calls", POLL, move || {
        let payments = state.clone();
        Box::pin(async move { flows::call_providers(&payments).await })
    });
    let state = payments.clone();
    let refunds = Job::new("refunds", POLL, move || {
        let payments = state.clone();
        Box::pin(async move { flows::call_for_refunds(&payments).await })
    });
    let simulator = payments.providers.simulator.clone().map(|simulator| {
        let wake = simulator.wake();
        let job = Job::new("simulator", Duration::from_millis(250), move || {
            let simulator = simulator.clone();
            Box::pin(async move { simulator.move_on().await })
        });
        job.woken_by(wake)
    });
    let (state, started) = (payments.clone(), payments.world.now());
    let inherited = Job::new("inherited claims", INHERITED, move || {
        let payments = state.clone();
        Box::pin(async move { flows::take_over(&payments, started).await })
    });
    let state = payments.clone();
    let comparison = Job::new("comparison of books", COMPARE, move || {
        let payments = state.clone();
        Box::pin(async move { flows::compare_books(&payments).await })
    });
    let state = payments.clone();
    let stuck = Job::new("stuck calls", COMPARE, move || {
        let payments = state.clone();
        Box::pin(async move { flows::note_stuck(&payments).await })
    });
    let state = payments.clone();
    let forgetting = Job::new("old differences", FORGET, move || {
        let payments = state.clone();
        Box::pin(async move { flows::forget_settled(&payments).await })
    });
    let calls = calls.workers(CALLERS).woken_by(Arc::clone(&payments.work.calls));
    let refunds = refunds.workers(REFUNDERS).woken_by(Arc::clone(&payments.work.refunds));
    [inherited, stuck, calls, refunds, comparison, forgetting].into_iter().chain(simulator).collect()
}
