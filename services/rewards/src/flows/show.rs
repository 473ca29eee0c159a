//! What a customer has, for themselves and for staff.

use crate::{
    Rewards,
    model::{Rules, expiring},
    store,
    views::{Expiring, NextTier, PointsView, TierView},
};
use bodega_db::DbError;
use bodega_kernel::{Money, UserId};
use std::time::Duration;

/// How far ahead one is told what expires.
const SOON: Duration = Duration::from_hours(90 * 24);

/// Everything there is to say about a customer's points.
pub(crate) async fn show_points(rewards: &Rewards, user: UserId) -> Result<PointsView, DbError> {
    let (rules, now) = (&rewards.rules, rewards.world.now());
    let figures = store::account_of(rewards.db.reader(), user).await?;
    let earned = store::earned_by(rewards.db.reader(), user, Rules::first_day(now)).await?;
    let (soon, later) = store::expiries_of(rewards.db.reader(), user, now.plus(SOON)).await?;
    let place = rules.tier(earned);
    let tier = rules.tiers.get(place);
    let next_tier = rules.tiers.get(place + 1).map(|next| NextTier {
        name: next.name.clone(),
        from: next.from,
        missing: next.from - earned,
    });
    let worth = figures.spendable.saturating_mul(rules.point_value_minor);
    let expiring = expiring(figures.spendable, &soon, later);
    Ok(PointsView {
        figures,
        worth: Money::new(worth, rules.currency),
        earned_in_12_months: earned,
        tier: TierView {
            name: tier.map_or_else(String::new, |tier| tier.name.clone()),
            multiplier_bp: tier.map_or(0, |tier| tier.multiplier_bp),
        },
        next_tier,
        expiring: expiring.into_iter().map(|(at, points)| Expiring { points, at }).collect(),
    })
}
