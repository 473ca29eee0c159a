//! What orders hears: each event becomes a fact about its order.

use crate::{
    Orders,
    flows::{self, DETAIL},
    model::Fact,
    model::change::Hearing,
};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    OrderId,
    cart::CartCheckedOut,
    coupons::{CouponRejected, CouponReserved},
    identity::UserEmailVerified,
    inventory::{
        Shortage, StockAllocated, StockHoldExpired, StockRejected, StockReleased, StockReserved, StockUnavailable,
    },
    payments::{
        PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed, PaymentCaptured, PaymentClosed,
        PaymentDisputed, PaymentFailed, PaymentRefunded, PaymentVoided,
    },
    rewards::{PointsRejected, PointsReserved},
    shipping::{
        FulfilmentCollected, FulfilmentReadyForPickup, FulfilmentStopped, FulfilmentUnderWay, ShipmentDelivered,
        ShipmentDispatched, ShipmentInTransit, ShipmentPacked,
    },
};
use bodega_db::Tx;
use bodega_kernel::{Currency, Event, Money};

pub(crate) fn subscriptions(state: &Orders) -> Subscriptions {
    let orders = state.clone();
    let subscriptions = Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<CartCheckedOut>]| flows::place(&orders, tx, batch).await)
        .on(async |tx: &mut Tx, batch: &[Delivery<UserEmailVerified>]| flows::verified(tx, batch).await);
    let subscriptions = stock(subscriptions, state);
    let subscriptions = claims(subscriptions, state);
    let subscriptions = payment(subscriptions, state);
    parcels(subscriptions, state)
}

fn stock(subscriptions: Subscriptions, state: &Orders) -> Subscriptions {
    let subscriptions =
        on(subscriptions, state, |event: &StockReserved| Heard::of(event.order_id, Fact::StockReserved));
    let subscriptions = on(subscriptions, state, |event: &StockRejected| {
        Heard::of(event.order_id, Fact::StockRejected).detail(&shortages(&event.short))
    });
    let subscriptions =
        on(subscriptions, state, |event: &StockAllocated| Heard::of(event.order_id, Fact::StockAllocated));
    let subscriptions =
        on(subscriptions, state, |event: &StockReleased| Heard::of(event.order_id, Fact::StockReleased));
    let subscriptions =
        on(subscriptions, state, |event: &StockHoldExpired| Heard::of(event.order_id, Fact::StockHoldExpired));
    on(subscriptions, state, |event: &StockUnavailable| {
        Heard::of(event.order_id, Fact::StockUnavailable).detail(&shortages(&event.short))
    })
}

fn claims(subscriptions: Subscriptions, state: &Orders) -> Subscriptions {
    let subscriptions =
        on(subscriptions, state, |event: &CouponReserved| Heard::of(event.order_id, Fact::CouponReserved));
    let subscriptions = on(subscriptions, state, |event: &CouponRejected| {
        Heard::of(event.order_id, Fact::CouponRejected).detail(&format!("{}: {}", event.code, event.reason))
    });
    let subscriptions =
        on(subscriptions, state, |event: &PointsReserved| Heard::of(event.order_id, Fact::PointsReserved));
    on(subscriptions, state, |event: &PointsRejected| {
        let PointsRejected { order_id, wanted, spendable } = *event;
        Heard::of(order_id, Fact::PointsRejected).detail(&format!("{wanted} wanted, {spendable} there"))
    })
}

fn parcels(subscriptions: Subscriptions, state: &Orders) -> Subscriptions {
    let subscriptions =
        on(subscriptions, state, |event: &FulfilmentStopped| Heard::of(event.order_id, Fact::FulfilmentStopped));
    let subscriptions =
        on(subscriptions, state, |event: &FulfilmentUnderWay| Heard::of(event.order_id, Fact::FulfilmentUnderWay));
    let subscriptions =
        on(subscriptions, state, |event: &FulfilmentReadyForPickup| Heard::of(event.order_id, Fact::ReadyForPickup));
    let subscriptions =
        on(subscriptions, state, |event: &FulfilmentCollected| Heard::of(event.order_id, Fact::Collected));
    let orders = state.clone();
    let subscriptions = subscriptions
        .on(async move |tx: &mut Tx, batch: &[Delivery<ShipmentPacked>]| flows::pack(&orders, tx, batch).await);
    let orders = state.clone();
    let subscriptions = subscriptions.on(async move |tx: &mut Tx, batch: &[Delivery<ShipmentDispatched>]| {
        flows::leave(&orders, tx, &hearings(batch, dispatched), batch).await
    });
    let subscriptions = on(subscriptions, state, |event: &ShipmentInTransit| {
        Heard::of(event.order_id, Fact::InTransit).detail(&event.status)
    });
    on(subscriptions, state, |event: &ShipmentDelivered| {
        let detail = format!("{} of {} pieces", event.delivered, event.pieces);
        Heard::of(event.order_id, Fact::Delivered { pieces: event.delivered }).detail(&detail)
    })
}

fn payment(subscriptions: Subscriptions, state: &Orders) -> Subscriptions {
    let orders = state.clone();
    let subscriptions = subscriptions.on(async move |tx: &mut Tx, batch: &[Delivery<PaymentActionRequired>]| {
        flows::act(&orders, tx, &hearings(batch, action_required), batch).await
    });
    let subscriptions = on(subscriptions, state, |event: &PaymentAuthorized| {
        let fact = Fact::PaymentAuthorized { total: event.authorized.amount };
        Heard::of(event.order_id, fact).money(event.authorized)
    });
    let subscriptions = on(subscriptions, state, |event: &PaymentCaptured| {
        let fact = Fact::PaymentCaptured { total: event.captured.amount };
        Heard::of(event.order_id, fact).money(event.captured)
    });
    let subscriptions = on(subscriptions, state, |event: &PaymentFailed| {
        Heard::of(event.order_id, Fact::PaymentFailed { attempt: event.attempt }).detail(&event.code)
    });
    let subscriptions =
        on(subscriptions, state, |event: &PaymentClosed| Heard::of(event.order_id, Fact::PaymentClosed));
    let subscriptions =
        on(subscriptions, state, |event: &PaymentVoided| Heard::of(event.order_id, Fact::PaymentVoided));
    let subscriptions = on(subscriptions, state, |event: &PaymentRefunded| {
        let fact = Fact::PaymentRefunded { total: event.refunded.amount };
        Heard::of(event.order_id, fact).money(event.refunded)
    });
    let subscriptions = on(subscriptions, state, |event: &PaymentDisputed| {
        let fact = Fact::Disputed { state: event.state, amount: event.amount.amount };
        Heard::of(event.order_id, fact).money(event.amount)
    });
    let orders = state.clone();
    subscriptions.on(async move |tx: &mut Tx, batch: &[Delivery<PaymentCaptureFailed>]| {
        flows::capture_failed(&orders, tx, batch).await
    })
}

fn action_required(event: &PaymentActionRequired) -> Heard {
    let fact = Fact::PaymentActionRequired { attempt: event.attempt };
    Heard::of(event.order_id, fact).detail(&format!("attempt {}", event.attempt))
}

fn dispatched(event: &ShipmentDispatched) -> Heard {
    let number = event.tracking_number.as_deref().map(|number| format!(", {number}")).unwrap_or_default();
    let detail = format!("{} of {} pieces by {}{number}", event.dispatched, event.pieces, event.carrier);
    Heard::of(event.order_id, Fact::Dispatched { pieces: event.dispatched }).detail(&detail)
}

/// What an event says.
struct Heard {
    order_id: OrderId,
    fact: Fact,
    detail: Option<String>,
    currency: Option<Currency>,
}

impl Heard {
    fn of(order_id: OrderId, fact: Fact) -> Self {
        Self { order_id, fact, detail: None, currency: None }
    }

    fn detail(self, detail: &str) -> Self {
        Self { detail: Some(detail.chars().take(DETAIL).collect()), ..self }
    }

    fn money(self, money: Money) -> Self {
        Self { currency: Some(money.currency), ..self.detail(&money.to_string()) }
    }
}

fn on<E: Event>(subscriptions: Subscriptions, state: &Orders, read: fn(&E) -> Heard) -> Subscriptions {
    let state = state.clone();
    subscriptions
        .on(async move |tx: &mut Tx, batch: &[Delivery<E>]| flows::hear(&state, tx, &hearings(batch, read)).await)
}

fn hearings<E: Event>(batch: &[Delivery<E>], read: fn(&E) -> Heard) -> Vec<Hearing> {
    let hearing = |delivery: &Delivery<E>| {
        let Heard { order_id, fact, detail, currency } = read(&delivery.event);
        Hearing { order_id, fact, detail, currency, trace: delivery.trace.clone() }
    };
    batch.iter().map(hearing).collect()
}

fn shortages(short: &[Shortage]) -> String {
    let one = |short: &Shortage| format!("{}: {} wanted, {} there", short.sku, short.wanted, short.available);
    short.iter().take(5).map(one).collect::<Vec<_>>().join("; ")
}
