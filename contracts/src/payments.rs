//! Payments: attempts at the provider, captures, refunds and their ledger.

use crate::{GiftCardId, OrderId, PaymentId, RefundId, ShipmentId, events, questions};
use bodega_kernel::{Currency, Money, Time, UserId};
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

/// Money that was promised could not be taken when a parcel was about to leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCaptureFailed {
    /// For which order.
    pub order_id: OrderId,
    /// Before which parcel.
    pub shipment_id: ShipmentId,
    /// Why, in a stable word.
    pub code: String,
}

/// Nothing is to be taken before a parcel leaves: whoever brings it takes the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCaptureWaived {
    /// For which order.
    pub order_id: OrderId,
    /// Before which parcel.
    pub shipment_id: ShipmentId,
}

/// The buyer's bank wants money back, or has decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDisputed {
    /// For which order.
    pub order_id: OrderId,
    /// Which payment.
    pub payment_id: PaymentId,
    /// How much of it.
    pub amount: Money,
    /// How it stands.
    pub state: DisputeState,
}

/// How a dispute stands. A later word outranks an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// The bank asks.
    Opened,
    /// The money stays.
    Won,
    /// The money is gone.
    Lost,
}

/// A gift card was made for somebody; its code is asked for when the mail is written ([`GiftCardToMail`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardIssued {
    /// Which.
    pub card_id: GiftCardId,
    /// Where its mail goes; `None` where staff hand it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What is on it.
    pub amount: Money,
    /// Until when it can be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Time>,
}

events! {
    PaymentCaptureFailed = "payment.capture_failed.v1" by order_id,
    PaymentCaptureWaived = "payment.capture_waived.v1" by order_id,
    PaymentDisputed = "payment.disputed.v1" by order_id,
    GiftCardIssued = "gift_card.issued.v1" by card_id,
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
    /// What of `captured` gift cards and store credit paid.
    pub tendered: i64,
    /// What of `refunded` went back to gift cards and store credit.
    pub credited: i64,
    /// What the provider's own books say was taken, where it can be asked here.
    pub provider_captured: Option<i64>,
    /// What the provider's own books say was given back.
    pub provider_refunded: Option<i64>,
}

/// Asked by cart when a shopper gives the code of a gift card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GiftCardStanding {
    /// As it was typed in.
    pub code: String,
}

/// A gift card that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownGiftCard {
    /// Which.
    pub card_id: GiftCardId,
    /// How it is shown: the last four characters of its code.
    pub label: String,
    /// What can be spent; nothing where it is disabled or over.
    pub balance: Money,
}

/// Asked by cart: what the shop owes a customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoreCredit {
    /// Whose.
    pub user_id: UserId,
    /// In which currency.
    pub currency: Currency,
}

/// Asked by notifications when the mail of a gift card is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GiftCardToMail {
    /// Which.
    pub card_id: GiftCardId,
}

/// Asked by `verify`: gift cards and store credit, by account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreditFacts {
    /// The last account of the page before.
    pub after: Option<String>,
}

/// An account that is spent like money, beside what its ledger adds up to. No balance is negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditFact {
    /// `card/` and the gift card, or `credit/`, the customer and the currency.
    pub account: String,
    /// What can be spent, minor units.
    pub balance: i64,
    /// The sum of its entries.
    pub ledger: i64,
}

questions! {
    GiftCardStanding -> Option<KnownGiftCard>, "payments" / "gift_card_standing";
    StoreCredit -> i64, "payments" / "store_credit";
    GiftCardToMail -> Option<String>, "payments" / "gift_card_to_mail";
    CreditFacts -> Vec<CreditFact>, "payments" / "credit_facts";
    PendingAction -> Option<PaymentAction>, "payments" / "pending_action";
    PaymentFacts -> Vec<PaymentFact>, "payments" / "payment_facts";
}
