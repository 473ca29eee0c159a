//! The life of an order: what was heard of it, and one total function from that and the next fact to what follows.
//!
//! Facts come twice, late and in any order, so an order remembers what it heard (stock, claims, money, parcels, wishes) apart
//! from where it is. Nothing here does I/O or knows the time; `docs/order-states.md` is printed from this table.

pub(crate) mod change;
#[cfg(test)]
mod diagram;
mod effect;
mod life;
pub(crate) mod owners;
mod progress;
pub(crate) mod returns;
pub(crate) mod shares;
mod step;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub(crate) use effect::{Effect, Entry, Paper};
pub(crate) use life::{Claim, Heard, Life, Parcels, Returns, Stock};
pub(crate) use progress::FulfilmentStatus;
pub(crate) use step::Step;

use bodega_contracts::{
    orders::{CancelReason, OrderStatus, ReturnState},
    payments::DisputeState,
};

/// What is heard of an order. Amounts are minor units, and pieces are counted, for the whole order: the higher one is the
/// later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fact {
    CheckedOut,
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
    PaymentActionRequired {
        attempt: i64,
    },
    PaymentAuthorized {
        total: i64,
    },
    PaymentCaptured {
        total: i64,
    },
    PaymentFailed {
        attempt: i64,
    },
    PaymentClosed,
    PaymentVoided,
    PaymentRefunded {
        total: i64,
    },
    Disputed {
        state: DisputeState,
        amount: i64,
    },
    /// A parcel is about to leave, and its money is to be taken first.
    ParcelPacked,
    CaptureFailed,
    FulfilmentStopped,
    FulfilmentUnderWay,
    ReadyForPickup,
    Dispatched {
        pieces: i64,
    },
    InTransit,
    Delivered {
        pieces: i64,
    },
    Collected,
    AddressChanged,
    /// A return moved: how many are open then, and how many pieces came back in all.
    Returned {
        state: ReturnState,
        open: i64,
        pieces: i64,
    },
    CancelRequested {
        reason: CancelReason,
    },
    TimerFired {
        kind: TimerKind,
    },
}

/// What an order waits for. It has one timer until it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TimerKind {
    /// For answers about its stock, its promotions and its points.
    Pending,
    /// For its money.
    PaymentDeadline,
    /// For payments or shipping to say that nothing more can come.
    Closing,
    /// For being sent.
    ServiceLevel,
    /// For arriving, or being fetched.
    Arrival,
    /// For the time in which it may be sent back to pass.
    ReturnWindow,
    /// For a return to end, after that time.
    OpenReturn,
}

/// The table: what each fact means in each status. A fact that was heard already changes nothing and has no effects.
pub(crate) fn apply(order: &Life, fact: Fact) -> Step {
    let step = Step::hearing(order, fact);
    let step = match order.status {
        OrderStatus::Pending => pending(step, fact),
        OrderStatus::AwaitingPayment => awaiting_payment(step, order, fact),
        OrderStatus::Confirmed | OrderStatus::ReadyForPickup => confirmed(step, order, fact),
        OrderStatus::PartiallyShipped | OrderStatus::Shipped | OrderStatus::Delivered => under_way(step, fact),
        // Over for good: late money moves its payment status only, and payments gives it back.
        OrderStatus::Completed | OrderStatus::Cancelled => step,
    };
    step.credit().flag(order, fact)
}

#[expect(clippy::match_same_arms, reason = "a line for each part of the order, so that one sees what is left out")]
fn pending(step: Step, fact: Fact) -> Step {
    match fact {
        Fact::CheckedOut => step.open(),
        Fact::StockReserved | Fact::CouponReserved | Fact::PointsReserved => step.go_on_if_all_answered(),
        Fact::StockRejected => step.cancel(CancelReason::OutOfStock),
        Fact::CouponRejected => step.cancel(CancelReason::CouponRejected),
        Fact::PointsRejected => step.cancel(CancelReason::PointsRejected),
        Fact::CancelRequested { reason } => step.cancel(reason),
        Fact::TimerFired { kind: TimerKind::Pending } => step.ask_again(),
        Fact::TimerFired { .. } => step.proper_timer(),
        Fact::StockAllocated | Fact::StockReleased | Fact::StockHoldExpired | Fact::StockUnavailable => step,
        Fact::PaymentActionRequired { .. } | Fact::PaymentAuthorized { .. } | Fact::PaymentCaptured { .. } => step,
        Fact::PaymentFailed { .. } | Fact::PaymentClosed | Fact::PaymentVoided | Fact::PaymentRefunded { .. } => step,
        Fact::FulfilmentStopped | Fact::FulfilmentUnderWay | Fact::ReadyForPickup | Fact::Collected => step,
        Fact::Dispatched { .. } | Fact::InTransit | Fact::Delivered { .. } => step,
        Fact::Disputed { .. } | Fact::ParcelPacked | Fact::CaptureFailed => step,
        Fact::AddressChanged | Fact::Returned { .. } => step,
    }
}

#[expect(clippy::match_same_arms, reason = "a line for each part of the order, so that one sees what is left out")]
fn awaiting_payment(step: Step, before: &Life, fact: Fact) -> Step {
    match fact {
        Fact::PaymentAuthorized { .. } | Fact::PaymentCaptured { .. } => step.end_if_paid(),
        Fact::PaymentClosed => step.cancel_if_closing(),
        Fact::CancelRequested { .. } => step.close_for(before),
        // A deadline never cancels by itself: it asks, and only the answer does.
        Fact::TimerFired { kind: TimerKind::PaymentDeadline | TimerKind::Closing } => step.ask_to_close(),
        Fact::TimerFired { .. } => step.proper_timer(),
        Fact::CheckedOut | Fact::StockReserved | Fact::StockRejected | Fact::StockAllocated => step,
        Fact::StockReleased | Fact::StockHoldExpired | Fact::StockUnavailable => step,
        Fact::CouponReserved | Fact::CouponRejected | Fact::PointsReserved | Fact::PointsRejected => step,
        Fact::PaymentActionRequired { .. } | Fact::PaymentFailed { .. } => step,
        Fact::PaymentVoided | Fact::PaymentRefunded { .. } => step,
        Fact::FulfilmentStopped | Fact::FulfilmentUnderWay | Fact::ReadyForPickup | Fact::Collected => step,
        Fact::Dispatched { .. } | Fact::InTransit | Fact::Delivered { .. } => step,
        Fact::Disputed { .. } | Fact::ParcelPacked | Fact::CaptureFailed => step,
        Fact::AddressChanged | Fact::Returned { .. } => step,
    }
}

/// Paid, and all of it still in the house.
#[expect(clippy::match_same_arms, reason = "a line for each part of the order, so that one sees what is left out")]
fn confirmed(step: Step, before: &Life, fact: Fact) -> Step {
    match fact {
        Fact::ReadyForPickup | Fact::Dispatched { .. } | Fact::Delivered { .. } | Fact::Collected => {
            step.follow_parcels()
        }
        Fact::StockUnavailable => step.cancel(CancelReason::PaidOutOfStock),
        // Whoever packs it decides: shipping is asked, and only its answer cancels.
        Fact::CancelRequested { .. } => step.stop_for(before),
        Fact::FulfilmentStopped => step.cancel_if_closing(),
        Fact::FulfilmentUnderWay => step.go_on_if_closing(),
        Fact::TimerFired { kind: TimerKind::Closing } => step.stop(),
        Fact::TimerFired { kind: TimerKind::ServiceLevel } => step.alert("a paid order is late").proper_timer(),
        Fact::TimerFired { kind: TimerKind::Arrival } => step.alert("an order waits to be fetched").proper_timer(),
        Fact::TimerFired { .. } => step.proper_timer(),
        Fact::PaymentVoided => step.alert_if_unpaid(),
        Fact::StockReleased => step.alert("a confirmed order lost its stock"),
        Fact::CheckedOut | Fact::StockReserved | Fact::StockRejected | Fact::StockAllocated => step,
        Fact::StockHoldExpired | Fact::InTransit => step,
        Fact::CouponReserved | Fact::CouponRejected | Fact::PointsReserved | Fact::PointsRejected => step,
        Fact::PaymentActionRequired { .. } | Fact::PaymentAuthorized { .. } | Fact::PaymentCaptured { .. } => step,
        Fact::PaymentFailed { .. } | Fact::PaymentClosed | Fact::PaymentRefunded { .. } => step,
        Fact::Disputed { .. } | Fact::ParcelPacked | Fact::CaptureFailed => step,
        Fact::AddressChanged | Fact::Returned { .. } => step,
    }
}

/// Some of it has left, or all of it has arrived: it cannot be cancelled any more, only sent back.
#[expect(clippy::match_same_arms, reason = "a line for each part of the order, so that one sees what is left out")]
fn under_way(step: Step, fact: Fact) -> Step {
    match fact {
        Fact::Dispatched { .. } | Fact::Delivered { .. } | Fact::Collected => step.follow_parcels(),
        Fact::TimerFired { kind: TimerKind::ReturnWindow | TimerKind::OpenReturn } => step.complete_unless_returning(),
        Fact::TimerFired { kind: TimerKind::ServiceLevel } => step.alert("the rest of an order is late").proper_timer(),
        Fact::TimerFired { kind: TimerKind::Arrival } => step.alert("an order does not arrive").proper_timer(),
        Fact::TimerFired { .. } => step.proper_timer(),
        Fact::PaymentVoided => step.alert_if_unpaid(),
        Fact::CheckedOut | Fact::CancelRequested { .. } => step,
        Fact::StockReserved | Fact::StockRejected | Fact::StockAllocated | Fact::StockReleased => step,
        Fact::StockHoldExpired | Fact::StockUnavailable => step,
        Fact::CouponReserved | Fact::CouponRejected | Fact::PointsReserved | Fact::PointsRejected => step,
        Fact::PaymentActionRequired { .. } | Fact::PaymentAuthorized { .. } | Fact::PaymentCaptured { .. } => step,
        Fact::PaymentFailed { .. } | Fact::PaymentClosed | Fact::PaymentRefunded { .. } => step,
        Fact::FulfilmentStopped | Fact::FulfilmentUnderWay | Fact::ReadyForPickup | Fact::InTransit => step,
        Fact::Disputed { .. } | Fact::ParcelPacked | Fact::CaptureFailed => step,
        Fact::AddressChanged | Fact::Returned { .. } => step,
    }
}
