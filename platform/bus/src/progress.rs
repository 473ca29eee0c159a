//! How far a link within the process is: what its source committed, what its subscriber handled, and since when something
//! waits. Kept in memory: the source's commits and the link itself tell it, so that nobody has to look anything up.

use bodega_kernel::Time;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The place of one link.
pub(crate) struct Progress(Mutex<Place>);

struct Place {
    committed: i64,
    handled: i64,
    /// Whether what was stored before the link began has been read.
    caught_up: bool,
    /// All that was committed before it is handled. Counts only while something waits.
    watermark: Time,
}

impl Place {
    fn is_current(&self) -> bool {
        self.caught_up && self.handled >= self.committed
    }
}

impl Progress {
    /// Of a link that begins now.
    pub(crate) fn begun(now: Time) -> Self {
        Self(Mutex::new(Place { committed: 0, handled: 0, caught_up: false, watermark: now }))
    }

    /// A commit: its first event's time and its last event's place.
    pub(crate) fn committed(&self, first: Time, last: i64) {
        let mut place = self.lock();
        if place.is_current() {
            place.watermark = first;
        }
        place.committed = place.committed.max(last);
    }

    /// Stored events were found up to this place.
    pub(crate) fn found(&self, last: i64) {
        let mut place = self.lock();
        place.committed = place.committed.max(last);
    }

    /// The oldest event that the subscriber hears and has not handled is this old.
    pub(crate) fn handling(&self, oldest: Time) {
        self.lock().watermark = oldest;
    }

    /// All up to this place, which was committed then, is handled.
    pub(crate) fn handled(&self, last: i64, at: Time) {
        let mut place = self.lock();
        place.handled = place.handled.max(last);
        place.watermark = place.watermark.max(at);
    }

    /// Nothing is stored beyond this place.
    pub(crate) fn caught_up(&self, cursor: i64) {
        let mut place = self.lock();
        place.handled = place.handled.max(cursor);
        place.caught_up = true;
    }

    /// Whether something is committed beyond this place.
    pub(crate) fn is_beyond(&self, cursor: i64) -> bool {
        self.lock().committed > cursor
    }

    /// How many events wait; at least one until what was stored is read.
    pub(crate) fn backlog(&self) -> u64 {
        let place = self.lock();
        let waiting = u64::try_from(place.committed - place.handled).unwrap_or(0);
        waiting.max(u64::from(!place.caught_up))
    }

    /// How long the oldest unhandled event has waited; zero where none does.
    pub(crate) fn behind(&self, now: Time) -> Duration {
        let place = self.lock();
        if place.is_current() { Duration::ZERO } else { now.since(place.watermark) }
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_ms(second * 1_000)
    }

    fn behind(progress: &Progress, second: i64) -> u64 {
        progress.behind(at(second)).as_secs()
    }

    #[test]
    fn a_link_is_behind_by_the_age_of_the_oldest_event_it_has_not_handled() {
        let progress = Progress::begun(at(0));
        progress.caught_up(0);
        progress.committed(at(100), 3);
        progress.committed(at(150), 5);
        assert_eq!(behind(&progress, 160), 60);
        progress.handling(at(100));
        progress.handled(3, at(100));
        progress.handling(at(150));
        assert_eq!((behind(&progress, 160), progress.backlog()), (10, 2));
        progress.handled(5, at(150));
        assert_eq!((behind(&progress, 160), progress.backlog()), (0, 0));
    }

    #[test]
    fn a_quiet_source_leaves_nobody_behind() {
        let progress = Progress::begun(at(0));
        progress.caught_up(0);
        assert_eq!(behind(&progress, 5_000), 0);
        progress.committed(at(5_000), 1);
        assert_eq!(behind(&progress, 5_001), 1, "hours without an event do not count");
    }

    #[test]
    fn a_link_that_has_not_caught_up_is_behind_since_it_began_or_since_the_oldest_stored_event() {
        let progress = Progress::begun(at(100));
        assert_eq!((behind(&progress, 130), progress.backlog()), (30, 1));
        progress.found(9);
        progress.handling(at(40));
        assert_eq!(behind(&progress, 130), 90);
        progress.handled(9, at(45));
        progress.caught_up(9);
        assert_eq!((behind(&progress, 130), progress.backlog()), (0, 0));
    }
}
