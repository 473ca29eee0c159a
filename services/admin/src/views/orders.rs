//! Orders, their parcels, returns and notes, as the API tells them.

use bodega_contracts::Address;
use bodega_kernel::{Money, Time, uuid::Uuid};
use serde::Deserialize;

/// An order in a list.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrderBrief {
    pub(crate) id: Uuid,
    pub(crate) number: String,
    pub(crate) status: String,
    pub(crate) payment_status: String,
    pub(crate) fulfilment_status: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) units: i64,
    pub(crate) total: Money,
    pub(crate) placed_at: Time,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    pub(crate) number: String,
    pub(crate) status: String,
    pub(crate) payment_status: String,
    pub(crate) fulfilment_status: String,
    #[serde(default)]
    pub(crate) cancel_reason: Option<String>,
    #[serde(default)]
    pub(crate) customer_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) lines: Vec<Line>,
    #[serde(default)]
    pub(crate) subtotal: Option<Money>,
    #[serde(default)]
    pub(crate) discounts: Vec<Discount>,
    #[serde(default)]
    pub(crate) shipping: Option<Money>,
    #[serde(default)]
    pub(crate) tax: Option<Money>,
    #[serde(default)]
    pub(crate) total: Option<Money>,
    #[serde(default)]
    pub(crate) shipping_method: Option<String>,
    #[serde(default)]
    pub(crate) shipping_address: Option<Address>,
    #[serde(default)]
    pub(crate) billing_address: Option<Address>,
    #[serde(default)]
    pub(crate) payment_method: Option<String>,
    #[serde(default)]
    pub(crate) payment_deadline: Option<Time>,
    #[serde(default)]
    pub(crate) exchange_of: Option<Uuid>,
    pub(crate) placed_at: Time,
    #[serde(default)]
    pub(crate) returns: Vec<Return>,
    #[serde(default)]
    pub(crate) papers: Vec<Paper>,
    #[serde(default)]
    pub(crate) timeline: Vec<Moment>,
    pub(crate) version: i64,
}

/// A line of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
    pub(crate) total: Money,
    #[serde(default)]
    pub(crate) discounts: Vec<Discount>,
}

/// Something taken off.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Discount {
    pub(crate) label: String,
    pub(crate) amount: Money,
}

/// An invoice or a credit note.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Paper {
    pub(crate) number: String,
    pub(crate) kind: String,
    pub(crate) amount: Money,
    pub(crate) issued_at: Time,
}

/// Something that happened to an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Moment {
    pub(crate) at: Time,
    pub(crate) what: String,
    #[serde(default)]
    pub(crate) detail: Option<String>,
}

/// Goods that come back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Return {
    pub(crate) id: Uuid,
    pub(crate) number: String,
    pub(crate) order_id: Uuid,
    pub(crate) state: String,
    pub(crate) reason: String,
    pub(crate) wish: String,
    pub(crate) lines: Vec<ReturnLine>,
    #[serde(default)]
    pub(crate) replacement: Vec<Piece>,
    #[serde(default)]
    pub(crate) replacement_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) refund: Option<Money>,
    #[serde(default)]
    pub(crate) refund_order_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) message: Option<String>,
    #[serde(default)]
    pub(crate) by_staff: bool,
    pub(crate) requested_at: Time,
    pub(crate) changed_at: Time,
}

/// Some pieces that come back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ReturnLine {
    pub(crate) sku: String,
    pub(crate) quantity: i64,
    #[serde(default)]
    pub(crate) restocked: i64,
    #[serde(default)]
    pub(crate) written_off: i64,
}

/// So many of a SKU.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Piece {
    pub(crate) sku: String,
    pub(crate) quantity: i64,
}

/// What somebody of the staff noted.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
    pub(crate) at: Time,
}

/// What is to be sent of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Fulfilment {
    pub(crate) id: Uuid,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) stopping: bool,
    #[serde(default)]
    pub(crate) dispute: Option<String>,
    #[serde(default)]
    pub(crate) held: bool,
    #[serde(default)]
    pub(crate) pieces: i64,
    #[serde(default)]
    pub(crate) dispatched: i64,
    #[serde(default)]
    pub(crate) lines: Vec<Part>,
    #[serde(default)]
    pub(crate) shipments: Vec<Shipment>,
}

/// What is to leave of a SKU.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Part {
    pub(crate) sku: String,
    pub(crate) quantity: i64,
    pub(crate) packed: i64,
}

/// A parcel.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shipment {
    pub(crate) id: Uuid,
    pub(crate) state: String,
    pub(crate) carrier_name: String,
    #[serde(default)]
    pub(crate) tracking_number: Option<String>,
    #[serde(default)]
    pub(crate) tracking_url: Option<String>,
    #[serde(default)]
    pub(crate) lines: Vec<Piece>,
    #[serde(default)]
    pub(crate) tracking_status: Option<String>,
    #[serde(default)]
    pub(crate) failure: Option<String>,
    #[serde(default)]
    pub(crate) dispatched_at: Option<Time>,
    #[serde(default)]
    pub(crate) delivered_at: Option<Time>,
}
