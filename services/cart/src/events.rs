//! What the cart hears.

use crate::{
    flows::{self, Numbers, Prices},
    model::Shop,
};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    catalog::{MarketChanged, ProductChanged, ShopChanged, TaxRatesChanged},
    coupons::PromotionChanged,
    identity::UserGroupsChanged,
    inventory::StockChanged,
    orders::{ExchangeDue, OrderCancelled},
    shipping::ShippingMethodChanged,
};
use bodega_db::Tx;
use std::sync::Arc;

/// Prices, stock, promotions, ways of shipping, markets and taxes, customers' groups, orders that ended and exchanges that are
/// due; and how old the prices may be.
pub(crate) fn subscriptions(prices: &Prices, shop: &Arc<Shop>, numbers: &Numbers) -> Subscriptions {
    let (shop, numbers) = (Arc::clone(shop), numbers.clone());
    Subscriptions::new()
        .follow(prices.feed())
        .on(async |tx: &mut Tx, batch: &[Delivery<ProductChanged>]| flows::products_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<StockChanged>]| flows::stock_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<PromotionChanged>]| flows::promotions_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<ShippingMethodChanged>]| flows::methods_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<MarketChanged>]| flows::markets_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<TaxRatesChanged>]| flows::rates_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<ShopChanged>]| flows::shop_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<UserGroupsChanged>]| flows::groups_changed(tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| flows::orders_cancelled(tx, batch).await)
        .on(async move |tx: &mut Tx, batch: &[Delivery<ExchangeDue>]| {
            flows::exchanges_due(tx, (&shop, &numbers), batch).await
        })
}
