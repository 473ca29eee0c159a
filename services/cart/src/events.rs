//! What the cart hears.

use crate::flows;
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{catalog::ProductChanged, inventory::StockChanged, orders::OrderCancelled};
use bodega_db::Tx;

/// Prices, stock, and orders that ended.
pub(crate) fn subscriptions() -> Subscriptions {
    Subscriptions::new()
        .on(async |tx: &mut Tx, batch: &[Delivery<ProductChanged>]| flows::products_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<StockChanged>]| flows::stock_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| flows::orders_cancelled(tx, batch).await)
}
