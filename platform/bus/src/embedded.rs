//! The bus within one process: committed events are handed straight to their subscribers.
//!
//! What is stored serves recovery: each link from a source to a subscriber keeps a cursor in the subscriber's database, moves it
//! in the transaction of what it handles, and reads the source's events from there after a start or when it fell behind. A failing subscriber stops nobody else.

use crate::{Consumer, Noting, progress::Progress};
use bodega_db::{Db, Envelope, events_after};
use bodega_kernel::Time;
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// How many commits a link may be behind in memory; beyond that it reads what is stored.
const FEED: usize = 1_024;
/// The most events of one delivery.
const MAX_BATCH: usize = 512;
/// How often a link looks for stored events that nobody handed over: that another process may have stored.
const POLL: Duration = Duration::from_secs(5);
/// The same where no other process can: a safety net.
const POLL_ALONE: Duration = Duration::from_mins(1);

/// A service as a source of events.
#[derive(Clone)]
pub struct Source {
    /// Its database.
    pub db: Db,
    /// The types it publishes.
    pub publishes: &'static [&'static str],
}

/// All links of a process.
#[derive(Clone, Default)]
pub struct Embedded {
    links: Arc<Vec<(&'static str, Arc<Progress>)>>,
}

/// How far the slowest subscriber of a source is behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Committed events that it has not handled; at least one until what was stored when its link began is read.
    pub waiting: u64,
    /// How long the oldest of them has waited.
    pub oldest: Duration,
}

type HandOver = mpsc::Sender<Arc<[Envelope]>>;

impl Embedded {
    /// Links every source with every subscriber that hears something of it, and runs the links until the process ends.
    pub fn start(sources: &[Source], consumers: &[Consumer]) -> Self {
        let mut links = Vec::new();
        for source in sources {
            let mut feeds: Vec<(HandOver, Arc<Progress>)> = Vec::new();
            for consumer in consumers.iter().filter(|consumer| hears(consumer, source)) {
                let (feed, receiver) = mpsc::channel(FEED);
                let progress = Arc::new(Progress::begun(consumer.db().world().now()));
                if let Some(followed) = consumer.subscriptions().feed(source.db.service()) {
                    followed.measured_by(&progress);
                }
                feeds.push((feed, Arc::clone(&progress)));
                links.push((source.db.service(), Arc::clone(&progress)));
                let link = Link { source: source.db.clone(), consumer: consumer.clone(), feed: receiver, progress };
                tokio::spawn(link.run());
            }
            source.db.on_committed(move |events| {
                let (Some(first), Some(last)) = (events.first(), events.last()) else { return };
                let (first, last) = (first.at, last.seq);
                let events: Arc<[Envelope]> = events.into();
                for (feed, progress) in &feeds {
                    // Before they are handed over: a link that is too far behind, and whose feed is empty a moment later,
                    // must know that there are events stored.
                    progress.committed(first, last);
                    let _ = feed.try_send(Arc::clone(&events));
                }
            });
        }
        Self { links: Arc::new(links) }
    }

    /// How many committed events some subscriber has not handled yet; at least one for each link that has not read yet what
    /// was stored when it began.
    pub fn backlog(&self) -> u64 {
        self.links.iter().map(|(_, link)| link.backlog()).sum()
    }

    /// How far the slowest subscriber of this source is behind; nothing where nobody hears it.
    pub fn lag(&self, source: &str, now: Time) -> Lag {
        let of_source = self.links.iter().filter(|(name, _)| *name == source);
        of_source.fold(Lag::default(), |lag, (_, link)| Lag {
            waiting: lag.waiting.max(link.backlog()),
            oldest: lag.oldest.max(link.behind(now)),
        })
    }
}

fn hears(consumer: &Consumer, source: &Source) -> bool {
    source.publishes.iter().any(|kind| consumer.subscriptions().hears(kind))
}

/// Whether nothing is missing between what was taken from a feed and what comes next.
fn follow(taken: &[Envelope], next: &[Envelope]) -> bool {
    let (Some(last), Some(next)) = (taken.last(), next.first()) else { return false };
    next.seq == last.seq + 1
}

struct Link {
    source: Db,
    consumer: Consumer,
    feed: mpsc::Receiver<Arc<[Envelope]>>,
    progress: Arc<Progress>,
}

impl Link {
    async fn run(mut self) {
        let mut cursor = loop {
            match self.consumer.cursor(self.source.service()).await {
                Ok(cursor) => break cursor,
                Err(error) => {
                    tracing::warn!(%error, service = self.consumer.service(), "cursor not readable yet");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        };
        cursor = self.catch_up(cursor).await;
        let poll = if self.source.has_one_owner() { POLL_ALONE } else { POLL };
        loop {
            // What did not fit into the feed is stored.
            if self.feed.is_empty() && self.progress.is_beyond(cursor) {
                cursor = self.catch_up(cursor).await;
            }
            let Ok(first) = tokio::time::timeout(poll, self.feed.recv()).await else {
                cursor = self.catch_up(cursor).await;
                continue;
            };
            let Some(first) = first else { return };
            let commits = self.take(first);
            cursor = if commits.first().and_then(|events| events.first()).is_some_and(|event| event.seq > cursor + 1) {
                self.catch_up(cursor).await
            } else {
                let new = commits.iter().flat_map(|events| events.iter()).filter(|event| event.seq > cursor);
                self.hand_over(cursor, new, false).await
            };
        }
    }

    /// This commit, and those that follow it in the feed, up to about a batch of events.
    fn take(&mut self, first: Arc<[Envelope]>) -> Vec<Arc<[Envelope]>> {
        let (mut commits, mut count) = (Vec::new(), 0);
        let mut next = Some(first);
        while let Some(events) = next {
            // What did not fit into the feed comes before these: all of it is stored.
            if commits.last().is_some_and(|taken: &Arc<[Envelope]>| !follow(taken, &events)) {
                break;
            }
            count += events.len();
            commits.push(events);
            next = if count < MAX_BATCH { self.feed.try_recv().ok() } else { None };
        }
        commits
    }

    /// Handles what is stored after `cursor`, until nothing is left.
    async fn catch_up(&self, mut cursor: i64) -> i64 {
        loop {
            match self.source.write(async move |tx| events_after(tx, cursor, MAX_BATCH as i64).await).await {
                Ok(events) if events.is_empty() => {
                    self.progress.caught_up(cursor);
                    return cursor;
                }
                Ok(events) => {
                    self.progress.found(events.last().map_or(0, |event| event.seq));
                    cursor = self.hand_over(cursor, events.iter(), true).await;
                }
                Err(error) => {
                    tracing::warn!(%error, service = self.source.service(), "stored events not readable yet");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    async fn hand_over(&self, cursor: i64, events: impl Iterator<Item = &Envelope>, stored: bool) -> i64 {
        let (mut end, mut wanted) = (None, Vec::new());
        for event in events {
            end = Some((event.seq, event.at));
            if self.consumer.subscriptions().hears(&event.kind) {
                wanted.push(event.clone());
            }
        }
        let Some((last, at)) = end else { return cursor };
        if let Some(oldest) = wanted.first() {
            self.progress.handling(oldest.at);
            self.consumer.deliver(wanted, Noting::UpTo { seq: last, stored }).await;
        }
        self.progress.handled(last, at);
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn events(numbers: &[i64]) -> Vec<Envelope> {
        let event = |seq: &i64| Envelope {
            source: "bell".into(),
            seq: *seq,
            id: Uuid::from_u128(*seq as u128),
            kind: "bell.rung.v1".into(),
            subject: "bell".into(),
            at: Time::from_ms(*seq),
            trace: None,
            data: "{}".into(),
        };
        numbers.iter().map(event).collect()
    }

    #[test]
    fn a_source_is_as_late_as_its_slowest_subscriber() {
        let (quick, slow) = (Progress::begun(Time::from_ms(0)), Progress::begun(Time::from_ms(0)));
        for link in [&quick, &slow] {
            link.caught_up(0);
            link.committed(Time::from_ms(1_000), 3);
        }
        quick.handled(3, Time::from_ms(1_000));
        let links = vec![("bell", Arc::new(quick)), ("bell", Arc::new(slow))];
        let bus = Embedded { links: Arc::new(links) };
        let now = Time::from_ms(5_000);
        assert_eq!(bus.lag("bell", now), Lag { waiting: 3, oldest: Duration::from_secs(4) });
        assert_eq!(bus.lag("drum", now), Lag::default());
    }

    #[test]
    fn only_the_next_number_follows() {
        let taken = events(&[7, 8]);
        assert!(follow(&taken, &events(&[9, 10])));
        for other in [&[10][..], &[8], &[7, 8, 9], &[]] {
            assert!(!follow(&taken, &events(other)), "{other:?}");
        }
    }
}
