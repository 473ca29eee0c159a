//! What the orders service says to inventory.

use crate::setup::Shop;
use bodega_contracts::{
    CartId, FulfilmentId, OrderId, OrderLine, ReturnId, ShipmentId,
    orders::{CancelReason, OrderCancelled, OrderConfirmed, OrderPlaced, ReturnReceived},
    shipping::{FulfilmentCollected, ParcelLine, ShipmentDispatched},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Event, Money, Sku};

impl Shop {
    pub(crate) fn placed(&self, order_id: OrderId, lines: &[(&str, i64)]) -> Envelope {
        self.said(&OrderPlaced {
            order_id,
            number: String::from("1"),
            customer_id: None,
            lines: order_lines(lines),
            total: Money::zero(Currency::GBP),
            coupons: Vec::new(),
            points: 0,
            at: self.world.now(),
        })
    }

    pub(crate) fn confirmed(&self, order_id: OrderId, lines: &[(&str, i64)]) -> Envelope {
        self.said(&OrderConfirmed {
            capture_first: false,
            order_id,
            number: String::from("1"),
            customer_id: None,
            lines: order_lines(lines),
            total: Money::zero(Currency::GBP),
            goods: Money::zero(Currency::GBP),
            shipping_method: None,
            shipping_address: None,
        })
    }

    pub(crate) fn cancelled(&self, order_id: OrderId) -> Envelope {
        let cart_id = CartId::new(&self.world);
        self.said(&OrderCancelled { order_id, cart_id, reason: CancelReason::ByShopper })
    }

    pub(crate) fn returned(
        &self,
        (order_id, return_id): (OrderId, ReturnId),
        restock: &[(&str, i64)],
        written_off: &[(&str, i64)],
    ) -> Envelope {
        self.said(&ReturnReceived {
            order_id,
            return_id,
            restock: order_lines(restock),
            written_off: order_lines(written_off),
            refund: Money::zero(Currency::GBP),
            to_credit: false,
            customer_id: None,
        })
    }

    pub(crate) fn dispatched(&self, order_id: OrderId, shipment_id: ShipmentId, lines: &[(&str, i64)]) -> Envelope {
        let dispatched = ShipmentDispatched {
            order_id,
            shipment_id,
            lines: parcel(lines),
            carrier: String::from("Parcel service"),
            tracking_number: None,
            tracking_url: None,
            dispatched: 1,
            pieces: 1,
        };
        self.envelope("shipping", &dispatched)
    }

    pub(crate) fn collected(&self, order_id: OrderId, lines: &[(&str, i64)]) -> Envelope {
        let fulfilment_id = FulfilmentId::new(&self.world);
        self.envelope("shipping", &FulfilmentCollected { order_id, fulfilment_id, lines: parcel(lines) })
    }

    pub(crate) fn shipment(&self) -> ShipmentId {
        ShipmentId::new(&self.world)
    }

    /// As orders would say it.
    pub(crate) fn said<E: Event>(&self, event: &E) -> Envelope {
        self.envelope("orders", event)
    }
}

fn order_lines(lines: &[(&str, i64)]) -> Vec<OrderLine> {
    let line =
        |(sku, quantity): &(&str, i64)| OrderLine { sku: Sku::new(sku).unwrap(), quantity: *quantity, stocked: true };
    lines.iter().map(line).collect()
}

fn parcel(lines: &[(&str, i64)]) -> Vec<ParcelLine> {
    let line = |(sku, quantity): &(&str, i64)| ParcelLine { sku: Sku::new(sku).unwrap(), quantity: *quantity };
    lines.iter().map(line).collect()
}
