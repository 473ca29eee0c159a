//! What inventory hears of orders and imports, batch by batch.

use crate::{
    Inventory, flows,
    model::{Ask, Comeback, Departure, Fact, Wanted},
};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    OrderId, OrderLine,
    catalog::{OpeningStock, ProductStocked},
    orders::{OrderCancelled, OrderConfirmed, OrderPlaced, ReturnReceived},
    shipping::{FulfilmentCollected, ParcelLine, ShipmentDispatched},
};
use bodega_db::Tx;
use bodega_kernel::{Event, uuid::Uuid};
use std::sync::Arc;

/// Orders that want goods, have paid for them, or give them back; goods that left or came back; goods that an import brings.
pub(crate) fn subscriptions(inventory: &Inventory) -> Subscriptions {
    let [placed, confirmed, cancelled] = [(); 3].map(|()| Arc::clone(&inventory.remembered));
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderPlaced>]| {
            let asks = asks(batch, |event| (event.order_id, &event.lines))?;
            Ok(flows::settle(tx, &placed, Fact::Placed, asks).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderConfirmed>]| {
            let asks = asks(batch, |event| (event.order_id, &event.lines))?;
            Ok(flows::settle(tx, &confirmed, Fact::Confirmed, asks).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            let asks = asks(batch, |event| (event.order_id, &[]))?;
            Ok(flows::settle(tx, &cancelled, Fact::Cancelled, asks).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<ShipmentDispatched>]| {
            let parcels = departures(batch, |parcel| (parcel.shipment_id.0, parcel.order_id, &parcel.lines))?;
            Ok(flows::ship(tx, parcels).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<FulfilmentCollected>]| {
            let fetched = departures(batch, |fetched| (fetched.fulfilment_id.0, fetched.order_id, &fetched.lines))?;
            Ok(flows::ship(tx, fetched).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<ReturnReceived>]| {
            Ok(flows::take_back(tx, comebacks(batch)?).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<ProductStocked>]| {
            let opening: Vec<OpeningStock> =
                batch.iter().flat_map(|stocked| stocked.event.opening.iter().cloned()).collect();
            Ok(flows::receive_opening(tx, opening).await?)
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

/// A parcel with a quantity that none can have is nothing to try again.
fn departures<E: Event>(
    batch: &[Delivery<E>],
    of: impl Fn(&E) -> (Uuid, OrderId, &[ParcelLine]),
) -> Result<Vec<Departure>, Failure> {
    let departure = |delivery: &Delivery<E>| {
        let (id, order, lines) = of(&delivery.event);
        let line = |line: &ParcelLine| OrderLine { sku: line.sku.clone(), quantity: line.quantity, stocked: true };
        let lines = Wanted::of(&lines.iter().map(line).collect::<Vec<_>>()).map_err(Failure::permanent)?;
        Ok(Departure { id, order, lines, at: delivery.at, trace: delivery.trace.clone() })
    };
    batch.iter().map(departure).collect()
}

/// A return with a quantity that none can have is nothing to try again.
fn comebacks(batch: &[Delivery<ReturnReceived>]) -> Result<Vec<Comeback>, Failure> {
    let comeback = |delivery: &Delivery<ReturnReceived>| {
        let ReturnReceived { order_id, return_id, restock, written_off, .. } = &delivery.event;
        Ok(Comeback {
            id: *return_id,
            order: *order_id,
            restock: Wanted::of(restock).map_err(Failure::permanent)?,
            written_off: Wanted::of(written_off).map_err(Failure::permanent)?,
            at: delivery.at,
            trace: delivery.trace.clone(),
        })
    };
    batch.iter().map(comeback).collect()
}
