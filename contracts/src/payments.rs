//! Payments: attempts at the provider, captures, refunds and their ledger.

use crate::{OrderId, PaymentId, RefundId, events, questions};
use bodega_kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The shopper has to do something, such as 3-D Secure. Ask payments for the address; it never travels in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentActionRequired {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// Which attempt, from 1.
    pub attempt: i64,
}

/// Money is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAuthorized {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// Which attempt, from 1.
    pub attempt: i64,
    /// How much is promised for the order in all.
    pub authorized: Money,
}

/// Money was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCaptured {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// Which attempt, from 1.
    pub attempt: i64,
    /// How much was taken for the order in all: grows, so the higher one is the later one.
    pub captured: Money,
}

/// An attempt was declined; the shopper may try again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFailed {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// Which attempt, from 1.
    pub attempt: i64,
    /// Why, in a stable word such as `card_declined`.
    pub code: String,
}

/// Nothing was taken for the order and nothing will be: the answer that lets an order be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentClosed {
    /// For which order.
    pub order_id: OrderId,
}

/// A promise was let go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentVoided {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
}

/// Money was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRefunded {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// Which refund.
    pub refund_id: RefundId,
    /// How much was given back for the order in all: grows.
    pub refunded: Money,
}

events! {
    PaymentActionRequired = "payment.action_required.v1" by order_id,
    PaymentAuthorized = "payment.authorized.v1" by order_id,
    PaymentCaptured = "payment.captured.v1" by order_id,
    PaymentFailed = "payment.failed.v1" by order_id,
    PaymentClosed = "payment.closed.v1" by order_id,
    PaymentVoided = "payment.voided.v1" by order_id,
    PaymentRefunded = "payment.refunded.v1" by order_id,
}

/// The way to pay by sending money to the shop's account: the slow one, so its orders wait longer.
pub const BANK_TRANSFER: &str = "bank_transfer";
/// The way to pay whoever brings the goods.
pub const CASH_ON_DELIVERY: &str = "cash_on_delivery";

/// Asked by orders when a shopper looks at an order: what they have to do to pay it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingAction {
    /// For which order.
    pub order_id: OrderId,
}

/// What the shopper has to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentAction {
    /// `redirect`: go to `url` and come back. `bank_transfer`: send the money to the account in `text`, with `reference`.
    pub kind: String,
    /// Where to; not there where there is nowhere to go.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// What the transfer has to name, so that the shop knows which order it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The shop's bank details as it wrote them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Asked by `verify`: payments by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// The money of one order as payments knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFact {
    /// Of which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// How much is due.
    pub amount: Money,
    /// How much was promised.
    pub authorized: i64,
    /// How much was taken.
    pub captured: i64,
    /// How much was given back.
    pub refunded: i64,
    /// Whether anything is still under way: an open attempt or refund.
    pub open: bool,
    /// The sum of all ledger entries of the order: zero.
    pub ledger_sum: i64,
    /// What the ledger says was taken.
    pub ledger_captured: i64,
    /// What the ledger says was given back.
    pub ledger_refunded: i64,
    /// What the provider's own books say was taken, where it can be asked here.
    pub provider_captured: Option<i64>,
    /// What the provider's own books say was given back.
    pub provider_refunded: Option<i64>,
}

questions! {
    PendingAction -> Option<PaymentAction>, "payments" / "pending_action";
    PaymentFacts -> Vec<PaymentFact>, "payments" / "payment_facts";
}
