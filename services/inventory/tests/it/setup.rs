//! Inventory alone, under test: what the orders service would say to it, what staff would ask it, and its books.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request},
};
use bodega_bus::{Consumer, Failure};
use bodega_contracts::{
    CartId, OrderId, OrderLine,
    inventory::{ReservationFact, ReservationFacts, ReservationState, StockFact, StockFacts},
    orders::{CancelReason, OrderCancelled, OrderConfirmed, OrderPlaced},
};
use bodega_db::{Db, DbError, Envelope, Tx, events_after};
use bodega_kernel::{Caller, Currency, Event, ManualClock, Money, Role, Sku, Time, UserId, World};
use bodega_service::{Host, Job, Mode};
use bodega_settings::{DatabaseKind, Settings};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    process,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tower::ServiceExt;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// One database, one or more replicas of inventory on it.
pub(crate) struct Shop {
    pub(crate) replicas: Vec<Host>,
    pub(crate) world: World,
    pub(crate) clock: ManualClock,
    folder: PathBuf,
    schema: Option<String>,
}

/// Each story on `SQLite`, and on `PostgreSQL` with two replicas where there is one.
#[macro_export]
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let shop = $crate::setup::Shop::on_sqlite().await;
                super::$name(&shop).await;
                shop.close().await;
            }
        )+}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(shop) = $crate::setup::Shop::on_postgres().await else { return };
                super::$name(&shop).await;
                shop.close().await;
            }
        )+}
    };
}

impl Shop {
    pub(crate) async fn on_sqlite() -> Self {
        Self::open(None, 1).await
    }

    /// With two replicas; `None` where no server is named.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let url = env::var("BODEGA_TEST_POSTGRES").ok()?;
        Some(Self::open(Some(url), 2).await)
    }

    async fn open(url: Option<String>, replicas: u64) -> Self {
        let name = format!("inventory_it_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = env::var_os("BODEGA_TEST_TMP").map_or_else(env::temp_dir, PathBuf::from).join(&name);
        let mut settings = Settings::defaults();
        settings.database.data_dir.clone_from(&folder);
        let schema = url.is_some().then(|| name.clone());
        if let Some(url) = url {
            settings.database.kind = DatabaseKind::Postgres;
            settings.database.url = url;
            settings.database.schema = name;
        }
        let settings = Arc::new(settings);
        let clock = ManualClock::at(Time::from_ms(1_700_000_000_000));
        let mut hosts = Vec::new();
        for seed in 0..replicas {
            let world = World::simulated(seed, clock.clone());
            let definition = vec![bodega_inventory::service()];
            hosts.push(Host::start(definition, Arc::clone(&settings), world, Mode::Still).await.unwrap());
        }
        let world = World::simulated(99, clock.clone());
        Self { replicas: hosts, world, clock, folder, schema }
    }

    /// Removes what the story left.
    pub(crate) async fn close(self) {
        if let Some(schema) = &self.schema {
            let sql: &'static str = format!("DROP SCHEMA \"{schema}\" CASCADE").leak();
            let dropped: Result<u64, DbError> =
                self.db().write(async move |tx: &mut Tx| tx.execute(sql, &[]).await).await;
            dropped.unwrap();
        }
        drop(self.replicas);
        fs::remove_dir_all(&self.folder).unwrap();
    }

    pub(crate) fn db(&self) -> &Db {
        &self.replicas[0].services[0].db
    }

    pub(crate) fn consumer(&self, number: usize) -> &Consumer {
        &self.replicas[number % self.replicas.len()].services[0].consumer
    }

    pub(crate) fn router(&self, number: usize) -> Router {
        self.replicas[number % self.replicas.len()].services[0].router.clone()
    }

    fn timers(&self) -> &Job {
        self.replicas[0].services[0].jobs.iter().find(|job| job.name == "timers").unwrap()
    }

    /// Fires what is due; whether there was anything.
    pub(crate) async fn fire_timers(&self) -> bool {
        self.timers().step().await
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) fn placed(&self, order_id: OrderId, lines: &[(&str, i64)]) -> Envelope {
        let (number, total, at) = (String::from("1"), Money::zero(Currency::GBP), self.world.now());
        self.envelope(&OrderPlaced { order_id, number, customer_id: None, lines: order_lines(lines), total, at })
    }

    pub(crate) fn confirmed(&self, order_id: OrderId, lines: &[(&str, i64)]) -> Envelope {
        let (number, total) = (String::from("1"), Money::zero(Currency::GBP));
        self.envelope(&OrderConfirmed { order_id, number, customer_id: None, lines: order_lines(lines), total })
    }

    pub(crate) fn cancelled(&self, order_id: OrderId) -> Envelope {
        let cart_id = CartId::new(&self.world);
        self.envelope(&OrderCancelled { order_id, cart_id, reason: CancelReason::ByShopper })
    }

    /// As the bus would bring it, with an id of its own.
    pub(crate) fn envelope<E: Event>(&self, event: &E) -> Envelope {
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

    /// Delivers a batch and waits until it is handled.
    pub(crate) async fn deliver(&self, batch: Vec<Envelope>) {
        self.consumer(0).deliver(batch, None).await;
    }

    /// Delivers a batch to one replica until it passes; says how often it had to wait.
    pub(crate) async fn insist(&self, replica: usize, batch: Vec<Envelope>) -> usize {
        let batch: Arc<[Envelope]> = batch.into();
        let mut waits = 0;
        while let Err(failure) = self.consumer(replica).try_once(&batch, None).await {
            assert!(matches!(failure, Failure::Transient(_)), "{failure}");
            waits += 1;
        }
        waits
    }

    /// Everything that inventory has told, of this type.
    pub(crate) async fn told<E: Event>(&self) -> Vec<E> {
        let read = self.db().write(async |tx: &mut Tx| events_after(tx, 0, 1_000_000).await);
        let told: Result<Vec<Envelope>, DbError> = read.await;
        let of_type = told.unwrap().into_iter().filter(|event| &*event.kind == E::TYPE);
        of_type.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
    }

    pub(crate) async fn receive(&self, sku: &str, quantity: i64) {
        let body = json!({"sku": sku, "kind": "receive", "quantity": quantity});
        let (status, answer) = self.staff(Method::POST, "/v1/stock/movements", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
    }

    pub(crate) async fn staff(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let caller = Caller { user: Some(UserId::new(&self.world)), roles: vec![Role::Staff] };
        ask(self.router(0), Some(caller), method, path, None, body.map(|body| body.to_string())).await
    }

    /// On hand, held and allocated of a SKU.
    pub(crate) async fn level(&self, sku: &str) -> (i64, i64, i64) {
        let (status, stock) = self.staff(Method::GET, &format!("/v1/stock/{sku}"), None).await;
        assert_eq!(status, 200, "{stock}");
        let figure = |name: &str| stock[name].as_i64().unwrap();
        (figure("on_hand"), figure("held"), figure("allocated"))
    }

    pub(crate) async fn stock_facts(&self) -> Vec<StockFact> {
        let (mut facts, mut after) = (Vec::new(), None);
        loop {
            let page = self.replicas[0].rpc.ask(StockFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some((last.sku.to_string(), last.location.clone()));
            facts.extend(page);
        }
    }

    pub(crate) async fn reservations(&self) -> BTreeMap<OrderId, ReservationFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.replicas[0].rpc.ask(ReservationFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub(crate) async fn state(&self, order: OrderId) -> Option<ReservationState> {
        self.reservations().await.get(&order).map(|fact| fact.state)
    }

    /// The invariants of stock, over all of it.
    pub(crate) async fn check_books(&self) {
        let reservations = self.reservations().await;
        let sum = |state: ReservationState, sku: &Sku| -> i64 {
            let live = reservations.values().filter(|fact| fact.state == state);
            live.flat_map(|fact| &fact.lines).filter(|(of, _)| of == sku).map(|(_, quantity)| quantity).sum()
        };
        for fact in self.stock_facts().await {
            assert_eq!(fact.on_hand, fact.ledger_on_hand, "{fact:?}");
            assert_eq!(fact.held, fact.live_holds, "{fact:?}");
            assert_eq!(fact.allocated, fact.live_allocations, "{fact:?}");
            assert_eq!(fact.held, sum(ReservationState::Held, &fact.sku), "{fact:?}");
            assert_eq!(fact.allocated, sum(ReservationState::Allocated, &fact.sku), "{fact:?}");
            assert!(fact.held >= 0 && fact.allocated >= 0, "{fact:?}");
            assert!(fact.backorder || fact.held + fact.allocated <= fact.on_hand, "{fact:?}");
            let promised = fact.ledger_shipped + fact.allocated + fact.held;
            assert!(fact.backorder || promised <= fact.ledger_brought, "{fact:?}");
        }
    }
}

/// Asks a router as the gateway would.
pub(crate) async fn ask(
    router: Router,
    caller: Option<Caller>,
    method: Method,
    path: &str,
    key: Option<&str>,
    body: Option<String>,
) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(path);
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let mut request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn order_lines(lines: &[(&str, i64)]) -> Vec<OrderLine> {
    let line =
        |(sku, quantity): &(&str, i64)| OrderLine { sku: Sku::new(sku).unwrap(), quantity: *quantity, stocked: true };
    lines.iter().map(line).collect()
}
