//! The figures of a customer, and the entries of the ledger that change them.

use bodega_contracts::OrderId;
use bodega_kernel::UserId;
use serde::Serialize;
use std::ops::AddAssign;
use utoipa::ToSchema;

/// The points of a customer, or what one entry changes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Figures {
    /// Can be spent.
    pub(crate) spendable: i64,
    /// Held for orders that are not paid.
    pub(crate) held: i64,
    /// Earned by orders that are not completed.
    pub(crate) pending: i64,
    /// Taken back after it was spent: what is earned next pays it first.
    pub(crate) debt: i64,
}

impl Figures {
    /// What it changes to get `points`: debt is paid first.
    pub(crate) fn credit(self, points: i64) -> Self {
        let paid = self.debt.min(points);
        Self { spendable: points - paid, debt: -paid, ..Self::default() }
    }

    /// What it changes to lose `points`, whether they are there or not: what is short becomes debt.
    pub(crate) fn debit(self, points: i64) -> Self {
        let there = self.spendable.min(points);
        Self { spendable: -there, debt: points - there, ..Self::default() }
    }

    /// Whether an account can be so.
    pub(crate) fn is_sound(self) -> bool {
        let Self { spendable, held, pending, debt } = self;
        [spendable, held, pending, debt].iter().all(|figure| *figure >= 0) && (spendable == 0 || debt == 0)
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.spendable += other.spendable;
        self.held += other.held;
        self.pending += other.pending;
        self.debt += other.debt;
    }
}

/// Why points moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An order was confirmed: it will earn.
    EarnPending,
    /// An order was completed: it earned.
    Earn,
    /// An order that is not paid is to spend them.
    Hold,
    /// It was cancelled before it was paid.
    Release,
    /// It was paid: they are spent.
    Spend,
    /// It was cancelled after it was paid.
    Unspend,
    /// What an order earned is taken back: it was cancelled, or money went back.
    Reverse,
    /// They were not spent in time.
    Expire,
    /// Given or taken by staff, with a reason.
    Adjust,
}

impl Kind {
    /// Its word in the ledger.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::EarnPending => "earn_pending",
            Self::Earn => "earn",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Spend => "spend",
            Self::Unspend => "unspend",
            Self::Reverse => "reverse",
            Self::Expire => "expire",
            Self::Adjust => "adjust",
        }
    }
}

/// A row for the ledger. An order has one of a kind and step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) user: UserId,
    pub(crate) kind: Kind,
    pub(crate) order: Option<OrderId>,
    /// What was taken back with it in all, for [`Kind::Reverse`]; 0 for the others.
    pub(crate) step: i64,
    pub(crate) shift: Figures,
    pub(crate) reason: Option<String>,
    pub(crate) actor: Option<String>,
}

impl Entry {
    /// One that no order causes.
    pub(crate) fn of(user: UserId, kind: Kind, shift: Figures) -> Self {
        Self { user, kind, order: None, step: 0, shift, reason: None, actor: None }
    }
}
