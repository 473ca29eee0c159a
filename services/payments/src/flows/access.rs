//! Whose payment it is: staff, the order's buyer, or whoever holds the order's token. To others it does not exist.

use crate::{Payments, error::Error};
use bodega_contracts::{OrderId, orders::OrderStanding};
use bodega_kernel::{Caller, Role, UserId};

/// Fails as not found unless `caller` may deal with the payment of `order`.
pub(crate) async fn check_access(
    payments: &Payments,
    order: OrderId,
    caller: &Caller,
    token: Option<&str>,
) -> Result<(), Error> {
    let opened = token.and_then(|token| payments.guests.verify("order", token, payments.world.now()));
    if opened == Some(order.0) || caller.is_at_least(Role::Staff) {
        return Ok(());
    }
    match caller.user {
        Some(user) if buyer(payments, order).await? == Some(user) => Ok(()),
        Some(_) | None => Err(Error::NotFound),
    }
}

async fn buyer(payments: &Payments, order_id: OrderId) -> Result<Option<UserId>, Error> {
    let standing = payments.rpc.ask(OrderStanding { order_id }).await?;
    Ok(standing.and_then(|standing| standing.customer_id))
}
