//! The rules of stock: when goods can be held, when they belong to an order, when they come back. Pure.
//!
//! `reservation` is the life of what is reserved for one order, `departure` what leaves of it, `shelf` the levels a batch decides on; `staff` what
//! people say about stock.

mod departure;
mod reservation;
mod shelf;
mod staff;

#[cfg(test)]
mod laws;

pub(crate) use departure::{Departure, depart};
pub(crate) use reservation::{Ask, Case, Fact, Outcome, Tell, decide, moves_stock, state_from_str, state_str};
pub(crate) use shelf::{Change, Level, Shelf, Shift, Wanted};
pub(crate) use staff::{Count, Kind, MovementView, NewMovement, Refusal, StockView, Violation, apply_movements};

/// The one location there is.
pub(crate) const MAIN: &str = "main";
/// The most units of a SKU that one order may want, one movement may bring, or may be there.
pub(crate) const MAX_UNITS: i64 = 1_000_000_000;
