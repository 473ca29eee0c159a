//! An open loop: work is due at fixed times, whether what was due before is done or not.
//!
//! Whoever is free takes the next piece of work. If it was due already, its time counts from when it was due, so that a
//! system that stalls is not asked less often.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Work that becomes due at a rate, for some time. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Tickets {
    next: Arc<AtomicU64>,
    started: Instant,
    per_second: f64,
    all: u64,
}

impl Tickets {
    /// From now on.
    pub(super) fn start(per_second: f64, span: Duration) -> Self {
        let all = (per_second * span.as_secs_f64()).ceil() as u64;
        Self { next: Arc::default(), started: Instant::now(), per_second, all }
    }

    /// Waits until the next piece of work is due: its number and when it began; `None` where there is no more.
    pub(super) async fn take(&self) -> Option<(u64, Instant)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.all {
            return None;
        }
        let due = self.started + Duration::from_secs_f64(number as f64 / self.per_second);
        if due <= Instant::now() {
            return Some((number, due));
        }
        tokio::time::sleep_until(due.into()).await;
        // A timer's own lateness is not the system's.
        Some((number, Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_work_is_handed_out_once_and_what_is_late_counts_from_when_it_was_due() {
        let tickets = Tickets::start(1_000.0, Duration::from_millis(20));
        std::thread::sleep(Duration::from_millis(30));
        let mut numbers = Vec::new();
        while let Some((number, began)) = tickets.take().await {
            assert!(began.elapsed() >= Duration::from_millis(10));
            numbers.push(number);
        }
        assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    }
}
