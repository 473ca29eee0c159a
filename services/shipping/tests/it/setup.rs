//! Shipping alone, under test: what orders and inventory would say to it, what staff would ask it, and its books.

use bodega_contracts::{
    Address, CartId, OrderId, OrderLine, PaymentId, ShipmentId,
    inventory::StockAllocated,
    orders::{
        CancelReason, OrderAddressChanged, OrderCancelled, OrderCaptureDue, OrderConfirmed, OrderStanding, OrderStatus,
        OrderStopping, Standing,
    },
    payments::{DisputeState, PaymentCaptureFailed, PaymentCaptureWaived, PaymentCaptured, PaymentDisputed},
    shipping::{FulfilmentFact, FulfilmentFacts, FulfilmentState},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money, Sku, UserId};
use bodega_rpc::Answers;
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Answer, Ask, Stage, Staged, staff};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{collections::BTreeMap, ops::Deref};
use uuid::Uuid;

pub(crate) const SECRET: &str = "what the carrier and the shop share";

/// One or more replicas of shipping.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_shipping::service()
    }

    fn adjust(settings: &mut Settings) {
        settings.shipping.carriers = vec!["manual".to_owned(), "simulator".to_owned()];
        SECRET.clone_into(&mut settings.shipping.webhook_secret);
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        let standing =
            Standing { status: OrderStatus::Confirmed, customer_id: Some(buyer()), total: Money::zero(Currency::GBP) };
        let orders = Answers::new().on::<OrderStanding, _>(async move |_: OrderStanding| Ok(Some(standing)));
        stage.neighbour("orders", &orders);
        Self(stage)
    }
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

/// Who buys everything here.
pub(crate) fn buyer() -> UserId {
    UserId(Uuid::from_u128(77))
}

pub(crate) fn address(postal_code: &str) -> Address {
    Address {
        name: "Ada Lovelace".to_owned(),
        line1: "1 High Street".to_owned(),
        line2: None,
        city: "London".to_owned(),
        region: None,
        postal_code: postal_code.to_owned(),
        country: "GB".to_owned(),
        phone: None,
    }
}

fn shipment_id(parcel: &Value) -> ShipmentId {
    parcel["id"].as_str().unwrap().parse().unwrap()
}

/// An order whose fulfilment is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    pub(crate) order: OrderId,
    pub(crate) id: Uuid,
}

impl Shop {
    // What other services say.

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) fn confirmed(&self, order: OrderId, lines: &[(&str, i64)]) -> Envelope {
        self.confirmed_by(order, lines, "standard", "N1 1AA")
    }

    pub(crate) fn confirmed_by(&self, order_id: OrderId, lines: &[(&str, i64)], method: &str, code: &str) -> Envelope {
        self.envelope("orders", &Self::confirmation(order_id, lines, method, code))
    }

    /// An order whose money is promised only.
    pub(crate) fn promised(&self, order_id: OrderId, lines: &[(&str, i64)], method: &str) -> Envelope {
        let confirmed = Self::confirmation(order_id, lines, method, "N1 1AA");
        self.envelope("orders", &OrderConfirmed { capture_first: true, ..confirmed })
    }

    fn confirmation(order_id: OrderId, lines: &[(&str, i64)], method: &str, code: &str) -> OrderConfirmed {
        let line = |(sku, quantity): &(&str, i64)| OrderLine {
            sku: Sku::new(sku).unwrap(),
            quantity: *quantity,
            stocked: *sku != "WRAP",
        };
        OrderConfirmed {
            capture_first: false,
            order_id,
            number: format!("B-{}", order_id.0.simple()),
            customer_id: Some(buyer()),
            lines: lines.iter().map(line).collect(),
            total: Money::zero(Currency::GBP),
            goods: Money::zero(Currency::GBP),
            shipping_method: Some(method.to_owned()),
            shipping_address: Some(address(code)),
        }
    }

    pub(crate) fn readdressed(&self, order_id: OrderId, version: i64, code: &str) -> Envelope {
        self.envelope("orders", &OrderAddressChanged { order_id, version, shipping_address: address(code) })
    }

    pub(crate) fn due(&self, order_id: OrderId, parcel: &Value, amount: i64) -> Envelope {
        let amount = Money::new(amount, Currency::GBP);
        self.envelope("orders", &OrderCaptureDue { order_id, shipment_id: shipment_id(parcel), amount })
    }

    pub(crate) fn captured(&self, order_id: OrderId, amount: i64) -> Envelope {
        let (payment_id, captured) = (PaymentId::new(&self.world), Money::new(amount, Currency::GBP));
        self.envelope("payments", &PaymentCaptured { order_id, payment_id, attempt: 1, captured })
    }

    pub(crate) fn capture_waived(&self, order_id: OrderId, parcel: &Value) -> Envelope {
        self.envelope("payments", &PaymentCaptureWaived { order_id, shipment_id: shipment_id(parcel) })
    }

    pub(crate) fn capture_failed(&self, order_id: OrderId, parcel: &Value) -> Envelope {
        let code = "card_expired".to_owned();
        self.envelope("payments", &PaymentCaptureFailed { order_id, shipment_id: shipment_id(parcel), code })
    }

    pub(crate) fn disputed(&self, order_id: OrderId, state: DisputeState) -> Envelope {
        let (payment_id, amount) = (PaymentId::new(&self.world), Money::new(500, Currency::GBP));
        self.envelope("payments", &PaymentDisputed { order_id, payment_id, amount, state })
    }

    pub(crate) fn allocated(&self, order_id: OrderId) -> Envelope {
        self.envelope("inventory", &StockAllocated { order_id })
    }

    pub(crate) fn stopping(&self, order_id: OrderId) -> Envelope {
        self.envelope("orders", &OrderStopping { order_id })
    }

    pub(crate) fn cancelled(&self, order_id: OrderId) -> Envelope {
        let cart_id = CartId::new(&self.world);
        self.envelope("orders", &OrderCancelled { order_id, cart_id, reason: CancelReason::ByShopper })
    }

    /// An order that is paid and whose stock is there.
    pub(crate) async fn open(&self, lines: &[(&str, i64)]) -> Opened {
        self.open_by(lines, "standard", "N1 1AA").await
    }

    pub(crate) async fn open_by(&self, lines: &[(&str, i64)], method: &str, code: &str) -> Opened {
        let order = self.order();
        self.deliver(vec![self.confirmed_by(order, lines, method, code), self.allocated(order)]).await;
        self.opened(order).await
    }

    /// An order whose money is promised and whose stock is there.
    pub(crate) async fn open_promised(&self, lines: &[(&str, i64)], method: &str) -> Opened {
        let order = self.order();
        self.deliver(vec![self.promised(order, lines, method), self.allocated(order)]).await;
        self.opened(order).await
    }

    pub(crate) async fn opened(&self, order: OrderId) -> Opened {
        let page = self.read(&format!("/v1/fulfilments?order={order}")).await;
        let id = page["items"][0]["id"].as_str().unwrap().parse().unwrap();
        Opened { order, id }
    }

    // What staff ask.

    pub(crate) async fn read(&self, path: &str) -> Value {
        self.ask(0, Ask::get(path).by(staff())).await.expect(200).json
    }

    pub(crate) async fn say(&self, path: &str) -> Answer {
        self.ask(0, Ask::post(path).by(staff())).await
    }

    pub(crate) fn parcel(&self, fulfilment: Opened, body: &Value) -> Ask {
        let key = self.world.uuid().to_string();
        Ask::post(format!("/v1/fulfilments/{}/shipments", fulfilment.id)).by(staff()).key(&key).json(body)
    }

    pub(crate) async fn dispatch(&self, fulfilment: Opened, body: Value) -> Answer {
        self.ask(0, self.parcel(fulfilment, &body)).await
    }

    /// Sends so many of a SKU by hand.
    pub(crate) async fn send(&self, fulfilment: Opened, sku: &str, quantity: i64) -> Answer {
        let body = json!({"carrier": "manual", "lines": [{"sku": sku, "quantity": quantity}]});
        self.dispatch(fulfilment, body).await
    }

    pub(crate) async fn fulfilment(&self, fulfilment: Opened) -> Value {
        self.read(&format!("/v1/fulfilments/{}", fulfilment.id)).await
    }

    pub(crate) async fn shipment(&self, id: &str) -> Value {
        self.read(&format!("/v1/shipments/{id}")).await
    }

    /// Makes a way of shipping that customers fetch by.
    pub(crate) async fn make_pickup(&self) {
        let body = json!({"id": "desk", "name": "At our desk", "rate": {"kind": "pickup"}});
        let made = self.ask(0, Ask::post("/v1/shipping-methods").by(staff()).json(&body)).await.expect(201);
        assert_eq!(made.json["rate"]["kind"], "pickup");
    }

    // What carriers say.

    pub(crate) fn signature(&self, body: &str) -> String {
        let seconds = self.world.now().ms() / 1000;
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{seconds}.{body}").as_bytes());
        format!("t={seconds},v1={:x}", mac.finalize().into_bytes())
    }

    /// A report of the simulated carrier, signed.
    pub(crate) fn report(&self, body: &Value) -> Ask {
        let body = body.to_string();
        let signature = self.signature(&body);
        Ask::post("/v1/webhooks/carriers/simulator").header("x-simulator-signature", &signature).body(body)
    }

    // Its books.

    pub(crate) async fn facts(&self) -> BTreeMap<OrderId, FulfilmentFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(FulfilmentFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub(crate) async fn state(&self, order: OrderId) -> Option<FulfilmentState> {
        self.facts().await.get(&order).map(|fact| fact.state)
    }

    /// No piece left twice, and every book says the same.
    pub(crate) async fn check_books(&self) {
        for fact in self.facts().await.values() {
            assert_eq!(fact.pieces, fact.lines.iter().map(|(_, pieces)| pieces).sum::<i64>(), "{fact:?}");
            assert_eq!(fact.dispatched, fact.parcels_dispatched, "{fact:?}");
            assert_eq!(fact.delivered, fact.parcels_delivered, "{fact:?}");
            assert!(fact.delivered <= fact.dispatched && fact.dispatched <= fact.pieces, "{fact:?}");
            let claimed: i64 = fact.claimed.iter().map(|(_, pieces)| pieces).sum();
            assert!(fact.preparing > 0 || claimed == fact.dispatched, "{fact:?}");
        }
    }
}
