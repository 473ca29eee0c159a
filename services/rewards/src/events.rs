//! What rewards hears of orders and of the money that goes back, batch by batch.
//!
//! Orders of guests earn nothing and have nothing to spend; an order that spends nothing is heard of when it is paid.

use crate::{
    Rewards, flows,
    model::{Ask, MAX_POINTS, News},
};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    OrderId,
    orders::{OrderCancelled, OrderCompleted, OrderConfirmed, OrderPlaced},
    payments::PaymentRefunded,
};
use bodega_db::Tx;
use bodega_kernel::{Event, Money, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is read of [`OrderPlaced`]: its lines are skipped.
#[derive(Debug, Serialize, Deserialize)]
struct Placed {
    order_id: OrderId,
    #[serde(default)]
    customer_id: Option<UserId>,
    #[serde(default)]
    points: i64,
}

/// What is read of [`OrderConfirmed`].
#[derive(Debug, Serialize, Deserialize)]
struct Confirmed {
    order_id: OrderId,
    #[serde(default)]
    customer_id: Option<UserId>,
    goods: Money,
    total: Money,
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

/// Orders that want points, are paid, are completed or over; money that goes back.
pub(crate) fn subscriptions(rewards: &Rewards) -> Subscriptions {
    let rules = || Arc::clone(&rewards.rules);
    let (placed, confirmed, completed, cancelled, refunded) = (rules(), rules(), rules(), rules(), rules());
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<Placed>]| {
            let mut guests = Vec::new();
            let mut asks = Vec::new();
            for Delivery { event, trace, .. } in batch {
                let Placed { order_id: order, customer_id, points } = *event;
                if !(0..=MAX_POINTS).contains(&points) {
                    return Err(Failure::permanent(format!("{points} points cannot be spent")));
                }
                match customer_id {
                    _ if points == 0 => {}
                    None => guests.push((order, points, trace.clone())),
                    Some(user) => asks.push(Ask { order, news: News::Placed { user, points }, trace: trace.clone() }),
                }
            }
            flows::refuse_guests(tx, guests)?;
            Ok(flows::settle(tx, &placed, asks).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<Confirmed>]| {
            let news = |event: &Confirmed| {
                let (user, goods, total) = (event.customer_id?, event.goods, event.total.amount);
                Some((event.order_id, News::Confirmed { user, goods, total }))
            };
            Ok(flows::settle(tx, &confirmed, asks(batch, news)).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCompleted>]| {
            let news = |event: &OrderCompleted| Some((event.order_id, News::Completed { user: event.customer_id? }));
            Ok(flows::settle(tx, &completed, asks(batch, news)).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            let news = |event: &OrderCancelled| Some((event.order_id, News::Cancelled));
            Ok(flows::settle(tx, &cancelled, asks(batch, news)).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<PaymentRefunded>]| {
            let news =
                |event: &PaymentRefunded| Some((event.order_id, News::Refunded { amount: event.refunded.amount }));
            Ok(flows::settle(tx, &refunded, asks(batch, news)).await?)
        })
}

/// The events that matter here, in the order they came.
fn asks<E: Event>(batch: &[Delivery<E>], news: impl Fn(&E) -> Option<(OrderId, News)>) -> Vec<Ask> {
    let ask = |delivery: &Delivery<E>| {
        let (order, news) = news(&delivery.event)?;
        Some(Ask { order, news, trace: delivery.trace.clone() })
    };
    batch.iter().filter_map(ask).collect()
}
