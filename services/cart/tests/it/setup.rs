//! A shop with only a cart, on either database; its neighbours' events are handed to it by hand.

use axum::{
    body::Body,
    http::{HeaderMap, Request},
};
use bodega_bus::{Consumer, resend};
use bodega_contracts::{
    CartId, OrderId, ProductId,
    cart::CartCheckedOut,
    catalog::{ProductChanged, VariantNow},
    inventory::StockChanged,
    orders::{CancelReason, OrderCancelled},
};
use bodega_db::{Db, Envelope, events_after};
use bodega_kernel::{Caller, Currency, Event, ManualClock, Money, Sku, Time, UserId, World};
use bodega_service::{Host, Mode};
use bodega_settings::{Settings, ShippingMethod};
use bodega_testkit::{Backend, Home};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tower::ServiceExt;

/// The process that answers, and those beside it on the same database.
pub(crate) struct Shop {
    pub(crate) hosts: Vec<Host>,
    pub(crate) world: World,
    settings: Arc<Settings>,
    clock: ManualClock,
    _home: Home,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

/// Who asks, and with what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asker {
    pub(crate) user: Option<UserId>,
    pub(crate) token: Option<String>,
    pub(crate) key: Option<String>,
}

pub(crate) async fn shop(backend: Backend) -> Shop {
    shop_of(backend, 1, |_| {}).await
}

/// A shop of `replicas` processes; more than one only on `PostgreSQL`.
pub(crate) async fn shop_of(backend: Backend, replicas: usize, adjust: impl Fn(&mut Settings)) -> Shop {
    let home = Home::new(backend);
    let mut settings = home.settings();
    "a secret of at least 32 characters".clone_into(&mut settings.rpc.secret);
    settings.shop.tax_rate_bp = 2_000;
    settings.shop.shipping_methods =
        vec![ShippingMethod { id: "standard".to_owned(), name: "Standard".to_owned(), price: 395 }];
    adjust(&mut settings);
    let settings = Arc::new(settings);
    let clock = ManualClock::at(Time::from_ms(1_700_000_000_000));
    let mut hosts = Vec::new();
    let mut worlds = Vec::new();
    for replica in 0..replicas {
        let world = World::simulated(replica as u64 + 1, clock.clone());
        let definitions = vec![bodega_cart::service()];
        hosts.push(Host::start(definitions, Arc::clone(&settings), world.clone(), Mode::Still).await.unwrap());
        worlds.push(world);
    }
    Shop { hosts, world: worlds.remove(0), settings, clock, _home: home }
}

impl Asker {
    pub(crate) fn guest(token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::default() }
    }

    pub(crate) fn customer(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn text(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn pointers(&self) -> Vec<&str> {
        self.json["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str()).collect()
    }
}

impl Shop {
    pub(crate) fn db(&self) -> &Db {
        &self.hosts[0].services[0].db
    }

    pub(crate) fn consumer(&self) -> &Consumer {
        &self.hosts[0].services[0].consumer
    }

    /// Ends all processes and starts one of them again.
    pub(crate) async fn restart(&mut self) {
        self.hosts.clear();
        for _ in 0..100 {
            let definitions = vec![bodega_cart::service()];
            match Host::start(definitions, Arc::clone(&self.settings), self.world.clone(), Mode::Still).await {
                Ok(host) => self.hosts.push(host),
                // The writer of the one before still closes its file.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            if !self.hosts.is_empty() {
                return;
            }
        }
        panic!("the shop does not start again");
    }

    pub(crate) fn later(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub(crate) async fn call(&self, asker: &Asker, method: &str, path: &str, body: Value) -> Answer {
        self.call_on(0, asker, method, path, body).await
    }

    pub(crate) async fn call_on(&self, replica: usize, asker: &Asker, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(replica, asker, method, path, body, None).await
    }

    pub(crate) async fn send(
        &self,
        replica: usize,
        asker: &Asker,
        method: &str,
        path: &str,
        body: Vec<u8>,
        if_none_match: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in [
            ("x-cart-token", asker.token.as_deref()),
            ("idempotency-key", asker.key.as_deref()),
            ("if-none-match", if_none_match),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Caller { user: asker.user, roles: Vec::new() });
        let response = self.hosts[replica].services[0].router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status, headers, json }
    }

    /// A guest's cart with these lines and all that checkout needs: its path and who opens it.
    pub(crate) async fn full_cart(&self, lines: &[(&str, i64)]) -> (String, Asker) {
        let made = self.call(&Asker::default(), "POST", "/v1/carts", full(lines)).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.json["missing"], json!([]), "{made:?}");
        (format!("/v1/carts/{}", made.text("id")), Asker::guest(&made.text("token")))
    }

    pub(crate) async fn check_out(&self, path: &str, asker: &Asker, key: &str) -> Answer {
        let path = format!("{path}/checkout");
        self.call(&asker.with_key(key), "POST", &path, json!({"payment_method": "sim_success"})).await
    }

    pub(crate) async fn hear<E: Event>(&self, event: &E) {
        self.deliver(vec![self.envelope(event)]).await;
    }

    pub(crate) async fn deliver(&self, batch: Vec<Envelope>) {
        self.consumer().deliver(batch, None).await;
        let dead = self.db().write(async |tx| tx.query("SELECT error FROM dead_letters", &[]).await).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
    }

    pub(crate) fn envelope<E: Event>(&self, event: &E) -> Envelope {
        Envelope {
            source: "neighbour".into(),
            seq: 1,
            id: self.world.uuid(),
            kind: E::TYPE.into(),
            subject: event.subject().into(),
            at: self.world.now(),
            trace: None,
            data: serde_json::to_string(event).unwrap().into(),
        }
    }

    /// What was published.
    pub(crate) async fn orders(&self) -> Vec<CartCheckedOut> {
        let events = self.db().write(async |tx| events_after(tx, 0, 5_000).await).await.unwrap();
        events.iter().map(|event| serde_json::from_str(&event.data).unwrap()).collect()
    }

    /// How many rows a statement counts.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let row = self.db().write(async move |tx| tx.query_one(sql, &[]).await).await.unwrap();
        row.unwrap().get(0).unwrap()
    }

    /// Hands all that this cart ever published to itself, past the inbox.
    pub(crate) async fn resend_to_itself(&self) {
        resend(self.db(), self.consumer(), Time::from_ms(0)).await.unwrap();
    }
}

/// The body of a cart that can be checked out.
pub(crate) fn full(lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    json!({"lines": lines, "email": "ada@example.org", "shipping_address": address()})
}

pub(crate) fn address() -> Value {
    json!({"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"})
}

pub(crate) fn sku(text: &str) -> Sku {
    Sku::new(text).unwrap()
}

/// A product id that stays the same for a number.
pub(crate) fn product_id(number: u8) -> ProductId {
    static WORLD: OnceLock<Vec<ProductId>> = OnceLock::new();
    let ids = WORLD.get_or_init(|| {
        let world = World::simulated(99, ManualClock::at(Time::from_ms(1_600_000_000_000)));
        (0..=u8::MAX).map(|_| ProductId(world.uuid())).collect()
    });
    ids[usize::from(number)]
}

/// A product with these variants and prices.
pub(crate) fn product(number: u8, version: i64, variants: &[(&str, i64)]) -> ProductChanged {
    let variant = |(name, price): &(&str, i64)| VariantNow {
        sku: sku(name),
        name: format!("Name of {name}"),
        price: Money::new(*price, Currency::GBP),
        stocked: true,
        tax_rate_bp: 2_000,
    };
    ProductChanged {
        product_id: product_id(number),
        version,
        slug: format!("product-{number}"),
        name: format!("Product {number}"),
        active: true,
        variants: variants.iter().map(variant).collect(),
    }
}

pub(crate) fn stock(name: &str, version: i64, available: i64) -> StockChanged {
    StockChanged { sku: sku(name), version, available }
}

pub(crate) fn cancelled(order: &CartCheckedOut, reason: CancelReason) -> OrderCancelled {
    OrderCancelled { order_id: order.order_id, cart_id: order.cart_id, reason }
}

pub(crate) fn order_id(answer: &Answer) -> OrderId {
    answer.text("order_id").parse().unwrap()
}

pub(crate) fn cart_id(path: &str) -> CartId {
    path.trim_start_matches("/v1/carts/").parse().unwrap()
}
