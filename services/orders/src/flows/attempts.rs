//! Attempts to pay after the first, perhaps in another way than the order was placed with: who pays by bank transfer then
//! has as long as who chose that at first. The event names no way to pay, so payments is asked.

use super::{hear, locked, save};
use crate::{Orders, error::Error, model::change::Hearing, store};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    OrderId,
    payments::{BANK_TRANSFER, PaymentActionRequired, PendingAction},
};
use bodega_db::Tx;
use std::collections::BTreeMap;

/// Shoppers have to do something to pay; what that is after the first attempt is asked later.
pub(crate) async fn act(
    state: &Orders,
    tx: &mut Tx,
    hearings: &[Hearing],
    batch: &[Delivery<PaymentActionRequired>],
) -> Result<(), Failure> {
    hear(state, tx, hearings).await?;
    let mut later: BTreeMap<OrderId, i64> = BTreeMap::new();
    for PaymentActionRequired { order_id, attempt, .. } in batch.iter().map(|delivery| &delivery.event) {
        if *attempt > 1 {
            let latest = later.entry(*order_id).or_default();
            *latest = (*latest).max(*attempt);
        }
    }
    store::insert_attempts(tx, &later).await?;
    if !later.is_empty() {
        state.later_attempts.notify_one();
    }
    Ok(())
}

/// Asks payments about later attempts; whether there was an answer to any.
pub(crate) async fn ask_about_attempts(state: &Orders) -> Result<bool, Error> {
    let mut is_answered = false;
    for (order_id, attempt) in store::open_attempts(&state.db).await? {
        // One that payments cannot answer for now holds up no other.
        let action = match state.rpc.ask(PendingAction { order_id }).await {
            Ok(action) => action,
            Err(error) => {
                tracing::warn!(%error, order = %order_id, "how an order is to be paid is asked again");
                continue;
            }
        };
        is_answered = true;
        let is_transfer = action.is_some_and(|action| action.kind == BANK_TRANSFER);
        let orders = state.clone();
        let record = async move |tx: &mut Tx| {
            let mut order = locked(tx, order_id).await?;
            if store::close_attempt(tx, order_id, attempt).await? && is_transfer {
                order.wait_until(tx.now().plus(orders.lengths.payment_by(BANK_TRANSFER)));
                save(&orders, tx, vec![order]).await?;
            }
            Ok::<_, Error>(())
        };
        state.db.write(record).await?;
    }
    Ok(is_answered)
}
