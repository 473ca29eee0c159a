//! What the cart hears.

use crate::flows;
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    catalog::ProductChanged, coupons::PromotionChanged, inventory::StockChanged, orders::OrderCancelled,
    shipping::ShippingMethodChanged,
};
use bodega_db::Tx;

/// Prices, stock, promotions, ways of shipping, and orders that ended; and how old the prices may be.
pub(crate) fn subscriptions(prices: &flows::Prices) -> Subscriptions {
    Subscriptions::new()
        .follow(prices.feed())
        .on(async |tx: &mut Tx, batch: &[Delivery<ProductChanged>]| flows::products_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<StockChanged>]| flows::stock_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<PromotionChanged>]| flows::promotions_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<ShippingMethodChanged>]| flows::methods_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| flows::orders_cancelled(tx, batch).await)
}
