//! What the catalogue hears: what inventory has of each SKU, what orders sold, and what came back.

use crate::{
    Catalog,
    flows::{selling, stock},
};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    OrderId, OrderLine,
    inventory::StockChanged,
    orders::{OrderCancelled, OrderConfirmed, ReturnReceived},
};
use bodega_db::Tx;
use bodega_kernel::{Event, UserId};
use serde::{Deserialize, Serialize};

/// What is read of [`OrderConfirmed`].
#[derive(Debug, Serialize, Deserialize)]
struct Confirmed {
    order_id: OrderId,
    #[serde(default)]
    customer_id: Option<UserId>,
    lines: Vec<OrderLine>,
}

impl Event for Confirmed {
    const TYPE: &'static str = OrderConfirmed::TYPE;

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

/// Each event with its flow.
pub(crate) fn subscriptions(catalog: &Catalog) -> Subscriptions {
    let catalog = catalog.clone();
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<StockChanged>]| stock::note_stock(&catalog, tx, batch).await)
        .on(async move |tx: &mut Tx, batch: &[Delivery<Confirmed>]| {
            let orders: Vec<_> = batch
                .iter()
                .map(|Delivery { event, .. }| (event.order_id, event.customer_id, event.lines.as_slice()))
                .collect();
            Ok(selling::note_sold(tx, &orders).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            let orders: Vec<OrderId> = batch.iter().map(|delivery| delivery.event.order_id).collect();
            Ok(selling::note_cancelled(tx, &orders).await?)
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<ReturnReceived>]| {
            let returns: Vec<_> = batch.iter().map(|delivery| &delivery.event).collect();
            Ok(selling::note_returned(tx, &returns).await?)
        })
}
