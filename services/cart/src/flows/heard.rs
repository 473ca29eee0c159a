//! What the cart does with what it hears: each fact counts by its version or by the cart's own state, so order and repetition
//! do not matter.

use crate::store;
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    CartId, OrderId, ProductId,
    catalog::ProductChanged,
    inventory::StockChanged,
    orders::{CancelReason, OrderCancelled},
};
use bodega_db::Tx;
use bodega_kernel::Sku;
use std::collections::{BTreeMap, BTreeSet};

/// Products as they are now: the highest version of each wins.
pub(crate) async fn products_changed(tx: &mut Tx, batch: &[Delivery<ProductChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<ProductId, &ProductChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(delivery.event.product_id).or_insert(&delivery.event);
        if newer.version < delivery.event.version {
            *newer = &delivery.event;
        }
    }
    Ok(store::put_products(tx, &newest).await?)
}

/// What is available now: the highest version of each SKU wins.
pub(crate) async fn stock_changed(tx: &mut Tx, batch: &[Delivery<StockChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<&Sku, &StockChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(&delivery.event.sku).or_insert(&delivery.event);
        if newer.version < delivery.event.version {
            *newer = &delivery.event;
        }
    }
    Ok(store::put_stock(tx, &newest).await?)
}

/// Orders that ended without the shopper wanting it: their carts open again, unless they went on already.
pub(crate) async fn orders_cancelled(tx: &mut Tx, batch: &[Delivery<OrderCancelled>]) -> Result<(), Failure> {
    let orders: BTreeSet<(CartId, OrderId)> = batch
        .iter()
        .filter(|delivery| opens_again(delivery.event.reason))
        .map(|delivery| (delivery.event.cart_id, delivery.event.order_id))
        .collect();
    let orders: Vec<_> = orders.into_iter().collect();
    Ok(store::reopen(tx, &orders).await?)
}

fn opens_again(reason: CancelReason) -> bool {
    match reason {
        CancelReason::OutOfStock | CancelReason::PaymentExpired | CancelReason::PaidOutOfStock => true,
        CancelReason::ByShopper | CancelReason::ByStaff => false,
    }
}
