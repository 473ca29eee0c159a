//! What pays a part of a cart before the payment method pays the rest: gift cards, then what the shop owes the customer.
//! Nothing is taken here; payments does that, and an order that it cannot take it for is not paid.

use super::{Buyer, Cart};
use bodega_contracts::{GiftCardId, Tender, TenderKind};
use bodega_kernel::{Currency, Money, UserId};
use serde::{Deserialize, Serialize};

/// The most gift cards of a cart.
pub(crate) const MAX_CARDS: usize = 5;

/// What a shopper wants to pay with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tenders {
    /// In the order they are spent; their codes are not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    /// Store credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
}

/// A gift card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Card {
    /// Which.
    pub id: GiftCardId,
    /// How it is shown.
    pub label: String,
    /// What was on it when it was asked for.
    pub balance: Money,
}

/// Store credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Credit {
    /// Whose.
    pub user: UserId,
    /// The most that is to be spent; `None` is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<i64>,
    /// What there was when it was asked for.
    pub balance: Money,
}

/// What became of a tender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TenderState {
    /// What pays how much; 0 where nothing is left for it, or it is in another currency.
    pub tender: Tender,
    /// What there was when it was asked for.
    pub balance: Money,
}

/// What store credit is called.
const CREDIT_LABEL: &str = "store credit";

/// Cuts what a cart is to be paid with to its total, each in its turn, and says what is left to be paid.
pub(crate) fn tender(cart: &Cart, buyer: &Buyer, currency: Currency, total: i64) -> (Vec<TenderState>, i64) {
    let mut due = total;
    let mut take = |balance: Money, most: Option<i64>| {
        let here = if balance.currency == currency { balance.amount } else { 0 };
        let amount = here.min(most.unwrap_or(i64::MAX)).clamp(0, due.max(0));
        due -= amount;
        amount
    };
    let mut states = Vec::new();
    for card in &cart.tenders.cards {
        let (card_id, label) = (Some(card.id), card.label.clone());
        let amount = take(card.balance, None);
        let tender = Tender { kind: TenderKind::GiftCard, card_id, label, amount };
        states.push(TenderState { tender, balance: card.balance });
    }
    let theirs = cart.tenders.credit.as_ref().filter(|credit| buyer.customer == Some(credit.user));
    if let Some(credit) = theirs {
        let amount = take(credit.balance, credit.most);
        let tender = Tender { kind: TenderKind::StoreCredit, card_id: None, label: CREDIT_LABEL.to_owned(), amount };
        states.push(TenderState { tender, balance: credit.balance });
    }
    (states, due)
}
