//! What staff are told of, at the address that the settings name.

use super::{Wanted, queue_some};
use crate::model::{About, Kind, Params};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    inventory::StockLow,
    payments::{DisputeState, PaymentDisputed},
    shipping::ParcelLine,
};
use bodega_db::Tx;

pub(super) fn of_staff(subscriptions: Subscriptions, alerts: bool) -> Subscriptions {
    subscriptions
        .on(async move |tx: &mut Tx, batch: &[Delivery<StockLow>]| {
            queue_some(tx, batch, |event| alerts.then(|| low(event))).await
        })
        .on(async move |tx: &mut Tx, batch: &[Delivery<PaymentDisputed>]| {
            queue_some(tx, batch, |event| alerts.then(|| disputed(event))).await
        })
}

fn low(event: &StockLow) -> Wanted {
    let stock = Some(ParcelLine { sku: event.sku.clone(), quantity: event.available });
    let (subject, params) = (format!("{}/{}", event.sku, event.alert), Params { stock, ..Params::default() });
    Wanted { kind: Kind::LowStock, subject, about: About::default(), params }
}

fn disputed(event: &PaymentDisputed) -> Wanted {
    let word = match event.state {
        DisputeState::Opened => "opened",
        DisputeState::Won => "won",
        DisputeState::Lost => "lost",
    };
    let params = Params { amount: Some(event.amount), dispute: Some(event.state), ..Params::default() };
    let about = About { order: Some(event.order_id), ..About::default() };
    Wanted { kind: Kind::PaymentDisputed, subject: format!("{}/{word}", event.payment_id), about, params }
}
