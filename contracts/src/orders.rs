//! Orders: the process manager that carries a checkout to its end.

use crate::{Address, CartId, CouponClaim, OrderId, OrderLine, PaymentMethod, ShipmentId, Tender, events, questions};
use bodega_kernel::{Money, Time, UserId};
use bodega_pricing::{Basket, Priced};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod facts;
mod returns;

pub use facts::{OrderFact, OrderFacts, PaperFact, PaperFacts, ReturnFact, ReturnFacts};
pub use returns::{ExchangeDue, ReturnChanged, ReturnReceived, ReturnState};

/// Where an order is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Waiting for stock.
    Pending,
    /// Stock is held; waiting for money.
    AwaitingPayment,
    /// Paid, or as good as paid.
    Confirmed,
    /// Packed, for the customer to fetch.
    ReadyForPickup,
    /// Some of it has left.
    PartiallyShipped,
    /// All of it has left.
    Shipped,
    /// All of it arrived or was fetched.
    Delivered,
    /// The time to send it back is over.
    Completed,
    /// Over, without a sale.
    Cancelled,
}

/// Where the money of an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Nothing yet.
    Unpaid,
    /// Promised.
    Authorized,
    /// Partly taken.
    PartiallyCaptured,
    /// Taken.
    Captured,
    /// Partly given back.
    PartiallyRefunded,
    /// Given back.
    Refunded,
    /// The promise was let go.
    Voided,
    /// The last attempt was declined.
    Failed,
    /// The buyer's bank wants it back.
    Disputed,
}

/// Why an order ended without a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// A line was not there.
    OutOfStock,
    /// It was not paid in time.
    PaymentExpired,
    /// The shopper asked.
    ByShopper,
    /// Staff decided.
    ByStaff,
    /// Paid, but its stock was gone: refunded.
    PaidOutOfStock,
    /// A code is used up, over or not for this shopper.
    CouponRejected,
    /// There are fewer points than were to be spent.
    PointsRejected,
}

/// An order exists and asks for its stock. Sent again if no answer comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Which.
    pub order_id: OrderId,
    /// The number people read.
    pub number: String,
    /// The buyer; `None` for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
    /// What is wanted; a SKU may stand on several lines.
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub total: Money,
    /// Promotions that are to be taken up for it; coupons answers where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponClaim>,
    /// Points that are to be spent on it; rewards answers where there are any.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub points: i64,
    /// When.
    pub at: Time,
}

/// Stock is held; this much is to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPaymentDue {
    /// Which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// Gift cards and store credit that pay a part of it; the payment method pays the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenders: Vec<Tender>,
    /// Who buys; store credit is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
    /// How the shopper chose to pay.
    pub payment_method: PaymentMethod,
    /// Until when.
    pub deadline: Time,
}

/// The order wants its payment closed: the deadline passed, or somebody cancels. Payments answers `payment.closed` or
/// `payment.captured`; only `closed` cancels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPaymentExpiring {
    /// Which order.
    pub order_id: OrderId,
    /// Why.
    pub reason: CancelReason,
}

/// An order is paid for and will be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderConfirmed {
    /// Which.
    pub order_id: OrderId,
    /// The number people read.
    pub number: String,
    /// The buyer; `None` for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
    /// Its lines.
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub total: Money,
    /// What its goods cost after discounts and with tax: the total without shipping.
    pub goods: Money,
    /// Whether its money is promised only, and to be taken before anything leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capture_first: bool,
    /// How it is sent; `None` where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<String>,
    /// Where it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
}

/// Somebody wants a paid order cancelled. Shipping answers `fulfilment.stopped`, or `fulfilment.under_way` where a parcel
/// has left; only `stopped` cancels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStopping {
    /// Which order.
    pub order_id: OrderId,
}

/// All of an order arrived or was collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDelivered {
    /// Which.
    pub order_id: OrderId,
    /// The number people read.
    pub number: String,
    /// The buyer; `None` for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
}

/// The time to send an order back is over: what it earned is the buyer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// Which.
    pub order_id: OrderId,
    /// The buyer; `None` for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
}

/// An invoice or a credit note was given its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceIssued {
    /// For which order.
    pub order_id: OrderId,
    /// Its number: without gaps in its series, which is all before the last dash.
    pub number: String,
    /// `invoice` or `credit_note`.
    pub kind: String,
    /// What it is about.
    pub amount: Money,
}

/// An order ended without a sale: all that was taken for it is to be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Which.
    pub order_id: OrderId,
    /// The cart it came from.
    pub cart_id: CartId,
    /// Why.
    pub reason: CancelReason,
}

/// A parcel is about to leave and the money for it is to be taken first. Payments answers `payment.captured` or
/// `payment.capture_failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCaptureDue {
    /// Of which order.
    pub order_id: OrderId,
    /// Before which parcel.
    pub shipment_id: ShipmentId,
    /// How much of the order is to be taken in all when it leaves: grows.
    pub amount: Money,
}

/// Parcels of an order go elsewhere from now on. The higher version wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAddressChanged {
    /// Which order.
    pub order_id: OrderId,
    /// Grows by one with every change.
    pub version: i64,
    /// Where to.
    pub shipping_address: Address,
}

events! {
    OrderCaptureDue = "order.capture_due.v1" by order_id,
    OrderAddressChanged = "order.address_changed.v1" by order_id,
    OrderPlaced = "order.placed.v1" by order_id,
    OrderPaymentDue = "order.payment_due.v1" by order_id,
    OrderPaymentExpiring = "order.payment_expiring.v1" by order_id,
    OrderConfirmed = "order.confirmed.v1" by order_id,
    OrderCancelled = "order.cancelled.v1" by order_id,
    OrderStopping = "order.stopping.v1" by order_id,
    OrderDelivered = "order.delivered.v1" by order_id,
    OrderCompleted = "order.completed.v1" by order_id,
    InvoiceIssued = "invoice.issued.v1" by order_id,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(points: &i64) -> bool {
    *points == 0
}

/// Asked by whoever writes mails, labels or papers about an order: all of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderDetails {
    /// Which.
    pub order_id: OrderId,
}

/// Asked by whoever writes many mails: all of each of these orders. What stands in the answer belongs to the id in the same
/// place, `None` where there is no such order. Where the answer would be too long for a journey it ends early, after the
/// first at the earliest: ask again for the rest. Refused where the first cannot be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrdersDetails {
    /// Which: at most [`Self::MOST`].
    pub order_ids: Vec<OrderId>,
}

impl OrdersDetails {
    /// The most orders of one question.
    pub const MOST: usize = 64;
}

/// An order as it was bought and as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The number people read.
    pub number: String,
    /// Its buyer; `None` for a guest.
    pub customer_id: Option<UserId>,
    /// Where mails go.
    pub email: String,
    /// Where it is.
    pub status: OrderStatus,
    /// Where its money is.
    pub payment_status: PaymentStatus,
    /// Why it was cancelled.
    pub cancel_reason: Option<CancelReason>,
    /// Where parcels go.
    pub shipping_address: Option<Address>,
    /// Where the invoice goes.
    pub billing_address: Option<Address>,
    /// What was priced.
    pub basket: Basket,
    /// What came out.
    pub priced: Priced,
    /// How the shopper chose to pay.
    pub payment_method: PaymentMethod,
    /// When it was placed.
    pub placed_at: Time,
}

/// Asked by payments before a new attempt: how an order stands for this caller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderStanding {
    /// Which.
    pub order_id: OrderId,
}

/// How an order stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its status.
    pub status: OrderStatus,
    /// Its buyer.
    pub customer_id: Option<UserId>,
    /// What it costs.
    pub total: Money,
}

questions! {
    OrderStanding -> Option<Standing>, "orders" / "order_standing";
    OrderDetails -> Option<Details>, "orders" / "order_details";
    OrdersDetails -> Vec<Option<Details>>, "orders" / "orders_details";
}
