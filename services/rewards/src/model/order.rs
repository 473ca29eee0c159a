//! The points of one order: what became known of it, what it holds or spent, what it earns.

use bodega_contracts::OrderId;
use bodega_kernel::{Money, Time, UserId};

/// What became known of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It wants to spend so many points.
    Placed { user: UserId, points: i64 },
    /// It is paid: what its goods cost, and what it costs in all, minor units.
    Confirmed { user: UserId, goods: Money, total: i64 },
    /// It cannot be sent back any more.
    Completed { user: UserId },
    /// It is over.
    Cancelled,
    /// So much was given back in all, minor units.
    Refunded { amount: i64 },
}

impl News {
    /// The customer it names.
    pub(crate) fn user(self) -> Option<UserId> {
        match self {
            Self::Placed { user, .. } | Self::Confirmed { user, .. } | Self::Completed { user } => Some(user),
            Self::Cancelled | Self::Refunded { .. } => None,
        }
    }
}

/// Where the points are that an order spends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It did not ask for any.
    #[default]
    Open,
    /// Held until it is paid.
    Held,
    /// There were not enough.
    Rejected,
    /// It is paid.
    Spent,
    /// It is cancelled: whatever there was came back, and nothing is given any more.
    Released,
}

impl Hold {
    const ALL: [Self; 5] = [Self::Open, Self::Held, Self::Rejected, Self::Spent, Self::Released];

    /// Its word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Spent => "spent",
            Self::Released => "released",
        }
    }

    /// By its word in the database.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hold| hold.as_str() == word)
    }
}

/// All that is known of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whose points; `None` as long as nobody said so.
    pub(crate) user: Option<UserId>,
    pub(crate) hold: Hold,
    /// Points it wants to spend.
    pub(crate) wanted: i64,
    /// Points there were when it was rejected.
    pub(crate) short: i64,
    pub(crate) confirmed: bool,
    /// What it costs, minor units; 0 before it is confirmed.
    pub(crate) total: i64,
    /// What was given back of that.
    pub(crate) refunded: i64,
    /// Points it gains, before anything is taken back.
    pub(crate) gained: i64,
    /// Points that were taken back of those.
    pub(crate) reversed: i64,
    pub(crate) completed: bool,
    /// When its points became spendable.
    pub(crate) earned_at: Option<Time>,
}

/// A reward for reaching a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) user: UserId,
    pub(crate) tier: String,
    pub(crate) year: i64,
    pub(crate) bp: i64,
    pub(crate) ends: Time,
}

/// What is told of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    Reserved,
    Rejected {
        wanted: i64,
        spendable: i64,
    },
    Spent(i64),
    Released(i64),
    Pending(i64),
    Earned(i64),
    /// In all.
    Reversed(i64),
    /// Unless this tier was rewarded this year.
    Rewarded(Grant),
}

/// Something became known of an order.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) order: OrderId,
    pub(crate) news: News,
    pub(crate) trace: Option<bodega_db::Trace>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_back_as_written() {
        for hold in Hold::ALL {
            assert_eq!(Hold::from_word(hold.as_str()), Some(hold));
        }
        assert_eq!(Hold::from_word("lost"), None);
    }
}
