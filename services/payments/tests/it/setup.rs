//! A payments service that moves only when it is told to, on a fresh database, with a clock that is set by hand.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use bodega_contracts::{
    CartId, OrderId,
    orders::{
        CancelReason, OrderCancelled, OrderPaymentDue, OrderPaymentExpiring, OrderStanding, OrderStatus, Standing,
    },
    payments::{PaymentAction, PaymentFact, PaymentFacts, PendingAction},
};
use bodega_db::{DbError, Envelope, events_after, params};
use bodega_kernel::{Caller, Currency, Event, ManualClock, Money, Role, Time, UserId, World};
use bodega_rpc::Answers;
use bodega_service::{Host, Hosted, Job, Mode};
use bodega_settings::Settings;
use bodega_testkit::{Backend, Home, backends};
use bodega_web::GuestKeys;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const PRICE: i64 = 2_000;
pub(crate) const SECRET: &str = "what the simulator and the shop share";

/// When every story begins.
pub(crate) const START: &str = "2026-01-01T00:00:00Z";

static SHOPS: AtomicU64 = AtomicU64::new(0);

/// Runs a story on each database that is here.
pub(crate) async fn everywhere(story: impl AsyncFn(Shop)) {
    for backend in backends() {
        let place = Place::new(backend);
        story(Shop::open(&place).await).await;
    }
}

/// Where a shop keeps its data, so that it can be opened again or twice.
pub(crate) struct Place {
    settings: Settings,
    clock: ManualClock,
    _home: Home,
}

impl Place {
    pub(crate) fn new(backend: Backend) -> Self {
        let home = Home::new(backend);
        let mut settings = home.settings();
        "only for tests: thirty-two characters or more".clone_into(&mut settings.rpc.secret);
        SECRET.clone_into(&mut settings.payments.webhook_secret);
        let clock = ManualClock::at(Time::parse(START).unwrap());
        Self { settings, clock, _home: home }
    }

    pub(crate) fn without_simulator(mut self) -> Self {
        self.settings.payments.providers.clear();
        self
    }
}

/// The service, and its surroundings played by the test.
pub(crate) struct Shop {
    host: Host,
    world: World,
    pub(crate) clock: ManualClock,
    pub(crate) buyer: UserId,
}

/// Answer of a route.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) replayed: bool,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Shop {
    pub(crate) async fn open(place: &Place) -> Self {
        let seed = SHOPS.fetch_add(1, Ordering::Relaxed) + u64::from(std::process::id()) * 1_000;
        let world = World::simulated(seed, place.clock.clone());
        let settings = Arc::new(place.settings.clone());
        let host = Host::start(vec![bodega_payments::service()], settings, world.clone(), Mode::Still).await.unwrap();
        let buyer = UserId::new(&world);
        let standing = Standing {
            status: OrderStatus::AwaitingPayment,
            customer_id: Some(buyer),
            total: Money::new(PRICE, Currency::GBP),
        };
        let orders = Answers::new().on::<OrderStanding, _>(async move |_: OrderStanding| Ok(Some(standing)));
        host.rpc.register("orders", orders);
        Self { host, world, clock: place.clock.clone(), buyer }
    }

    pub(crate) fn service(&self) -> &Hosted {
        &self.host.services[0]
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    // What the orders service tells.

    pub(crate) async fn due(&self, order: OrderId, method: &str) {
        self.deliver(vec![self.due_event(order, method)]).await;
    }

    pub(crate) fn due_event(&self, order_id: OrderId, method: &str) -> Envelope {
        self.event(&OrderPaymentDue {
            order_id,
            amount: Money::new(PRICE, Currency::GBP),
            payment_method: method.to_owned(),
            deadline: self.world.now().plus(Duration::from_mins(30)),
        })
    }

    pub(crate) async fn expire(&self, order_id: OrderId, reason: CancelReason) {
        self.deliver(vec![self.event(&OrderPaymentExpiring { order_id, reason })]).await;
    }

    pub(crate) async fn cancel(&self, order_id: OrderId) {
        let cart_id = CartId::new(&self.world);
        self.deliver(vec![self.event(&OrderCancelled { order_id, cart_id, reason: CancelReason::ByShopper })]).await;
    }

    pub(crate) fn event<E: Event>(&self, event: &E) -> Envelope {
        Envelope {
            source: "orders".into(),
            seq: 1,
            id: self.world.uuid(),
            kind: E::TYPE.into(),
            subject: event.subject().into(),
            at: self.world.now(),
            trace: None,
            data: serde_json::to_string(event).unwrap().into(),
        }
    }

    pub(crate) async fn deliver(&self, batch: Vec<Envelope>) {
        self.service().consumer.deliver(batch, None).await;
    }

    // What the service does by itself.

    pub(crate) fn job(&self, name: &str) -> Job {
        self.service().jobs.iter().find(|job| job.name == name).unwrap().clone()
    }

    /// Does everything there is to do now.
    pub(crate) async fn work(&self) {
        for _ in 0..100 {
            let mut any = false;
            for job in &self.service().jobs {
                any |= job.step().await;
            }
            if !any {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    /// Lets time pass, and does what comes due.
    pub(crate) async fn wait(&self, span: Duration) {
        self.clock.advance(span);
        self.work().await;
    }

    // What can be seen of it.

    /// The types and bodies of the events about an order, oldest first.
    pub(crate) async fn told(&self, order: OrderId) -> Vec<(String, Value)> {
        let read = self.service().db.write(async |tx| events_after(tx, 0, 100_000).await);
        let events = read.await.unwrap();
        let of_order = events.into_iter().filter(|event| *event.subject == *order.to_string());
        of_order.map(|event| (event.kind.to_string(), serde_json::from_str(&event.data).unwrap())).collect()
    }

    /// The types of the events about an order without `payment.` and version.
    pub(crate) async fn story(&self, order: OrderId) -> Vec<String> {
        let short = |kind: String| kind.trim_start_matches("payment.").trim_end_matches(".v1").to_owned();
        self.told(order).await.into_iter().map(|(kind, _)| short(kind)).collect()
    }

    pub(crate) async fn facts(&self) -> Vec<PaymentFact> {
        self.host.rpc.ask(PaymentFacts { after: None }).await.unwrap()
    }

    pub(crate) async fn fact(&self, order: OrderId) -> PaymentFact {
        self.facts().await.into_iter().find(|fact| fact.order_id == order).unwrap()
    }

    pub(crate) async fn action(&self, order_id: OrderId) -> Option<PaymentAction> {
        self.host.rpc.ask(PendingAction { order_id }).await.unwrap()
    }

    /// Captured and refunded of an order, after a look at all books.
    pub(crate) async fn money(&self, order: OrderId) -> (i64, i64) {
        self.check_books().await;
        let fact = self.fact(order).await;
        (fact.captured, fact.refunded)
    }

    /// Every book says the same of what is at rest.
    pub(crate) async fn check_books(&self) {
        for fact in self.facts().await {
            assert_eq!(fact.ledger_sum, 0, "{fact:?}");
            assert!(fact.refunded <= fact.captured && fact.captured <= fact.authorized, "{fact:?}");
            assert!(fact.authorized <= fact.amount.amount, "{fact:?}");
            assert_eq!((fact.ledger_captured, fact.ledger_refunded), (fact.captured, fact.refunded), "{fact:?}");
            if let (false, Some(captured), Some(refunded)) = (fact.open, fact.provider_captured, fact.provider_refunded)
            {
                assert_eq!((captured, refunded), (fact.captured, fact.refunded), "{fact:?}");
            }
        }
    }

    /// What a statement counts.
    pub(crate) async fn count(&self, sql: &'static str, order: OrderId) -> i64 {
        let count = self.service().db.write(async move |tx| {
            let row = tx.query_one(sql, &params![order.0]).await?;
            row.map_or(Ok::<_, DbError>(0), |row| row.get(0))
        });
        count.await.unwrap()
    }

    /// Charges that took money, in the provider's own books; none was sent twice.
    pub(crate) async fn charges(&self, order: OrderId) -> i64 {
        let repeats = "SELECT CAST(COALESCE(SUM(repeats), 0) AS BIGINT) FROM simulator_charges WHERE order_id = $1";
        assert_eq!(self.count(repeats, order).await, 0, "what may have been sent was sent again without asking");
        self.count("SELECT COUNT(*) FROM simulator_charges WHERE order_id = $1 AND captured > 0", order).await
    }

    // What people ask of it.

    pub(crate) fn token(&self, order: OrderId) -> String {
        let keys = GuestKeys::new(&self.host.secrets.key("guest tokens"));
        keys.sign("order", order.0, self.world.now().plus(Duration::from_hours(1)))
    }

    pub(crate) fn key(&self) -> String {
        self.world.uuid().to_string()
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.service().router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let replayed = response.headers().contains_key("idempotent-replayed");
        let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), text, replayed }
    }

    pub(crate) async fn get(&self, caller: &Caller, token: Option<&str>, path: &str) -> Answer {
        self.ask(request("GET", caller, token, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(
        &self,
        caller: &Caller,
        token: Option<&str>,
        key: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        let request = request("POST", caller, token, path)
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.ask(request).await
    }

    /// The next attempt by whoever holds the order's token.
    pub(crate) async fn pay(&self, order: OrderId, method: &str) -> Answer {
        let (token, path) = (self.token(order), format!("/v1/orders/{order}/payments"));
        self.post(&Caller::guest(), Some(&token), &self.key(), &path, &json!({ "payment_method": method })).await
    }

    pub(crate) async fn refund(&self, order: OrderId, amount: i64) -> Answer {
        let body = json!({ "amount": { "amount": amount, "currency": "GBP" }, "reason": "broken" });
        self.post(&staff(), None, &self.key(), &format!("/v1/orders/{order}/refunds"), &body).await
    }

    /// A report as the provider would sign and send it.
    pub(crate) async fn webhook(&self, signature: Option<&str>, body: &str) -> Answer {
        let mut request = Request::post("/v1/webhooks/simulator").extension(Caller::guest());
        if let Some(signature) = signature {
            request = request.header("x-simulator-signature", signature);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
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

fn request(method: &str, caller: &Caller, token: Option<&str>, path: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path).extension(caller.clone());
    match token {
        Some(token) => request.header("x-order-token", token),
        None => request,
    }
}

pub(crate) fn staff() -> Caller {
    Caller { user: Some(UserId(Uuid::from_u128(1))), roles: vec![Role::Staff] }
}

pub(crate) fn customer(user: UserId) -> Caller {
    Caller { user: Some(user), roles: vec![Role::Customer] }
}
