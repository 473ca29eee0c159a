//! What shipping hears of orders, their stock and their money, batch by batch.

use crate::flows::{self, Heard};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    OrderId,
    inventory::StockAllocated,
    orders::{OrderAddressChanged, OrderCancelled, OrderCaptureDue, OrderConfirmed, OrderStopping},
    payments::{PaymentCaptureFailed, PaymentCaptureWaived, PaymentCaptured, PaymentDisputed},
};
use bodega_db::{Trace, Tx};
use bodega_kernel::Event;

/// An order is paid or its money promised; its stock is there; somebody wants it over; it is over; it goes elsewhere; its
/// money is due, taken, or wanted back.
pub(crate) fn subscriptions() -> Subscriptions {
    Subscriptions::new()
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderConfirmed>]| flows::hear(tx, facts(batch, confirmed)).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<StockAllocated>]| {
            flows::hear_allocated(tx, facts(batch, |allocated| (allocated.order_id, Heard::Allocated))).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderStopping>]| {
            flows::hear(tx, facts(batch, |stopping| (stopping.order_id, Heard::Stopping))).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            flows::hear(tx, facts(batch, |cancelled| (cancelled.order_id, Heard::Cancelled))).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderAddressChanged>]| {
            flows::hear(tx, facts(batch, readdressed)).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<PaymentDisputed>]| {
            flows::hear(tx, facts(batch, |disputed| (disputed.order_id, Heard::Disputed(disputed.state)))).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<PaymentCaptured>]| {
            flows::hear_captured(tx, facts(batch, |captured| (captured.order_id, captured.captured.amount))).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCaptureDue>]| {
            let due = |due: &OrderCaptureDue| (due.order_id, (due.shipment_id, due.amount.amount));
            flows::hear_capture_due(tx, facts(batch, due)).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<PaymentCaptureWaived>]| {
            // Nothing is to be taken for this order here, however much is due.
            let waived = |waived: &PaymentCaptureWaived| (waived.order_id, i64::MAX);
            flows::hear_captured(tx, facts(batch, waived)).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<PaymentCaptureFailed>]| {
            let failed = |failed: &PaymentCaptureFailed| (failed.order_id, (failed.shipment_id, failed.code.clone()));
            flows::hear_capture_failed(tx, facts(batch, failed)).await
        })
}

fn confirmed(event: &OrderConfirmed) -> (OrderId, Heard) {
    let heard = Heard::Confirmed {
        number: event.number.clone(),
        customer: event.customer_id,
        lines: event.lines.clone(),
        method: event.shipping_method.clone(),
        address: event.shipping_address.clone().map(Box::new),
        capture_first: event.capture_first,
    };
    (event.order_id, heard)
}

fn readdressed(event: &OrderAddressChanged) -> (OrderId, Heard) {
    let (version, address) = (event.version, Box::new(event.shipping_address.clone()));
    (event.order_id, Heard::Readdressed { version, address })
}

fn facts<E: Event, T>(batch: &[Delivery<E>], of: impl Fn(&E) -> (OrderId, T)) -> Vec<(OrderId, T, Option<Trace>)> {
    let fact = |delivery: &Delivery<E>| {
        let (order, what) = of(&delivery.event);
        (order, what, delivery.trace.clone())
    };
    batch.iter().map(fact).collect()
}
