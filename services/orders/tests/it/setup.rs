//! Orders alone, under test: what cart, stock and payments would say to it, what people would ask it, and its books.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request},
    response::Response,
};
use bodega_bus::{Consumer, Failure};
use bodega_contracts::{
    OrderId,
    cart::{CheckedOut, CheckedOutOrder},
    orders::{OrderFact, OrderFacts, OrderStatus},
    payments::{PaymentAction, PendingAction},
};
use bodega_db::{Db, DbError, Envelope, Tx, events_after};
use bodega_kernel::{Caller, Event, ManualClock, Role, Time, UserId, World};
use bodega_pricing::price;
use bodega_rpc::{Answers, RpcError};
use bodega_service::{Host, Job, Mode};
use bodega_settings::{DatabaseKind, Settings};
use bodega_web::GuestKeys;
use http_body_util::BodyExt;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    env, fs,
    path::PathBuf,
    process,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt;

/// What the order of [`Shop::checkout`] costs.
pub const TOTAL: i64 = 2_700;

static NUMBER: AtomicU64 = AtomicU64::new(0);

type Made = Arc<Mutex<HashMap<OrderId, CheckedOut>>>;

/// One database, one or more replicas of orders on it, and a cart and payments that answer what they are told to.
pub struct Shop {
    pub replicas: Vec<Host>,
    pub world: World,
    pub clock: ManualClock,
    pub made: Made,
    folder: PathBuf,
    schema: Option<String>,
}

/// Who asks.
#[derive(Clone, Default)]
pub struct Asker {
    pub caller: Caller,
    pub token: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
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
    pub async fn on_sqlite() -> Self {
        Self::open(None, 1).await
    }

    /// With two replicas; `None` where no server is named.
    pub async fn on_postgres() -> Option<Self> {
        let url = env::var("BODEGA_TEST_POSTGRES").ok()?;
        Some(Self::open(Some(url), 2).await)
    }

    async fn open(url: Option<String>, replicas: u64) -> Self {
        let name = format!("orders_it_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
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
        let made = Made::default();
        let mut hosts = Vec::new();
        for seed in 0..replicas {
            let world = World::simulated(seed, clock.clone());
            let host =
                Host::start(vec![bodega_orders::service()], Arc::clone(&settings), world, Mode::Still).await.unwrap();
            host.rpc.register("cart", cart(&made));
            host.rpc.register("payments", payments());
            hosts.push(host);
        }
        Self { replicas: hosts, world: World::simulated(99, clock.clone()), clock, made, folder, schema }
    }

    /// Removes what the story left.
    pub async fn close(self) {
        if let Some(schema) = &self.schema {
            let sql: &'static str = format!("DROP SCHEMA \"{schema}\" CASCADE").leak();
            let dropped: Result<u64, DbError> =
                self.db().write(async move |tx: &mut Tx| tx.execute(sql, &[]).await).await;
            dropped.unwrap();
        }
        drop(self.replicas);
        fs::remove_dir_all(&self.folder).unwrap();
    }

    pub fn db(&self) -> &Db {
        &self.replicas[0].services[0].db
    }

    pub fn consumer(&self, number: usize) -> &Consumer {
        &self.replicas[number % self.replicas.len()].services[0].consumer
    }

    pub fn router(&self, number: usize) -> Router {
        self.replicas[number % self.replicas.len()].services[0].router.clone()
    }

    pub fn timers(&self, number: usize) -> &Job {
        self.replicas[number % self.replicas.len()].services[0].jobs.iter().find(|job| job.name == "timers").unwrap()
    }

    /// Moves the clock, and fires what is due then.
    pub async fn pass(&self, span: Duration) -> bool {
        self.clock.advance(span);
        self.timers(0).step().await
    }

    pub fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub fn user(&self) -> UserId {
        UserId::new(&self.world)
    }

    /// A guest who holds the token of `order`.
    pub fn guest(&self, order: OrderId) -> Asker {
        let keys = GuestKeys::new(&self.replicas[0].secrets.key("guest tokens"));
        let token = keys.sign("order", order.0, self.world.now().plus(Duration::from_hours(24)));
        Asker { caller: Caller::guest(), token: Some(token) }
    }

    pub fn staff(&self) -> Asker {
        Asker { caller: Caller { user: Some(self.user()), roles: vec![Role::Staff] }, token: None }
    }

    pub fn customer(user: UserId) -> Asker {
        Asker { caller: Caller { user: Some(user), roles: vec![Role::Customer] }, token: None }
    }

    /// An order that was checked out by a guest.
    pub async fn placed(&self) -> OrderId {
        let order = self.order();
        self.deliver(vec![self.envelope(&self.checkout(order, None))]).await;
        order
    }

    /// One whose stock is held.
    pub async fn awaiting(&self) -> OrderId {
        let order = self.placed().await;
        self.deliver(vec![self.reserved(order)]).await;
        order
    }

    /// One that is paid.
    pub async fn confirmed(&self) -> OrderId {
        let order = self.awaiting().await;
        self.deliver(vec![self.captured(order)]).await;
        order
    }

    /// Delivers a batch and waits until it is handled.
    pub async fn deliver(&self, batch: Vec<Envelope>) {
        self.consumer(0).deliver(batch, None).await;
    }

    /// Delivers a batch to one replica until it passes.
    pub async fn insist(&self, replica: usize, batch: Vec<Envelope>) {
        let batch: Arc<[Envelope]> = batch.into();
        while let Err(failure) = self.consumer(replica).try_once(&batch, None).await {
            assert!(matches!(failure, Failure::Transient(_)), "{failure}");
        }
    }

    /// Everything that orders has told, of this type.
    pub async fn told<E: Event>(&self) -> Vec<E> {
        let read = self.db().write(async |tx: &mut Tx| events_after(tx, 0, 1_000_000).await);
        let told: Result<Vec<Envelope>, DbError> = read.await;
        let of_type = told.unwrap().into_iter().filter(|event| &*event.kind == E::TYPE);
        of_type.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
    }

    /// What verify would see.
    pub async fn facts(&self) -> BTreeMap<OrderId, OrderFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.replicas[0].rpc.ask(OrderFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub async fn fact(&self, order: OrderId) -> OrderFact {
        self.facts().await.remove(&order).unwrap()
    }

    /// The invariants of orders, over all of them.
    pub async fn check_books(&self) {
        for fact in self.facts().await.into_values() {
            let versions: Vec<i64> = fact.history.iter().map(|(version, _)| *version).collect();
            assert_eq!(versions, (1..=fact.version).collect::<Vec<_>>(), "{fact:?}");
            assert_eq!(fact.history.last().map(|(_, status)| *status), Some(fact.status), "{fact:?}");
            let over = fact.status == OrderStatus::Cancelled;
            assert_eq!(fact.timer_due.is_none(), over, "{fact:?}");
            assert_eq!(fact.cancel_reason.is_some(), over, "{fact:?}");
            assert_eq!(price(&fact.basket).unwrap().total, fact.total.amount, "{fact:?}");
        }
    }

    pub async fn get(&self, asker: &Asker, path: &str) -> Answer {
        self.ask(0, asker, Method::GET, path, &[], None).await
    }

    pub async fn cancel(&self, replica: usize, asker: &Asker, order: OrderId) -> Answer {
        loop {
            let path = format!("/v1/orders/{order}/cancel");
            let answer = self.ask(replica, asker, Method::POST, &path, &[], Some("{}")).await;
            // A lost race says so and asks for another try.
            if answer.status != 503 {
                return answer;
            }
        }
    }

    pub async fn ask(
        &self,
        replica: usize,
        asker: &Asker,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let response = self.respond(replica, asker, method, path, headers, body).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub async fn respond(
        &self,
        replica: usize,
        asker: &Asker,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path).extension(asker.caller.clone());
        if let Some(token) = &asker.token {
            request = request.header("x-order-token", token);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
        self.router(replica).oneshot(request.body(body).unwrap()).await.unwrap()
    }
}

fn cart(made: &Made) -> Answers {
    let made = Arc::clone(made);
    Answers::new().on(async move |question: CheckedOutOrder| {
        Ok::<_, RpcError>(made.lock().unwrap().get(&question.order_id).cloned())
    })
}

fn payments() -> Answers {
    Answers::new().on(async |question: PendingAction| {
        let url = format!("https://pay.example/{}", question.order_id);
        Ok::<_, RpcError>(Some(PaymentAction { kind: "redirect".to_owned(), url }))
    })
}
