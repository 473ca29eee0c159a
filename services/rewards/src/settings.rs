//! The rules of the shop, as its settings say them.

use crate::model::{Rules, Tier};
use anyhow::Context as _;
use bodega_kernel::Currency;
use bodega_settings::Settings;
use std::time::Duration;

/// Reads the section `[rewards]`. Fails where a value cannot be, which the settings have checked before.
pub(crate) fn rules(settings: &Settings) -> anyhow::Result<Rules> {
    let rewards = &settings.rewards;
    let tiers = rewards.tiers.iter().map(|tier| Tier {
        name: tier.name.clone(),
        from: tier.from,
        multiplier_bp: tier.multiplier_bp,
        reward_bp: tier.reward_bp,
    });
    let tiers: Vec<Tier> = tiers.collect();
    anyhow::ensure!(tiers.first().is_some_and(|tier| tier.from == 0), "rewards.tiers has no tier from 0");
    Ok(Rules {
        enabled: rewards.enabled,
        points_per_unit: rewards.points_per_unit,
        point_value_minor: rewards.point_value_minor,
        currency: Currency::new(&settings.shop.currency).context("shop.currency")?,
        expiry_months: i64::try_from(rewards.expiry_months).context("rewards.expiry_months")?,
        reward_for: Duration::from_secs(rewards.reward_days.saturating_mul(24 * 3_600)),
        tiers,
    })
}
