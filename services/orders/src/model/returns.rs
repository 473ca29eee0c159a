//! The life of a return: what may be done with it, and what it takes up of its order.

use crate::model::shares::{Run, Share};
use bodega_contracts::{OrderId, OrderLine, ReturnId, orders::ReturnState};
use bodega_kernel::{Currency, Sku, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The most returns that are asked for of one order, ended ones included.
pub(crate) const MAX_RETURNS: usize = 50;
/// The most that an order has in all, with those that pay for what was sent in exchange.
pub(crate) const MOST_RETURNS: usize = 1_000;

/// Pieces by SKU.
pub(crate) type Pieces = BTreeMap<Sku, i64>;

/// What the buyer wants for what they send back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wish {
    /// The money.
    Refund,
    /// The money, as store credit.
    StoreCredit,
    /// Other goods, as many pieces.
    Exchange,
}

/// What staff do with a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Approve,
    Reject,
    Receive,
    Cancel,
}

/// Some pieces of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    pub(crate) sku: Sku,
    /// How many, 1 to 10,000.
    #[schema(minimum = 1, maximum = 10_000, example = 1)]
    pub(crate) quantity: i64,
}

/// What became of the pieces of a SKU that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counted {
    pub(crate) sku: Sku,
    /// Pieces that can be sold again.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000, example = 1)]
    pub(crate) restock: i64,
    /// Pieces that cannot.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000, example = 0)]
    pub(crate) write_off: i64,
}

/// What is kept of a return beside its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Matter {
    pub(crate) currency: Currency,
    pub(crate) reason: String,
    pub(crate) wish: Wish,
    /// What was asked for, each SKU once.
    pub(crate) lines: Vec<OrderLine>,
    /// What came back, each SKU once.
    #[serde(default)]
    pub(crate) counted: Vec<Counted>,
    #[serde(default)]
    pub(crate) replacement: Vec<Wanted>,
    /// The order it became.
    #[serde(default)]
    pub(crate) replacement_id: Option<OrderId>,
    /// What staff say to the buyer.
    #[serde(default)]
    pub(crate) message: Option<String>,
    /// Whether its refund holds the shipping.
    #[serde(default)]
    pub(crate) refund_shipping: bool,
    /// What its refund is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shares: Vec<Share>,
    /// What the goods stand for that are sent in exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) passed: Option<Passed>,
    /// Where its money is given back, if that is of another order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) settled: Option<Settled>,
    /// The return of goods sent in exchange that this one pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) settles: Option<ReturnId>,
    pub(crate) by_staff: bool,
}

/// What goods that are sent in exchange stand for: pieces of the order that was paid, in the order of those that are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passed {
    pub(crate) order_id: OrderId,
    pub(crate) runs: Vec<Run>,
}

/// Goods that were sent in exchange came back: their money is given back of the order that was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settled {
    pub(crate) order_id: OrderId,
    pub(crate) return_id: ReturnId,
    /// Minor units.
    pub(crate) amount: i64,
}

/// Goods that come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Return {
    pub(crate) id: ReturnId,
    pub(crate) order_id: OrderId,
    pub(crate) number: String,
    pub(crate) state: ReturnState,
    /// What is given back, minor units.
    pub(crate) refund: i64,
    pub(crate) matter: Matter,
    pub(crate) created: Time,
    pub(crate) changed: Time,
}

/// The table: where each act leads from each state. `None` is refused.
pub(crate) fn next(state: ReturnState, act: Act) -> Option<ReturnState> {
    match (state, act) {
        (ReturnState::Requested, Act::Approve) => Some(ReturnState::Approved),
        (ReturnState::Requested, Act::Reject) => Some(ReturnState::Rejected),
        (ReturnState::Approved, Act::Receive) => Some(ReturnState::Received),
        (ReturnState::Requested | ReturnState::Approved, Act::Cancel) => Some(ReturnState::Cancelled),
        (ReturnState::Requested, Act::Receive)
        | (ReturnState::Approved, Act::Approve | Act::Reject)
        | (ReturnState::Rejected | ReturnState::Received | ReturnState::Cancelled, _) => None,
    }
}

/// Whether it has not ended.
pub(crate) fn is_open(state: ReturnState) -> bool {
    matches!(state, ReturnState::Requested | ReturnState::Approved)
}

impl Counted {
    /// Pieces that came back.
    pub(crate) fn pieces(&self) -> i64 {
        self.restock + self.write_off
    }
}

impl Return {
    /// The pieces that came back.
    pub(crate) fn received(&self) -> impl Iterator<Item = (&Sku, i64)> {
        self.matter.counted.iter().map(|line| (&line.sku, line.pieces()))
    }

    /// The pieces that no other return may ask for: what is on its way back, and what came.
    fn takes(&self) -> Vec<(&Sku, i64)> {
        match self.state {
            ReturnState::Requested | ReturnState::Approved => {
                self.matter.lines.iter().map(|line| (&line.sku, line.quantity)).collect()
            }
            ReturnState::Received => self.received().collect(),
            ReturnState::Rejected | ReturnState::Cancelled => Vec::new(),
        }
    }

    /// What is sent in exchange for `pieces` that came back: as many, the first ones that were wished for.
    pub(crate) fn exchanged(&self, mut pieces: i64) -> Vec<Wanted> {
        let mut sent = Vec::new();
        for wanted in &self.matter.replacement {
            let quantity = wanted.quantity.min(pieces);
            pieces -= quantity;
            if quantity > 0 {
                sent.push(Wanted { quantity, ..wanted.clone() });
            }
        }
        sent
    }
}

/// Pieces that these returns take up.
pub(crate) fn taken(returns: &[Return]) -> Pieces {
    sum(returns.iter().flat_map(Return::takes))
}

/// Pieces that came back with these returns.
pub(crate) fn came_back(returns: &[Return]) -> Pieces {
    sum(returns.iter().flat_map(Return::received))
}

/// Which of the sums that wait for a credit note one of `amount` is for: the first that is as much, or else the first ones
/// together. None where neither fits: then it was given back for something else.
pub(crate) fn credited(amount: i64, waiting: &[i64]) -> std::ops::Range<usize> {
    if let Some(at) = waiting.iter().position(|sum| *sum == amount) {
        return at..at + 1;
    }
    let mut sum = 0;
    for (at, one) in waiting.iter().enumerate() {
        sum += one;
        if sum >= amount {
            return if sum == amount { 0..at + 1 } else { 0..0 };
        }
    }
    0..0
}

/// Adds up pieces by SKU.
pub(crate) fn sum<'a>(lines: impl Iterator<Item = (&'a Sku, i64)>) -> Pieces {
    let mut sums = Pieces::new();
    for (sku, quantity) in lines {
        *sums.entry(sku.clone()).or_default() += quantity;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReturnState::{Approved, Cancelled, Received, Rejected, Requested};

    #[test]
    fn a_return_goes_one_way_and_what_has_ended_stays() {
        let acts = [Act::Approve, Act::Reject, Act::Receive, Act::Cancel];
        let after = |state| acts.map(|act| next(state, act));
        assert_eq!(after(Requested), [Some(Approved), Some(Rejected), None, Some(Cancelled)]);
        assert_eq!(after(Approved), [None, None, Some(Received), Some(Cancelled)]);
        for state in [Rejected, Received, Cancelled] {
            assert_eq!((after(state), is_open(state)), ([None; 4], false));
        }
    }

    fn coming_back(state: ReturnState, asked: i64, counted: i64) -> Return {
        let sku = || Sku::new("mug").unwrap();
        Return {
            id: ReturnId(uuid::Uuid::nil()),
            order_id: OrderId(uuid::Uuid::nil()),
            number: "B1-R1".to_owned(),
            state,
            refund: 0,
            matter: Matter {
                currency: Currency::GBP,
                reason: "broken".to_owned(),
                wish: Wish::Exchange,
                lines: vec![OrderLine { sku: sku(), quantity: asked, stocked: true }],
                counted: vec![Counted { sku: sku(), restock: counted, write_off: 0 }],
                replacement: vec![Wanted { sku: sku(), quantity: 1 }, Wanted { sku: sku(), quantity: 3 }],
                replacement_id: None,
                message: None,
                refund_shipping: false,
                shares: Vec::new(),
                passed: None,
                settled: None,
                settles: None,
                by_staff: false,
            },
            created: Time::from_ms(0),
            changed: Time::from_ms(0),
        }
    }

    #[test]
    fn pieces_that_never_came_may_be_asked_for_again() {
        let all = [(Requested, 3), (Approved, 3), (Received, 2), (Rejected, 0), (Cancelled, 0)];
        for (state, takes) in all {
            let taken: i64 = taken(&[coming_back(state, 3, if state == Received { 2 } else { 0 })]).values().sum();
            assert_eq!(taken, takes, "{state:?}");
        }
    }

    #[test]
    fn a_credit_note_is_for_what_comes_to_as_much() {
        assert_eq!(credited(300, &[200, 300, 100]), 1..2);
        assert_eq!(credited(500, &[200, 300, 100]), 0..2);
        assert_eq!(credited(400, &[200, 300, 100]), 0..0);
        assert_eq!(credited(700, &[200, 300, 100]), 0..0);
        assert_eq!(credited(1, &[]), 0..0);
    }

    #[test]
    fn as_many_go_out_as_came_back() {
        let wished = coming_back(Approved, 4, 0);
        for pieces in 0..=4 {
            let sent = wished.exchanged(pieces);
            assert_eq!(sent.iter().map(|line| line.quantity).sum::<i64>(), pieces);
        }
        assert_eq!(wished.exchanged(2).len(), 2);
    }
}
