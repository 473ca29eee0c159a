//! A refund: money on its way back.

use super::{CallError, ChargeKey, RefundOutcome, words::words};
use bodega_contracts::{OrderId, RefundId, ReturnId};
use bodega_kernel::Money;
use uuid::Uuid;

words! {
    /// Where a refund is in its life.
    read RefundStatus {
        /// To be asked for.
        Prepared = "prepared",
        /// Being asked for, or asked for without an answer.
        Calling = "calling",
        /// The provider refuses as long as the buyer's bank has a say in it.
        Waiting = "waiting",
        /// The money went back.
        Done = "done",
        /// The provider refused.
        Failed = "failed",
    }
}

words! {
    /// Why money goes back.
    read Origin {
        /// Staff decided.
        Staff = "staff",
        /// The order was cancelled.
        Cancelled = "cancelled",
        /// Goods came back.
        Return = "return",
        /// It was paid twice.
        Surplus = "surplus",
    }
}

/// Money on its way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    /// Its id, and its key at the provider.
    pub(crate) id: RefundId,
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// Of which attempt's charge.
    pub(crate) attempt: i64,
    /// How much.
    pub(crate) amount: Money,
    /// What of it went to gift cards and store credit at once, minor units.
    pub(crate) credited: i64,
    /// For which return.
    pub(crate) return_id: Option<ReturnId>,
    /// Why.
    pub(crate) origin: Origin,
    /// Where it is.
    pub(crate) status: RefundStatus,
    /// Who is calling for it.
    pub(crate) lease: Option<Uuid>,
    /// Whether a call may have been sent.
    pub(crate) sent: bool,
    /// How often it was tried.
    pub(crate) tries: i64,
    /// What caused it.
    pub(crate) trace: Option<String>,
}

impl Refund {
    /// What the provider gives back.
    pub(crate) fn cash(&self) -> Money {
        Money::new(self.amount.amount - self.credited, self.amount.currency)
    }

    /// The charge it is of.
    pub(crate) fn charge(&self) -> ChargeKey {
        ChargeKey { order_id: self.order_id, attempt: self.attempt }
    }
}

/// What came of a call for a refund.
#[derive(Clone, Debug)]
pub(crate) struct RefundReport {
    /// Which refund.
    pub(crate) id: RefundId,
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// Whose call it was.
    pub(crate) lease: Uuid,
    /// Whether no call had been sent before.
    pub(crate) first: bool,
    /// What the provider said.
    pub(crate) result: Result<RefundOutcome, CallError>,
}
