//! What shipping hears of orders and their stock, batch by batch.

use crate::flows::{self, Heard};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    OrderId,
    inventory::StockAllocated,
    orders::{OrderCancelled, OrderConfirmed, OrderStopping},
};
use bodega_db::Tx;
use bodega_kernel::Event;

/// An order is paid; its stock is there; somebody wants it over; it is over.
pub(crate) fn subscriptions() -> Subscriptions {
    Subscriptions::new()
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderConfirmed>]| hear(tx, batch, confirmed).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<StockAllocated>]| {
            hear(tx, batch, |allocated| (allocated.order_id, Heard::Allocated)).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderStopping>]| {
            hear(tx, batch, |stopping| (stopping.order_id, Heard::Stopping)).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            hear(tx, batch, |cancelled| (cancelled.order_id, Heard::Cancelled)).await
        })
}

fn confirmed(event: &OrderConfirmed) -> (OrderId, Heard) {
    let heard = Heard::Confirmed {
        number: event.number.clone(),
        customer: event.customer_id,
        lines: event.lines.clone(),
        method: event.shipping_method.clone(),
        address: event.shipping_address.clone().map(Box::new),
    };
    (event.order_id, heard)
}

async fn hear<E: Event>(
    tx: &mut Tx,
    batch: &[Delivery<E>],
    of: impl Fn(&E) -> (OrderId, Heard),
) -> Result<(), Failure> {
    let fact = |delivery: &Delivery<E>| {
        let (order, heard) = of(&delivery.event);
        (order, heard, delivery.trace.clone())
    };
    flows::hear(tx, batch.iter().map(fact).collect()).await
}
