//! When somebody is reminded of a cart that they left behind: where they want it, after some hours, once in its life.

use bodega_contracts::CartId;
use bodega_kernel::Time;
use std::time::Duration;

/// How long after its time a reminder still makes sense, where it could not be given before.
const TOO_LATE: Duration = Duration::from_hours(7 * 24);

/// What is known of a cart that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    /// Which.
    pub id: CartId,
    /// In which version it is.
    pub version: i64,
    /// When it was changed last.
    pub updated: Time,
    /// Whether its shopper is to be reminded if it stays so: it is open, there is something in it, and somebody to write to
    /// who wants it.
    pub wanted: bool,
}

/// What is to be done with a cart that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Its shopper is reminded, for good.
    Remind,
    /// It was touched at this time: it is looked at again later.
    Wait(Time),
    /// Nothing, until it is touched.
    Rest,
}

impl Watched {
    /// What is to be done at `now` with a cart that counts as left when it is untouched for `after`.
    pub(crate) fn step(&self, now: Time, after: Duration) -> Step {
        let untouched = now.since(self.updated);
        if !self.wanted || untouched > after + TOO_LATE {
            Step::Rest
        } else if untouched < after {
            Step::Wait(self.updated)
        } else {
            Step::Remind
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::uuid::Uuid;

    #[test]
    fn a_cart_is_left_after_the_time_set_and_for_a_week() {
        let (now, hour) = (Time::from_ms(4_000_000_000_000), Duration::from_hours(1));
        let after = hour * 4;
        let step = |untouched: Duration, wanted| {
            let updated = Time::from_ms(now.ms() - untouched.as_millis() as i64);
            let watched = Watched { id: CartId(Uuid::nil()), version: 1, updated, wanted };
            (watched.step(now, after), updated)
        };
        for (untouched, remind) in [(hour * 4, true), (hour * (4 + 7 * 24), true), (hour * (5 + 7 * 24), false)] {
            let expected = if remind { Step::Remind } else { Step::Rest };
            assert_eq!(step(untouched, true).0, expected, "{untouched:?}");
            assert_eq!(step(untouched, false).0, Step::Rest, "{untouched:?}");
        }
        for untouched in [Duration::ZERO, hour * 3] {
            let (step, updated) = step(untouched, true);
            assert_eq!(step, Step::Wait(updated), "{untouched:?}");
        }
    }
}
