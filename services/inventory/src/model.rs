//! The rules of stock: when goods can be held, when they belong to an order, when they come back. Pure.
//!
//! `reservation` is the life of what is reserved for one order, `departure` what leaves of it, `comeback` where what
//! comes back belongs; `shelf` holds the levels a
//! batch decides on, each an item of `level`, over the locations of `location`; `staff` is what people say about stock,
//! `bulk` many figures of theirs at once, `transfer` goods between locations, `source`
//! what other systems say is there.

mod bulk;
mod comeback;
mod departure;
mod level;
mod location;
mod reservation;
mod shelf;
mod source;
mod staff;
mod transfer;
mod wanted;

#[cfg(test)]
mod laws;

pub(crate) use bulk::{BulkRow, MAX_ROWS, Outcome as BulkOutcome, StockCount};
pub(crate) use comeback::{Comeback, Sent, home};
pub(crate) use departure::{Departure, depart};
pub(crate) use level::{Item, Level, Policy};
pub(crate) use location::{Location, LocationChange, LocationId, Locations, MAIN, MAX_LOCATIONS, Site};
pub(crate) use reservation::{Ask, Case, Fact, Outcome, Tell, decide, moves_stock, state_from_str, state_str};
pub(crate) use shelf::{Change, RowChange, Shelf, Shift};
pub(crate) use source::{
    AskedFigure, Figure, Heard, MAX_STOCK, Mismatch, MismatchState, Side, SourceReport, Standing, SyncTaken, Verdict,
    WholeStock, set as set_on_hand, take_in,
};
pub(crate) use staff::{Count, Kind, NewMovement, PolicyChange, Refusal, Violation, apply_movements};
pub(crate) use transfer::{Amount, Transfer, TransferLine, TransferState, bad_amounts};
pub(crate) use wanted::{Taken, Wanted};

use serde::{Deserialize, Deserializer};

/// The most units of a SKU that one order may want, one movement may bring, or may be there.
pub(crate) const MAX_UNITS: i64 = 1_000_000_000;

/// A field that can be left out, null or set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Nullable<T> {
    /// Left out: stays as it is.
    #[default]
    Kept,
    /// Null: is cleared.
    Cleared,
    /// Is set.
    Set(T),
}

impl<T> Nullable<T> {
    /// The value after it.
    pub(crate) fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Kept => before,
            Self::Cleared => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The value that is set.
    pub(crate) fn given(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Kept | Self::Cleared => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Cleared, Self::Set))
    }
}
