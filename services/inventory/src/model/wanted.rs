//! Amounts of goods: what is wanted of each SKU, and what of it is taken at which location.

use super::{LocationId, MAX_UNITS};
use bodega_contracts::OrderLine;
use bodega_kernel::Sku;
use serde::{Deserialize, Serialize};
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
        let in_range = |quantity: &i64| (1..=MAX_UNITS).contains(quantity);
        let mut wanted: Vec<(Sku, i64)> = Vec::with_capacity(lines.len());
        for OrderLine { sku, quantity, .. } in lines.iter().filter(|line| line.stocked) {
            let found = wanted.binary_search_by(|(known, _)| known.cmp(sku));
            let before = found.ok().and_then(|at| wanted.get(at)).map_or(0, |(_, sum)| *sum);
            let sum = Some(*quantity).filter(in_range).map(|quantity| before + quantity).filter(in_range);
            let sum = sum.ok_or_else(|| BadLine { sku: sku.clone(), quantity: *quantity })?;
            match found {
                Ok(at) => wanted.splice(at..=at, [(sku.clone(), sum)]).for_each(drop),
                Err(at) => wanted.insert(at, (sku.clone(), sum)),
            }
        }
        Ok(Self(wanted))
    }

    /// From what was stored.
    pub(crate) fn from_pairs(pairs: Vec<(Sku, i64)>) -> Self {
        Self(pairs)
    }

    /// SKUs with their quantities.
    pub(crate) fn pairs(&self) -> &[(Sku, i64)] {
        &self.0
    }

    /// The SKUs.
    pub(crate) fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.0.iter().map(|(sku, _)| sku)
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

/// What is taken where: of each SKU at each location once, at least one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Taken(Vec<(Sku, LocationId, i64)>);

impl Taken {
    /// All of it at the location from the beginning, as where nothing else was noted.
    pub(crate) fn at_main(wanted: &Wanted) -> Self {
        let main = LocationId::main();
        Self(wanted.pairs().iter().map(|(sku, quantity)| (sku.clone(), main.clone(), *quantity)).collect())
    }

    /// One after the other.
    pub(crate) fn lines(&self) -> &[(Sku, LocationId, i64)] {
        &self.0
    }

    /// Whether it need not be noted.
    pub(crate) fn is_at_main(&self) -> bool {
        self.0.iter().all(|(_, location, _)| location.is_main())
    }

    /// Adds some that is taken.
    pub(crate) fn push(&mut self, sku: &Sku, location: LocationId, quantity: i64) {
        self.0.push((sku.clone(), location, quantity));
    }

    /// Parts it into what `wanted` draws, line by line, and the rest.
    pub(crate) fn draw(&self, wanted: &Wanted) -> (Self, Self) {
        let mut open: BTreeMap<&Sku, i64> = wanted.pairs().iter().map(|(sku, quantity)| (sku, *quantity)).collect();
        let (mut drawn, mut rest) = (Self::default(), Self::default());
        for (sku, location, quantity) in &self.0 {
            let part = open.get(sku).copied().unwrap_or(0).min(*quantity);
            if part > 0 {
                drawn.push(sku, location.clone(), part);
                open.entry(sku).and_modify(|open| *open -= part);
            }
            if quantity - part > 0 {
                rest.push(sku, location.clone(), quantity - part);
            }
        }
        (drawn, rest)
    }
}
