//! What a promotion may hold. Every number and list has a limit, so that a promotion fits an event and no sum overflows.

use super::{Conditions, Off, Promotion, Reward, Tier};
use crate::limits::{MAX_PRICE, MAX_RATE_BP};
use bodega_kernel::Money;
use std::collections::BTreeSet;

/// Most characters of a label.
pub const MAX_LABEL_CHARS: usize = 120;
/// Most entries of a list of SKUs, products, categories, brands, customers or groups.
pub const MAX_LISTED: usize = 500;
/// Most currencies of an amount.
pub const MAX_AMOUNTS: usize = 20;
/// Most tiers.
pub const MAX_TIERS: usize = 20;
/// Most pieces to buy or to get.
pub const MAX_PIECES: i64 = 100;
/// The highest priority; its opposite is the lowest.
pub const MAX_PRIORITY: i64 = 1_000;

/// Most characters of a group's name.
const MAX_GROUP_CHARS: usize = 64;

/// Pointers to wrong fields, each with why.
type Violations = Vec<(String, String)>;

impl Promotion {
    /// What is out of bounds: pointers into the JSON of this promotion, each with why.
    pub fn violations(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        let chars = self.label.chars().count();
        if self.label.trim().is_empty() || chars > MAX_LABEL_CHARS || self.label.chars().any(char::is_control) {
            wrong.push(at("/label", &format!("is not 1 to {MAX_LABEL_CHARS} characters in one line")));
        }
        within("/priority", self.priority, -MAX_PRIORITY, MAX_PRIORITY, &mut wrong);
        check_reward(&self.reward, &mut wrong);
        check_conditions(&self.conditions, &mut wrong);
        wrong
    }
}

fn check_reward(reward: &Reward, wrong: &mut Violations) {
    match reward {
        Reward::Percentage { bp } => within("/reward/bp", *bp, 1, MAX_RATE_BP, wrong),
        Reward::Amount { amounts } => check_amounts("/reward/amounts", amounts, 1, wrong),
        Reward::FreeShipping {} => {}
        Reward::BuyXGetY { buy, get, bp } => {
            within("/reward/buy", *buy, 1, MAX_PIECES, wrong);
            within("/reward/get", *get, 1, MAX_PIECES, wrong);
            within("/reward/bp", *bp, 1, MAX_RATE_BP, wrong);
        }
        Reward::Tiers { tiers } => {
            if tiers.is_empty() || tiers.len() > MAX_TIERS {
                wrong.push(at("/reward/tiers", &format!("are not 1 to {MAX_TIERS}")));
            }
            for (index, tier) in tiers.iter().take(MAX_TIERS).enumerate() {
                check_tier(&format!("/reward/tiers/{index}"), tier, wrong);
            }
        }
    }
}

fn check_tier(pointer: &str, tier: &Tier, wrong: &mut Violations) {
    check_amounts(&format!("{pointer}/minimum"), &tier.minimum, 0, wrong);
    let Off { bp, amounts } = &tier.off;
    match bp {
        Some(bp) if amounts.is_empty() => within(&format!("{pointer}/off/bp"), *bp, 1, MAX_RATE_BP, wrong),
        None if !amounts.is_empty() => check_amounts(&format!("{pointer}/off/amounts"), amounts, 1, wrong),
        Some(_) | None => wrong.push(at(&format!("{pointer}/off"), "has either bp or amounts")),
    }
}

fn check_conditions(conditions: &Conditions, wrong: &mut Violations) {
    if !conditions.minimum.is_empty() {
        check_amounts("/conditions/minimum", &conditions.minimum, 1, wrong);
    }
    let lists = [
        ("skus", conditions.skus.len(), conditions.skus.iter().collect::<BTreeSet<_>>().len()),
        ("products", conditions.products.len(), conditions.products.iter().collect::<BTreeSet<_>>().len()),
        ("categories", conditions.categories.len(), conditions.categories.iter().collect::<BTreeSet<_>>().len()),
        ("brands", conditions.brands.len(), conditions.brands.iter().collect::<BTreeSet<_>>().len()),
        ("customers", conditions.customers.len(), conditions.customers.iter().collect::<BTreeSet<_>>().len()),
        ("groups", conditions.groups.len(), conditions.groups.iter().collect::<BTreeSet<_>>().len()),
    ];
    for (name, count, different) in lists {
        if count > MAX_LISTED {
            wrong.push(at(&format!("/conditions/{name}"), &format!("are more than {MAX_LISTED}")));
        } else if different < count {
            wrong.push(at(&format!("/conditions/{name}"), "names one twice"));
        }
    }
    for (index, group) in conditions.groups.iter().take(MAX_LISTED).enumerate() {
        if group.trim().is_empty() || group.chars().count() > MAX_GROUP_CHARS || group.chars().any(char::is_control) {
            let pointer = format!("/conditions/groups/{index}");
            wrong.push(at(&pointer, &format!("is not 1 to {MAX_GROUP_CHARS} characters in one line")));
        }
    }
    if let (Some(from), Some(until)) = (conditions.from, conditions.until)
        && from >= until
    {
        wrong.push(at("/conditions/until", "is not after from"));
    }
}

fn check_amounts(pointer: &str, amounts: &[Money], least: i64, wrong: &mut Violations) {
    let currencies: BTreeSet<_> = amounts.iter().map(|money| money.currency).collect();
    if amounts.is_empty() || amounts.len() > MAX_AMOUNTS {
        wrong.push(at(pointer, &format!("is not in 1 to {MAX_AMOUNTS} currencies")));
    } else if currencies.len() < amounts.len() {
        wrong.push(at(pointer, "names a currency twice"));
    }
    for (index, money) in amounts.iter().take(MAX_AMOUNTS).enumerate() {
        within(&format!("{pointer}/{index}/amount"), money.amount, least, MAX_PRICE, wrong);
    }
}

fn within(pointer: &str, value: i64, least: i64, most: i64, wrong: &mut Violations) {
    if !(least..=most).contains(&value) {
        wrong.push(at(pointer, &format!("is not between {least} and {most}")));
    }
}

fn at(pointer: &str, reason: &str) -> (String, String) {
    (pointer.to_owned(), reason.to_owned())
}
