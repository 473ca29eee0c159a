//! Holds that lasted too long: each comes back, and one that cannot does not keep the others.

use super::settle;
use crate::{
    Inventory,
    error::Error,
    model::{Ask, Fact, Wanted},
    store,
};
use bodega_contracts::OrderId;
use bodega_db::{DbError, Tx};
use bodega_kernel::Time;
use std::sync::Arc;

/// Lets some holds expire that are overdue; whether any did.
pub(crate) async fn expire_holds(inventory: &Inventory) -> Result<bool, Error> {
    let hold_for = i64::try_from(inventory.hold_for.as_millis()).unwrap_or(i64::MAX);
    let overdue = async move |tx: &mut Tx| {
        let since = Time::from_ms(tx.now().ms().saturating_sub(hold_for));
        store::overdue_holds(tx, since).await
    };
    let overdue: Vec<OrderId> = inventory.db.write(overdue).await?;
    if overdue.is_empty() {
        return Ok(false);
    }
    match expire(inventory, overdue.clone()).await {
        Err(error) if !error.is_transient() => {}
        expired => return Ok(expired.map(|()| true)?),
    }
    let mut any = false;
    for order in overdue {
        match expire(inventory, vec![order]).await {
            Ok(()) => any = true,
            Err(error) => tracing::error!(%error, %order, "a hold could not expire; it will be tried again"),
        }
    }
    Ok(any)
}

/// Whoever ends one of them meanwhile comes first.
async fn expire(inventory: &Inventory, orders: Vec<OrderId>) -> Result<(), DbError> {
    let remembered = Arc::clone(&inventory.remembered);
    let ask = |order| Ask { order, lines: Wanted::default(), trace: None };
    let asks: Vec<Ask> = orders.into_iter().map(ask).collect();
    inventory.db.write(async move |tx: &mut Tx| settle(tx, &remembered, Fact::Expired, asks).await).await
}
