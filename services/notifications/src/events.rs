//! What customers and staff are told of: each event queues its mail in its own transaction, once for its subject.

mod accounts;
mod alerts;

use crate::{
    flows,
    model::{About, Kind, LeftCart, Note, Params, Wanted},
};
use bodega_bus::{Delivery, Failure, Subscriptions};
use bodega_contracts::{
    OrderId, OrderLine,
    cart::CartAbandoned,
    coupons::CouponGranted,
    identity::UserRegistered,
    orders::{OrderCancelled, OrderConfirmed, OrderDelivered, ReturnChanged, ReturnState},
    payments::{GiftCardIssued, PaymentRefunded},
    rewards::PointsEarned,
    shipping::{FulfilmentReadyForPickup, ParcelLine, ShipmentDispatched},
};
use bodega_db::Tx;
use bodega_kernel::{Event, UserId};

/// The most lines of a parcel that are kept with its mail.
const MAX_LINES: usize = 100;

/// Everything that becomes a mail; what is for staff does only where `alerts` go anywhere.
pub(crate) fn subscriptions(alerts: bool) -> Subscriptions {
    let subscriptions = Subscriptions::new()
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderConfirmed>]| {
            queue(tx, batch, |event| of_order(Kind::OrderConfirmed, event.order_id, &event.order_id, Params::default()))
                .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderCancelled>]| {
            queue(tx, batch, |event| {
                let params = Params { reason: Some(event.reason), ..Params::default() };
                of_order(Kind::OrderCancelled, event.order_id, &event.order_id, params)
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<OrderDelivered>]| {
            queue(tx, batch, |event| of_order(Kind::Delivered, event.order_id, &event.order_id, Params::default()))
                .await
        });
    let subscriptions = accounts::of_accounts(of_customers(of_returns(of_parcels(subscriptions))));
    alerts::of_staff(subscriptions, alerts)
}

fn of_parcels(subscriptions: Subscriptions) -> Subscriptions {
    subscriptions
        .on(async |tx: &mut Tx, batch: &[Delivery<ShipmentDispatched>]| queue(tx, batch, shipped).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<FulfilmentReadyForPickup>]| {
            queue(tx, batch, |event| {
                of_order(Kind::ReadyForPickup, event.order_id, &event.fulfilment_id, Params::default())
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<PaymentRefunded>]| {
            queue(tx, batch, |event| {
                let params = Params { refunded: Some(event.refunded), ..Params::default() };
                of_order(Kind::Refunded, event.order_id, &event.refund_id, params)
            })
            .await
        })
}

fn of_returns(subscriptions: Subscriptions) -> Subscriptions {
    subscriptions.on(async |tx: &mut Tx, batch: &[Delivery<ReturnChanged>]| queue_some(tx, batch, returned).await).on(
        async |tx: &mut Tx, batch: &[Delivery<GiftCardIssued>]| {
            queue_some(tx, batch, |event| {
                // Without an address staff hand it over.
                let about = About { recipient: Some(event.email.clone()?), ..About::default() };
                let (card, amount, ends) = (Some(event.card_id), Some(event.amount), event.ends);
                let params = Params { ends, card, amount, ..Params::default() };
                Some(Wanted { kind: Kind::GiftCard, subject: event.card_id.to_string(), about, params })
            })
            .await
        },
    )
}

fn of_customers(subscriptions: Subscriptions) -> Subscriptions {
    subscriptions
        .on(async |tx: &mut Tx, batch: &[Delivery<PointsEarned>]| {
            queue(tx, batch, |event| {
                let params = Params { points: Some(event.points), ..Params::default() };
                of_user(Kind::PointsEarned, event.user_id, &event.order_id, params)
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<CouponGranted>]| {
            queue(tx, batch, |event| {
                let (label, code, ends) = (Some(event.label.clone()), Some(event.code.clone()), Some(event.ends));
                let params = Params { label, code, ends, ..Params::default() };
                of_user(Kind::RewardGranted, event.user_id, &event.code, params)
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<UserRegistered>]| {
            queue(tx, batch, |event| of_user(Kind::Welcome, event.user_id, &event.user_id, Params::default())).await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<CartAbandoned>]| queue(tx, batch, left).await)
}

/// Cart knows whom it is for: the event does not say it. Once in the life of a cart, whatever version was left.
fn left(event: &CartAbandoned) -> Wanted {
    let cart = Some(LeftCart { id: event.cart_id, version: event.cart_version });
    let (subject, params) = (event.cart_id.to_string(), Params { cart, ..Params::default() });
    Wanted { kind: Kind::AbandonedCart, subject, about: About::default(), params }
}

/// What the buyer did themselves they need not be told.
fn returned(event: &ReturnChanged) -> Option<Wanted> {
    let word = match event.state {
        ReturnState::Approved => "approved",
        ReturnState::Rejected => "rejected",
        ReturnState::Received => "received",
        ReturnState::Requested | ReturnState::Cancelled => return None,
    };
    let piece = |line: &OrderLine| ParcelLine { sku: line.sku.clone(), quantity: line.quantity };
    let note = event.message.as_ref().map(|text| Note { subject: String::new(), text: text.clone() });
    let params = Params {
        return_number: Some(event.number.clone()),
        return_state: Some(event.state),
        parcel: event.lines.iter().take(MAX_LINES).map(piece).collect(),
        note,
        ..Params::default()
    };
    Some(of_order(Kind::ReturnChanged, event.order_id, &format!("{}/{word}", event.return_id), params))
}

fn shipped(event: &ShipmentDispatched) -> Wanted {
    let params = Params {
        carrier: Some(event.carrier.clone()),
        tracking_number: event.tracking_number.clone(),
        tracking_url: event.tracking_url.clone(),
        parcel: event.lines.iter().take(MAX_LINES).cloned().collect(),
        partial: event.dispatched < event.pieces,
        ..Params::default()
    };
    of_order(Kind::Shipped, event.order_id, &event.shipment_id, params)
}

fn of_order(kind: Kind, order: OrderId, subject: &impl ToString, params: Params) -> Wanted {
    Wanted { kind, subject: subject.to_string(), about: About { order: Some(order), ..About::default() }, params }
}

fn of_user(kind: Kind, user: UserId, subject: &impl ToString, params: Params) -> Wanted {
    Wanted { kind, subject: subject.to_string(), about: About { user: Some(user), ..About::default() }, params }
}

async fn queue<E: Event>(tx: &mut Tx, batch: &[Delivery<E>], wanted: impl Fn(&E) -> Wanted) -> Result<(), Failure> {
    queue_some(tx, batch, |event| Some(wanted(event))).await
}

async fn queue_some<E: Event>(
    tx: &mut Tx,
    batch: &[Delivery<E>],
    wanted: impl Fn(&E) -> Option<Wanted>,
) -> Result<(), Failure> {
    let wanted: Vec<Wanted> = batch.iter().filter_map(|delivery| wanted(&delivery.event)).collect();
    Ok(flows::queue_mails(tx, wanted).await?)
}
