//! A clock that goes as the machine's does, and can be moved forward: weeks pass in a test without waiting for them.

use bodega_kernel::{Clock, SystemClock, Time};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The machine's clock and what it was moved forward by.
#[derive(Clone, Debug, Default)]
pub struct Ahead(Arc<AtomicU64>);

impl Ahead {
    /// Moves it forward.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Time {
        SystemClock.now().plus(Duration::from_millis(self.0.load(Ordering::SeqCst)))
    }
}
