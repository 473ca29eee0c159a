//! Stock of one SKU: its level at each location, and what holds for all of them.

use super::{LocationId, Locations, MAX_UNITS};
use std::collections::BTreeMap;

/// Stock of one SKU at one location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) on_hand: i64,
    /// For orders that are not paid.
    pub(crate) held: i64,
    /// Belonging to paid orders.
    pub(crate) allocated: i64,
    /// On its way here from another location; not on hand.
    pub(crate) incoming: i64,
    /// Not sold.
    pub(crate) safety: i64,
    /// At the main location that of the last `stock.changed`; elsewhere it grows with every change.
    pub(crate) version: i64,
}

impl Level {
    /// What nobody was promised; below zero where more was promised than is there.
    pub(crate) fn free(&self) -> i64 {
        self.on_hand - self.held - self.allocated
    }

    /// What of it can be sold without a backorder.
    pub(crate) fn available(&self) -> i64 {
        self.free() - self.safety
    }

    /// Promised already.
    pub(crate) fn committed(&self) -> i64 {
        self.held + self.allocated
    }
}

/// What holds for a SKU at all locations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// May be promised without being there.
    pub(crate) backorder: bool,
    /// So many of it; without it as many as there can be.
    pub(crate) limit: Option<i64>,
    /// At so many that can be sold or fewer, staff are told.
    pub(crate) threshold: Option<i64>,
    /// Whether they were told, and it has not risen since.
    pub(crate) low: bool,
    /// How often they were told.
    pub(crate) alert: i64,
    /// Grows with every change that staff make of this.
    pub(crate) version: i64,
}

impl Policy {
    /// How many may be promised without being there.
    fn allowance(&self) -> i64 {
        if self.backorder { self.limit.unwrap_or(MAX_UNITS) } else { 0 }
    }
}

/// Stock of one SKU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) policy: Policy,
    pub(crate) levels: BTreeMap<LocationId, Level>,
}

impl Item {
    /// What is there to be sold at the locations that are sold from; below zero where more was promised.
    pub(crate) fn available(&self, locations: &Locations) -> i64 {
        self.selling(locations).map(|(_, level)| level.available()).sum()
    }

    /// What can be sold, with what may be sold without being there.
    pub(crate) fn sellable(&self, locations: &Locations) -> i64 {
        if self.selling(locations).next().is_none() {
            return 0;
        }
        self.available(locations) + self.policy.allowance()
    }

    /// Its version as others are told.
    pub(crate) fn version(&self) -> i64 {
        self.levels.get(&LocationId::main()).map_or(0, |level| level.version)
    }

    /// Where to take so many, with what each location can give: from the first that has all of it, or else from one after
    /// the other; what is missing then is taken below zero from the first.
    pub(crate) fn pick(&self, locations: &Locations, quantity: i64, give: fn(&Level) -> i64) -> Vec<(LocationId, i64)> {
        let selling: Vec<(&LocationId, i64)> =
            self.selling(locations).map(|(location, level)| (location, give(level))).collect();
        if let Some((location, _)) = selling.iter().find(|(_, there)| *there >= quantity) {
            return vec![((*location).clone(), quantity)];
        }
        let mut open = quantity;
        let mut picked: Vec<(LocationId, i64)> = Vec::new();
        for (location, there) in &selling {
            let part = open.min((*there).max(0));
            if part > 0 {
                picked.push(((*location).clone(), part));
                open -= part;
            }
        }
        if open > 0 {
            let first = selling.first().map_or_else(LocationId::main, |(location, _)| (*location).clone());
            match picked.iter_mut().find(|(location, _)| *location == first) {
                Some((_, part)) => *part += open,
                None => picked.push((first, open)),
            }
        }
        picked
    }

    fn selling<'a>(&'a self, locations: &'a Locations) -> impl Iterator<Item = (&'a LocationId, &'a Level)> {
        locations.enabled().filter_map(|location| self.levels.get_key_value(location))
    }
}
