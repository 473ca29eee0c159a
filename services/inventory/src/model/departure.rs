//! Goods that leave the shelf for good, with a parcel or over the desk: out of what their order holds or has allocated, or,
//! where that is not heard of yet or no more, out of what is there. Whichever comes first, the books end the same.

use super::{
    Taken, Wanted,
    reservation::Case,
    shelf::{Broken, Shelf, Shift},
};
use bodega_contracts::{OrderId, inventory::ReservationState as State};
use bodega_db::Trace;
use bodega_kernel::{Time, uuid::Uuid};
use std::collections::BTreeMap;

/// What left, all of it at once.
#[derive(Clone, Debug)]
pub(crate) struct Departure {
    /// Of the parcel, or of the fulfilment that was fetched.
    pub(crate) id: Uuid,
    pub(crate) order: OrderId,
    pub(crate) lines: Wanted,
    /// When it left.
    pub(crate) at: Time,
    pub(crate) trace: Option<Trace>,
}

/// Takes what left off the shelf and off what is reserved, where it is reserved; says by how much a unit moved each
/// figure, and where. More than the order has left, or goods that are promised to others, are refused.
pub(crate) fn depart(shelf: &mut Shelf, case: &mut Case, lines: &Wanted) -> Result<(Shift, Taken), Broken> {
    let is_known = !case.lines.is_empty() || case.state.is_some_and(|state| state != State::Released);
    if is_known {
        let outstanding = case.outstanding();
        let outstanding: BTreeMap<_, _> = outstanding.pairs().iter().map(|(sku, quantity)| (sku, *quantity)).collect();
        let excess = |(sku, quantity): &&(_, i64)| outstanding.get(sku).is_none_or(|left| quantity > left);
        if let Some((sku, _)) = lines.pairs().iter().find(excess) {
            return Err(Broken { sku: sku.clone() });
        }
    }
    let shift = match case.state {
        Some(State::Held) => Shift { on_hand: -1, held: -1, allocated: 0 },
        Some(State::Allocated) => Shift { on_hand: -1, held: 0, allocated: -1 },
        None | Some(State::Rejected | State::Released | State::Expired | State::Unavailable) => {
            Shift { on_hand: -1, held: 0, allocated: 0 }
        }
    };
    let (gone, rest) = match case.state {
        Some(State::Held | State::Allocated) => case.reserved().draw(lines),
        None | Some(State::Rejected | State::Released | State::Expired | State::Unavailable) => {
            (shelf.leftovers(lines), Taken::default())
        }
    };
    shelf.shift(&gone, shift)?;
    case.shipped = case.shipped.with(lines);
    if case.taken.is_some() {
        case.taken = Some(rest);
    }
    Ok((shift, gone))
}
