//! What the orders service tells, and what a provider reports by itself.

use crate::setup::{PRICE, SECRET, Shop};
use bodega_contracts::{
    CartId, GiftCardId, OrderId, ReturnId, ShipmentId, Tender, TenderKind,
    orders::{CancelReason, OrderCancelled, OrderCaptureDue, OrderPaymentDue, OrderPaymentExpiring, ReturnReceived},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Event, Money, Time};
use bodega_testkit::{Answer, Ask};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;

/// Where the money of a return goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GoesTo {
    Payer,
    Credit,
}

/// A gift card that is to pay so much.
pub(crate) fn by_card(card_id: GiftCardId, amount: i64) -> Tender {
    Tender { kind: TenderKind::GiftCard, card_id: Some(card_id), label: "7KQ4".to_owned(), amount }
}

/// Store credit that is to pay so much.
pub(crate) fn by_credit(amount: i64) -> Tender {
    Tender { kind: TenderKind::StoreCredit, card_id: None, label: "store credit".to_owned(), amount }
}

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

    /// The same for an order that is paid with gift cards and store credit besides.
    pub(crate) async fn due_with(&self, order: OrderId, method: &str, tenders: Vec<Tender>) {
        self.deliver(vec![self.tendered_event(order, method, tenders)]).await;
    }

    pub(crate) fn tendered_event(&self, order_id: OrderId, method: &str, tenders: Vec<Tender>) -> Envelope {
        self.said(&OrderPaymentDue {
            tenders,
            customer_id: Some(self.buyer),
            order_id,
            amount: Money::new(PRICE, Currency::GBP),
            payment_method: method.to_owned(),
            deadline: self.world.now().plus(Duration::from_mins(30)),
        })
    }

    /// Goods of an order came back.
    pub(crate) fn returned_event(&self, order_id: OrderId, return_id: ReturnId, refund: i64, to: GoesTo) -> Envelope {
        self.said(&ReturnReceived {
            order_id,
            return_id,
            restock: Vec::new(),
            written_off: Vec::new(),
            refund: Money::new(refund, Currency::GBP),
            to_credit: to == GoesTo::Credit,
            customer_id: Some(self.buyer),
        })
    }

    pub(crate) async fn returned(&self, order: OrderId, refund: i64, to: GoesTo) {
        self.deliver(vec![self.returned_event(order, ReturnId::new(&self.world), refund, to)]).await;
    }

    /// A parcel is about to leave: so much of the order is to be taken in all.
    pub(crate) fn leaving_event(&self, order_id: OrderId, shipment_id: ShipmentId, amount: i64) -> Envelope {
        self.said(&OrderCaptureDue { order_id, shipment_id, amount: Money::new(amount, Currency::GBP) })
    }

    pub(crate) async fn leaving(&self, order: OrderId, amount: i64) -> ShipmentId {
        let shipment = ShipmentId::new(&self.world);
        self.deliver(vec![self.leaving_event(order, shipment, amount)]).await;
        shipment
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
