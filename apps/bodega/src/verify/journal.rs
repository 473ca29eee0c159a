//! V15: what a client was told, held against the books.
//!
//! A test writes down every checkout it made and what came back. What was answered with 2xx is there, what was refused is
//! not, and what was never answered is there whole or not at all.

use super::Books;
use bodega_contracts::OrderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a checkout was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Accepted with this order.
    Accepted(OrderId),
    /// Refused: no order of this cart may exist.
    Refused,
    /// The connection broke first.
    Unanswered,
}

/// What one client did: each cart it tried to buy, with the answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// Cart and answer, in order.
    pub calls: Vec<(bodega_contracts::CartId, Call)>,
}

impl Journal {
    /// The calls that the books contradict.
    pub fn contradictions(&self, books: &Books) -> BTreeSet<String> {
        let bought: BTreeSet<_> = books.orders.values().map(|order| order.cart_id).collect();
        let checked_out: BTreeSet<_> = books.checkouts.values().map(|checkout| checkout.cart_id).collect();
        let contradicted = self.calls.iter().filter(|(cart, call)| match call {
            Call::Accepted(order) => books.orders.get(order).is_none_or(|order| order.cart_id != *cart),
            Call::Refused => bought.contains(cart),
            Call::Unanswered => bought.contains(cart) != checked_out.contains(cart),
        });
        contradicted.map(|(cart, call)| format!("cart {cart}: {call:?}")).collect()
    }
}
