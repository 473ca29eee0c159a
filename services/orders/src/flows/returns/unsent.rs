//! Goods that were to be sent in exchange are not: their order was cancelled. What was paid for what they stand for is given
//! back then, in a transaction of its own.

use super::{Return, origin::Origin};
use crate::{
    Orders,
    error::Error,
    model::change::Change,
    model::{Effect, returns::Passed},
    store,
};
use bodega_contracts::{OrderId, ReturnId, orders::OrderStatus};
use bodega_db::{DbError, DueTimer, Timer, Tx};
use bodega_kernel::Time;
use std::collections::BTreeSet;

/// The timer of a return whose exchange may not be sent.
pub(in crate::flows) const UNSENT: &str = "unsent";

/// Timers for what may have been an exchange among orders that were cancelled: it costs nothing, and its cart has the id of the
/// return.
pub(in crate::flows) fn unsent(orders: &[Change], now: Time) -> Vec<Timer> {
    let is_cancelled = |order: &&Change| {
        let is_end = |(effect, _): &(Effect, _)| matches!(effect, Effect::Cancelled(_));
        order.record.life.total == 0 && order.events.iter().any(is_end)
    };
    let timer = |order: &Change| Timer { subject: order.record.cart_id.0, kind: UNSENT, due: now };
    orders.iter().filter(is_cancelled).map(timer).collect()
}

/// Gives back what was paid for what these returns exchanged in vain, once for each.
pub(in crate::flows) async fn give_back(state: &Orders, tx: &mut Tx, due: &[&DueTimer]) -> Result<(), DbError> {
    for id in due.iter().map(|timer| ReturnId(timer.subject)) {
        give_back_one(state, tx, id).await.map_err(refused)?;
    }
    Ok(())
}

fn refused(error: Error) -> DbError {
    if let Error::Db(error) = error { error } else { DbError::Refused(error.to_string().into()) }
}

async fn give_back_one(state: &Orders, tx: &mut Tx, id: ReturnId) -> Result<(), Error> {
    let Some(order_id) = store::order_of_return(tx, id).await? else { return Ok(()) };
    let Some((_, sent, passed)) = exchanged(tx, order_id, id).await? else { return Ok(()) };
    let mut locked = store::load(tx, &BTreeSet::from([order_id, sent, passed.order_id])).await?;
    let is_unsent = locked.get(&sent).is_some_and(|order| order.record.life.status == OrderStatus::Cancelled);
    // Read again under the lock.
    let Some((mut one, ..)) = exchanged(tx, order_id, id).await?.filter(|_| is_unsent) else { return Ok(()) };
    let runs = passed.runs.clone();
    let Some(mut origin) = Origin::of(tx, Some(passed), &mut locked).await? else { return Ok(()) };
    origin.settle(state, &mut one, &runs, tx.now())?;
    store::update_return(tx, &one).await?;
    if let Some(refund) = origin.refund(false) {
        tx.emit(&refund)?;
    }
    origin.save(state, tx, None).await
}

/// A return that was exchanged and not given back: for which order, and what that stands for.
async fn exchanged(tx: &mut Tx, order_id: OrderId, id: ReturnId) -> Result<Option<(Return, OrderId, Passed)>, Error> {
    let one = store::returns_of(tx, order_id).await?.into_iter().find(|one| one.id == id);
    let Some(one) = one.filter(|one| one.matter.settled.is_none()) else { return Ok(None) };
    let (sent, passed) = (one.matter.replacement_id, one.matter.passed.clone());
    Ok(sent.zip(passed).map(|(sent, passed)| (one, sent, passed)))
}
