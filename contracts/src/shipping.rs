//! Shipping: how orders leave the house and where their parcels are.

use crate::{FulfilmentId, OrderId, OrderLine, ShipmentId, events, questions};
use bodega_kernel::{Currency, Sku};
use bodega_pricing::shipping::{Method, Rate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A paid order is to be packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentOpened {
    /// Which order.
    pub order_id: OrderId,
    /// Names the work.
    pub fulfilment_id: FulfilmentId,
    /// What is to be packed.
    pub lines: Vec<OrderLine>,
}

/// Nothing of an order has left and nothing will: the answer that lets a paid order be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentStopped {
    /// Which order.
    pub order_id: OrderId,
}

/// Something of an order has left: it cannot be cancelled any more, only sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentUnderWay {
    /// Which order.
    pub order_id: OrderId,
}

/// What the customer wants to fetch is packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentReadyForPickup {
    /// Which order.
    pub order_id: OrderId,
    /// Which work.
    pub fulfilment_id: FulfilmentId,
}

/// The customer fetched it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentCollected {
    /// Which order.
    pub order_id: OrderId,
    /// Which work.
    pub fulfilment_id: FulfilmentId,
    /// What left the shelf with it.
    pub lines: Vec<ParcelLine>,
}

/// What is in a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelLine {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: i64,
}

/// A parcel is packed and its money is to be taken before it leaves. Orders answers `order.capture_due`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentPacked {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub shipment_id: ShipmentId,
    /// What is in it.
    pub lines: Vec<ParcelLine>,
    /// Whether it is the last one of the order.
    pub last: bool,
}

/// A parcel left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentDispatched {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub shipment_id: ShipmentId,
    /// What is in it.
    pub lines: Vec<ParcelLine>,
    /// Who carries it, as customers see it.
    pub carrier: String,
    /// What to ask the carrier by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Where to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    /// Pieces of the order that have left in all: grows.
    pub dispatched: i64,
    /// Pieces of the order that are to leave in all.
    pub pieces: i64,
}

/// A parcel was seen on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentInTransit {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub shipment_id: ShipmentId,
    /// Where or how, in the carrier's words.
    pub status: String,
}

/// A parcel arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentDelivered {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub shipment_id: ShipmentId,
    /// Pieces of the order that have arrived in all: grows.
    pub delivered: i64,
    /// Pieces of the order that are to leave in all.
    pub pieces: i64,
}

/// A way of shipping as it is now, whole. The higher version wins; one that is not enabled is offered no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingMethodChanged {
    /// Which.
    pub method_id: String,
    /// Grows by one with every change.
    pub version: i64,
    /// Whether it is offered.
    pub enabled: bool,
    /// As shown to the customer.
    pub name: String,
    /// What it costs, minor units of `currency`.
    pub rate: Rate,
    /// Goods of at least this much are sent free; `None` never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_above: Option<i64>,
    /// Where it goes, ISO 3166-1 alpha-2; empty is everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Basis points.
    pub tax_rate_bp: i64,
    /// Of all its amounts.
    pub currency: Currency,
}

impl ShippingMethodChanged {
    /// What prices are made of.
    pub fn method(&self) -> Method {
        Method {
            id: self.method_id.clone(),
            name: self.name.clone(),
            rate: self.rate.clone(),
            free_above: self.free_above,
            countries: self.countries.clone(),
            tax_rate_bp: self.tax_rate_bp,
        }
    }
}

events! {
    FulfilmentOpened = "fulfilment.opened.v1" by order_id,
    FulfilmentStopped = "fulfilment.stopped.v1" by order_id,
    FulfilmentUnderWay = "fulfilment.under_way.v1" by order_id,
    FulfilmentReadyForPickup = "fulfilment.ready_for_pickup.v1" by order_id,
    FulfilmentCollected = "fulfilment.collected.v1" by order_id,
    ShipmentPacked = "shipment.packed.v1" by order_id,
    ShipmentDispatched = "shipment.dispatched.v1" by order_id,
    ShipmentInTransit = "shipment.in_transit.v1" by order_id,
    ShipmentDelivered = "shipment.delivered.v1" by order_id,
    ShippingMethodChanged = "shipping_method.changed.v1" by method_id,
}

/// Where the packing and sending of an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentState {
    /// Paid, but its stock is not allocated yet.
    Waiting,
    /// To be packed; nothing has left.
    Open,
    /// Some of it has left.
    PartlyDispatched,
    /// All of it has left.
    Dispatched,
    /// All of it arrived.
    Delivered,
    /// Packed; the customer may fetch it.
    ReadyForPickup,
    /// The customer fetched it.
    Collected,
    /// Nothing has left and nothing will.
    Stopped,
    /// The order is over; no more leaves.
    Cancelled,
}

/// Asked by `verify`: fulfilments, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FulfilmentFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// A fulfilment beside what its lines and parcels add up to. Orders that were never paid have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentFact {
    /// Of which order.
    pub order_id: OrderId,
    /// Which.
    pub fulfilment_id: FulfilmentId,
    /// Where it is.
    pub state: FulfilmentState,
    /// Pieces that are to leave.
    pub pieces: i64,
    /// Pieces that have left.
    pub dispatched: i64,
    /// Pieces that have arrived.
    pub delivered: i64,
    /// What is to leave, each SKU once.
    pub lines: Vec<(Sku, i64)>,
    /// What has left or is leaving of it, each SKU once.
    pub claimed: Vec<(Sku, i64)>,
    /// Pieces in the parcels that have left, and fetched ones.
    pub parcels_dispatched: i64,
    /// Pieces in the parcels that have arrived, and fetched ones.
    pub parcels_delivered: i64,
    /// Parcels whose carrier has yet to answer.
    pub preparing: i64,
}

/// Asked by `verify`: ways of shipping, by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MethodFacts {
    /// The last id of the page before.
    pub after: Option<String>,
}

questions! {
    FulfilmentFacts -> Vec<FulfilmentFact>, "shipping" / "fulfilment_facts";
    MethodFacts -> Vec<ShippingMethodChanged>, "shipping" / "method_facts";
}
