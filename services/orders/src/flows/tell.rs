//! The words orders tells others: each effect of the table as its event.

use crate::{
    model::Effect,
    model::change::{Change, Record},
    store::Snapshot,
};
use bodega_contracts::orders::{
    OrderCancelled, OrderCompleted, OrderConfirmed, OrderDelivered, OrderPaymentDue, OrderPaymentExpiring, OrderPlaced,
    OrderStopping,
};
use bodega_db::{DbError, Tx};
use bodega_kernel::Money;

/// Tells what follows for an order; `bought` is there where the event speaks of it.
pub(super) fn tell(tx: &mut Tx, order: &Change, effect: Effect, bought: Option<&Snapshot>) -> Result<(), DbError> {
    let Record { id: order_id, ref number, cart_id, .. } = order.record;
    let customer_id = order.record.placed_by();
    let number = number.clone();
    match (effect, bought) {
        (Effect::Placed, Some(bought)) => tx.emit(&placed_event(order, bought)),
        (Effect::Confirmed, Some(bought)) => tx.emit(&confirmed_event(order, bought)),
        (Effect::PaymentDue, Some(bought)) => tx.emit(&OrderPaymentDue {
            tenders: bought.tenders.clone(),
            customer_id,
            order_id,
            amount: order.total(),
            payment_method: order.record.payment_method.clone(),
            deadline: order.record.deadline.unwrap_or(tx.now()),
        }),
        (Effect::Placed | Effect::PaymentDue | Effect::Confirmed, None) => {
            Err(DbError::Refused(format!("order {order_id} has no snapshot").into()))
        }
        (Effect::PaymentExpiring(reason), _) => tx.emit(&OrderPaymentExpiring { order_id, reason }),
        (Effect::Stopping, _) => tx.emit(&OrderStopping { order_id }),
        (Effect::Delivered, _) => tx.emit(&OrderDelivered { order_id, number, customer_id }),
        (Effect::Completed, _) => tx.emit(&OrderCompleted { order_id, customer_id }),
        (Effect::Cancelled(reason), _) => tx.emit(&OrderCancelled { order_id, cart_id, reason }),
        (
            Effect::Moved { .. }
            | Effect::SetTimer(_)
            | Effect::ClearTimer
            | Effect::Tell(_)
            | Effect::Alert(_)
            | Effect::Issue(_),
            _,
        ) => Ok(()),
    }
}

fn placed_event(order: &Change, bought: &Snapshot) -> OrderPlaced {
    OrderPlaced {
        order_id: order.record.id,
        number: order.record.number.clone(),
        customer_id: order.record.placed_by(),
        lines: bought.lines(),
        total: order.total(),
        coupons: bought.coupons.clone(),
        points: bought.points,
        at: order.record.placed,
    }
}

fn confirmed_event(order: &Change, bought: &Snapshot) -> OrderConfirmed {
    OrderConfirmed {
        // Promised money is taken before anything leaves.
        capture_first: order.record.life.money.captured < order.record.life.total,
        order_id: order.record.id,
        number: order.record.number.clone(),
        customer_id: order.record.placed_by(),
        lines: bought.lines(),
        total: order.total(),
        goods: Money::new(bought.goods(), order.record.currency),
        shipping_method: bought.basket.shipping.as_ref().map(|shipping| shipping.method.clone()),
        shipping_address: bought.shipping_address.clone(),
    }
}
