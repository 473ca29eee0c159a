//! What an order remembers of what it heard. Every order of the same facts is remembered alike.

use super::Fact;
use bodega_contracts::{
    orders::{CancelReason, OrderStatus, PaymentStatus},
    payments::DisputeState,
};

/// What was heard of an order's stock. A later word of its life outranks an earlier one, whichever came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stock {
    Waiting,
    Held,
    Refused,
    Expired,
    Allocated,
    Released,
    /// Last, because an order that hears of it must not be confirmed, whatever else was heard.
    Unavailable,
}

/// What was heard of something else that an order takes up: its promotions, its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Claim {
    NotNeeded,
    Waiting,
    Given,
    Refused,
}

/// What was heard of an order's money. Attempts count from 1; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Heard {
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) voided: bool,
    pub(crate) closed: bool,
    pub(crate) attempt: i64,
    pub(crate) failed_attempt: i64,
    /// How the buyer's bank stands to it; a later word outranks an earlier one.
    pub(crate) dispute: Option<DisputeState>,
    /// How much of it that word is about.
    pub(crate) disputed: i64,
}

/// What was heard of an order's parcels, in pieces of the whole order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact that was heard or not")]
pub(crate) struct Parcels {
    /// What is to leave; 0 where nothing is sent.
    pub(crate) pieces: i64,
    pub(crate) dispatched: i64,
    pub(crate) delivered: i64,
    pub(crate) ready: bool,
    pub(crate) collected: bool,
    /// Nothing has left and nothing will.
    pub(crate) stopped: bool,
    /// Something has left, so it was not stopped.
    pub(crate) under_way: bool,
}

/// What came back of an order. Counted by whoever holds its lock, so the last word is the right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Returns {
    /// Returns that have not ended.
    pub(crate) open: i64,
    /// Pieces that came back.
    pub(crate) pieces: i64,
}

/// An order: where it is, and what was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Life {
    pub(crate) status: OrderStatus,
    /// How many statuses it has had, this one included; 0 before its checkout is applied.
    pub(crate) version: i64,
    /// What it costs.
    pub(crate) total: i64,
    pub(crate) stock: Stock,
    pub(crate) coupon: Claim,
    pub(crate) points: Claim,
    pub(crate) money: Heard,
    pub(crate) parcels: Parcels,
    pub(crate) returns: Returns,
    /// How often its address was changed.
    pub(crate) address: i64,
    /// Why somebody wants it cancelled.
    pub(crate) requested: Option<CancelReason>,
    /// Whether payments was asked to close, or shipping to stop.
    pub(crate) closing: bool,
    /// How often stock, coupons and rewards were asked again.
    pub(crate) asked: i64,
    /// Whether it has its invoice.
    pub(crate) invoiced: bool,
    /// How much of that was credited.
    pub(crate) credited: i64,
    /// Why it was cancelled.
    pub(crate) reason: Option<CancelReason>,
}

impl Claim {
    /// Of an order that takes something up, or not.
    pub(crate) fn of(is_needed: bool) -> Self {
        if is_needed { Self::Waiting } else { Self::NotNeeded }
    }

    fn hearing(self, answer: Self) -> Self {
        if self == Self::NotNeeded { self } else { self.max(answer) }
    }
}

impl Parcels {
    /// Whether anything has left the house.
    pub(crate) fn have_left(&self) -> bool {
        self.under_way || self.dispatched > 0 || self.delivered > 0 || self.collected
    }

    /// How far a paid order is by its parcels. One of which nothing is sent has arrived.
    pub(crate) fn status(&self) -> OrderStatus {
        if self.collected || self.delivered >= self.pieces {
            OrderStatus::Delivered
        } else if self.dispatched >= self.pieces {
            OrderStatus::Shipped
        } else if self.dispatched > 0 || self.delivered > 0 {
            OrderStatus::PartiallyShipped
        } else if self.ready {
            OrderStatus::ReadyForPickup
        } else {
            OrderStatus::Confirmed
        }
    }
}

impl Life {
    /// An order that costs `total` and of which `pieces` are to be sent, before its checkout is applied.
    pub(crate) fn new(total: i64, pieces: i64) -> Self {
        Self {
            status: OrderStatus::Pending,
            version: 0,
            total,
            stock: Stock::Waiting,
            coupon: Claim::NotNeeded,
            points: Claim::NotNeeded,
            money: Heard::default(),
            parcels: Parcels { pieces, ..Parcels::default() },
            returns: Returns::default(),
            address: 0,
            requested: None,
            closing: false,
            asked: 0,
            invoiced: false,
            credited: 0,
            reason: None,
        }
    }

    /// Where its money is. What was given back was taken before, even if that is heard later.
    pub(crate) fn payment_status(&self) -> PaymentStatus {
        let Heard { authorized, refunded, voided, attempt, failed_attempt, dispute, disputed, .. } = self.money;
        if dispute == Some(DisputeState::Opened) {
            return PaymentStatus::Disputed;
        }
        // What a bank took back is gone like what was given back.
        let lost = if dispute == Some(DisputeState::Lost) { disputed } else { 0 };
        let captured = self.money.captured.max(refunded).max(lost);
        if captured > 0 {
            return match refunded + lost {
                0 if captured < self.total => PaymentStatus::PartiallyCaptured,
                0 => PaymentStatus::Captured,
                gone if gone < captured => PaymentStatus::PartiallyRefunded,
                _ => PaymentStatus::Refunded,
            };
        }
        if voided {
            PaymentStatus::Voided
        } else if authorized > 0 {
            PaymentStatus::Authorized
        } else if failed_attempt > 0 && failed_attempt >= attempt {
            PaymentStatus::Failed
        } else {
            PaymentStatus::Unpaid
        }
    }

    /// The same order after hearing `fact`.
    pub(super) fn remembering(&self, fact: Fact) -> Self {
        let mut life = *self;
        let (stock, money, parcels) = (&mut life.stock, &mut life.money, &mut life.parcels);
        match fact {
            Fact::StockReserved => *stock = Stock::Held.max(*stock),
            Fact::StockRejected => *stock = Stock::Refused.max(*stock),
            Fact::StockHoldExpired => *stock = Stock::Expired.max(*stock),
            Fact::StockAllocated => *stock = Stock::Allocated.max(*stock),
            Fact::StockUnavailable => *stock = Stock::Unavailable.max(*stock),
            Fact::StockReleased => *stock = Stock::Released.max(*stock),
            Fact::CouponReserved => life.coupon = life.coupon.hearing(Claim::Given),
            Fact::CouponRejected => life.coupon = life.coupon.hearing(Claim::Refused),
            Fact::PointsReserved => life.points = life.points.hearing(Claim::Given),
            Fact::PointsRejected => life.points = life.points.hearing(Claim::Refused),
            Fact::PaymentActionRequired { attempt } => money.attempt = attempt.max(money.attempt),
            Fact::PaymentFailed { attempt } => money.failed_attempt = attempt.max(money.failed_attempt),
            Fact::PaymentAuthorized { total } => money.authorized = total.max(money.authorized),
            Fact::PaymentCaptured { total } => money.captured = total.max(money.captured),
            Fact::PaymentRefunded { total } => money.refunded = total.max(money.refunded),
            Fact::Disputed { state, amount } => {
                (money.dispute, money.disputed) = (money.dispute, money.disputed).max((Some(state), amount));
            }
            Fact::PaymentClosed => money.closed = true,
            Fact::PaymentVoided => money.voided = true,
            Fact::FulfilmentStopped => parcels.stopped = true,
            Fact::FulfilmentUnderWay => parcels.under_way = true,
            Fact::ReadyForPickup => parcels.ready = true,
            Fact::Dispatched { pieces } => parcels.dispatched = pieces.max(parcels.dispatched),
            Fact::Delivered { pieces } => parcels.delivered = pieces.max(parcels.delivered),
            Fact::Collected => parcels.collected = true,
            Fact::AddressChanged => life.address += 1,
            Fact::Returned { open, pieces, .. } => life.returns = Returns { open, pieces },
            Fact::CancelRequested { reason } if !self.is_past_cancelling() => {
                life.requested.get_or_insert(reason);
            }
            Fact::CancelRequested { .. }
            | Fact::CheckedOut
            | Fact::InTransit
            | Fact::ParcelPacked
            | Fact::CaptureFailed
            | Fact::TimerFired { .. } => {}
        }
        life
    }

    /// Whether all that is sent has left.
    pub(crate) fn has_left(&self) -> bool {
        let Parcels { pieces, dispatched, delivered, collected, .. } = self.parcels;
        collected || dispatched.max(delivered) >= pieces
    }

    /// Whether it is over, or something of it has left.
    pub(crate) fn is_past_cancelling(&self) -> bool {
        match self.status {
            OrderStatus::Pending | OrderStatus::AwaitingPayment => false,
            OrderStatus::Confirmed | OrderStatus::ReadyForPickup => self.parcels.have_left(),
            OrderStatus::PartiallyShipped
            | OrderStatus::Shipped
            | OrderStatus::Delivered
            | OrderStatus::Completed
            | OrderStatus::Cancelled => true,
        }
    }

    /// Whether the money that is there, or firmly promised, pays for it.
    pub(super) fn is_covered(&self) -> bool {
        let promised = if self.money.voided { 0 } else { self.money.authorized };
        self.money.captured.max(promised) >= self.total
    }

    /// Whether the whole sum came, even if the promise was let go since: nothing more is on the way.
    pub(super) fn heard_of_all(&self) -> bool {
        self.money.captured.max(self.money.authorized) >= self.total
    }

    pub(super) fn closing_reason(&self) -> CancelReason {
        self.requested.unwrap_or(CancelReason::PaymentExpired)
    }
}
