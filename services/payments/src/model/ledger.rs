//! Double entry: every movement of money stands twice, and each entry sums to zero.

use super::{Holder, words::words};
use bodega_contracts::RefundId;

words! {
    /// What money is booked on. Positive is debit.
    Account {
        /// What providers took for us and owe us.
        ProviderReceivable = "provider_receivable",
        /// What shoppers paid for orders.
        OrderReceipts = "order_receipts",
        /// What was given back to them.
        OrderRefunds = "order_refunds",
        /// What was taken twice and is theirs.
        SurplusReceipts = "surplus_receipts",
        /// What a provider withholds while a bank decides.
        Disputed = "disputed",
        /// What is on gift cards: owed to whoever has them.
        GiftCards = "gift_cards",
        /// What is owed to customers as store credit.
        StoreCredit = "store_credit",
        /// What the shop gave away as gift cards and store credit, or took back of it.
        CreditGranted = "credit_granted",
        /// What the shop lost: credit for money that a bank took back, spent before it did.
        Losses = "losses",
    }
}

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Unique within the order, card or customer it is of, so that it is booked once.
    pub(crate) name: String,
    /// Where it is booked, in minor units; a balance in the second one.
    pub(crate) lines: [(Account, i64); 2],
    /// Whose balance the line on gift cards or store credit is.
    pub(crate) holder: Option<Holder>,
}

impl Entry {
    /// An attempt took money for the order: `taken` of it now, which makes `total` in all.
    pub(super) fn capture(attempt: i64, taken: i64, total: i64) -> Self {
        Self::new(part("capture", attempt, taken, total), Account::ProviderReceivable, Account::OrderReceipts, taken)
    }

    /// An attempt took money for what was paid already.
    pub(super) fn surplus(attempt: i64, taken: i64, total: i64) -> Self {
        Self::new(part("surplus", attempt, taken, total), Account::ProviderReceivable, Account::SurplusReceipts, taken)
    }

    /// Money of the order went back.
    pub(super) fn refund(refund: RefundId, amount: i64) -> Self {
        Self::new(format!("refund/{refund}"), Account::OrderRefunds, Account::ProviderReceivable, amount)
    }

    /// A surplus went back.
    pub(super) fn surplus_refund(refund: RefundId, amount: i64) -> Self {
        Self::new(format!("refund/{refund}"), Account::SurplusReceipts, Account::ProviderReceivable, amount)
    }

    /// A gift card or store credit paid a part of the order.
    pub(super) fn tender(number: i64, holder: &Holder, amount: i64) -> Self {
        Self::of(format!("tender/{number}"), holder, Account::OrderReceipts, -amount)
    }

    /// It did not come to a sale: they have it back as if nothing had been.
    pub(super) fn tender_released(number: i64, holder: &Holder, amount: i64) -> Self {
        Self::of(format!("tender/{number}/released"), holder, Account::OrderReceipts, amount)
    }

    /// Money of the order went back as a balance: the `nth` part of a refund.
    pub(crate) fn credit(refund: RefundId, nth: usize, holder: &Holder, amount: i64) -> Self {
        Self::of(format!("refund/{refund}/{nth}"), holder, Account::OrderRefunds, amount)
    }

    /// The shop gave somebody a balance, or took some of it back: less than 0.
    pub(crate) fn granted(name: String, holder: &Holder, amount: i64) -> Self {
        Self::of(name, holder, Account::CreditGranted, amount)
    }

    /// What a bank asks back is withheld: more of it, or less.
    pub(super) fn withheld(name: &str, amount: i64) -> Self {
        Self::new(format!("dispute/{name}"), Account::Disputed, Account::ProviderReceivable, amount)
    }

    /// What a bank asked back is gone, as if it had never been paid.
    pub(super) fn lost(amount: i64) -> Self {
        Self::new("dispute/lost".to_owned(), Account::OrderReceipts, Account::Disputed, amount)
    }

    /// What was given back as a balance is taken off it again, as a bank took the money: the `nth` balance of a dispute.
    pub(super) fn credit_taken_back(nth: usize, holder: &Holder, amount: i64) -> Self {
        Self::of(format!("dispute/credit/{nth}"), holder, Account::OrderRefunds, -amount)
    }

    /// What was given back as a balance, and spent before a bank took the money, is the shop's loss.
    pub(super) fn written_off(amount: i64) -> Self {
        Self::new("dispute/written_off".to_owned(), Account::Losses, Account::OrderRefunds, amount)
    }

    /// What a balance changes by.
    pub(crate) fn balance_change(&self) -> i64 {
        self.holder.as_ref().map_or(0, |_| -self.lines[1].1)
    }

    fn of(name: String, holder: &Holder, debit: Account, amount: i64) -> Self {
        Self { holder: Some(holder.clone()), ..Self::new(name, debit, holder.account(), amount) }
    }

    fn new(name: String, debit: Account, credit: Account, amount: i64) -> Self {
        Self { name, lines: [(debit, amount), (credit, -amount)], holder: None }
    }
}

/// Money that is taken in one go has the attempt's name, and each part of it a name of its own.
fn part(what: &str, attempt: i64, taken: i64, total: i64) -> String {
    if taken == total { format!("{what}/{attempt}") } else { format!("{what}/{attempt}/{total}") }
}
