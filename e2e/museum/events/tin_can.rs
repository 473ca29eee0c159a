//! Two tin cans and a string: a wire in memory, right by itself and wrong in one way on demand.

use super::Wire;
use std::collections::{BTreeMap, BTreeSet};

/// How often a broker hands something over before the exhibit calls it for ever.
const FOR_EVER: usize = 1_000;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    AcknowledgesAnyway,
    PublishesAfterTheCommit,
    ReadsBeyondTheLast,
    HandsOverForEver,
    ForgetsAfterAWeek,
    MarksItRunning,
    LooksThenActs,
}

/// The wire.
#[derive(Default)]
pub(super) struct TinCan {
    flaw: Option<Flaw>,
    /// Committed and not published.
    unsent: Vec<i64>,
    /// What was handled, and on which day.
    inbox: BTreeMap<i64, u64>,
    heard: BTreeMap<i64, i64>,
    day: u64,
    running: BTreeSet<i64>,
}

impl TinCan {
    pub(super) fn with(flaw: Option<Flaw>) -> Self {
        Self { flaw, ..Self::default() }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn is_new(&self, ring: i64) -> bool {
        !self.inbox.contains_key(&ring)
    }

    fn act(&mut self, ring: i64) {
        self.inbox.insert(ring, self.day);
        *self.heard.entry(ring).or_default() += 1;
    }

    fn handle(&mut self, ring: i64) {
        if self.is_new(ring) {
            self.act(ring);
        }
    }
}

impl Wire for TinCan {
    async fn ring(&mut self, ring: i64) {
        self.unsent.push(ring);
    }

    async fn crash(&mut self) {
        if self.has(Flaw::PublishesAfterTheCommit) {
            self.unsent.clear();
        }
    }

    async fn overlap(&mut self, first: i64, second: i64) {
        // The first has the lower number and is not to be seen yet.
        self.handle(second);
        if !self.has(Flaw::ReadsBeyondTheLast) {
            self.handle(first);
        }
    }

    async fn hand_over(&mut self, rings: &[i64], stumbles: usize) -> bool {
        let (mut stumbles, mut waiting) = (stumbles, rings.to_vec());
        for _ in 0..FOR_EVER {
            let Some(ring) = waiting.first().copied() else { return true };
            let works = stumbles == 0 && ring > 0;
            stumbles = stumbles.saturating_sub(1);
            if works {
                self.handle(ring);
            }
            let put_aside = ring < 0 && !self.has(Flaw::HandsOverForEver);
            if works || put_aside || self.has(Flaw::AcknowledgesAnyway) {
                waiting.remove(0);
            }
        }
        false
    }

    async fn hand_over_twice_at_once(&mut self, ring: i64) {
        let (one, two) = (self.is_new(ring), self.is_new(ring));
        if one {
            self.act(ring);
        }
        if two && (self.has(Flaw::LooksThenActs) || self.is_new(ring)) {
            self.act(ring);
        }
    }

    async fn days_pass(&mut self, days: u64) {
        self.day += days;
        if self.has(Flaw::ForgetsAfterAWeek) {
            let week_ago = self.day.saturating_sub(7);
            self.inbox.retain(|_, handled| *handled >= week_ago);
        }
    }

    async fn die_in_a_job(&mut self, ring: i64) {
        self.running.insert(ring);
        // Whoever comes back leaves alone what somebody seems to be at.
        if !self.has(Flaw::MarksItRunning) {
            self.running.remove(&ring);
            self.handle(ring);
        }
    }

    async fn heard(&mut self, ring: i64) -> i64 {
        for ring in std::mem::take(&mut self.unsent) {
            self.handle(ring);
        }
        self.heard.get(&ring).copied().unwrap_or_default()
    }
}
