//! What coupons hears: orders that claim promotions, are paid or are over, and rewards that become codes.

use crate::{
    flows,
    model::{Ask, Fact},
};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    orders::{OrderCancelled, OrderConfirmed, OrderPlaced},
    rewards::RewardGranted,
};
use bodega_db::Tx;

/// Orders by what became known of them, and rewards.
pub(crate) fn subscriptions() -> Subscriptions {
    Subscriptions::new()
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderPlaced>]| {
            let claiming = batch.iter().filter(|delivery| !delivery.event.coupons.is_empty());
            let asks = claiming.map(|Delivery { event, trace, .. }| {
                Ask::placed(event.order_id, &event.coupons, event.at, trace.clone()).map_err(Failure::permanent)
            });
            Ok(flows::settle(tx, Fact::Placed, asks.collect::<Result<_, _>>()?).await?)
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderConfirmed>]| {
            let asks =
                batch.iter().map(|delivery| Ask::of(delivery.event.order_id, delivery.at, delivery.trace.clone()));
            Ok(flows::settle(tx, Fact::Confirmed, asks.collect()).await?)
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            let asks =
                batch.iter().map(|delivery| Ask::of(delivery.event.order_id, delivery.at, delivery.trace.clone()));
            Ok(flows::settle(tx, Fact::Cancelled, asks.collect()).await?)
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<RewardGranted>]| flows::grant(tx, batch).await)
}
