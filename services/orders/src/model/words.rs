//! The words that states are stored and shown by: stable, lower case, each in one place.

use crate::model::{Claim, Entry, Stock, TimerKind};
use bodega_contracts::{
    orders::{CancelReason, OrderStatus, PaymentStatus, ReturnState},
    payments::DisputeState,
};

/// Has a word of its own.
pub(crate) trait Word: Sized + Copy {
    /// The word.
    fn word(self) -> &'static str;
    /// What the word stands for.
    fn of_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        impl Word for $type {
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

words! {
    OrderStatus {
        Pending = "pending", AwaitingPayment = "awaiting_payment", Confirmed = "confirmed",
        ReadyForPickup = "ready_for_pickup", PartiallyShipped = "partially_shipped", Shipped = "shipped",
        Delivered = "delivered", Completed = "completed", Cancelled = "cancelled",
    }
    PaymentStatus {
        Unpaid = "unpaid", Authorized = "authorized", PartiallyCaptured = "partially_captured", Captured = "captured",
        PartiallyRefunded = "partially_refunded",
        Refunded = "refunded", Voided = "voided", Failed = "failed", Disputed = "disputed",
    }
    CancelReason {
        OutOfStock = "out_of_stock", PaymentExpired = "payment_expired", ByShopper = "by_shopper", ByStaff = "by_staff",
        PaidOutOfStock = "paid_out_of_stock", CouponRejected = "coupon_rejected", PointsRejected = "points_rejected",
    }
    Stock {
        Waiting = "waiting", Held = "held", Refused = "refused", Expired = "expired", Allocated = "allocated",
        Unavailable = "unavailable", Released = "released",
    }
    Claim {
        NotNeeded = "not_needed", Waiting = "waiting", Given = "given", Refused = "refused",
    }
    TimerKind {
        Pending = "pending", PaymentDeadline = "payment_deadline", Closing = "closing", ServiceLevel = "service_level",
        Arrival = "arrival", ReturnWindow = "return_window", OpenReturn = "open_return",
    }
    ReturnState {
        Requested = "requested", Approved = "approved", Rejected = "rejected", Received = "received",
        Cancelled = "cancelled",
    }
    DisputeState {
        Opened = "opened", Won = "won", Lost = "lost",
    }
}

impl Entry {
    /// What the timeline calls it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::CheckedOut => "checked_out",
            Self::AskedAgain => "asked_again",
            Self::StockReserved => "stock_reserved",
            Self::StockRejected => "stock_rejected",
            Self::StockAllocated => "stock_allocated",
            Self::StockReleased => "stock_released",
            Self::StockHoldExpired => "stock_hold_expired",
            Self::StockUnavailable => "stock_unavailable",
            Self::CouponReserved => "coupon_reserved",
            Self::CouponRejected => "coupon_rejected",
            Self::PointsReserved => "points_reserved",
            Self::PointsRejected => "points_rejected",
            Self::PaymentActionRequired => "payment_action_required",
            Self::PaymentAuthorized => "payment_authorized",
            Self::PaymentCaptured => "payment_captured",
            Self::PaymentFailed => "payment_failed",
            Self::PaymentClosed => "payment_closed",
            Self::PaymentVoided => "payment_voided",
            Self::PaymentRefunded => "payment_refunded",
            Self::Dispute(DisputeState::Opened) => "payment_disputed",
            Self::Dispute(DisputeState::Won) => "dispute_won",
            Self::Dispute(DisputeState::Lost) => "dispute_lost",
            Self::ParcelPacked => "parcel_packed",
            Self::CaptureFailed => "capture_failed",
            Self::CancelRequested => "cancel_requested",
            Self::CancelRefused => "cancel_refused",
            Self::FulfilmentStopped => "fulfilment_stopped",
            Self::ParcelReady => "ready_for_pickup",
            Self::ParcelDispatched => "parcel_dispatched",
            Self::ParcelInTransit => "parcel_in_transit",
            Self::ParcelDelivered => "parcel_delivered",
            Self::Collected => "collected",
            Self::AddressChanged => "address_changed",
            Self::Return(ReturnState::Requested) => "return_requested",
            Self::Return(ReturnState::Approved) => "return_approved",
            Self::Return(ReturnState::Rejected) => "return_rejected",
            Self::Return(ReturnState::Received) => "return_received",
            Self::Return(ReturnState::Cancelled) => "return_cancelled",
            Self::PaymentDue => "payment_due",
            Self::PaymentExpiring(_) => "payment_expiring",
            Self::Confirmed => "confirmed",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_words_are_the_words_of_the_contracts() {
        use OrderStatus::{
            AwaitingPayment, Cancelled, Completed, Confirmed, Delivered, PartiallyShipped, Pending, ReadyForPickup,
            Shipped,
        };
        let sent = [ReadyForPickup, PartiallyShipped, Shipped, Delivered, Completed];
        for status in [Pending, AwaitingPayment, Confirmed, Cancelled].into_iter().chain(sent) {
            assert_eq!(serde_json::to_value(status).unwrap(), status.word());
            assert_eq!(OrderStatus::of_word(status.word()), Some(status));
        }
        for word in [
            "unpaid",
            "authorized",
            "partially_captured",
            "captured",
            "partially_refunded",
            "refunded",
            "voided",
            "failed",
            "disputed",
        ] {
            let status = PaymentStatus::of_word(word).unwrap();
            assert_eq!(serde_json::to_value(status).unwrap(), word);
        }
        for word in [
            "out_of_stock",
            "payment_expired",
            "by_shopper",
            "by_staff",
            "paid_out_of_stock",
            "coupon_rejected",
            "points_rejected",
        ] {
            assert_eq!(serde_json::to_value(CancelReason::of_word(word).unwrap()).unwrap(), word);
        }
    }
}
