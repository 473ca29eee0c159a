//! From promotions to the discounts of one basket. Total: any promotions and any basket have an answer.
//!
//! Promotions take their turn by priority, whatever order they come in. Each either gives a discount or says why it does
//! not, so that a shopper can be told.

use crate::{
    limits::{MAX_DISCOUNTS, MAX_RATE_BP},
    model::{Basket, Discount, DiscountKind, Item},
    promotion::{Conditions, Off, Promotion, Reward, Tier, in_currency},
};
use bodega_kernel::{Money, Sku, Time, uuid::Uuid};
use std::cmp::Reverse;

/// Most promotions of one basket; the rest of its discounts is for what is no promotion, such as points.
pub const MAX_APPLIED: usize = MAX_DISCOUNTS / 2;

/// More than any basket may be worth, and little enough to be multiplied by a rate.
const MOST: i128 = 1 << 100;

/// What is known of the item of a line beside what its price needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemFacts {
    /// Its product.
    pub product: Option<Uuid>,
    /// Its brand.
    pub brand: Option<Uuid>,
    /// Its categories, those above them included where they are to count.
    pub categories: Vec<Uuid>,
}

/// Who buys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// The customer; `None` for a guest.
    pub customer: Option<Uuid>,
    /// The groups they are in.
    pub groups: Vec<String>,
    /// Whether they have ordered before.
    pub ordered_before: bool,
}

/// Why a promotion takes nothing off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApplicable {
    /// It begins later.
    NotStarted,
    /// It is over.
    Ended,
    /// It is for other customers.
    OtherCustomers,
    /// It is for a first order.
    NotFirstOrder,
    /// It knows nothing of this currency.
    OtherCurrency,
    /// Nothing in the basket is what it is for.
    NoSuchGoods,
    /// The goods it is for cost too little.
    MinimumNotMet {
        /// What is still missing, minor units.
        missing: i64,
    },
    /// There are too few pieces of what it is for.
    TooFewPieces {
        /// How many are still missing.
        missing: i64,
    },
    /// Another one applies that it does not go together with.
    NotCombinable,
    /// It is worth nothing here.
    Nothing,
}

/// The promotions that apply, each with its discount, in the order they are to be taken off: put them into the basket's
/// `discounts` so. `facts` says of each line what its item is; what is missing is known of nothing.
pub fn applicable<'a>(
    promotions: &'a [Promotion],
    basket: &Basket,
    facts: &[ItemFacts],
    who: &Who,
    now: Time,
) -> Vec<(&'a Promotion, Discount)> {
    let judged = judge(promotions, basket, facts, who, now);
    judged.into_iter().filter_map(|(promotion, discount)| Some((promotion, discount.ok()?))).collect()
}

/// Every promotion in its turn, with its discount or why it gives none.
pub fn judge<'a>(
    promotions: &'a [Promotion],
    basket: &Basket,
    facts: &[ItemFacts],
    who: &Who,
    now: Time,
) -> Vec<(&'a Promotion, Result<Discount, NotApplicable>)> {
    let mut turns: Vec<&Promotion> = promotions.iter().collect();
    turns.sort_by_key(|promotion| (Reverse(promotion.priority), promotion.id));
    let (mut applied, mut alone) = (0, false);
    let mut judged = Vec::with_capacity(turns.len());
    for promotion in turns {
        let mut discount = discount_of(promotion, basket, facts, who, now);
        let fits = !alone && (applied == 0 || promotion.combinable) && applied < MAX_APPLIED;
        if discount.is_ok() && !fits {
            discount = Err(NotApplicable::NotCombinable);
        }
        if discount.is_ok() {
            applied += 1;
            alone = !promotion.combinable;
        }
        judged.push((promotion, discount));
    }
    judged
}

/// What a promotion would give if it were the only one.
fn discount_of(
    promotion: &Promotion,
    basket: &Basket,
    facts: &[ItemFacts],
    who: &Who,
    now: Time,
) -> Result<Discount, NotApplicable> {
    let conditions = &promotion.conditions;
    check_time(conditions, now)?;
    check_customer(conditions, who)?;
    let unknown = ItemFacts::default();
    let meant: Vec<&Item> = basket
        .lines
        .iter()
        .enumerate()
        .filter(|(line, item)| is_meant(conditions, item, facts.get(*line).unwrap_or(&unknown)))
        .map(|(_, item)| item)
        .collect();
    if meant.is_empty() {
        return Err(NotApplicable::NoSuchGoods);
    }
    let worth = worth(&meant);
    check_minimum(&conditions.minimum, basket, worth)?;
    let (kind, of) = match &promotion.reward {
        Reward::Percentage { bp } => (percentage(*bp), None),
        Reward::Amount { amounts } => {
            (amount(in_currency(amounts, basket.currency).ok_or(NotApplicable::OtherCurrency)?), None)
        }
        Reward::FreeShipping {} => (DiscountKind::FreeShipping, None),
        Reward::BuyXGetY { buy, get, bp } => {
            let (off, skus) = reduced_pieces(&meant, *buy, *get, *bp)?;
            (amount(off), Some(skus))
        }
        Reward::Tiers { tiers } => (best_tier(tiers, basket, worth)?, None),
    };
    if is_nothing(&kind) {
        return Err(NotApplicable::Nothing);
    }
    let some = meant.len() < basket.lines.len();
    let skus = of.or_else(|| some.then(|| skus_of(meant.iter().map(|item| &item.sku))));
    Ok(Discount { label: promotion.label.clone(), kind, skus })
}

fn check_time(conditions: &Conditions, now: Time) -> Result<(), NotApplicable> {
    if conditions.from.is_some_and(|from| now < from) {
        return Err(NotApplicable::NotStarted);
    }
    if conditions.until.is_some_and(|until| now >= until) {
        return Err(NotApplicable::Ended);
    }
    Ok(())
}

fn check_customer(conditions: &Conditions, who: &Who) -> Result<(), NotApplicable> {
    let listed = who.customer.is_some_and(|customer| conditions.customers.contains(&customer));
    let member = who.groups.iter().any(|group| conditions.groups.contains(group));
    let anybody = conditions.customers.is_empty() && conditions.groups.is_empty();
    if !(anybody || listed || member) {
        return Err(NotApplicable::OtherCustomers);
    }
    if conditions.first_order && who.ordered_before {
        return Err(NotApplicable::NotFirstOrder);
    }
    Ok(())
}

fn is_meant(conditions: &Conditions, item: &Item, facts: &ItemFacts) -> bool {
    !conditions.has_scope()
        || conditions.skus.contains(&item.sku)
        || facts.product.is_some_and(|product| conditions.products.contains(&product))
        || facts.brand.is_some_and(|brand| conditions.brands.contains(&brand))
        || facts.categories.iter().any(|category| conditions.categories.contains(category))
}

/// What lines cost before discounts. Counted wide and cut at the top, since nothing here was checked yet.
fn worth(items: &[&Item]) -> i128 {
    items.iter().fold(0, |sum, item| add(sum, i128::from(item.unit_price.max(0)), i128::from(item.quantity.max(0))))
}

fn add(sum: i128, unit_price: i128, quantity: i128) -> i128 {
    (sum + unit_price * quantity).min(MOST)
}

fn check_minimum(minimum: &[Money], basket: &Basket, worth: i128) -> Result<(), NotApplicable> {
    if minimum.is_empty() {
        return Ok(());
    }
    let least = in_currency(minimum, basket.currency).ok_or(NotApplicable::OtherCurrency)?;
    let missing = i128::from(least) - worth;
    if missing > 0 { Err(NotApplicable::MinimumNotMet { missing: narrow(missing) }) } else { Ok(()) }
}

/// The tier that takes off most of those whose minimum is met; of two alike the one that needs more.
fn best_tier(tiers: &[Tier], basket: &Basket, worth: i128) -> Result<DiscountKind, NotApplicable> {
    let known = tiers.iter().filter_map(|tier| {
        let minimum = in_currency(&tier.minimum, basket.currency)?;
        let (kind, off) = tier_off(&tier.off, basket, worth)?;
        Some((minimum, kind, off))
    });
    let known: Vec<_> = known.collect();
    let least = known.iter().map(|(minimum, _, _)| *minimum).min().ok_or(NotApplicable::OtherCurrency)?;
    let met = known.into_iter().filter(|(minimum, _, _)| i128::from(*minimum) <= worth);
    let best = met.max_by_key(|(minimum, _, off)| (*off, *minimum)).map(|(_, kind, _)| kind);
    best.ok_or(NotApplicable::MinimumNotMet { missing: narrow(i128::from(least) - worth) })
}

/// What a tier gives, and how much that is here.
fn tier_off(off: &Off, basket: &Basket, worth: i128) -> Option<(DiscountKind, i128)> {
    if let Some(bp) = off.bp {
        return Some((percentage(bp), share(worth, bp)));
    }
    let off = in_currency(&off.amounts, basket.currency)?;
    Some((amount(off), i128::from(off.max(0)).min(worth)))
}

/// What the reduced pieces come to, and the SKUs they are of.
fn reduced_pieces(meant: &[&Item], buy: i64, get: i64, bp: i64) -> Result<(i64, Vec<Sku>), NotApplicable> {
    let (buy, get) = (i128::from(buy.max(1)), i128::from(get.max(1)));
    let pieces: i128 = meant.iter().map(|item| i128::from(item.quantity.max(0))).sum();
    let mut left = pieces / (buy + get) * get;
    if left == 0 {
        return Err(NotApplicable::TooFewPieces { missing: narrow(buy + get - pieces) });
    }
    let mut cheapest: Vec<&&Item> = meant.iter().collect();
    cheapest.sort_by_key(|item| (item.unit_price, &item.sku));
    let (mut full, mut skus) = (0, Vec::new());
    for item in cheapest {
        let reduced = left.min(i128::from(item.quantity.max(0)));
        if reduced > 0 {
            full = add(full, i128::from(item.unit_price.max(0)), reduced);
            skus.push(&item.sku);
            left -= reduced;
        }
    }
    Ok((narrow(share(full, bp)), skus_of(skus.into_iter())))
}

fn skus_of<'a>(skus: impl Iterator<Item = &'a Sku>) -> Vec<Sku> {
    let mut skus: Vec<Sku> = skus.cloned().collect();
    skus.sort();
    skus.dedup();
    skus
}

/// A share, rounded half up.
fn share(amount: i128, bp: i64) -> i128 {
    let whole = i128::from(MAX_RATE_BP);
    (2 * amount * i128::from(bp.clamp(0, MAX_RATE_BP)) + whole) / (2 * whole)
}

fn percentage(bp: i64) -> DiscountKind {
    DiscountKind::Percentage { bp: bp.clamp(0, MAX_RATE_BP) }
}

fn amount(amount: i64) -> DiscountKind {
    DiscountKind::Amount { amount: amount.max(0) }
}

fn is_nothing(kind: &DiscountKind) -> bool {
    match kind {
        DiscountKind::Percentage { bp } => *bp == 0,
        DiscountKind::Amount { amount } => *amount == 0,
        DiscountKind::FreeShipping => false,
    }
}

fn narrow(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}
