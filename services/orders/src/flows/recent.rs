//! What was bought with the latest orders, so that it is not read again at each step of an order that goes on at once.
//!
//! What was bought never changes, and an order has its id for good: what is kept here is true also where the transaction that
//! kept it is undone, because then the same checkout is placed once more or its order is never asked for. Only its address can be
//! changed, so nobody may ask here for an order that has another address than the one it was bought with.

use crate::store::Snapshot;
use bodega_contracts::OrderId;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Of how many of the latest orders at most.
const MOST: usize = 2_048;
/// Orders of more lines are read again: they are few and large.
const MOST_LINES: usize = 40;

/// Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Recent(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    bought: HashMap<OrderId, Arc<Snapshot>>,
    /// In the order in which they came; those that were forgotten too.
    came: VecDeque<OrderId>,
}

impl Recent {
    /// Keeps what was bought with new orders, in place of the oldest where there is no room.
    pub(super) fn keep<'a>(&self, new: impl IntoIterator<Item = (&'a OrderId, &'a Arc<Snapshot>)>) {
        let mut kept = self.lock();
        for (id, snapshot) in new {
            if snapshot.basket.lines.len() > MOST_LINES || kept.bought.insert(*id, Arc::clone(snapshot)).is_some() {
                continue;
            }
            kept.came.push_back(*id);
            if kept.came.len() > MOST
                && let Some(oldest) = kept.came.pop_front()
            {
                kept.bought.remove(&oldest);
            }
        }
    }

    /// What was bought with those of these orders that are kept.
    pub(super) fn of(&self, ids: impl IntoIterator<Item = OrderId>) -> HashMap<OrderId, Arc<Snapshot>> {
        let kept = self.lock();
        ids.into_iter().filter_map(|id| Some((id, Arc::clone(kept.bought.get(&id)?)))).collect()
    }

    /// Forgets orders of which nothing is told any more that needs it.
    pub(super) fn forget(&self, ids: impl IntoIterator<Item = OrderId>) {
        let mut kept = self.lock();
        for id in ids {
            kept.bought.remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::{Currency, uuid::Uuid};
    use bodega_pricing::{Basket, Item, price};

    fn bought(lines: usize) -> Arc<Snapshot> {
        let line = |number| Item {
            sku: bodega_kernel::Sku::new(&format!("s{number}")).unwrap(),
            name: "a mug".to_owned(),
            unit_price: 100,
            quantity: 1,
            tax_rate_bp: 2_000,
        };
        let lines = (0..lines).map(line).collect();
        let basket =
            Basket { currency: Currency::GBP, prices_include_tax: true, lines, discounts: Vec::new(), shipping: None };
        Arc::new(Snapshot {
            shipping_address: None,
            billing_address: None,
            priced: price(&basket).unwrap(),
            basket,
            unstocked: Vec::new(),
            coupons: Vec::new(),
            points: 0,
            tenders: Vec::new(),
            terms: None,
            exchange_of: None,
        })
    }

    fn order(number: usize) -> OrderId {
        OrderId(Uuid::from_u128(number as u128))
    }

    #[test]
    fn the_oldest_orders_make_room_and_those_that_are_over_are_forgotten() {
        let (recent, one) = (Recent::default(), bought(1));
        for number in 0..MOST + 10 {
            recent.keep([(&order(number), &one)]);
            recent.keep([(&order(number), &one)]);
        }
        let all = || recent.of((0..MOST + 10).map(order));
        assert_eq!(all().len(), MOST);
        assert!(!all().contains_key(&order(9)) && all().contains_key(&order(10)));
        recent.forget([order(10), order(11)]);
        assert_eq!(all().len(), MOST - 2);
        for number in 0..3 * MOST {
            recent.keep([(&order(number), &one)]);
            recent.forget([order(number)]);
        }
        let kept = recent.lock();
        assert!(kept.bought.is_empty() && kept.came.len() <= MOST);
    }

    #[test]
    fn large_orders_are_not_kept() {
        let recent = Recent::default();
        recent.keep([(&order(1), &bought(MOST_LINES)), (&order(2), &bought(MOST_LINES + 1))]);
        assert_eq!(recent.of([order(1), order(2)]).into_keys().collect::<Vec<_>>(), [order(1)]);
    }
}
