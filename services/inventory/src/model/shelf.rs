//! The stock levels a batch decides on: as they were read under lock, and as the batch leaves them.

use super::MAX_UNITS;
use bodega_contracts::{OrderLine, inventory::Shortage};
use bodega_kernel::Sku;
use std::collections::BTreeMap;

/// What an order wants of the stock: each SKU once, sorted, at least one unit of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted(Vec<(Sku, i64)>);

/// A line that no order can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{quantity} of {sku} is no quantity")]
pub(crate) struct BadLine {
    sku: Sku,
    quantity: i64,
}

impl Wanted {
    /// Adds up the stocked lines of an order: two lines that share a SKU want the sum.
    pub(crate) fn of(lines: &[OrderLine]) -> Result<Self, BadLine> {
        let mut wanted = BTreeMap::<&Sku, i64>::new();
        for line in lines.iter().filter(|line| line.stocked) {
            let sum = wanted.entry(&line.sku).or_default();
            let in_range = |quantity: &i64| (1..=MAX_UNITS).contains(quantity);
            *sum = Some(line.quantity)
                .filter(in_range)
                .and_then(|quantity| sum.checked_add(quantity))
                .filter(in_range)
                .ok_or_else(|| BadLine { sku: line.sku.clone(), quantity: line.quantity })?;
        }
        Ok(Self(wanted.into_iter().map(|(sku, quantity)| (sku.clone(), quantity)).collect()))
    }

    /// From what was stored.
    pub(crate) fn from_pairs(pairs: Vec<(Sku, i64)>) -> Self {
        Self(pairs)
    }

    /// SKUs with their quantities.
    pub(crate) fn pairs(&self) -> &[(Sku, i64)] {
        &self.0
    }

    /// What of it is not `gone`.
    pub(crate) fn without(&self, gone: &Self) -> Self {
        let gone: BTreeMap<&Sku, i64> = gone.0.iter().map(|(sku, quantity)| (sku, *quantity)).collect();
        let left = |(sku, quantity): &(Sku, i64)| {
            let left = quantity - gone.get(sku).copied().unwrap_or(0);
            (left > 0).then(|| (sku.clone(), left))
        };
        Self(self.0.iter().filter_map(left).collect())
    }

    /// Both together.
    pub(crate) fn with(&self, more: &Self) -> Self {
        let mut sums: BTreeMap<Sku, i64> = self.0.iter().cloned().collect();
        for (sku, quantity) in &more.0 {
            *sums.entry(sku.clone()).or_default() += quantity;
        }
        Self(sums.into_iter().collect())
    }

    /// Whether the order wants nothing of the stock.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Stock of one SKU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) on_hand: i64,
    /// For orders that are not paid.
    pub(crate) held: i64,
    /// Belongs to paid orders.
    pub(crate) allocated: i64,
    /// Below this staff are warned; orders may use it all the same.
    pub(crate) safety: i64,
    /// May be promised without being there.
    pub(crate) backorder: bool,
    /// Of the last `stock.changed`.
    pub(crate) version: i64,
}

impl Level {
    /// What can still be promised; below zero where more was promised than is there.
    pub(crate) fn available(&self) -> i64 {
        self.on_hand - self.held - self.allocated
    }

    /// Promised already.
    pub(crate) fn committed(&self) -> i64 {
        self.held + self.allocated
    }
}

/// By how much a unit that moves changes each figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) on_hand: i64,
    pub(crate) held: i64,
    pub(crate) allocated: i64,
}

/// The books say less than what is to be given back or allocated: never to be guessed away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stock of {sku} does not have what its reservation says")]
pub(crate) struct Broken {
    pub(crate) sku: Sku,
}

/// What a batch did to a SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) sku: Sku,
    pub(crate) before: Level,
    /// With the next version where others are to be told.
    pub(crate) after: Level,
}

impl Change {
    /// Whether what can be sold changed.
    pub(crate) fn is_news(&self) -> bool {
        self.after.version != self.before.version
    }
}

/// The levels of a batch, by SKU. A SKU that is not here has no stock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    slots: BTreeMap<Sku, Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    before: Level,
    after: Level,
}

impl Shelf {
    /// With the levels as they were read.
    pub(crate) fn new(levels: impl IntoIterator<Item = (Sku, Level)>) -> Self {
        let slots = levels.into_iter().map(|(sku, level)| (sku, Slot { before: level, after: level }));
        Self { slots: slots.collect() }
    }

    /// The level as the batch leaves it.
    pub(crate) fn level(&self, sku: &Sku) -> Option<Level> {
        self.slots.get(sku).map(|slot| slot.after)
    }

    /// The level to change.
    pub(crate) fn level_mut(&mut self, sku: &Sku) -> Option<&mut Level> {
        self.slots.get_mut(sku).map(|slot| &mut slot.after)
    }

    /// What is missing of `wanted`; empty if all of it can be promised.
    pub(crate) fn short(&self, wanted: &Wanted) -> Vec<Shortage> {
        let shortage = |(sku, quantity): &(Sku, i64)| {
            let level = self.level(sku).unwrap_or_default();
            let enough = level.backorder || *quantity <= level.available();
            (!enough).then(|| Shortage { sku: sku.clone(), wanted: *quantity, available: level.available().max(0) })
        };
        wanted.pairs().iter().filter_map(shortage).collect()
    }

    /// Moves every unit of `wanted` by `shift`. Nothing that is promised may become negative or leave for somebody else.
    pub(crate) fn shift(&mut self, wanted: &Wanted, shift: Shift) -> Result<(), Broken> {
        for (sku, quantity) in wanted.pairs() {
            let broken = || Broken { sku: sku.clone() };
            let level = self.level_mut(sku).ok_or_else(broken)?;
            level.on_hand += shift.on_hand * quantity;
            level.held += shift.held * quantity;
            level.allocated += shift.allocated * quantity;
            let taken_from_others = shift.on_hand < 0 && !level.backorder && level.available() < 0;
            if level.held < 0 || level.allocated < 0 || taken_from_others {
                return Err(broken());
            }
        }
        Ok(())
    }

    /// What the batch did, sorted by SKU. A change of what can be sold has the next version.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let changed = self.slots.iter().filter(|(_, slot)| slot.before != slot.after);
        let change = changed.map(|(sku, Slot { before, after })| {
            let news = i64::from(before.available() != after.available());
            let after = Level { version: before.version + news, ..*after };
            Change { sku: sku.clone(), before: *before, after }
        });
        change.collect()
    }
}
