//! After the sale: money for a parcel that is about to leave, and for goods that came back.

use super::effects::{self, Standing};
use crate::{
    Payments,
    model::{Holder, ReturnDue},
    store::{self, Batch, NewReturn},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    OrderId, ReturnId,
    orders::{OrderCaptureDue, ReturnReceived},
};
use bodega_db::Tx;

/// Parcels are about to leave: what is promised for them is taken, and what cannot be is answered.
pub(crate) async fn capture_for_parcels(
    payments: &Payments,
    tx: &mut Tx,
    batch: &[Delivery<OrderCaptureDue>],
) -> Result<(), Failure> {
    if let Some(wrong) = batch.iter().find(|delivery| delivery.event.amount.amount < 0) {
        return Err(Failure::permanent(format!("order {} is to be captured below nothing", wrong.event.order_id)));
    }
    let orders: Vec<OrderId> = batch.iter().map(|delivery| delivery.event.order_id).collect();
    let mut held = Batch::load_or_make(tx, &orders).await?;
    let now = tx.now();
    for delivery in batch {
        let OrderCaptureDue { order_id, shipment_id, amount } = delivery.event;
        let Some(payment) = held.payment(order_id) else { continue };
        let effects = payment.capture_due(shipment_id, amount, now);
        let standing = Standing::of(payment);
        effects::carry_out(tx, &mut held, &standing, effects, delivery.trace.as_deref()).await?;
    }
    let saved = held.save(tx).await?;
    effects::wake(&payments.work, saved);
    Ok(())
}

/// Goods came back: what they cost goes back once for each return, as it was paid or as store credit.
pub(crate) async fn refund_returns(
    payments: &Payments,
    tx: &mut Tx,
    batch: &[Delivery<ReturnReceived>],
) -> Result<(), Failure> {
    if let Some(wrong) = batch.iter().find(|delivery| delivery.event.refund.amount < 0) {
        return Err(Failure::permanent(format!("return {} is worth less than nothing", wrong.event.return_id)));
    }
    let worth: Vec<_> = batch.iter().filter(|delivery| delivery.event.refund.amount > 0).collect();
    let orders: Vec<OrderId> = worth.iter().map(|delivery| delivery.event.order_id).collect();
    let returns: Vec<ReturnId> = worth.iter().map(|delivery| delivery.event.return_id).collect();
    let mut held = Batch::load_or_make(tx, &orders).await?;
    let mut known = store::known_returns(tx, &returns).await?;
    let (now, mut fresh) = (tx.now(), Vec::new());
    for delivery in worth {
        let event = &delivery.event;
        if !known.insert(event.return_id) {
            continue;
        }
        let Some(payment) = held.payment(event.order_id) else { continue };
        let due = due(event);
        let effects = payment.goods_returned(due.clone(), now);
        let settled = !payment.returns.contains(&due);
        fresh.push(NewReturn { order_id: event.order_id, due, settled });
        let standing = Standing::of(payment);
        effects::carry_out(tx, &mut held, &standing, effects, delivery.trace.as_deref()).await?;
    }
    store::insert_returns(tx, &fresh).await?;
    let saved = held.save(tx).await?;
    effects::wake(&payments.work, saved);
    Ok(())
}

fn due(event: &ReturnReceived) -> ReturnDue {
    let to = event.customer_id.filter(|_| event.to_credit).map(|user| Holder::credit(user, event.refund.currency));
    ReturnDue { return_id: event.return_id, amount: event.refund, to }
}
