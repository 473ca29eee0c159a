//! How much this process asked of its databases: what a bench divides by its orders.

use std::sync::atomic::{AtomicU64, Ordering};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static COMMITS: AtomicU64 = AtomicU64::new(0);

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
