//! A whole shop driven by a seed: one delivery at a time, its commit awaited, so that a seed replays.

use bodega_bus::{Consumer, Noting};
use bodega_db::{Db, DbError, Envelope, events_after};
use bodega_service::{Hosted, Job};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::sync::Arc;

/// How often, in a hundred deliveries, each fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Handled, but the acknowledgement is lost: it comes again.
    pub lose_ack: u32,
    /// Delivered twice in one batch.
    pub repeat: u32,
    /// Put back behind whatever else waits.
    pub delay: u32,
    /// The batch is shuffled.
    pub reorder: u32,
}

impl Faults {
    /// None: events arrive once and in order.
    pub const NONE: Self = Self { lose_ack: 0, repeat: 0, delay: 0, reorder: 0 };
    /// Often.
    pub const MANY: Self = Self { lose_ack: 20, repeat: 20, delay: 30, reorder: 60 };
}

/// The most events of one delivery.
const MAX_BATCH: usize = 8;

struct Source {
    db: Db,
    seen: i64,
}

struct Queue {
    consumer: Consumer,
    waiting: Vec<Envelope>,
}

/// The events of a still shop on their way.
pub struct Simulation {
    random: StdRng,
    faults: Faults,
    sources: Vec<Source>,
    queues: Vec<Queue>,
    jobs: Vec<Job>,
    delivered: usize,
}

impl Simulation {
    /// Of the services of a host that does not move by itself.
    pub fn new(seed: u64, faults: Faults, services: &[Hosted]) -> Self {
        let source = |service: &Hosted| Source { db: service.db.clone(), seen: 0 };
        let queue = |service: &Hosted| Queue { consumer: service.consumer.clone(), waiting: Vec::new() };
        Self {
            random: StdRng::seed_from_u64(seed),
            faults,
            sources: services.iter().map(source).collect(),
            queues: services.iter().map(queue).collect(),
            jobs: services.iter().flat_map(|service| service.jobs.iter().cloned()).collect(),
            delivered: 0,
        }
    }

    /// How many deliveries there were.
    pub fn delivered(&self) -> usize {
        self.delivered
    }

    /// Moves one thing: a delivery or a step of a job, as the seed says. `false` where nothing is left to move.
    pub async fn step(&mut self) -> Result<bool, DbError> {
        self.collect().await?;
        let busy: Vec<usize> = (0..self.queues.len()).filter(|&queue| !self.queues[queue].waiting.is_empty()).collect();
        if busy.is_empty() || self.random.random_ratio(1, 4) {
            return Ok(self.step_jobs().await || !busy.is_empty());
        }
        let chosen = busy[self.random.random_range(0..busy.len())];
        self.deliver(chosen).await;
        Ok(true)
    }

    /// Moves until nothing is left, in at most `limit` moves; whether it came to rest.
    pub async fn run(&mut self, limit: usize) -> Result<bool, DbError> {
        for _ in 0..limit {
            if !self.step().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes up what was committed since.
    async fn collect(&mut self) -> Result<(), DbError> {
        for source in &mut self.sources {
            let seen = source.seen;
            let events = source.db.write(async move |tx| events_after(tx, seen, 1_000).await).await?;
            source.seen = events.last().map_or(seen, |event| event.seq);
            for queue in &mut self.queues {
                let heard = events.iter().filter(|event| queue.consumer.subscriptions().hears(&event.kind));
                queue.waiting.extend(heard.cloned());
            }
        }
        Ok(())
    }

    async fn step_jobs(&mut self) -> bool {
        let mut moved = false;
        let mut jobs = self.jobs.clone();
        jobs.shuffle(&mut self.random);
        for job in jobs {
            moved |= job.step().await;
        }
        moved
    }

    async fn deliver(&mut self, chosen: usize) {
        let (faults, random) = (self.faults, &mut self.random);
        let mut happens = |percent: u32| random.random_ratio(percent, 100);
        let (lose_ack, repeat, delay, reorder) =
            (happens(faults.lose_ack), happens(faults.repeat), happens(faults.delay), happens(faults.reorder));
        let queue = &mut self.queues[chosen];
        if reorder {
            queue.waiting.shuffle(random);
        }
        let size = random.random_range(1..=MAX_BATCH).min(queue.waiting.len());
        if delay && queue.waiting.len() > size {
            queue.waiting.rotate_left(size);
        }
        let mut batch: Vec<Envelope> = queue.waiting.drain(..size).collect();
        if lose_ack {
            queue.waiting.extend(batch.iter().cloned());
        }
        if repeat {
            batch.extend(batch.clone());
        }
        self.delivered += 1;
        queue.consumer.deliver(batch, Noting::Each).await;
    }

    /// Every event of a source, in order of commit.
    pub async fn events(&self) -> Result<Vec<Arc<str>>, DbError> {
        let mut kinds = Vec::new();
        for source in &self.sources {
            let events = source.db.write(async |tx| events_after(tx, 0, 100_000).await).await?;
            kinds.extend(events.into_iter().map(|event| event.kind));
        }
        Ok(kinds)
    }
}
