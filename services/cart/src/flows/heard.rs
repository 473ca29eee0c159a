//! What the cart does with what it hears: each fact counts by its version or by the cart's own state, so order and repetition
//! do not matter.

use crate::store::{self, Reopened};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    CartId, OrderId, ProductId, PromotionId,
    catalog::{MarketChanged, ProductChanged, ShopChanged, TaxRatesChanged},
    coupons::PromotionChanged,
    identity::UserGroupsChanged,
    inventory::StockChanged,
    orders::{CancelReason, OrderCancelled},
    shipping::ShippingMethodChanged,
};
use bodega_db::Tx;
use bodega_kernel::{Sku, UserId};
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

/// Promotions as they are now: the highest version of each wins.
pub(crate) async fn promotions_changed(tx: &mut Tx, batch: &[Delivery<PromotionChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<PromotionId, PromotionChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(delivery.event.promotion_id).or_insert_with(|| delivery.event.clone());
        if newer.version < delivery.event.version {
            newer.clone_from(&delivery.event);
        }
    }
    Ok(store::put_promotions(tx, &newest).await?)
}

/// Ways of shipping as they are now: the highest version of each wins.
pub(crate) async fn methods_changed(tx: &mut Tx, batch: &[Delivery<ShippingMethodChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<&str, &ShippingMethodChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(&delivery.event.method_id).or_insert(&delivery.event);
        if newer.version < delivery.event.version {
            *newer = &delivery.event;
        }
    }
    Ok(store::put_methods(tx, &newest).await?)
}

/// Markets as they are now: the highest version of each wins.
pub(crate) async fn markets_changed(tx: &mut Tx, batch: &[Delivery<MarketChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<&str, &MarketChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(&delivery.event.market_id).or_insert(&delivery.event);
        if newer.version < delivery.event.version {
            *newer = &delivery.event;
        }
    }
    Ok(store::put_markets(tx, &newest).await?)
}

/// What countries tax now: the highest version of each wins.
pub(crate) async fn rates_changed(tx: &mut Tx, batch: &[Delivery<TaxRatesChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<&str, &TaxRatesChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(&delivery.event.country).or_insert(&delivery.event);
        if newer.version < delivery.event.version {
            *newer = &delivery.event;
        }
    }
    Ok(store::put_rates(tx, &newest).await?)
}

/// The shop's legal texts as they are now: the highest version wins.
pub(crate) async fn shop_changed(tx: &mut Tx, batch: &[Delivery<ShopChanged>]) -> Result<(), Failure> {
    match batch.iter().map(|delivery| &delivery.event).max_by_key(|event| event.version) {
        Some(newest) => Ok(store::put_words(tx, newest).await?),
        None => Ok(()),
    }
}

/// The groups customers are in now: the highest version of each wins.
pub(crate) async fn groups_changed(tx: &mut Tx, batch: &[Delivery<UserGroupsChanged>]) -> Result<(), Failure> {
    let mut newest: BTreeMap<UserId, &UserGroupsChanged> = BTreeMap::new();
    for delivery in batch {
        let newer = newest.entry(delivery.event.user_id).or_insert(&delivery.event);
        if newer.version < delivery.event.version {
            *newer = &delivery.event;
        }
    }
    Ok(store::put_groups(tx, &newest).await?)
}

/// Orders that ended: whoever made them has not ordered. Where the shopper did not want it, their carts open again, unless
/// they went on already.
pub(crate) async fn orders_cancelled(tx: &mut Tx, batch: &[Delivery<OrderCancelled>]) -> Result<(), Failure> {
    let orders: BTreeMap<(CartId, OrderId), CancelReason> = batch
        .iter()
        .filter(|delivery| opens_again(delivery.event.reason))
        .map(|delivery| ((delivery.event.cart_id, delivery.event.order_id), delivery.event.reason))
        .collect();
    let carts: BTreeSet<CartId> = orders.keys().map(|(cart, _)| *cart).collect();
    let reopened = |((cart, order), reason)| Reopened {
        cart,
        order,
        coupon: reason == CancelReason::CouponRejected,
        points: reason == CancelReason::PointsRejected,
    };
    let reopened: Vec<Reopened> = orders.into_iter().map(reopened).collect();
    store::reopen(tx, &reopened).await?;
    store::watch_again(tx, &carts).await?;
    let ended: BTreeSet<OrderId> = batch.iter().map(|delivery| delivery.event.order_id).collect();
    Ok(store::cancel(tx, &ended.into_iter().collect::<Vec<_>>()).await?)
}

fn opens_again(reason: CancelReason) -> bool {
    match reason {
        CancelReason::OutOfStock
        | CancelReason::PaymentExpired
        | CancelReason::PaidOutOfStock
        | CancelReason::CouponRejected
        | CancelReason::PointsRejected => true,
        CancelReason::ByShopper | CancelReason::ByStaff => false,
    }
}
