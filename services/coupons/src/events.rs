//! What coupons hears: orders that claim promotions, are paid or are over, and rewards that become codes.

use crate::{
    flows::{self, Claimless},
    model::{Ask, Fact},
};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    CouponClaim, OrderId,
    orders::{OrderCancelled, OrderConfirmed, OrderPlaced},
    rewards::RewardGranted,
};
use bodega_db::Tx;
use bodega_kernel::{Event, Time};
use serde::{Deserialize, Serialize};

/// What is read of [`OrderPlaced`]: its lines are skipped.
#[derive(Debug, Serialize, Deserialize)]
struct Placed {
    order_id: OrderId,
    #[serde(default)]
    coupons: Vec<CouponClaim>,
    at: Time,
}

/// What is read of [`OrderConfirmed`].
#[derive(Debug, Serialize, Deserialize)]
struct Confirmed {
    order_id: OrderId,
}

impl Event for Placed {
    const TYPE: &'static str = OrderPlaced::TYPE;

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

impl Event for Confirmed {
    const TYPE: &'static str = OrderConfirmed::TYPE;

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

/// Orders by what became known of them, and rewards.
pub(crate) fn subscriptions() -> Subscriptions {
    let claimless = Claimless::default();
    let (placed, confirmed, cancelled) = (claimless.clone(), claimless.clone(), claimless);
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<Placed>]| {
            let (claiming, others): (Vec<_>, Vec<_>) =
                batch.iter().partition(|delivery| !delivery.event.coupons.is_empty());
            placed.note(others.into_iter().map(|delivery| delivery.event.order_id));
            let claiming = claiming.into_iter();
            let asks = claiming.map(|Delivery { event, trace, .. }| {
                Ask::placed(event.order_id, &event.coupons, event.at, trace.clone()).map_err(Failure::permanent)
            });
            Ok(flows::settle(tx, Fact::Placed, asks.collect::<Result<_, _>>()?).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<Confirmed>]| {
            let asks =
                batch.iter().map(|delivery| Ask::of(delivery.event.order_id, delivery.at, delivery.trace.clone()));
            Ok(flows::settle(tx, Fact::Confirmed, confirmed.without(asks)).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            let asks =
                batch.iter().map(|delivery| Ask::of(delivery.event.order_id, delivery.at, delivery.trace.clone()));
            Ok(flows::settle(tx, Fact::Cancelled, cancelled.without(asks)).await?)
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<RewardGranted>]| flows::grant(tx, batch).await)
}
