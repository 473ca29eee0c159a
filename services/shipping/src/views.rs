//! What is answered: fulfilments, parcels, packing lists and ways of shipping, as staff and as shoppers see them.

use crate::{
    model::{Ending, Method, Part, ShipmentState, Word, is_held},
    store::{Details, Fulfilment, FulfilmentRow, Shipment, ShipmentRow},
};
use bodega_contracts::{
    Address, FulfilmentId, OrderId, ShipmentId,
    payments::DisputeState,
    shipping::{FulfilmentState, ParcelLine, ShippingMethodChanged},
};
use bodega_db::DbError;
use bodega_kernel::{Currency, Sku, Time};
use bodega_pricing::shipping::Rate;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// So many of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PieceView {
    /// Which.
    pub(crate) sku: Sku,
    /// How many.
    pub(crate) quantity: i64,
}

impl From<ParcelLine> for PieceView {
    fn from(ParcelLine { sku, quantity }: ParcelLine) -> Self {
        Self { sku, quantity }
    }
}

/// A parcel.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ShipmentView {
    /// Which.
    pub(crate) id: ShipmentId,
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// Where it is.
    pub(crate) state: ShipmentState,
    /// Who carries it: `manual`, `simulator`, or `desk` where the customer fetches it.
    pub(crate) carrier: String,
    /// The same as customers see it.
    pub(crate) carrier_name: String,
    /// What to ask the carrier by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_number: Option<String>,
    /// Where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_url: Option<String>,
    /// What is in it.
    pub(crate) lines: Vec<PieceView>,
    /// Where or how it was seen last, in the carrier's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_status: Option<String>,
    /// Why it did not leave, in a word: the carrier refused it, or its money could not be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    /// When it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispatched_at: Option<Time>,
    /// When it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivered_at: Option<Time>,
}

impl ShipmentView {
    /// Of a parcel as it was written.
    pub(crate) fn of(shipment: Shipment) -> Self {
        Self {
            id: shipment.id,
            order_id: shipment.order,
            state: shipment.tracked.state,
            carrier: shipment.carrier,
            carrier_name: shipment.carrier_name,
            tracking_number: shipment.tracking_number,
            tracking_url: shipment.tracking_url,
            lines: shipment.lines.into_iter().map(PieceView::from).collect(),
            tracking_status: shipment.tracked.last.map(|(_, words)| words),
            failure: shipment.failure,
            dispatched_at: shipment.dispatched,
            delivered_at: shipment.delivered,
        }
    }

    /// Of a parcel as it was read.
    pub(crate) fn of_row(row: ShipmentRow) -> Result<Self, DbError> {
        let broken = |error: &dyn std::fmt::Display| DbError::Refused(error.to_string().into());
        let lines: Vec<ParcelLine> = serde_json::from_str(&row.lines).map_err(|error| broken(&error))?;
        Ok(Self {
            id: ShipmentId(row.id),
            order_id: OrderId(row.order_id),
            state: ShipmentState::of_word(&row.state).ok_or_else(|| broken(&row.state))?,
            carrier: row.carrier,
            carrier_name: row.carrier_name,
            tracking_number: row.tracking_number,
            tracking_url: row.tracking_url,
            lines: lines.into_iter().map(PieceView::from).collect(),
            tracking_status: row.words,
            failure: row.failure,
            dispatched_at: row.dispatched_ms.map(Time::from_ms),
            delivered_at: row.delivered_ms.map(Time::from_ms),
        })
    }

    /// Whether it has left: a shopper is to see it, and it has a label.
    pub(crate) fn has_left(&self) -> bool {
        matches!(self.state, ShipmentState::Dispatched | ShipmentState::InTransit | ShipmentState::Delivered)
    }
}

/// A fulfilment in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FulfilmentBrief {
    /// Which.
    pub(crate) id: FulfilmentId,
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// The order's number.
    pub(crate) order_number: Option<String>,
    /// Where it is.
    pub(crate) state: FulfilmentState,
    /// Somebody wants it stopped, and a carrier has yet to say whether a parcel has left.
    pub(crate) stopping: bool,
    /// How far the buyer's bank is that wants the money back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispute: Option<DisputeState>,
    /// Nothing leaves because of that, until the shop wins or staff release it.
    pub(crate) held: bool,
    /// How it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_method: Option<String>,
    /// Pieces that are to leave.
    pub(crate) pieces: i64,
    /// Pieces that have left or are leaving.
    pub(crate) packed: i64,
    /// Pieces that have left.
    pub(crate) dispatched: i64,
    /// Pieces that have arrived.
    pub(crate) delivered: i64,
    /// Grows with every change.
    pub(crate) version: i64,
}

impl FulfilmentBrief {
    /// Of one that is locked; `None` where it is not known to be paid.
    pub(crate) fn of_locked(fulfilment: &Fulfilment, details: Details) -> Option<Self> {
        let life = &fulfilment.life;
        Some(Self {
            id: fulfilment.id,
            order_id: fulfilment.order,
            order_number: details.order_number,
            state: life.state()?,
            stopping: life.ending == Ending::Asked,
            dispute: life.dispute,
            held: life.held(),
            shipping_method: details.method,
            pieces: life.pieces,
            packed: life.claimed,
            dispatched: life.dispatched,
            delivered: life.delivered,
            version: fulfilment.version,
        })
    }

    /// Of one that was read.
    pub(crate) fn of_row(row: FulfilmentRow) -> Result<Self, DbError> {
        let broken = || DbError::Refused(format!("{} is no state of a fulfilment", row.state).into());
        let dispute = row.dispute.as_deref().and_then(DisputeState::of_word);
        let released = row.released.as_deref().and_then(DisputeState::of_word);
        Ok(Self {
            dispute,
            held: is_held(dispute, released),
            id: FulfilmentId(row.id),
            order_id: OrderId(row.order_id),
            state: FulfilmentState::of_word(&row.state).ok_or_else(broken)?,
            order_number: row.order_number,
            stopping: row.ending == Ending::Asked.word(),
            shipping_method: row.method,
            pieces: row.pieces,
            packed: row.claimed,
            dispatched: row.dispatched,
            delivered: row.delivered,
            version: row.version,
        })
    }
}

/// A fulfilment as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FulfilmentView {
    #[serde(flatten)]
    pub(crate) brief: FulfilmentBrief,
    /// Where its parcels go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_address: Option<Address>,
    /// What is to leave.
    pub(crate) lines: Vec<Part>,
    /// Its parcels, oldest first.
    pub(crate) shipments: Vec<ShipmentView>,
}

/// A fulfilment as its shopper sees it: no address, as a token may have been passed on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ShopperFulfilment {
    /// Which.
    pub(crate) id: FulfilmentId,
    /// Where it is.
    pub(crate) state: FulfilmentState,
    /// How it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_method: Option<String>,
    /// Pieces that are to leave.
    pub(crate) pieces: i64,
    /// Pieces that have left.
    pub(crate) dispatched: i64,
    /// Pieces that have arrived.
    pub(crate) delivered: i64,
    /// The parcels that have left, oldest first.
    pub(crate) shipments: Vec<ShipmentView>,
}

impl ShopperFulfilment {
    /// What of it a shopper is to see.
    pub(crate) fn of(FulfilmentView { brief, shipments, .. }: FulfilmentView) -> Self {
        Self {
            id: brief.id,
            state: brief.state,
            shipping_method: brief.shipping_method,
            pieces: brief.pieces,
            dispatched: brief.dispatched,
            delivered: brief.delivered,
            shipments: shipments.into_iter().filter(ShipmentView::has_left).collect(),
        }
    }
}

/// All fulfilments of an order: one at most. Staff see them whole, shoppers without addresses.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum OrderFulfilments {
    /// For staff.
    Whole {
        /// One at most.
        items: Vec<FulfilmentView>,
    },
    /// For shoppers.
    Shopper {
        /// One at most.
        items: Vec<ShopperFulfilment>,
    },
}

/// What is to be packed, for whoever stands at the table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PackingList {
    /// Of which fulfilment.
    pub(crate) fulfilment_id: FulfilmentId,
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// The order's number.
    pub(crate) order_number: Option<String>,
    /// Where it is: nothing is to be packed unless it is `open` or `partly_dispatched`.
    pub(crate) state: FulfilmentState,
    /// How it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_method: Option<String>,
    /// Where it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_address: Option<Address>,
    /// What is in it.
    pub(crate) lines: Vec<PackingLine>,
}

/// A line of a packing list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PackingLine {
    /// Which.
    pub(crate) sku: Sku,
    /// What it is called; absent where the order service does not say now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// How many there are in all.
    pub(crate) quantity: i64,
    /// How many are still to be packed.
    pub(crate) left: i64,
}

impl PackingList {
    /// Of a fulfilment, with the names of what is in it.
    pub(crate) fn of(view: FulfilmentView, mut names: BTreeMap<Sku, String>) -> Self {
        let FulfilmentView { brief, shipping_address, lines, .. } = view;
        let line = |part: Part| PackingLine {
            name: names.remove(&part.sku),
            sku: part.sku,
            quantity: part.quantity,
            left: part.quantity - part.packed,
        };
        Self {
            fulfilment_id: brief.id,
            order_id: brief.order_id,
            order_number: brief.order_number,
            state: brief.state,
            shipping_method: brief.shipping_method,
            shipping_address,
            lines: lines.into_iter().map(line).collect(),
        }
    }
}

/// A way of shipping.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "tracked", "name": "Tracked", "enabled": true, "rate": {"kind": "by_weight", "steps":
    [{"up_to": 2000, "price": 499}, {"price": 899}]}, "free_above": 5000, "countries": ["GB"], "tax_rate_bp": 2000,
    "currency": "GBP", "version": 1}))]
pub(crate) struct MethodView {
    /// Names it in carts and orders.
    pub(crate) id: String,
    /// As customers see it.
    pub(crate) name: String,
    /// Whether it is offered.
    pub(crate) enabled: bool,
    /// What it costs.
    pub(crate) rate: Rate,
    /// Goods of at least this much, minor units after discounts, are sent free; null never.
    pub(crate) free_above: Option<i64>,
    /// Where it goes, ISO 3166-1 alpha-2; empty is everywhere.
    pub(crate) countries: Vec<String>,
    /// Basis points.
    pub(crate) tax_rate_bp: i64,
    /// Of all its amounts.
    pub(crate) currency: Currency,
    /// Grows by one with every change.
    pub(crate) version: i64,
}

impl From<Method> for MethodView {
    fn from(method: Method) -> Self {
        let Method { id, version, enabled, name, rate, free_above, countries, tax_rate_bp, currency } = method;
        Self { id, name, enabled, rate, free_above, countries, tax_rate_bp, currency, version }
    }
}

/// What others are told of a method.
pub(crate) fn told(method: &Method) -> ShippingMethodChanged {
    let Method { id, version, enabled, name, rate, free_above, countries, tax_rate_bp, currency } = method.clone();
    ShippingMethodChanged { method_id: id, version, enabled, name, rate, free_above, countries, tax_rate_bp, currency }
}
