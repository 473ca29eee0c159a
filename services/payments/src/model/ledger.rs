//! Double entry: every movement of money stands twice, and each entry sums to zero.

use super::words::words;
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
    }
}

/// One movement of money of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Unique within the order, so that it is booked once.
    pub(crate) name: String,
    /// Where it is booked, in minor units.
    pub(crate) lines: [(Account, i64); 2],
}

impl Entry {
    /// An attempt took money for the order.
    pub(super) fn capture(attempt: i64, amount: i64) -> Self {
        Self::new(format!("capture/{attempt}"), Account::ProviderReceivable, Account::OrderReceipts, amount)
    }

    /// An attempt took money for what was paid already.
    pub(super) fn surplus(attempt: i64, amount: i64) -> Self {
        Self::new(format!("surplus/{attempt}"), Account::ProviderReceivable, Account::SurplusReceipts, amount)
    }

    /// Money of the order went back.
    pub(super) fn refund(refund: RefundId, amount: i64) -> Self {
        Self::new(format!("refund/{refund}"), Account::OrderRefunds, Account::ProviderReceivable, amount)
    }

    /// A surplus went back.
    pub(super) fn surplus_refund(refund: RefundId, amount: i64) -> Self {
        Self::new(format!("refund/{refund}"), Account::SurplusReceipts, Account::ProviderReceivable, amount)
    }

    fn new(name: String, debit: Account, credit: Account, amount: i64) -> Self {
        Self { name, lines: [(debit, amount), (credit, -amount)] }
    }
}
