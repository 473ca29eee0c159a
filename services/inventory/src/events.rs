//! What inventory hears of orders, batch by batch.

use crate::{
    Inventory, flows,
    model::{Ask, Fact, Wanted},
};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    OrderId, OrderLine,
    orders::{OrderCancelled, OrderConfirmed, OrderPlaced},
};
use bodega_db::Tx;
use bodega_kernel::Event;

/// Orders that want goods, have paid for them, or give them back.
pub(crate) fn subscriptions(inventory: &Inventory) -> Subscriptions {
    let hold_for = inventory.hold_for;
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderPlaced>]| {
            let asks = asks(batch, |placed| (placed.order_id, &placed.lines))?;
            Ok(flows::settle(tx, Fact::Placed, asks, hold_for).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderConfirmed>]| {
            let asks = asks(batch, |confirmed| (confirmed.order_id, &confirmed.lines))?;
            Ok(flows::settle(tx, Fact::Confirmed, asks, hold_for).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            let asks = asks(batch, |cancelled| (cancelled.order_id, &[]))?;
            Ok(flows::settle(tx, Fact::Cancelled, asks, hold_for).await?)
        })
}

/// A quantity that no order can have is nothing to try again.
fn asks<E: Event>(batch: &[Delivery<E>], of: impl Fn(&E) -> (OrderId, &[OrderLine])) -> Result<Vec<Ask>, Failure> {
    let ask = |delivery: &Delivery<E>| {
        let (order, lines) = of(&delivery.event);
        let lines = Wanted::of(lines).map_err(Failure::permanent)?;
        Ok(Ask { order, lines, trace: delivery.trace.clone() })
    };
    batch.iter().map(ask).collect()
}
