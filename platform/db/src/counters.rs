//! How much this process asked of its databases: what a bench divides by its orders.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static COMMITS: AtomicU64 = AtomicU64::new(0);
static IS_TALLIED: AtomicBool = AtomicBool::new(false);
static TALLY: Mutex<Tally> = Mutex::new(Tally::new());

/// How often each statement ran: by service, and its text or, for inserted rows, `INSERT` and the table.
pub type Tally = BTreeMap<(String, String), u64>;

/// What the writers of this process did since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Statements that were run: on `SQLite` one for each row that is written or key that is asked for, on PostgreSQL one for
    /// each round trip.
    pub statements: u64,
    /// Transactions that were committed, each with a flush.
    pub commits: u64,
}

/// The counters now.
pub fn counters() -> Counters {
    Counters { statements: STATEMENTS.load(Ordering::Relaxed), commits: COMMITS.load(Ordering::Relaxed) }
}

/// A transaction with this many statements was committed.
pub(crate) fn committed(statements: u64) {
    STATEMENTS.fetch_add(statements, Ordering::Relaxed);
    COMMITS.fetch_add(1, Ordering::Relaxed);
}

/// From now on each statement is counted by its text, which takes time.
pub fn begin_tally() {
    IS_TALLIED.store(true, Ordering::Relaxed);
}

/// What was counted since [`begin_tally`], or since this was asked before.
pub fn take_tally() -> Tally {
    std::mem::take(&mut *TALLY.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A statement runs so often, if anybody wants to know.
pub(crate) fn ran(service: &str, verb: &str, text: &str, times: usize) {
    if IS_TALLIED.load(Ordering::Relaxed) {
        let statement = (service.to_owned(), format!("{verb}{text}"));
        *TALLY.lock().unwrap_or_else(PoisonError::into_inner).entry(statement).or_default() += times as u64;
    }
}
