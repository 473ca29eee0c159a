//! What the orders service tells, and what a provider reports by itself.

use crate::setup::{PRICE, SECRET, Shop};
use bodega_contracts::{
    CartId, OrderId,
    orders::{CancelReason, OrderCancelled, OrderPaymentDue, OrderPaymentExpiring},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Event, Money, Time};
use bodega_testkit::{Answer, Ask};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;

impl Shop {
    pub(crate) async fn due(&self, order: OrderId, method: &str) {
        self.deliver(vec![self.due_event(order, method)]).await;
    }

    pub(crate) fn due_event(&self, order_id: OrderId, method: &str) -> Envelope {
        self.said(&OrderPaymentDue {
            tenders: Vec::new(),
            customer_id: None,
            order_id,
            amount: Money::new(PRICE, Currency::GBP),
            payment_method: method.to_owned(),
            deadline: self.world.now().plus(Duration::from_mins(30)),
        })
    }

    pub(crate) async fn expire(&self, order: OrderId, reason: CancelReason) {
        self.deliver(vec![self.expiring_event(order, reason)]).await;
    }

    pub(crate) fn expiring_event(&self, order_id: OrderId, reason: CancelReason) -> Envelope {
        self.said(&OrderPaymentExpiring { order_id, reason })
    }

    pub(crate) async fn cancel(&self, order: OrderId) {
        self.deliver(vec![self.cancelled_event(order)]).await;
    }

    pub(crate) fn cancelled_event(&self, order_id: OrderId) -> Envelope {
        let cart_id = CartId::new(&self.world);
        self.said(&OrderCancelled { order_id, cart_id, reason: CancelReason::ByShopper })
    }

    fn said<E: Event>(&self, event: &E) -> Envelope {
        self.envelope("orders", event)
    }

    /// A report as the provider would sign and send it.
    pub(crate) async fn webhook(&self, signature: Option<&str>, body: &str) -> Answer {
        let ask = Ask::post("/v1/webhooks/simulator").body(body);
        self.ask(0, signature.into_iter().fold(ask, |ask, value| ask.header("x-simulator-signature", value))).await
    }

    pub(crate) fn sign(&self, body: &str) -> String {
        sign(SECRET, self.world.now(), body)
    }
}

pub(crate) fn sign(secret: &str, at: Time, body: &str) -> String {
    let seconds = at.ms() / 1000;
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={:x}", mac.finalize().into_bytes())
}

pub(crate) fn report(id: &str, order: OrderId, attempt: i64, amount: i64, currency: &str) -> String {
    json!({
        "id": id, "type": "charge.captured", "key": format!("{order}/{attempt}"), "reference": "sim_1",
        "amount": amount, "currency": currency, "at": "2026-01-01T00:00:00Z",
    })
    .to_string()
}
