//! Orders that are known to claim nothing: nearly all. What else becomes known of one is none of our business, so nothing is
//! kept of it.
//!
//! What an order claims never changes, so this may forget, and need not know what other replicas heard: of an order that is not
//! known here a row is kept until somebody says what it claims, as of any whose facts come in another order.

use crate::model::Ask;
use bodega_contracts::OrderId;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

/// How many are known at least before the oldest are forgotten.
const MOST: usize = 50_000;

/// The orders that were heard of last and claim nothing. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claimless(Arc<Mutex<Generations>>);

#[derive(Debug, Default)]
struct Generations {
    young: HashSet<OrderId>,
    old: HashSet<OrderId>,
}

impl Claimless {
    /// Keeps in mind that these claim nothing.
    pub(crate) fn note(&self, orders: impl Iterator<Item = OrderId>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.young.extend(orders);
        if known.young.len() >= MOST {
            known.old = std::mem::take(&mut known.young);
        }
    }

    /// Those of `asks` whose orders may claim something.
    pub(crate) fn without(&self, asks: impl Iterator<Item = Ask>) -> Vec<Ask> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asks.filter(|ask| !known.young.contains(&ask.order) && !known.old.contains(&ask.order)).collect()
    }
}
