//! Days and months, UTC: points live by the calendar, not by the millisecond.

use bodega_kernel::Time;
use time::{Date, Month};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// 1970-01-01, in the days that [`Date`] counts.
const EPOCH: i64 = 2_440_588;

/// The day of a time, counted from 1970.
pub(crate) fn day_of(at: Time) -> i64 {
    at.ms().div_euclid(DAY_MS)
}

/// When a day begins.
pub(crate) fn start_of(day: i64) -> Time {
    Time::from_ms(day.saturating_mul(DAY_MS))
}

/// The year of a day; 0 outside of the calendar.
pub(crate) fn year_of(day: i64) -> i64 {
    date(day).map_or(0, |date| i64::from(date.year()))
}

/// The same day of the month so many months later, or earlier; the last of the month where that is shorter. `None`
/// outside of the calendar.
pub(crate) fn months_after(day: i64, months: i64) -> Option<i64> {
    let date = date(day)?;
    let month = i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1 + months;
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(month.rem_euclid(12) + 1).ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, date.day().min(month.length(year))).ok()?;
    Some(i64::from(date.to_julian_day()) - EPOCH)
}

fn date(day: i64) -> Option<Date> {
    Date::from_julian_day(i32::try_from(day + EPOCH).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        day_of(Time::parse(&format!("{text}T23:59:59Z")).unwrap())
    }

    #[test]
    fn months_go_by_the_calendar() {
        for (from, months, to) in [
            ("2026-01-15", 12, "2027-01-15"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-12-31", 1, "2027-01-31"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-06-15", -12, "2025-06-15"),
        ] {
            assert_eq!(months_after(day(from), months), Some(day(to)), "{from} {months}");
        }
        assert_eq!(months_after(day("2026-01-01"), 1_000_000), None);
    }

    #[test]
    fn a_day_begins_at_midnight() {
        assert_eq!(start_of(day("2026-03-04")).to_string(), "2026-03-04T00:00:00Z");
        assert_eq!((day_of(Time::from_ms(-1)), day_of(Time::from_ms(0))), (-1, 0));
        assert_eq!(year_of(day("2026-12-31")), 2026);
    }
}
