//! Goods of orders that come back go to where they were sent from: the location that most of the SKU had left from for
//! that order when the return was received. Parcels that are heard of later, though they left before, say it again.

use super::{LocationId, Locations, Wanted};
use bodega_contracts::{OrderId, ReturnId};
use bodega_db::Trace;
use bodega_kernel::{Sku, Time};
use std::{cmp::Reverse, collections::BTreeMap};

/// Goods of an order that came back.
#[derive(Clone, Debug)]
pub(crate) struct Comeback {
    pub(crate) id: ReturnId,
    pub(crate) order: OrderId,
    pub(crate) restock: Wanted,
    pub(crate) written_off: Wanted,
    /// When it was received.
    pub(crate) at: Time,
    pub(crate) trace: Option<Trace>,
}

/// Units that left for an order.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) order: OrderId,
    pub(crate) sku: Sku,
    pub(crate) location: LocationId,
    pub(crate) quantity: i64,
    /// When their parcel left.
    pub(crate) at: Time,
}

/// Where goods of an order belong that were received at `at`; a location that is not sold from takes nothing back.
pub(crate) fn home(sent: &[Sent], locations: &Locations, (order, sku): (OrderId, &Sku), at: Time) -> LocationId {
    let mut left = BTreeMap::<&LocationId, i64>::new();
    let of_it = |sent: &&Sent| sent.order == order && sent.sku == *sku && sent.at <= at;
    for sent in sent.iter().filter(of_it).filter(|sent| locations.sells_from(&sent.location)) {
        *left.entry(&sent.location).or_default() += sent.quantity;
    }
    let most = left.into_iter().max_by_key(|(location, quantity)| (*quantity, Reverse(*location)));
    most.map_or_else(LocationId::main, |(location, _)| location.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Site;
    use bodega_kernel::uuid::Uuid;

    fn at(name: &str) -> LocationId {
        LocationId::new(name).unwrap()
    }

    fn sent(order: u128, sku: &str, location: &str, quantity: i64, ms: i64) -> Sent {
        let (order, sku) = (OrderId(Uuid::from_u128(order)), Sku::new(sku).unwrap());
        Sent { order, sku, location: at(location), quantity, at: Time::from_ms(ms) }
    }

    #[test]
    fn goods_belong_where_most_of_them_had_left_from() {
        let sites = [("main", true), ("north", true), ("south", true), ("shut", false)];
        let locations = Locations::new(sites.map(|(name, enabled)| Site(at(name), enabled)).to_vec());
        let parcels = [
            sent(1, "A", "south", 1, 10),
            sent(1, "A", "north", 2, 20),
            sent(1, "A", "south", 1, 30),
            sent(1, "A", "main", 9, 50),
            sent(1, "B", "shut", 9, 10),
            sent(1, "C", "shut", 9, 10),
            sent(1, "C", "south", 1, 10),
            sent(2, "A", "main", 9, 10),
        ];
        let mut reversed = parcels.to_vec();
        reversed.reverse();
        let expected = [
            ("A", 9, "main"),
            ("A", 10, "south"),
            ("A", 20, "north"),
            // As much from here as from there: the first by name.
            ("A", 30, "north"),
            ("A", 50, "main"),
            ("B", 50, "main"),
            ("C", 50, "south"),
            ("D", 50, "main"),
        ];
        for (sku, ms, location) in expected {
            let of = (OrderId(Uuid::from_u128(1)), &Sku::new(sku).unwrap());
            for parcels in [&parcels[..], &reversed] {
                assert_eq!(home(parcels, &locations, of, Time::from_ms(ms)), at(location), "{sku} at {ms}");
            }
        }
    }
}
