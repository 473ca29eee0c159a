//! Bodega as an exhibit sees it: over HTTP, with a provider that the exhibit may speak for.

use crate::shop::{Paying, Pieces, Report, Shop, Stands};
use bodega::client::{Answer, Headers};
use bodega_contracts::{
    OrderId, PromotionId,
    coupons::PromotionFacts,
    payments::{PaymentFact, PaymentFacts},
};
use bodega_e2e::{Bought, TestShop, cart_with, order_of};
use bodega_kernel::Time;
use bodega_testkit::Backend;
use bodega_web::ReportKey;
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Mutex, time::Duration};

/// Looks at something that is still under way, and the pause between them.
const LOOKS: usize = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// The shop.
pub(crate) struct Bodega {
    shop: TestShop,
    promotions: Mutex<BTreeMap<String, PromotionId>>,
}

/// An order of it.
#[derive(Clone)]
pub(crate) struct Order {
    bought: Bought,
    /// Where the bank waits for the shopper.
    bank: Option<String>,
}

impl Bodega {
    /// A fresh one.
    pub(crate) async fn open(backend: Backend) -> Self {
        Self { shop: TestShop::start(backend).await.unwrap(), promotions: Mutex::default() }
    }

    /// Its books agree.
    pub(crate) async fn prove(&self) {
        self.shop.prove().await.unwrap();
    }

    async fn post(&self, path: &str, body: &Value, key: &str) -> Answer {
        let headers = Headers { key: Some(key), ..Headers::default() };
        let answer = self.shop.staff.call(Method::POST, path, headers, Some(body)).await.unwrap();
        assert!(answer.status.as_u16() < 500, "{path}: {answer:?}");
        answer
    }

    async fn seen(&self, order: OrderId) -> Value {
        self.shop.staff.get(&format!("/v1/orders/{order}"), Headers::default()).await.unwrap()
    }

    /// The money of all orders, once nothing is under way or nothing moves any more.
    async fn money(&self) -> Vec<PaymentFact> {
        for look in 0.. {
            self.shop.settle().await.unwrap();
            let facts = self.shop.shop().host.rpc.ask(PaymentFacts { after: None }).await.unwrap();
            if look == LOOKS / 10 || !facts.iter().any(|fact| fact.open) {
                return facts;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Vec::new()
    }

    async fn bank_of(&self, bought: &Bought) -> String {
        for _ in 0..LOOKS {
            if let Some(url) = self.shop.order(bought).await.unwrap()["payment_action"]["url"].as_str() {
                return url[url.find("/v1/").unwrap_or_default()..].to_owned();
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("nobody was sent to the bank: {:#}", self.seen(bought.order_id).await);
    }

    async fn new_cart(&self, lines: &Value, code: Option<&str>) -> Option<<Self as Shop>::Cart> {
        let mut more = json!({"lines": lines});
        if let Some(code) = code {
            more["coupon_code"] = json!(code);
        }
        cart_with(&self.shop.guest, &[], &more).await.ok()
    }
}

impl Shop for Bodega {
    type Cart = (bodega_contracts::CartId, String);
    type Order = Order;

    fn patience(&self) -> Duration {
        Duration::from_mins(1)
    }

    async fn sell(&self, sku: &str, price: i64, pieces: i64) {
        self.shop.sell(sku, price, pieces).await.unwrap();
    }

    async fn make_code(&self, code: &str, bp: i64, limit: Option<i64>) {
        let mut coupon = json!({"label": code, "code": code, "reward": {"kind": "percentage", "bp": bp}});
        if let Some(limit) = limit {
            coupon["limit"] = json!(limit);
        }
        let made = self.post("/v1/coupons", &coupon, code).await.ok("coupon").unwrap();
        let promotion = made["id"].as_str().unwrap().parse().unwrap();
        self.promotions.lock().unwrap().insert(code.to_owned(), promotion);
        self.shop.settle().await.unwrap();
    }

    async fn shared_rows(&self, code: &str) -> i64 {
        let promotion = self.promotions.lock().unwrap()[code];
        let facts = self.shop.shop().host.rpc.ask(PromotionFacts { after: None }).await.unwrap();
        let fact = facts.iter().find(|fact| fact.promotion_id == promotion).unwrap();
        i64::from(fact.counted.is_some())
    }

    async fn cart(&self, lines: &[(&str, i64)], code: Option<&str>) -> Option<Self::Cart> {
        let lines = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
        self.new_cart(&lines, code).await
    }

    async fn gift_card(&self, amount: i64) -> String {
        let card = json!({"amount": {"amount": amount, "currency": "GBP"}});
        let made = self.post("/v1/admin/gift-cards", &card, "gift-card").await.ok("gift card").unwrap();
        made["code"].as_str().unwrap().to_owned()
    }

    async fn left_on(&self, card: &str) -> i64 {
        self.shop.settle().await.unwrap();
        let cards = self.shop.staff.get("/v1/admin/gift-cards", Headers::default()).await.unwrap();
        let cards = cards["items"].as_array().unwrap().iter();
        let mut ours = cards.filter(|one| one["label"].as_str().is_some_and(|label| card.ends_with(label)));
        ours.next().unwrap()["balance"]["amount"].as_i64().unwrap()
    }

    async fn cart_with_card(&self, sku: &str, code: &str) -> Option<Self::Cart> {
        let cart = self.cart(&[(sku, 1)], None).await?;
        let headers = Headers { cart: Some(&cart.1), ..Headers::default() };
        let path = format!("/v1/carts/{}/tenders", cart.0);
        let tenders = json!({"gift_cards": [code]});
        let answer = self.shop.guest.call(Method::PUT, &path, headers, Some(&tenders)).await.unwrap();
        answer.status.is_success().then_some(cart)
    }

    async fn cart_at(&self, sku: &str, price: i64) -> Option<Self::Cart> {
        let money = json!({"amount": price, "currency": "GBP"});
        self.new_cart(&json!([{"sku": sku, "quantity": 1, "unit_price": money, "price": money}]), None).await
    }

    async fn change(&self, cart: &Self::Cart, quantity: i64) {
        let path = format!("/v1/carts/{}", cart.0);
        let headers = || Headers { cart: Some(&cart.1), ..Headers::default() };
        let Ok(seen) = self.shop.guest.get(&path, headers()).await else { return };
        let line = seen["lines"][0]["id"].as_str().unwrap_or_default();
        let body = json!({"quantity": quantity});
        let answer = self.shop.guest.call(Method::PATCH, &format!("{path}/lines/{line}"), headers(), Some(&body)).await;
        assert!(answer.as_ref().is_ok_and(|answer| answer.status.as_u16() < 500), "{answer:?}");
    }

    async fn check_out(&self, cart: &Self::Cart, paying: Paying) -> Option<Order> {
        let method = match paying {
            Paying::AtOnce => "sim_success",
            Paying::Reported => "sim_duplicate_webhook",
            Paying::AtTheBank => "sim_3ds",
        };
        let bought = order_of(&self.shop.guest, cart, method).await.ok()?;
        let bank = if paying == Paying::AtTheBank { Some(self.bank_of(&bought).await) } else { None };
        Some(Order { bought, bank })
    }

    async fn approve(&self, order: &Order) {
        let bank = order.bank.as_deref().unwrap();
        let visit = self.shop.guest.call(Method::POST, bank, Headers::default(), Some(&json!({}))).await.unwrap();
        assert!(visit.status.as_u16() < 500, "{visit:?}");
    }

    async fn pay(&self, order: &Order) {
        let key = self.shop.shop().world.uuid().to_string();
        let body = json!({"payment_method": "sim_success"});
        let answer = self.shop.write_order(&order.bought, "payments", &body, &key).await.unwrap();
        assert!(answer.status.as_u16() < 500, "{answer:?}");
    }

    async fn report(&self, order: &Order, report: Report) {
        let order_id = order.bought.order_id;
        let now = self.shop.shop().world.now();
        let body = json!({
            "id": format!("{order_id}-{}", report.id), "type": "charge.captured", "key": format!("{order_id}/1"),
            "reference": format!("museum-{}", report.id), "amount": report.amount, "currency": report.currency, "at": now,
        })
        .to_string();
        let secret = self.shop.shop().host.secrets.key("simulator webhooks");
        let key = if report.signed { ReportKey::new(&secret) } else { ReportKey::new(b"somebody else's") };
        let signed_at = Time::from_ms(now.ms() - report.age.as_millis() as i64);
        let signature = key.sign(signed_at, body.as_bytes());
        let url = format!("{}/v1/webhooks/simulator", self.shop.url);
        let post = reqwest::Client::new().post(url).header("x-simulator-signature", signature).body(body);
        assert!(post.send().await.unwrap().status().as_u16() < 500);
        // Reports are kept first and read a moment later.
        tokio::time::sleep(PAUSE * 10).await;
    }

    async fn refund(&self, order: &Order, amount: i64, key: &str) {
        let body = json!({"amount": {"amount": amount, "currency": "GBP"}, "reason": "broken"});
        self.post(&format!("/v1/orders/{}/refunds", order.bought.order_id), &body, key).await;
    }

    async fn send_back(&self, order: &Order, asked: i64, received: i64) {
        let parcel = self.shop.doors.send(0, &order.bought, "manual", None, "parcel").await.unwrap();
        self.shop.doors.arrived(&parcel.ok("send").unwrap()).await.unwrap();
        self.order(order, &["delivered"]).await;
        let back = self.shop.doors.ask_back(&order.bought, "MUG", asked, &json!({})).await.unwrap();
        self.shop.doors.take_back(&back, "MUG", received, 0).await.unwrap();
    }

    async fn days_pass(&mut self, days: u64) {
        self.shop.later(Duration::from_hours(24 * days)).await.unwrap();
    }

    async fn order(&self, order: &Order, among: &[&str]) -> Stands {
        let order_id = order.bought.order_id;
        let mut seen = self.seen(order_id).await;
        for _ in 0..LOOKS {
            if seen["status"].as_str().is_some_and(|status| among.contains(&status)) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            seen = self.seen(order_id).await;
        }
        let money = self.money().await.into_iter().find(|fact| fact.order_id == order_id);
        let amount = |field: &str| seen[field]["amount"].as_i64().unwrap_or_default();
        Stands {
            status: seen["status"].as_str().unwrap().to_owned(),
            pieces: seen["lines"].as_array().unwrap().iter().filter_map(|line| line["quantity"].as_i64()).sum(),
            goods: amount("total") - amount("shipping"),
            total: amount("total"),
            paid: money.as_ref().map_or(0, |fact| fact.captured),
            refunded: money.as_ref().map_or(0, |fact| fact.refunded),
        }
    }

    async fn charged(&self) -> i64 {
        let facts = self.money().await;
        facts.iter().map(|fact| fact.provider_captured.unwrap_or(0) - fact.provider_refunded.unwrap_or(0)).sum()
    }

    async fn pieces(&self, sku: &str) -> Pieces {
        self.shop.settle().await.unwrap();
        let stock = self.shop.stock(sku).await.unwrap();
        let figure = |name: &str| stock[name].as_i64().unwrap();
        Pieces { on_hand: figure("on_hand"), held: figure("held"), allocated: figure("allocated") }
    }
}
