//! Who sees what of an order's packing: staff all of it, its buyer and whoever holds its token where its parcels are. To
//! others it does not exist.

use crate::{
    Shipping,
    error::Error,
    store::{self, FulfilmentRow},
};
use bodega_contracts::{
    OrderId,
    orders::{OrderDetails, OrderStanding},
};
use bodega_kernel::{Caller, Role, Sku, UserId};
use std::collections::BTreeMap;

/// In which right somebody sees an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    ByShopper,
    ByStaff,
}

/// The fulfilment of an order, if there is one, and in which right the caller sees it.
pub(crate) async fn order_fulfilments(
    shipping: &Shipping,
    order: OrderId,
    caller: &Caller,
    token: Option<&str>,
) -> Result<(Option<FulfilmentRow>, Seen), Error> {
    let opened = token.and_then(|token| shipping.guests.verify("order", token, shipping.world.now()));
    let row = store::fulfilment_of_order(shipping.db.reader(), order).await?;
    if caller.is_at_least(Role::Staff) {
        return Ok((row, Seen::ByStaff));
    }
    if opened == Some(order.0) {
        return Ok((row, Seen::ByShopper));
    }
    let user = caller.user.ok_or(Error::NotFound)?;
    let buyer = match &row {
        Some(row) => row.customer_id.map(UserId),
        None => shipping.rpc.ask(OrderStanding { order_id: order }).await?.and_then(|standing| standing.customer_id),
    };
    if buyer == Some(user) { Ok((row, Seen::ByShopper)) } else { Err(Error::NotFound) }
}

/// What the goods of an order are called; empty where the order service does not say, as goods can be packed without.
pub(crate) async fn product_names(shipping: &Shipping, order_id: OrderId) -> BTreeMap<Sku, String> {
    let asked = shipping.rpc.ask(OrderDetails { order_id }).await;
    let details = asked.unwrap_or_else(|error| {
        tracing::warn!(%error, %order_id, "a packing list has no names");
        None
    });
    let items = details.map(|details| details.basket.lines).unwrap_or_default();
    items.into_iter().map(|item| (item.sku, item.name)).collect()
}
