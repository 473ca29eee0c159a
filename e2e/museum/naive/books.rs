//! The naive shop's books, and what is done to them in one go.

use super::Line;
use crate::shop::Pieces;
use std::collections::{BTreeMap, BTreeSet};

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    AwaitingPayment,
    Confirmed,
    Delivered,
    Cancelled,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Confirmed => "confirmed",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An order.
pub(super) struct Order {
    pub(super) lines: Vec<Line>,
    pub(super) goods: i64,
    pub(super) status: Status,
    pub(super) paid: i64,
    pub(super) refunded: i64,
    holds: bool,
}

impl Order {
    /// One whose goods are held.
    pub(super) fn new(lines: Vec<Line>, goods: i64) -> Self {
        Self { lines, goods, status: Status::AwaitingPayment, paid: 0, refunded: 0, holds: true }
    }
}

/// A cart.
pub(super) struct Cart {
    pub(super) lines: Vec<Line>,
    pub(super) is_frozen: bool,
    /// The gift card that is to pay.
    pub(super) gift_card: Option<String>,
    code: Option<String>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Books {
    /// Price and pieces by SKU.
    pub(super) shelf: BTreeMap<String, (i64, Pieces)>,
    /// Basis points, limit and uses by code.
    pub(super) codes: BTreeMap<String, (i64, Option<i64>, i64)>,
    /// What is left on each gift card.
    pub(super) cards: BTreeMap<String, i64>,
    pub(super) carts: Vec<Cart>,
    pub(super) orders: Vec<Order>,
    pub(super) reports: BTreeSet<(usize, u32)>,
    /// What the provider took, less what it gave back.
    pub(super) provider: i64,
}

impl Books {
    pub(super) fn shelve(&mut self, sku: &str, price: i64, pieces: i64) {
        self.shelf.insert(sku.to_owned(), (price, Pieces { on_hand: pieces, held: 0, allocated: 0 }));
    }

    pub(super) fn new_cart(&mut self, lines: &[(&str, i64)], code: Option<&str>) -> usize {
        let line = |(sku, quantity): &(&str, i64)| ((*sku).to_owned(), *quantity, self.shelf[*sku].0);
        let lines = lines.iter().map(line).collect();
        self.carts.push(Cart { lines, is_frozen: false, gift_card: None, code: code.map(str::to_owned) });
        self.carts.len() - 1
    }

    /// Lines, code and its basis points of a cart that is checked out from now on.
    pub(super) fn freeze(&mut self, cart: usize) -> Option<(Vec<Line>, Option<String>, i64)> {
        let cart = &mut self.carts[cart];
        if std::mem::replace(&mut cart.is_frozen, true) {
            return None;
        }
        let bp = cart.code.as_ref().map_or(0, |code| self.codes[code].0);
        Some((cart.lines.clone(), cart.code.clone(), bp))
    }

    /// Whether there is enough for all of these lines together.
    pub(super) fn has_all(&self, lines: &[Line]) -> bool {
        let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
        for (sku, quantity, _) in lines {
            let sum = wanted.entry(sku).or_default();
            *sum = sum.saturating_add(*quantity);
        }
        let free = |sku: &str| {
            let pieces = self.shelf[sku].1;
            pieces.on_hand - pieces.held - pieces.allocated
        };
        wanted.into_iter().all(|(sku, quantity)| free(sku) >= quantity)
    }

    pub(super) fn take(&mut self, lines: &[Line]) -> bool {
        for (sku, quantity, _) in lines {
            self.pieces(sku).held += quantity;
        }
        true
    }

    pub(super) fn code_is_left(&self, code: &str) -> bool {
        let (_, limit, uses) = self.codes[code];
        limit.is_none_or(|limit| uses < limit)
    }

    pub(super) fn is_limited(&self, code: &str) -> bool {
        self.codes[code].1.is_some()
    }

    pub(super) fn count(&mut self, code: &str) {
        if let Some((_, _, uses)) = self.codes.get_mut(code) {
            *uses += 1;
        }
    }

    pub(super) fn is_due(&self, order: usize) -> bool {
        let Order { status, paid, .. } = self.orders[order];
        paid == 0 && matches!(status, Status::AwaitingPayment | Status::Cancelled)
    }

    pub(super) fn charge(&mut self, order: usize) {
        let order = &mut self.orders[order];
        order.paid += order.goods;
        self.provider += order.goods;
    }

    /// What was held belongs to the order, if it still holds anything.
    pub(super) fn confirm(&mut self, order: usize) -> bool {
        if !std::mem::take(&mut self.orders[order].holds) {
            return false;
        }
        for (sku, quantity, _) in self.orders[order].lines.clone() {
            let pieces = self.pieces(&sku);
            pieces.held -= quantity;
            pieces.allocated += quantity;
        }
        self.orders[order].status = Status::Confirmed;
        true
    }

    pub(super) fn give_back(&mut self, order: usize, amount: i64) {
        self.orders[order].refunded += amount;
        self.provider -= amount;
    }

    pub(super) fn give_all_back(&mut self, order: usize) {
        self.give_back(order, self.orders[order].paid - self.orders[order].refunded);
    }

    /// Orders that nobody pays are over; `open` ones only lose their goods.
    pub(super) fn let_go_of_unpaid(&mut self, open: bool) {
        for order in 0..self.orders.len() {
            if self.orders[order].status != Status::AwaitingPayment {
                continue;
            }
            self.orders[order].holds = false;
            for (sku, quantity, _) in self.orders[order].lines.clone() {
                self.pieces(&sku).held -= quantity;
            }
            if !open {
                self.orders[order].status = Status::Cancelled;
            }
        }
    }

    fn pieces(&mut self, sku: &str) -> &mut Pieces {
        &mut self.shelf.entry(sku.to_owned()).or_default().1
    }
}
