//! What the API shows of returns, addresses and notes.

use crate::{
    model::returns::{Counted, Return, Wanted, Wish},
    store::NoteRow,
};
use bodega_contracts::{Address, OrderId, ReturnId, orders::ReturnState};
use bodega_kernel::{Money, Sku, Time, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// Goods that come back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReturnView {
    pub(crate) id: ReturnId,
    /// For people to read, and to write on the parcel.
    #[schema(example = "B1001-R1")]
    pub(crate) number: String,
    /// Of which order.
    pub(crate) order_id: OrderId,
    pub(crate) state: ReturnState,
    /// In the buyer's words.
    #[schema(example = "does not fit")]
    pub(crate) reason: String,
    pub(crate) wish: Wish,
    pub(crate) lines: Vec<ReturnLineView>,
    /// What the buyer wants in exchange.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) replacement: Vec<Wanted>,
    /// The order that was made of the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replacement_id: Option<OrderId>,
    /// What is given back; there when the goods were received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<Money>,
    /// The order it is given back of, where that is another: the one that was paid for goods sent in exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refund_order_id: Option<OrderId>,
    /// The return of goods sent in exchange that this one pays for; it brings no goods of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settles: Option<ReturnId>,
    /// Whether the shipping is in the refund.
    pub(crate) refund_shipping: bool,
    /// What staff say to the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// Whether staff asked for it.
    pub(crate) by_staff: bool,
    pub(crate) requested_at: Time,
    pub(crate) changed_at: Time,
}

/// Some pieces that come back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReturnLineView {
    pub(crate) sku: Sku,
    /// How many were asked for.
    pub(crate) quantity: i64,
    /// How many came and can be sold again.
    pub(crate) restocked: i64,
    /// How many came and cannot.
    pub(crate) written_off: i64,
}

/// Where an order is sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AddressView {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) shipping_address: Address,
    /// How often the address was changed.
    pub(crate) address_version: i64,
    /// The order's, and its `ETag`.
    pub(crate) version: i64,
}

/// What somebody of the staff noted about an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    /// Grows.
    pub(crate) id: i64,
    pub(crate) author: UserId,
    #[schema(example = "rings before he comes")]
    pub(crate) text: String,
    pub(crate) at: Time,
}

impl ReturnView {
    pub(crate) fn of(one: Return) -> Self {
        let Return { id, order_id, number, state, refund, matter, created, changed } = one;
        let counted = |sku: &Sku, pieces: fn(&Counted) -> i64| -> i64 {
            matter.counted.iter().filter(|line| line.sku == *sku).map(pieces).sum()
        };
        let lines = matter.lines.iter().map(|line| ReturnLineView {
            sku: line.sku.clone(),
            quantity: line.quantity,
            restocked: counted(&line.sku, |line| line.restock),
            written_off: counted(&line.sku, |line| line.write_off),
        });
        Self {
            id,
            number,
            order_id,
            state,
            lines: lines.collect(),
            reason: matter.reason,
            wish: matter.wish,
            replacement: matter.replacement,
            replacement_id: matter.replacement_id,
            refund: (state == ReturnState::Received)
                .then(|| Money::new(refund + matter.settled.map_or(0, |settled| settled.amount), matter.currency)),
            refund_order_id: matter.settled.map(|settled| settled.order_id),
            settles: matter.settles,
            refund_shipping: matter.refund_shipping,
            message: matter.message,
            by_staff: matter.by_staff,
            requested_at: created,
            changed_at: changed,
        }
    }
}

impl NoteView {
    pub(crate) fn of(note: NoteRow) -> Self {
        Self { id: note.seq, author: UserId(note.author), text: note.text, at: Time::from_ms(note.at_ms) }
    }
}
