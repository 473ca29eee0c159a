//! What payments hears.

use crate::{Payments, flows};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::orders::{
    OrderCancelled, OrderCaptureDue, OrderPaymentDue, OrderPaymentExpiring, ReturnReceived,
};
use bodega_db::Tx;

/// An order is to be paid; wants an end; is over. A parcel is about to leave; goods came back.
pub(crate) fn subscriptions(payments: &Payments) -> Subscriptions {
    let due = payments.clone();
    let expiring = payments.clone();
    let cancelled = payments.clone();
    let leaving = payments.clone();
    let returned = payments.clone();
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderPaymentDue>]| flows::charge(&due, tx, batch).await)
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderPaymentExpiring>]| flows::end(&expiring, tx, batch).await)
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| flows::cancel(&cancelled, tx, batch).await)
        .on(async move |tx: &mut Tx, batch: &[Delivery<OrderCaptureDue>]| {
            flows::capture_for_parcels(&leaving, tx, batch).await
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<ReturnReceived>]| {
            flows::refund_returns(&returned, tx, batch).await
        })
}
