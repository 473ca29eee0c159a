//! The stock levels a batch decides on: as they were read under lock, and as the batch leaves them.

use super::{
    LocationId, Locations, Taken, Wanted,
    level::{Item, Level, Policy},
};
use bodega_contracts::inventory::{Shortage, as_told};
use bodega_kernel::Sku;
use std::collections::BTreeMap;

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
    /// The locations where anything changed; the main one also where others are to be told.
    pub(crate) rows: Vec<RowChange>,
    pub(crate) policy: Policy,
    /// The version and what can be sold, where others are to be told.
    pub(crate) news: Option<(i64, i64)>,
    /// What can be sold, where staff are to be told that it is little.
    pub(crate) low: Option<i64>,
}

/// What a batch did at one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowChange {
    pub(crate) location: LocationId,
    pub(crate) before: Level,
    pub(crate) after: Level,
}

/// The stock of a batch, by SKU. A SKU that is not here has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    locations: Locations,
    slots: BTreeMap<Sku, Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    before: Item,
    after: Item,
}

impl Shelf {
    /// With the stock as it was read.
    pub(crate) fn new(locations: Locations, items: impl IntoIterator<Item = (Sku, Item)>) -> Self {
        let slots = items.into_iter().map(|(sku, item)| (sku, Slot { before: item.clone(), after: item }));
        Self { locations, slots: slots.collect() }
    }

    /// The locations there are.
    pub(crate) fn locations(&self) -> &Locations {
        &self.locations
    }

    /// The stock as the batch leaves it.
    pub(crate) fn item(&self, sku: &Sku) -> Option<&Item> {
        self.slots.get(sku).map(|slot| &slot.after)
    }

    /// The stock to change.
    pub(crate) fn item_mut(&mut self, sku: &Sku) -> Option<&mut Item> {
        self.slots.get_mut(sku).map(|slot| &mut slot.after)
    }

    /// The level as the batch leaves it.
    pub(crate) fn level(&self, sku: &Sku, location: &LocationId) -> Option<Level> {
        self.item(sku).and_then(|item| item.levels.get(location)).copied()
    }

    /// The level to change.
    pub(crate) fn level_mut(&mut self, sku: &Sku, location: &LocationId) -> Option<&mut Level> {
        self.item_mut(sku).and_then(|item| item.levels.get_mut(location))
    }

    /// Makes rows known that were made in the database, with nothing in them.
    pub(crate) fn insert(&mut self, sku: &Sku, location: &LocationId) {
        let empty = || Slot { before: Item::default(), after: Item::default() };
        let slot = self.slots.entry(sku.clone()).or_insert_with(empty);
        slot.before.levels.insert(location.clone(), Level::default());
        slot.after.levels.insert(location.clone(), Level::default());
    }

    /// What is missing of `wanted`; empty if all of it can be promised.
    pub(crate) fn short(&self, wanted: &Wanted) -> Vec<Shortage> {
        let shortage = |(sku, quantity): &(Sku, i64)| {
            let sellable = self.item(sku).map_or(0, |item| item.sellable(&self.locations));
            let is_short = *quantity > sellable;
            is_short.then(|| Shortage { sku: sku.clone(), wanted: *quantity, available: sellable.max(0) })
        };
        wanted.pairs().iter().filter_map(shortage).collect()
    }

    /// Where to take what is wanted and can be promised.
    pub(crate) fn places(&self, wanted: &Wanted) -> Taken {
        self.picked(wanted, Level::available)
    }

    /// Where to take what left without having been promised.
    pub(crate) fn leftovers(&self, wanted: &Wanted) -> Taken {
        self.picked(wanted, Level::free)
    }

    fn picked(&self, wanted: &Wanted, give: fn(&Level) -> i64) -> Taken {
        let mut taken = Taken::default();
        for (sku, quantity) in wanted.pairs() {
            let places = self.item(sku).map(|item| item.pick(&self.locations, *quantity, give));
            for (location, part) in places.unwrap_or_else(|| vec![(LocationId::main(), *quantity)]) {
                taken.push(sku, location, part);
            }
        }
        taken
    }

    /// Moves every unit by `shift`. Nothing that is promised may become negative or leave for somebody else.
    pub(crate) fn shift(&mut self, taken: &Taken, shift: Shift) -> Result<(), Broken> {
        for (sku, location, quantity) in taken.lines() {
            let broken = || Broken { sku: sku.clone() };
            let item = self.item_mut(sku).ok_or_else(broken)?;
            let level = item.levels.get_mut(location).ok_or_else(broken)?;
            level.on_hand += shift.on_hand * quantity;
            level.held += shift.held * quantity;
            level.allocated += shift.allocated * quantity;
            let taken_from_others = shift.on_hand < 0 && !item.policy.backorder && level.free() < 0;
            if level.held < 0 || level.allocated < 0 || taken_from_others {
                return Err(broken());
            }
        }
        Ok(())
    }

    /// The stock once these changes of it are written.
    pub(crate) fn written(mut self, changes: &[Change]) -> impl Iterator<Item = (Sku, Item)> {
        for Change { sku, rows, policy, .. } in changes {
            if let Some(item) = self.item_mut(sku) {
                item.policy = *policy;
                item.levels.extend(rows.iter().map(|row| (row.location.clone(), row.after)));
            }
        }
        self.slots.into_iter().map(|(sku, slot)| (sku, slot.after))
    }

    /// What the batch did, sorted by SKU and location. A change of what others are told has the next version.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let changed = self.slots.iter().filter(|(_, slot)| slot.before != slot.after);
        changed.filter_map(|(sku, slot)| slot.change(sku, &self.locations)).collect()
    }
}

impl Slot {
    fn change(&self, sku: &Sku, locations: &Locations) -> Option<Change> {
        let (before, after) = (&self.before, &self.after);
        let told = as_told(after.sellable(locations));
        let is_news = as_told(before.sellable(locations)) != told;
        let available = after.available(locations);
        let mut policy = after.policy;
        policy.low = policy.threshold.is_some_and(|threshold| available <= threshold);
        let falls = policy.low && !after.policy.low;
        policy.alert += i64::from(falls);
        let mut rows = Vec::new();
        for (location, level) in &after.levels {
            let was = before.levels.get(location).copied().unwrap_or_default();
            let is_main = location.is_main();
            let touched = was != *level || (is_main && (is_news || policy != after.policy));
            if touched {
                let version = was.version + i64::from(is_news || !is_main);
                rows.push(RowChange { location: location.clone(), before: was, after: Level { version, ..*level } });
            }
        }
        let news = is_news.then(|| (before.version() + 1, told));
        let something = !rows.is_empty() || policy != before.policy;
        something.then(|| Change { sku: sku.clone(), rows, policy, news, low: falls.then_some(available) })
    }
}
