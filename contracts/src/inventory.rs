//! Stock: what is there, held, allocated.

use crate::{OrderId, events, questions};
use bodega_kernel::Sku;
use serde::{Deserialize, Serialize};

/// What of a SKU can be sold now. The higher version wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockChanged {
    /// Which.
    pub sku: Sku,
    /// Grows with every change.
    pub version: i64,
    /// On hand less held less allocated less safety stock, over all locations, [`as_told`]; what may be sold on backorder is
    /// in it.
    pub available: i64,
}

/// Up to this many are told exactly.
const TOLD_EXACTLY: i64 = 1_000;

/// What others are told of so many that can be sold: where there is plenty, a round number that is not below it, so that not
/// every sale of it has to be told. What is really there is decided where it is held.
pub fn as_told(available: i64) -> i64 {
    if available <= TOLD_EXACTLY {
        return available;
    }
    let step = 1 << (available.ilog2() - 4);
    available.saturating_add(step - 1) / step * step
}

/// All stocked lines of an order are held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReserved {
    /// For which order.
    pub order_id: OrderId,
}

/// Nothing of an order is held, because some of it is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRejected {
    /// For which order.
    pub order_id: OrderId,
    /// What is short.
    pub short: Vec<Shortage>,
}

/// A SKU of which there is not enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// Which.
    pub sku: Sku,
    /// How many were wanted.
    pub wanted: i64,
    /// How many there are.
    pub available: i64,
}

/// What was held for an order now belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAllocated {
    /// Which order.
    pub order_id: OrderId,
}

/// What was held or allocated for an order can be sold again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReleased {
    /// Which order.
    pub order_id: OrderId,
}

/// The safety net took back what was held for an order that never ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockHoldExpired {
    /// Which order.
    pub order_id: OrderId,
}

/// An order was confirmed after its hold had expired, and its lines are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockUnavailable {
    /// Which order.
    pub order_id: OrderId,
    /// What is short.
    pub short: Vec<Shortage>,
}

/// A SKU has come to or below what staff want to be told of; told once until there is more again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLow {
    /// Which.
    pub sku: Sku,
    /// Names the alert: grows with each one of the SKU.
    pub alert: i64,
    /// What can be sold.
    pub available: i64,
    /// What staff want to be told of.
    pub threshold: i64,
}

events! {
    StockLow = "stock.low.v1" by sku,
    StockChanged = "stock.changed.v1" by sku,
    StockReserved = "stock.reserved.v1" by order_id,
    StockRejected = "stock.rejected.v1" by order_id,
    StockAllocated = "stock.allocated.v1" by order_id,
    StockReleased = "stock.released.v1" by order_id,
    StockHoldExpired = "stock.hold_expired.v1" by order_id,
    StockUnavailable = "stock.unavailable.v1" by order_id,
}

/// Asked by `verify`: stock per SKU and location, in that order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockFacts {
    /// The last SKU and location of the page before.
    pub after: Option<(String, String)>,
}

/// Stock of a SKU at a location, beside what its ledger and holds add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockFact {
    /// Which.
    pub sku: Sku,
    /// Where.
    pub location: String,
    /// The row's own figures.
    pub on_hand: i64,
    /// Held for orders that are not paid.
    pub held: i64,
    /// Belonging to paid orders.
    pub allocated: i64,
    /// May be sold below zero.
    pub backorder: bool,
    /// The version that was published last.
    pub version: i64,
    /// What of it can be sold; over all locations of a SKU it adds up to what was published.
    #[serde(default)]
    pub available: i64,
    /// The sum of on-hand movements in the ledger.
    pub ledger_on_hand: i64,
    /// Received, adjusted, counted and returned: everything that brought stock.
    pub ledger_brought: i64,
    /// Shipped, as a positive number.
    pub ledger_shipped: i64,
    /// Came back with returns of orders and could be sold again.
    #[serde(default)]
    pub ledger_returned: i64,
    /// The sum of live holds.
    pub live_holds: i64,
    /// The sum of live allocations.
    pub live_allocations: i64,
}

/// Asked by `verify`: what is held or allocated for orders, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReservationFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// What is reserved for one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationFact {
    /// Which order.
    pub order_id: OrderId,
    /// Where the reservation is in its life.
    pub state: ReservationState,
    /// What it holds, allocates or held last, with what has left of it.
    pub lines: Vec<(Sku, i64)>,
    /// What of it has left: no longer held or allocated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipped: Vec<(Sku, i64)>,
}

/// The life of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// Held until paid.
    Held,
    /// Refused: something was short.
    Rejected,
    /// Belongs to a paid order.
    Allocated,
    /// Given back.
    Released,
    /// Taken back by the safety net.
    Expired,
    /// Could not be allocated.
    Unavailable,
}

questions! {
    StockFacts -> Vec<StockFact>, "inventory" / "stock_facts";
    ReservationFacts -> Vec<ReservationFact>, "inventory" / "reservation_facts";
}

#[cfg(test)]
mod tests {
    use super::as_told;

    #[test]
    fn little_is_told_as_it_is_and_plenty_in_round_numbers_that_are_not_below_it() {
        for exact in [i64::MIN, -7, 0, 1, 999, 1_000] {
            assert_eq!(as_told(exact), exact);
        }
        assert_eq!([1_001, 1_024, 1_025, 2_000, 1_000_000].map(as_told), [1_024, 1_024, 1_088, 2_048, 1_015_808]);
        let mut last = 0;
        for available in (0..200_000).chain([1 << 40, i64::MAX / 2]) {
            let told = as_told(available);
            assert!(told >= last && told >= available && told <= available + available / 15 + 1, "{available}");
            last = told;
        }
    }
}
