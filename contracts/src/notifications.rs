//! Notifications: mails to customers, each queued once for what it is about.

use crate::{OrderId, questions};
use serde::{Deserialize, Serialize};

/// Asked by `verify`: the confirmation mails of orders, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmationFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// The confirmation mails of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationFact {
    /// Of which order.
    pub order_id: OrderId,
    /// How many were queued: one, however often they were sent again by staff.
    pub mails: i64,
    /// How many of them left.
    pub sent: i64,
}

questions! { ConfirmationFacts -> Vec<ConfirmationFact>, "notifications" / "confirmation_facts" }
