//! Goods that come back, and what is sent in their place.

use crate::{Address, OrderId, OrderLine, ReturnId, events};
use bodega_kernel::{Currency, Money, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Goods are to come back: asked by the buyer, or allowed or refused by staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnChanged {
    /// Of which order.
    pub order_id: OrderId,
    /// Which return.
    pub return_id: ReturnId,
    /// The number people read.
    pub number: String,
    /// Where it is.
    pub state: ReturnState,
    /// What it is about.
    pub lines: Vec<OrderLine>,
    /// What staff say to the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Where a return is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnState {
    /// The buyer asked.
    Requested,
    /// Staff agreed; the goods are on their way.
    Approved,
    /// Staff refused.
    Rejected,
    /// The goods are here and were looked at.
    Received,
    /// It came to nothing.
    Cancelled,
}

/// Goods came back and were counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnReceived {
    /// Of which order.
    pub order_id: OrderId,
    /// Which return.
    pub return_id: ReturnId,
    /// What can be sold again; what cannot is not listed.
    pub restock: Vec<OrderLine>,
    /// What cannot be sold again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written_off: Vec<OrderLine>,
    /// What is to be given back: nothing where the goods are exchanged.
    pub refund: Money,
    /// Whether it is given back as store credit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_credit: bool,
    /// Whose order it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
}

/// Goods that came back are to be replaced by others at the price that was paid: cart makes the order, as a cart of its
/// own that was checked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeDue {
    /// Which order was sent back.
    pub order_id: OrderId,
    /// For which return.
    pub return_id: ReturnId,
    /// The order it becomes.
    pub replacement_id: OrderId,
    /// Its buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
    /// Where mails go.
    pub email: String,
    /// Where parcels go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// In which currency the order was.
    pub currency: Currency,
    /// What is sent in place; it costs nothing.
    pub lines: Vec<OrderLine>,
}

events! {
    ReturnChanged = "return.changed.v1" by order_id,
    ReturnReceived = "return.received.v1" by order_id,
    ExchangeDue = "exchange.due.v1" by order_id,
}
