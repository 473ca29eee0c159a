//! An order wants an end, or has one.

use super::effects::{self, Standing};
use crate::{Payments, model::State, store::Batch};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    OrderId,
    orders::{CancelReason, OrderCancelled, OrderPaymentExpiring},
};
use bodega_db::{Trace, Tx};

/// Closes what is open and answers when that is done. A deadline keeps a promise that was made; whoever cancels does not.
pub(crate) async fn end(
    payments: &Payments,
    tx: &mut Tx,
    batch: &[Delivery<OrderPaymentExpiring>],
) -> Result<(), Failure> {
    let wishes = batch.iter().map(|delivery| {
        let wish = match delivery.event.reason {
            CancelReason::PaymentExpired => Wish::End(State::Closing),
            CancelReason::ByShopper
            | CancelReason::ByStaff
            | CancelReason::OutOfStock
            | CancelReason::CouponRejected
            | CancelReason::PointsRejected
            | CancelReason::PaidOutOfStock => Wish::End(State::Cancelling),
        };
        (delivery.event.order_id, wish, delivery.trace.clone())
    });
    grant(payments, tx, wishes.collect()).await
}

/// Leaves a tombstone: whatever was taken goes back, now or when it turns up.
pub(crate) async fn cancel(
    payments: &Payments,
    tx: &mut Tx,
    batch: &[Delivery<OrderCancelled>],
) -> Result<(), Failure> {
    let wishes = batch.iter().map(|delivery| (delivery.event.order_id, Wish::Cancel, delivery.trace.clone()));
    grant(payments, tx, wishes.collect()).await
}

#[derive(Clone, Copy)]
enum Wish {
    End(State),
    Cancel,
}

async fn grant(payments: &Payments, tx: &mut Tx, wishes: Vec<(OrderId, Wish, Option<Trace>)>) -> Result<(), Failure> {
    let orders: Vec<OrderId> = wishes.iter().map(|(order, ..)| *order).collect();
    payments.work.doubt(&orders);
    let mut batch = Batch::load_or_make(tx, &orders).await?;
    let now = tx.now();
    for (order, wish, trace) in wishes {
        let Some(payment) = batch.payment(order) else { continue };
        let effects = match wish {
            Wish::End(state) => payment.expire(state, now),
            Wish::Cancel => payment.cancel(now),
        };
        let standing = Standing::of(payment);
        effects::carry_out(tx, &mut batch, &standing, effects, trace.as_deref()).await?;
    }
    let saved = batch.save(tx).await?;
    effects::wake(&payments.work, saved);
    Ok(())
}
