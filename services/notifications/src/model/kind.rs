//! The kinds of mail there are, and the states one can be in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a mail says: each kind has its templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An order is paid for and will be delivered.
    OrderConfirmed,
    /// An order ended without a sale.
    OrderCancelled,
    /// A parcel left.
    Shipped,
    /// What the customer wants to fetch is packed.
    ReadyForPickup,
    /// All of an order arrived.
    Delivered,
    /// Money was given back.
    Refunded,
    /// Points can be spent.
    PointsEarned,
    /// A discount was given.
    RewardGranted,
    /// An account was opened.
    Welcome,
    /// An address is to be confirmed.
    EmailVerification,
    /// A password was forgotten.
    PasswordReset,
    /// A password was changed.
    PasswordChanged,
    /// An address was changed.
    EmailChanged,
    /// Little is left of a SKU: for staff.
    LowStock,
    /// A cart was left behind.
    AbandonedCart,
    /// What staff write themselves.
    Note,
    /// Somebody wanted to open an account with the address of one that is there.
    AlreadyRegistered,
    /// Somebody is asked to join the staff.
    StaffInvitation,
    /// A return was approved or refused, or has arrived.
    ReturnChanged,
    /// A gift card, with its code.
    GiftCard,
    /// A buyer's bank wants money back, or has decided: for staff.
    PaymentDisputed,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 21] = [
        Self::OrderConfirmed,
        Self::OrderCancelled,
        Self::Shipped,
        Self::ReadyForPickup,
        Self::Delivered,
        Self::Refunded,
        Self::PointsEarned,
        Self::RewardGranted,
        Self::Welcome,
        Self::EmailVerification,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::LowStock,
        Self::AbandonedCart,
        Self::Note,
        Self::AlreadyRegistered,
        Self::StaffInvitation,
        Self::ReturnChanged,
        Self::GiftCard,
        Self::PaymentDisputed,
    ];

    /// Its name in the API, in tables and of its templates.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::OrderConfirmed => "order_confirmed",
            Self::OrderCancelled => "order_cancelled",
            Self::Shipped => "shipped",
            Self::ReadyForPickup => "ready_for_pickup",
            Self::Delivered => "delivered",
            Self::Refunded => "refunded",
            Self::PointsEarned => "points_earned",
            Self::RewardGranted => "reward_granted",
            Self::Welcome => "welcome",
            Self::EmailVerification => "email_verification",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::LowStock => "low_stock",
            Self::AbandonedCart => "abandoned_cart",
            Self::Note => "note",
            Self::AlreadyRegistered => "already_registered",
            Self::StaffInvitation => "staff_invitation",
            Self::ReturnChanged => "return_changed",
            Self::GiftCard => "gift_card",
            Self::PaymentDisputed => "payment_disputed",
        }
    }

    /// The kind of this name.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it holds what opens an account or can be spent, so that nobody else may read it.
    pub(crate) const fn is_private(self) -> bool {
        self.page().is_some() || matches!(self, Self::GiftCard | Self::AbandonedCart)
    }

    /// Whether it tells of what its reader did or has: such mails go to everybody. Of others a reader may unsubscribe.
    pub(crate) const fn is_transactional(self) -> bool {
        !matches!(self, Self::AbandonedCart)
    }

    /// Whether it goes to the staff's own address.
    pub(crate) const fn is_for_staff(self) -> bool {
        matches!(self, Self::LowStock | Self::PaymentDisputed)
    }

    /// The page of the shop that its link opens, where it holds one that proves who follows it.
    pub(crate) const fn page(self) -> Option<&'static str> {
        match self {
            Self::EmailVerification => Some("verify-email"),
            Self::PasswordReset => Some("reset-password"),
            Self::StaffInvitation => Some("accept-invitation"),
            Self::OrderConfirmed
            | Self::OrderCancelled
            | Self::Shipped
            | Self::ReadyForPickup
            | Self::Delivered
            | Self::Refunded
            | Self::PointsEarned
            | Self::RewardGranted
            | Self::Welcome
            | Self::PasswordChanged
            | Self::EmailChanged
            | Self::LowStock
            | Self::AbandonedCart
            | Self::Note
            | Self::AlreadyRegistered
            | Self::ReturnChanged
            | Self::GiftCard
            | Self::PaymentDisputed => None,
        }
    }
}

/// Where a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It will be tried, for the first time or again.
    Queued,
    /// The server took it.
    Sent,
    /// It is given up.
    Failed,
}

impl State {
    /// Its name in the API and in tables.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The state of this name.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Queued, Self::Sent, Self::Failed].into_iter().find(|state| state.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_state_is_read_as_it_is_written() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.word()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        for state in [State::Queued, State::Sent, State::Failed] {
            assert_eq!(State::of(state.word()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
        assert_eq!((Kind::of("spam"), State::of("lost")), (None, None));
    }
}
