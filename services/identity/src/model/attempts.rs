//! How often something may be tried for one account, known or not: so many times in a window, and whoever went on beyond
//! that waits twice as long in the next one.

use bodega_kernel::Time;
use std::time::Duration;

/// Log-ins, and other checks of a password, within one window.
pub(crate) const GUESSES: i64 = 10;
/// Mails that anybody can have sent, within one window.
pub(crate) const MAILS: i64 = 3;
/// The first window, from the first attempt that counts.
pub(crate) const WINDOW: Duration = Duration::from_mins(15);
/// How often the window is doubled at most: two hours.
const MOST_STRIKES: i64 = 3;
/// Whoever stays away for this long after a window begins with the first one again.
const FORGIVEN_AFTER: Duration = Duration::from_hours(24);
/// After this long no attempt says anything any more.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_hours(27);

/// What was tried for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// When the window began.
    pub(crate) since: Time,
    /// How often since then.
    pub(crate) count: i64,
    /// How often the window was doubled.
    pub(crate) strikes: i64,
}

impl Attempts {
    /// The first one.
    pub(crate) const fn first(now: Time) -> Self {
        Self { since: now, count: 1, strikes: 0 }
    }

    /// With one more, where `most` may be made in a window.
    pub(crate) fn next(self, most: i64, now: Time) -> Self {
        let ends = self.ends();
        if now < ends {
            return Self { count: self.count.saturating_add(1), ..self };
        }
        let went_on = self.count > most && now < ends.plus(FORGIVEN_AFTER);
        let strikes = if went_on { (self.strikes + 1).min(MOST_STRIKES) } else { 0 };
        Self { since: now, count: 1, strikes }
    }

    /// How long to wait until the latest of them may be made; `None`: it may be made.
    pub(crate) fn wait(self, most: i64, now: Time) -> Option<Duration> {
        (self.count > most).then(|| self.ends().since(now).max(Duration::from_secs(1)))
    }

    fn ends(self) -> Time {
        self.since.plus(WINDOW * (1 << self.strikes.clamp(0, MOST_STRIKES)) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(minutes: i64) -> Time {
        Time::from_ms(minutes * 60_000)
    }

    fn tried(mut attempts: Attempts, times: i64, now: Time) -> Attempts {
        for _ in 0..times {
            attempts = attempts.next(GUESSES, now);
        }
        attempts
    }

    #[test]
    fn the_eleventh_attempt_waits_until_the_window_is_over() {
        let tenth = tried(Attempts::first(after(0)), 9, after(1));
        assert_eq!(tenth.wait(GUESSES, after(1)), None);
        let eleventh = tenth.next(GUESSES, after(1));
        assert_eq!(eleventh.wait(GUESSES, after(1)), Some(Duration::from_mins(14)));
        assert_eq!(eleventh.wait(GUESSES, after(15)), Some(Duration::from_secs(1)));
    }

    #[test]
    fn whoever_goes_on_waits_twice_as_long_each_time_and_two_hours_at_most() {
        let mut now = after(0);
        let mut attempts = tried(Attempts::first(now), GUESSES, now);
        for minutes in [15, 30, 60, 120, 120] {
            assert_eq!(attempts.wait(GUESSES, now), Some(Duration::from_mins(minutes)));
            now = now.plus(Duration::from_mins(minutes));
            attempts = attempts.next(GUESSES, now);
            assert_eq!((attempts.wait(GUESSES, now), attempts.count), (None, 1));
            attempts = tried(attempts, GUESSES, now);
        }
        let next_day = now.plus(Duration::from_hours(26));
        assert_eq!(attempts.next(GUESSES, next_day).strikes, 0);
    }

    #[test]
    fn whoever_stays_below_the_limit_never_waits_longer() {
        let mut attempts = Attempts::first(after(0));
        for window in 0..20 {
            attempts = tried(attempts, GUESSES - 1, after(window * 15));
            assert_eq!((attempts.strikes, attempts.wait(GUESSES, after(window * 15))), (0, None));
            attempts = attempts.next(GUESSES, after((window + 1) * 15));
        }
    }

    proptest! {
        #[test]
        fn no_pace_gets_more_than_its_share_into_a_window(pauses in prop::collection::vec(0_i64..1_200_000, 1..80)) {
            let mut now = Time::from_ms(0);
            let mut attempts = Attempts::first(now);
            let mut made = vec![now];
            for pause in pauses {
                now = Time::from_ms(now.ms() + pause);
                attempts = attempts.next(GUESSES, now);
                if attempts.wait(GUESSES, now).is_none() {
                    made.push(now);
                }
            }
            // A window may begin at any moment, so that two of them can meet in any quarter of an hour.
            for pair in made.windows(2 * GUESSES as usize + 1) {
                prop_assert!(pair[2 * GUESSES as usize].since(pair[0]) >= WINDOW);
            }
        }
    }
}
