//! The world a service lives in: its clock and its randomness. Tests make their own.

use crate::Time;
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now.
    fn now(&self) -> Time;
}

/// Gives random bytes.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Clock and randomness together, and the ids made of both. Cheap to clone.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    last_id: Arc<Mutex<(i64, u16)>>,
}

impl World {
    /// The real one.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRandom))
    }

    /// One whose time stands still until it is moved, and whose randomness repeats with its seed.
    pub fn simulated(seed: u64, clock: ManualClock) -> Self {
        Self::new(Arc::new(clock), Arc::new(SeededRandom::new(seed)))
    }

    /// Of any clock and randomness.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, last_id: Arc::default() }
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// A `UUIDv7`: the time, a counter within the millisecond, and random bits. Later ids of one world are greater.
    pub fn uuid(&self) -> Uuid {
        let mut random = [0; 8];
        self.random.fill(&mut random);
        let (ms, counter) = {
            let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.now().ms();
            *last = match *last {
                (ms, counter) if now <= ms && counter < 0xfff => (ms, counter + 1),
                (ms, _) => (now.max(ms + 1), 0),
            };
            *last
        };
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&(0x7000 | counter).to_be_bytes());
        bytes[8..].copy_from_slice(&random);
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Uuid::from_bytes(bytes)
    }

    /// Random bytes, for secrets and salts.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A number below `bound`, which is at least 1.
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % bound.max(1)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
    fn now(&self) -> Time {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time::from_ms(since_epoch.as_millis() as i64)
    }
}

/// A clock that tests move by hand.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Stands at `start`.
    pub fn at(start: Time) -> Self {
        Self(Arc::new(AtomicI64::new(start.ms())))
    }

    /// Moves it forward.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// The randomness of the operating system, through a generator per thread.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness comes from")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// Randomness that repeats with its seed.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_world_are_ordered_and_are_uuid_v7() {
        let world = World::simulated(1, ManualClock::at(Time::from_ms(1_700_000_000_000)));
        let ids: Vec<Uuid> = (0..10_000).map(|_| world.uuid()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn a_seed_repeats() {
        let clock = || ManualClock::at(Time::from_ms(0));
        assert_eq!(World::simulated(7, clock()).uuid(), World::simulated(7, clock()).uuid());
        assert_ne!(World::simulated(7, clock()).uuid(), World::simulated(8, clock()).uuid());
    }
}
