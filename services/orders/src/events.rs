//! What orders hears: each event becomes a fact about its order.

use crate::{Orders, flows, model::Fact, model::change::Hearing};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::{
    OrderId,
    cart::CartCheckedOut,
    inventory::{
        Shortage, StockAllocated, StockHoldExpired, StockRejected, StockReleased, StockReserved, StockUnavailable,
    },
    payments::{
        PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentClosed, PaymentFailed, PaymentRefunded,
        PaymentVoided,
    },
};
use bodega_db::Tx;
use bodega_kernel::{Currency, Event, Money};

/// The most characters of a detail that is shown.
const DETAIL: usize = 200;

pub(crate) fn subscriptions(state: &Orders) -> Subscriptions {
    let orders = state.clone();
    let subscriptions = Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<CartCheckedOut>]| flows::place(&orders, tx, batch).await);
    let subscriptions = stock(subscriptions, state);
    payment(subscriptions, state)
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

fn payment(subscriptions: Subscriptions, state: &Orders) -> Subscriptions {
    let subscriptions = on(subscriptions, state, |event: &PaymentActionRequired| {
        let fact = Fact::PaymentActionRequired { attempt: event.attempt };
        Heard::of(event.order_id, fact).detail(&format!("attempt {}", event.attempt))
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
    on(subscriptions, state, |event: &PaymentRefunded| {
        let fact = Fact::PaymentRefunded { total: event.refunded.amount };
        Heard::of(event.order_id, fact).money(event.refunded)
    })
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
    subscriptions.on(async move |tx: &mut Tx, batch: &[Delivery<E>]| {
        let hearing = |delivery: &Delivery<E>| {
            let Heard { order_id, fact, detail, currency } = read(&delivery.event);
            Hearing { order_id, fact, detail, currency, trace: delivery.trace.clone() }
        };
        let hearings: Vec<Hearing> = batch.iter().map(hearing).collect();
        flows::hear(&state, tx, &hearings).await
    })
}

fn shortages(short: &[Shortage]) -> String {
    let one = |short: &Shortage| format!("{}: {} wanted, {} there", short.sku, short.wanted, short.available);
    short.iter().take(5).map(one).collect::<Vec<_>>().join("; ")
}
