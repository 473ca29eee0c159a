//! What follows from facts, and what the timeline says of them.

use super::{Fact, TimerKind};
use bodega_contracts::{
    orders::{CancelReason, OrderStatus, ReturnState},
    payments::DisputeState,
};

/// A line of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    CheckedOut,
    AskedAgain,
    StockReserved,
    StockRejected,
    StockAllocated,
    StockReleased,
    StockHoldExpired,
    StockUnavailable,
    CouponReserved,
    CouponRejected,
    PointsReserved,
    PointsRejected,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFailed,
    PaymentClosed,
    PaymentVoided,
    PaymentRefunded,
    Dispute(DisputeState),
    ParcelPacked,
    CaptureFailed,
    CancelRequested,
    CancelRefused,
    FulfilmentStopped,
    ParcelReady,
    ParcelDispatched,
    ParcelInTransit,
    ParcelDelivered,
    Collected,
    AddressChanged,
    Return(ReturnState),
    PaymentDue,
    PaymentExpiring(CancelReason),
    Confirmed,
    Delivered,
    Completed,
    Cancelled(CancelReason),
}

/// What is written for the buyer's and the shop's books. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Paper {
    /// What the order costs.
    Invoice { total: i64 },
    /// What is given back of it.
    CreditNote { amount: i64 },
}

/// What follows from a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Effect {
    /// The next status in its history.
    Moved { from: Option<OrderStatus>, to: OrderStatus },
    /// `order.placed`.
    Placed,
    /// `order.payment_due`; its deadline begins.
    PaymentDue,
    /// `order.payment_expiring`.
    PaymentExpiring(CancelReason),
    /// `order.confirmed`.
    Confirmed,
    /// `order.stopping`.
    Stopping,
    /// `order.delivered`.
    Delivered,
    /// `order.completed`.
    Completed,
    /// A paper with the next number of its series.
    Issue(Paper),
    /// `order.cancelled`.
    Cancelled(CancelReason),
    /// In place of the timer it had.
    SetTimer(TimerKind),
    /// It is over.
    ClearTimer,
    /// For people to read.
    Tell(Entry),
    /// For staff to look into.
    Alert(&'static str),
}

impl Fact {
    /// What the timeline says of it; what a timer does is told by its effects.
    pub(super) fn entry(self) -> Option<Entry> {
        Some(match self {
            Self::CheckedOut | Self::TimerFired { .. } => return None,
            Self::StockReserved => Entry::StockReserved,
            Self::StockRejected => Entry::StockRejected,
            Self::StockAllocated => Entry::StockAllocated,
            Self::StockReleased => Entry::StockReleased,
            Self::StockHoldExpired => Entry::StockHoldExpired,
            Self::StockUnavailable => Entry::StockUnavailable,
            Self::CouponReserved => Entry::CouponReserved,
            Self::CouponRejected => Entry::CouponRejected,
            Self::PointsReserved => Entry::PointsReserved,
            Self::PointsRejected => Entry::PointsRejected,
            Self::PaymentActionRequired { .. } => Entry::PaymentActionRequired,
            Self::PaymentAuthorized { .. } => Entry::PaymentAuthorized,
            Self::PaymentCaptured { .. } => Entry::PaymentCaptured,
            Self::PaymentFailed { .. } => Entry::PaymentFailed,
            Self::PaymentClosed => Entry::PaymentClosed,
            Self::PaymentVoided => Entry::PaymentVoided,
            Self::PaymentRefunded { .. } => Entry::PaymentRefunded,
            Self::Disputed { state, .. } => Entry::Dispute(state),
            Self::ParcelPacked => Entry::ParcelPacked,
            Self::CaptureFailed => Entry::CaptureFailed,
            Self::FulfilmentStopped => Entry::FulfilmentStopped,
            Self::FulfilmentUnderWay => Entry::CancelRefused,
            Self::ReadyForPickup => Entry::ParcelReady,
            Self::Dispatched { .. } => Entry::ParcelDispatched,
            Self::InTransit => Entry::ParcelInTransit,
            Self::Delivered { .. } => Entry::ParcelDelivered,
            Self::Collected => Entry::Collected,
            Self::AddressChanged => Entry::AddressChanged,
            Self::Returned { state, .. } => Entry::Return(state),
            Self::CancelRequested { .. } => Entry::CancelRequested,
        })
    }
}

impl Entry {
    /// Whether the entry tells the fact itself, and not what follows from it.
    pub(crate) fn is_fact(self) -> bool {
        !matches!(
            self,
            Self::CheckedOut
                | Self::AskedAgain
                | Self::PaymentDue
                | Self::PaymentExpiring(_)
                | Self::Confirmed
                | Self::Delivered
                | Self::Completed
                | Self::Cancelled(_)
        )
    }

    /// Why, where it has a reason.
    pub(crate) fn reason(self) -> Option<CancelReason> {
        if let Self::PaymentExpiring(reason) | Self::Cancelled(reason) = self { Some(reason) } else { None }
    }
}
