//! When a mail that could not be handed over is tried again.

use bodega_kernel::World;
use std::time::Duration;

/// A mail is tried for this long.
pub(crate) const GIVE_UP_AFTER: Duration = Duration::from_hours(24);
/// Before the second try, on average a quarter less.
const FIRST: Duration = Duration::from_secs(20);
/// The longest pause.
const LONGEST: Duration = Duration::from_mins(30);

/// How long to wait after the try of this number, counted from 1: twice as long each time, and up to half of that less,
/// so that what failed together is not tried together.
pub(crate) fn retry_after(tries: i64, world: &World) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1).clamp(0, 20)).unwrap_or(20);
    let pause = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let half_ms = pause.as_millis() as u64 / 2;
    Duration::from_millis(half_ms + world.below(half_ms + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::{ManualClock, Time};

    #[test]
    fn pauses_double_up_to_half_an_hour_and_differ() {
        let world = World::simulated(1, ManualClock::at(Time::from_ms(0)));
        let longest = [20, 40, 80, 160, 320, 640, 1_280, 1_800, 1_800].map(Duration::from_secs);
        for (tries, longest) in (1..).zip(longest) {
            let pauses: Vec<Duration> = (0..50).map(|_| retry_after(tries, &world)).collect();
            assert!(pauses.iter().all(|pause| (longest / 2..=longest).contains(pause)), "{tries}: {pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{tries}");
        }
        assert!(retry_after(i64::MAX, &world) <= LONGEST);
        assert!(retry_after(i64::MIN, &world) <= FIRST);
    }
}
