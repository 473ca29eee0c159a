//! What a provider says, and what can go wrong when it is asked.

use bodega_contracts::OrderId;
use bodega_kernel::Money;
use std::{fmt, str::FromStr};

/// Names one charge at a provider for ever: the order and which attempt it is. Written `order/attempt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ChargeKey {
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// Which attempt, from 1.
    pub(crate) attempt: i64,
}

impl fmt::Display for ChargeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.order_id, self.attempt)
    }
}

impl FromStr for ChargeKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (order_id, attempt) = text.split_once('/').ok_or(())?;
        Ok(Self { order_id: order_id.parse().map_err(drop)?, attempt: attempt.parse().map_err(drop)? })
    }
}

/// Where a charge stands at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The money was taken.
    Captured {
        /// The provider's name for it.
        reference: String,
        /// How much.
        amount: Money,
    },
    /// A part of what was promised was taken.
    PartlyCaptured {
        /// The provider's name for it.
        reference: String,
        /// How much was taken in all.
        captured: Money,
        /// Whether the rest was let go, rather than promised on.
        over: bool,
    },
    /// The money is promised.
    Authorized {
        /// The provider's name for it.
        reference: String,
        /// How much.
        amount: Money,
    },
    /// The shopper has to go somewhere.
    ActionRequired {
        /// The provider's name for it.
        reference: String,
        /// Where to; `None` where there is another thing to do.
        url: Option<String>,
    },
    /// The provider will tell by a webhook.
    Pending {
        /// The provider's name for it.
        reference: String,
    },
    /// Refused for good.
    Declined {
        /// Why, in a stable word.
        code: String,
    },
    /// Nothing was taken and nothing will be.
    Closed,
}

/// Where a refund stands at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RefundOutcome {
    /// The money went back.
    Done,
    /// Refused for good.
    Refused {
        /// Why, in a stable word.
        code: String,
    },
    /// Refused as long as the buyer's bank has a say in the money of the charge, or as it has taken it.
    Disputed,
}

/// Why a call gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    /// It never reached the provider: safe to repeat.
    NotSent,
    /// It may have had its effect: ask before repeating.
    Unknown,
}
