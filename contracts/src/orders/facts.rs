//! What orders says of its books to `verify`.

use super::{CancelReason, OrderStatus, PaymentStatus};
use crate::{CartId, CouponClaim, OrderId, ReturnId, questions};
use bodega_kernel::{Money, Sku, Time};
use bodega_pricing::{Basket, Priced};
use serde::{Deserialize, Serialize};

/// Asked by `verify`: orders by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// An order as its owner knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFact {
    /// Which.
    pub order_id: OrderId,
    /// Of which cart and version.
    pub cart_id: CartId,
    /// The cart's version that was bought.
    pub cart_version: i64,
    /// The number people read.
    pub number: String,
    /// Where it is.
    pub status: OrderStatus,
    /// Where its money is.
    pub payment_status: PaymentStatus,
    /// Why it was cancelled.
    pub cancel_reason: Option<CancelReason>,
    /// The lines that stock is kept of.
    pub stocked: Vec<(Sku, i64)>,
    /// The promotions it took up.
    pub coupons: Vec<CouponClaim>,
    /// The points it spends.
    pub points: i64,
    /// Pieces that have left.
    pub dispatched: i64,
    /// The total the order charges.
    pub total: Money,
    /// The snapshot, so that the total can be computed again.
    pub basket: Basket,
    /// What the engine said then.
    pub priced: Priced,
    /// Its version.
    pub version: i64,
    /// The statuses it went through, with the version of each: oldest first.
    pub history: Vec<(i64, OrderStatus)>,
    /// When its timer is due; `None` without one.
    pub timer_due: Option<Time>,
}

/// Asked by `verify`: invoices and credit notes by number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaperFacts {
    /// The last number of the page before.
    pub after: Option<String>,
}

/// An invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFact {
    /// Its number.
    pub number: String,
    /// In which series.
    pub series: String,
    /// Its place there, from 1.
    pub seq: i64,
    /// For which order.
    pub order_id: OrderId,
    /// `invoice` or `credit_note`.
    pub kind: String,
    /// What it is about, minor units.
    pub amount: i64,
}

/// Asked by `verify`: what came back of orders, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReturnFacts {
    /// The last return of the page before.
    pub after: Option<ReturnId>,
}

/// A return that was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnFact {
    /// Which.
    pub return_id: ReturnId,
    /// Of which order.
    pub order_id: OrderId,
    /// What could be sold again, each SKU once.
    pub restocked: Vec<(Sku, i64)>,
    /// What is given back for it, minor units.
    pub refund: i64,
}

questions! {
    OrderFacts -> Vec<OrderFact>, "orders" / "order_facts";
    PaperFacts -> Vec<PaperFact>, "orders" / "paper_facts";
    ReturnFacts -> Vec<ReturnFact>, "orders" / "return_facts";
}
