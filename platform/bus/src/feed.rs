//! How far a subscriber is behind one source: everything the source committed before a time T, the *watermark*, is handled.
//!
//! A link within the process measures it; over a broker, pulses tell it. Where nothing brings events (a host that stands
//! still, a service tested alone) nobody is behind: events are handed over by hand there.

use crate::progress::Progress;
use bodega_kernel::Time;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// What a service knows of how far it is behind a source. Cheap to clone; a service keeps one and follows it with
/// [`Subscriptions::follow`](crate::Subscriptions::follow).
#[derive(Clone)]
pub struct Feed {
    source: &'static str,
    gauge: Arc<Mutex<Gauge>>,
}

enum Gauge {
    /// Nothing brings events.
    Still,
    /// A link within the process.
    Link(Arc<Progress>),
    /// A broker.
    Told(Told),
}

struct Told {
    watermark: Time,
    /// What replicas of this service hold, by replica.
    holds: BTreeMap<Uuid, Hold>,
}

/// Deliveries that a replica has taken and not handled.
struct Hold {
    since: Time,
    /// When to forget that it was said.
    until: Time,
}

impl Feed {
    /// Of this source's events.
    pub fn new(source: &'static str) -> Self {
        Self { source, gauge: Arc::new(Mutex::new(Gauge::Still)) }
    }

    /// The source.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// How far its subscriber is behind: for at most as long it may not know what happened there. Over a broker it is seldom
    /// zero, because pulses come every ten seconds.
    pub fn behind(&self, now: Time) -> Duration {
        match &*self.lock() {
            Gauge::Still => Duration::ZERO,
            Gauge::Link(progress) => progress.behind(now),
            Gauge::Told(told) => {
                let holds = told.holds.values().filter(|hold| hold.until > now).map(|hold| hold.since);
                now.since(holds.fold(told.watermark, Time::min))
            }
        }
    }

    /// Notes that everything committed before `at` is handled: for transports, and for tests that hand over by hand.
    pub fn handled_before(&self, at: Time) {
        self.tell(at, |told| told.watermark = told.watermark.max(at));
    }

    /// From now on this link measures it.
    pub(crate) fn measured_by(&self, progress: &Arc<Progress>) {
        *self.lock() = Gauge::Link(Arc::clone(progress));
    }

    /// A replica holds deliveries that it took at `since`; forgotten at `until`.
    pub(crate) fn hold(&self, replica: Uuid, since: Time, until: Time) {
        self.tell(since, |told| {
            told.holds.insert(replica, Hold { since, until });
        });
    }

    /// A replica holds nothing; what others said is forgotten where its time is over.
    pub(crate) fn release(&self, replica: Uuid, now: Time) {
        self.tell(now, |told| told.holds.retain(|holder, hold| *holder != replica && hold.until > now));
    }

    fn tell(&self, first: Time, change: impl FnOnce(&mut Told)) {
        let mut gauge = self.lock();
        if matches!(*gauge, Gauge::Still) {
            *gauge = Gauge::Told(Told { watermark: first, holds: BTreeMap::new() });
        }
        if let Gauge::Told(told) = &mut *gauge {
            change(told);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gauge> {
        self.gauge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_ms(second * 1_000)
    }

    fn behind(feed: &Feed, second: i64) -> u64 {
        feed.behind(at(second)).as_secs()
    }

    #[test]
    fn where_nothing_brings_events_nobody_is_behind() {
        assert_eq!(behind(&Feed::new("bell"), 1_000_000), 0);
    }

    #[test]
    fn an_older_pulse_that_comes_late_takes_nothing_back() {
        let feed = Feed::new("bell");
        feed.handled_before(at(100));
        feed.handled_before(at(90));
        assert_eq!(behind(&feed, 130), 30);
    }

    #[test]
    fn what_a_replica_holds_counts_until_it_is_released_or_not_said_again() {
        let (feed, one, two) = (Feed::new("bell"), Uuid::from_u128(1), Uuid::from_u128(2));
        feed.handled_before(at(100));
        feed.hold(one, at(60), at(200));
        feed.hold(two, at(40), at(115));
        assert_eq!((behind(&feed, 110), behind(&feed, 120)), (70, 60));
        feed.release(one, at(120));
        assert_eq!(behind(&feed, 120), 20);
    }
}
