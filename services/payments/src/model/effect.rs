//! What follows from something that happened to a payment, and why a wish is not granted.

use super::{Entry, Holder, refund::Origin, words::words};
use bodega_contracts::{RefundId, ReturnId, ShipmentId, payments::DisputeState};
use bodega_kernel::Time;

words! {
    /// What became of something a provider reported.
    Verdict {
        /// It counts.
        Applied = "applied",
        /// It was known already.
        Repeated = "repeated",
        /// Another amount than was asked for: a human being has to look.
        AmountMismatch = "amount_mismatch",
        /// Another currency than was asked for: a human being has to look.
        CurrencyMismatch = "currency_mismatch",
        /// No such attempt.
        UnknownAttempt = "unknown_attempt",
    }
}

/// What others are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// An attempt waits for the shopper.
    ActionRequired(i64),
    /// An attempt brought a promise.
    Authorized(i64),
    /// An attempt brought money.
    Captured(i64),
    /// An attempt failed, and why.
    Failed(i64, String),
    /// Nothing was taken and nothing will be.
    Closed,
    /// The promise was let go.
    Voided,
    /// Money went back.
    Refunded(RefundId),
    /// The money for a parcel could not be taken, and why.
    CaptureFailed(ShipmentId, String),
    CaptureWaived(ShipmentId),
    /// A dispute about so much, minor units, and how it stands.
    Disputed(DisputeState, i64),
}

/// Money that goes back: by the provider, to gift cards and store credit, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivingBack {
    /// From the charge of which attempt; 0 where none of it goes back by a provider.
    pub(crate) attempt: i64,
    /// What the provider gives back, minor units.
    pub(crate) cash: i64,
    /// What goes to whom at once, minor units.
    pub(crate) credits: Vec<(Holder, i64)>,
    /// Why.
    pub(crate) origin: Origin,
    /// For which return.
    pub(crate) return_id: Option<ReturnId>,
}

impl GivingBack {
    /// All of it, minor units.
    pub(crate) fn amount(&self) -> i64 {
        self.cash + self.credited()
    }

    /// What goes to gift cards and store credit, minor units.
    pub(crate) fn credited(&self) -> i64 {
        self.credits.iter().map(|(_, amount)| amount).sum()
    }
}

/// Where a refund goes that was not made when it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It waits for the buyer's bank; where no word of that is to be expected, it is asked for again then.
    Waits(Option<Time>),
    /// It is asked for again now.
    Again,
    /// It comes to nothing, and why in a stable word.
    Fails(&'static str),
}

/// What follows from something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Others are told.
    Tell(Told),
    /// Money is booked.
    Book(Entry),
    /// Money goes back.
    GiveBack(GivingBack),
    /// A refund that was asked for goes another way.
    Turn(RefundId, Turn),
    /// A human being has to look.
    Alert(&'static str),
}

/// Why a wish was not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is paid.
    AlreadyPaid,
    /// It is not due, or no longer.
    NotPayable,
    /// Another attempt is still open.
    AttemptOpen,
    /// Tried too often.
    TooManyAttempts,
    /// More than was taken and not given back.
    ExceedsCapture,
    /// The buyer's bank has a say in it first.
    Disputed,
    /// Another currency than the order's.
    OtherCurrency,
    /// No promise that could be taken.
    NothingAuthorized,
    /// No money that staff could book.
    NothingAwaited,
    /// Another amount than what is due.
    NotWhatIsDue,
}
