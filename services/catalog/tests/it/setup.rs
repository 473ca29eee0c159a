//! A shop for one test: its own database, a clock that stands still, requests as guest or staff.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use bodega_bus::Consumer;
use bodega_contracts::{catalog::ProductChanged, inventory::StockChanged};
use bodega_db::{Db, DbError, Envelope, Tx, events_after};
use bodega_kernel::{Caller, Event, ManualClock, Role, Sku, Time, UserId, World};
use bodega_service::{Host, Mode};
use bodega_settings::{DatabaseKind, Settings};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tower::ServiceExt;

/// A shop. Its folder goes with it.
pub(crate) struct Shop {
    pub(crate) db: Db,
    pub(crate) clock: ManualClock,
    pub(crate) consumer: Consumer,
    router: Router,
    rpc: bodega_rpc::Client,
    world: World,
    settings: Settings,
    folder: PathBuf,
}

/// An answer, its JSON read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn etag(&self) -> &str {
        self.headers["etag"].to_str().unwrap()
    }

    /// The pointers of what is wrong.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["pointer"].as_str()).collect()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// Runs a story on each engine there is.
pub(crate) async fn everywhere(story: impl AsyncFn(Shop)) {
    story(Shop::open(None).await).await;
    if let Ok(url) = std::env::var("BODEGA_TEST_POSTGRES") {
        let shop = Shop::open(Some(url)).await;
        let (schema, db) = (shop.settings.database.schema.clone(), shop.db.clone());
        story(shop).await;
        db.reader().execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    }
}

impl Shop {
    async fn open(postgres: Option<String>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("catalog_{}", World::system().uuid().simple());
        let root = std::env::var_os("BODEGA_TEST_TMP").map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = root.join(&name);
        let mut settings = Settings::defaults();
        settings.shop.tax_rate_bp = 2_000;
        settings.database.data_dir.clone_from(&folder);
        if let Some(url) = postgres {
            settings.database.kind = DatabaseKind::Postgres;
            settings.database.url = url;
            settings.database.schema = name;
        }
        "a secret of at least 32 characters".clone_into(&mut settings.rpc.secret);
        let clock = ManualClock::at(Time::from_ms(1_700_000_000_000));
        let world = World::simulated(number, clock.clone());
        Self::start(settings, world, clock, folder).await
    }

    async fn start(settings: Settings, world: World, clock: ManualClock, folder: PathBuf) -> Self {
        let shared = Arc::new(settings.clone());
        let mut host = Host::start(vec![bodega_catalog::service()], shared, world.clone(), Mode::Still).await.unwrap();
        let hosted = host.services.remove(0);
        let (db, consumer, router) = (hosted.db, hosted.consumer, hosted.router);
        Self { db, clock, consumer, router, rpc: host.rpc, world, settings, folder }
    }

    /// A second replica of the same shop; only `PostgreSQL` can have one.
    pub(crate) async fn replica(&self) -> Option<Self> {
        if self.settings.database.kind == DatabaseKind::Sqlite {
            return None;
        }
        let world = World::new(Arc::new(self.clock.clone()), Arc::new(bodega_kernel::SystemRandom));
        Some(Self::start(self.settings.clone(), world, self.clock.clone(), PathBuf::new()).await)
    }

    pub(crate) async fn ask<Q: bodega_kernel::Question>(&self, question: Q) -> Q::Answer {
        self.rpc.ask(question).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, text, json }
    }

    /// A guest reads.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[], Caller::guest()).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)], caller: Caller) -> Answer {
        self.send(request("GET", path, headers, caller).body(Body::empty()).unwrap()).await
    }

    /// Staff write.
    pub(crate) async fn staff(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.write_as(staff(), method, path, headers, body).await
    }

    pub(crate) async fn write_as(
        &self,
        caller: Caller,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let request = request(method, path, headers, caller);
        let request = if body.is_null() {
            request.body(Body::empty())
        } else {
            request.header("content-type", "application/json").body(Body::from(body.to_string()))
        };
        self.send(request.unwrap()).await
    }

    pub(crate) async fn create(&self, body: Value) -> Value {
        self.staff("POST", "/v1/products", &[], body).await.expect(201).json
    }

    pub(crate) async fn import(&self, file: impl Into<Body>) -> Answer {
        let request = request("POST", "/v1/products/import", &[("content-type", "text/csv")], staff());
        self.send(request.body(file.into()).unwrap()).await
    }

    /// All `product.changed` that were published, oldest first.
    pub(crate) async fn published(&self) -> Vec<ProductChanged> {
        let read = async |tx: &mut Tx| {
            let mut all: Vec<Envelope> = Vec::new();
            loop {
                let page = events_after(tx, all.last().map_or(0, |event| event.seq), 1_000).await?;
                if page.is_empty() {
                    return Ok::<_, DbError>(all);
                }
                all.extend(page);
            }
        };
        let events = self.db.write(read).await.unwrap();
        let ours = events.iter().filter(|event| &*event.kind == ProductChanged::TYPE);
        ours.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
    }

    /// Inventory's word on a SKU, on its way.
    pub(crate) fn stock(&self, sku: &str, version: i64, available: i64) -> Envelope {
        let event = StockChanged { sku: Sku::new(sku).unwrap(), version, available };
        Envelope {
            source: "inventory".into(),
            seq: version,
            id: self.world.uuid(),
            kind: StockChanged::TYPE.into(),
            subject: sku.into(),
            at: self.world.now(),
            trace: None,
            data: serde_json::to_string(&event).unwrap().into(),
        }
    }

    pub(crate) async fn hear(&self, batch: Vec<Envelope>) {
        self.consumer.deliver(batch, None).await;
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if self.folder.as_os_str().is_empty() {
            return;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], caller: Caller) -> axum::http::request::Builder {
    let mut request = Request::builder().method(method).uri(path).extension(caller);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
}

pub(crate) fn staff() -> Caller {
    somebody(Role::Staff)
}

pub(crate) fn somebody(role: Role) -> Caller {
    let user = UserId("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    Caller { user: Some(user), roles: vec![role] }
}

pub(crate) fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// A product of one kind.
pub(crate) fn simple(name: &str, sku: &str, price: i64) -> Value {
    json!({"name": name, "variants": [{"sku": sku, "price": pounds(price)}]})
}

pub(crate) fn id(product: &Value) -> String {
    format!("/v1/products/{}", product["id"].as_str().unwrap())
}
