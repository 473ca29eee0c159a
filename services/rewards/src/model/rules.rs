//! What the shop gives: points for money, tiers for points.

use super::{
    MAX_POINTS,
    calendar::{day_of, months_after, start_of},
};
use bodega_kernel::{Currency, Money, Time};
use std::time::Duration;

/// Basis points of the whole.
const WHOLE_BP: i128 = 10_000;
/// How far back the points go that make a tier.
const TIER_MONTHS: i64 = 12;
/// When points expire that never do.
const NEVER: Time = Time::from_ms(i64::MAX);

/// A tier of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tier {
    pub(crate) name: String,
    /// Points of the last twelve months from which one is in it.
    pub(crate) from: i64,
    /// What it makes of points that are earned.
    pub(crate) multiplier_bp: i64,
    /// Off one order for whoever reaches it; 0 is nothing.
    pub(crate) reward_bp: i64,
}

/// The rules of one shop.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Whether points are earned and spent.
    pub(crate) enabled: bool,
    pub(crate) points_per_unit: i64,
    pub(crate) point_value_minor: i64,
    pub(crate) currency: Currency,
    /// 0 is never.
    pub(crate) expiry_months: i64,
    /// How long a reward can be used.
    pub(crate) reward_for: Duration,
    /// At least one, the first from 0, each from more than the one before.
    pub(crate) tiers: Vec<Tier>,
}

impl Rules {
    /// What an order earns whose goods cost so much, for somebody who earned so much in the last twelve months.
    /// Rounded down.
    pub(crate) fn gained(&self, goods: Money, earned: i64) -> i64 {
        if !self.enabled {
            return 0;
        }
        let multiplier_bp = self.tiers.get(self.tier(earned)).map_or(0, |tier| tier.multiplier_bp);
        let unit = 10_i128.pow(goods.currency.decimals());
        let rate = i128::from(self.points_per_unit) * i128::from(multiplier_bp);
        let points = i128::from(goods.amount.max(0)) * rate / (unit * WHOLE_BP);
        i64::try_from(points).map_or(MAX_POINTS, |points| points.min(MAX_POINTS))
    }

    /// The place of the tier that so many points make.
    pub(crate) fn tier(&self, earned: i64) -> usize {
        self.tiers.iter().rposition(|tier| tier.from <= earned).unwrap_or(0)
    }

    /// The tiers with a reward that are reached by going from one number of points to another.
    pub(crate) fn reached(&self, before: i64, after: i64) -> impl Iterator<Item = &Tier> {
        self.tiers.iter().filter(move |tier| before < tier.from && tier.from <= after && tier.reward_bp > 0)
    }

    /// Whether anything depends on the points of the last twelve months.
    pub(crate) fn has_tiers(&self) -> bool {
        self.tiers.len() > 1
    }

    /// The first day that counts for a tier today.
    pub(crate) fn first_day(now: Time) -> i64 {
        let today = day_of(now);
        months_after(today, -TIER_MONTHS).map_or(today, |day| day + 1)
    }

    /// When points expire that were earned now: at the end of the same day, that many months later.
    pub(crate) fn expires(&self, now: Time) -> Time {
        if self.expiry_months == 0 {
            return NEVER;
        }
        months_after(day_of(now), self.expiry_months).map_or(NEVER, |day| start_of(day + 1))
    }
}

/// What is left of points that were gained, when part of what was paid went back: as many as the rest would have
/// gained, rounded down.
pub(super) fn kept(gained: i64, refunded: i64, total: i64) -> i64 {
    if refunded <= 0 {
        return gained;
    }
    if refunded >= total {
        return 0;
    }
    let kept = i128::from(gained) * i128::from(total - refunded) / i128::from(total);
    i64::try_from(kept).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let tier =
            |name: &str, from, multiplier_bp, reward_bp| Tier { name: name.to_owned(), from, multiplier_bp, reward_bp };
        Rules {
            enabled: true,
            points_per_unit: 1,
            point_value_minor: 1,
            currency: Currency::GBP,
            expiry_months: 12,
            reward_for: Duration::from_hours(24),
            tiers: vec![
                tier("Member", 0, 10_000, 0),
                tier("Silver", 500, 12_500, 500),
                tier("Gold", 2_000, 15_000, 1_000),
            ],
        }
    }

    #[test]
    fn points_are_rounded_down_in_the_major_unit_of_the_currency() {
        let gained = |amount, currency| rules().gained(Money::new(amount, currency), 0);
        assert_eq!((gained(9_999, Currency::GBP), gained(99, Currency::GBP), gained(-500, Currency::GBP)), (99, 0, 0));
        assert_eq!((gained(1_999, Currency::JPY), gained(1_999, Currency::KWD)), (1_999, 1));
        assert_eq!(gained(i64::MAX, Currency::GBP), MAX_POINTS);
    }

    #[test]
    fn a_tier_multiplies_before_it_is_rounded() {
        let gained = |amount, earned| rules().gained(Money::new(amount, Currency::GBP), earned);
        assert_eq!((gained(1_990, 499), gained(1_990, 500), gained(1_990, 2_000)), (19, 24, 29));
        let yen = Rules { currency: Currency::JPY, ..rules() };
        let yen = Rules { tiers: vec![Tier { multiplier_bp: 100, ..yen.tiers[0].clone() }], ..yen };
        assert_eq!(yen.gained(Money::new(1_999, Currency::JPY), 0), 19);
    }

    #[test]
    fn each_tier_that_is_passed_is_reached() {
        let reached = |before, after| rules().reached(before, after).map(|tier| tier.from).collect::<Vec<_>>();
        assert_eq!(reached(0, 499), [] as [i64; 0]);
        assert_eq!(reached(499, 500), [500]);
        assert_eq!(reached(0, 5_000), [500, 2_000]);
        assert_eq!(reached(500, 1_999), [] as [i64; 0]);
    }

    #[test]
    fn a_refund_leaves_what_the_rest_would_have_gained() {
        assert_eq!((kept(99, 0, 9_900), kept(99, 100, 9_900), kept(99, 50, 9_900)), (99, 98, 98));
        assert_eq!((kept(99, 9_900, 9_900), kept(99, 10_000, 9_900), kept(99, 1, 0)), (0, 0, 0));
        assert_eq!(kept(MAX_POINTS, 1, i64::MAX), MAX_POINTS - 1);
    }

    #[test]
    fn points_live_to_the_end_of_their_last_day() {
        let at = |text: &str| Time::parse(text).unwrap();
        assert_eq!(rules().expires(at("2026-01-15T08:00:00Z")), at("2027-01-16T00:00:00Z"));
        let never = Rules { expiry_months: 0, ..rules() };
        assert_eq!(never.expires(at("2026-01-15T08:00:00Z")), NEVER);
        assert_eq!(start_of(Rules::first_day(at("2026-01-15T08:00:00Z"))), at("2025-01-16T00:00:00Z"));
    }
}
