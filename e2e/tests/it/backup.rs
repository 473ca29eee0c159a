//! A shop is backed up while it sells and made again elsewhere: its books agree, and nothing that was promised before is
//! missing. On `SQLite`, on PostgreSQL, and with a broker that loses what was on its way.

use crate::rabbitmq::{EMAIL, PASSWORD, servers, variables};
use bodega::client::{Headers, ShopClient};
use bodega_e2e::{Process, address, binary};
use bodega_testkit::{Backend, Home};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Shoppers at work while the shop is backed up.
const SHOPPERS: usize = 8;

/// Where a shop lives, and which broker it has.
struct Place {
    home: Home,
    broker: Option<String>,
}

/// What a command said.
struct Said {
    ok: bool,
    text: String,
}

impl Place {
    fn new(backend: Backend, broker: Option<&str>) -> Self {
        Self { home: Home::new(backend), broker: broker.map(str::to_owned) }
    }

    fn variables(&self) -> Vec<(String, String)> {
        if let Some(broker) = &self.broker {
            return variables(&self.home, broker);
        }
        let settings = self.home.settings().database;
        let mut variables = vec![
            ("BODEGA__PAYMENTS__PROVIDERS", "simulator".to_owned()),
            ("BODEGA__LIMITS__ENABLED", "false".to_owned()),
            ("BODEGA__DATABASE__DATA_DIR", self.home.folder().to_string_lossy().into_owned()),
        ];
        if self.home.backend() == Backend::Postgres {
            variables.push(("BODEGA__DATABASE__KIND", "postgres".to_owned()));
            variables.push(("BODEGA__DATABASE__URL", settings.url));
            variables.push(("BODEGA__DATABASE__SCHEMA", settings.schema));
        }
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn start(&self) -> Process {
        Process::start(&["up", "--listen", "127.0.0.1:0"], &self.variables()).unwrap()
    }

    fn begin(&self, arguments: &[&str]) -> std::process::Child {
        let mut command = Command::new(binary().unwrap());
        command.args(arguments).envs(self.variables());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn command(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self.begin(arguments);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Said { ok: output.status.success(), text }
    }

    /// A shop with plenty to buy, open.
    async fn open(&self) -> Process {
        let made = self.command(&["admin", "create-user", EMAIL, "--role", "admin"], PASSWORD);
        assert!(made.ok, "{}", made.text);
        let process = self.start();
        let staff = staff(&process).await;
        for sku in ["MUG", "BOWL"] {
            let product = json!({
                "name": sku, "slug": sku.to_lowercase(), "status": "active",
                "variants": [{"sku": sku, "price": {"amount": 1_000, "currency": "GBP"}, "stocked": true}],
            });
            staff.post("/v1/products", &product, None).await.unwrap();
            let movement = json!({"sku": sku, "kind": "receive", "quantity": 1_000_000, "reason": "test"});
            staff.post("/v1/stock/movements", &movement, None).await.unwrap();
        }
        let client = ShopClient::new(&process.url, None).unwrap();
        let started = Instant::now();
        while client.post("/v1/carts", &full_cart(), None).await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "carts never heard of the products");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process
    }

    /// Backs up and says for how long that stopped whoever wrote, milliseconds.
    async fn back_up(&self, folder: &Path) -> f64 {
        let mut child = self.begin(&["--json", "backup", &folder.to_string_lossy()]);
        drop(child.stdin.take());
        let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        let said: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert!(said["services"].as_u64().unwrap() >= 10, "{said}");
        said["paused_ms"].as_f64().unwrap()
    }

    /// Makes a shop of a backup at another place.
    fn restored(&self, backup: &Path) -> Self {
        let other = Self::new(self.home.backend(), self.broker.as_deref());
        let said = other.command(&["restore", &backup.to_string_lossy()], "");
        assert!(said.ok, "{}", said.text);
        other
    }
}

async fn staff(process: &Process) -> ShopClient {
    ShopClient::new(&process.url, None).unwrap().log_in(EMAIL, PASSWORD).await.unwrap()
}

fn full_cart() -> Value {
    json!({
        "lines": [{"sku": "MUG", "quantity": 1}, {"sku": "BOWL", "quantity": 2}],
        "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
    })
}

/// What shoppers were promised, and how long they waited at most.
#[derive(Default)]
struct Promises {
    orders: Vec<String>,
    longest: Duration,
}

/// Shoppers who buy until they are told to stop.
struct Shoppers {
    stop: Arc<AtomicBool>,
    promises: Arc<Mutex<Promises>>,
    at_work: Vec<tokio::task::JoinHandle<()>>,
}

impl Shoppers {
    fn start(process: &Process) -> Self {
        let (stop, promises) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Promises>>::default());
        let shopper = |_| {
            let (url, stop, promises) = (process.url.clone(), Arc::clone(&stop), Arc::clone(&promises));
            tokio::spawn(async move {
                let client = ShopClient::new(&url, None).unwrap();
                while !stop.load(Ordering::SeqCst) {
                    let (order, waited) = buy(&client).await;
                    let mut promises = promises.lock().unwrap();
                    promises.orders.push(order);
                    promises.longest = promises.longest.max(waited);
                }
            })
        };
        let at_work = (0..SHOPPERS).map(shopper).collect();
        Self { stop, promises, at_work }
    }

    fn orders(&self) -> Vec<String> {
        self.promises.lock().unwrap().orders.clone()
    }

    async fn end(self) -> (Vec<String>, Duration) {
        self.stop.store(true, Ordering::SeqCst);
        for shopper in self.at_work {
            shopper.await.unwrap();
        }
        let promises = self.promises.lock().unwrap();
        (promises.orders.clone(), promises.longest)
    }
}

/// Buys once: the order, and for how long the slower of the two writes took. A running backup refuses nobody.
async fn buy(client: &ShopClient) -> (String, Duration) {
    let started = Instant::now();
    let made = client.post("/v1/carts", &full_cart(), None).await.unwrap();
    let first = started.elapsed();
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let headers = Headers { key: Some(id), cart: Some(token), order: None };
    let body = json!({"payment_method": "sim_success"});
    let started = Instant::now();
    let answer = client.call(Method::POST, &format!("/v1/carts/{id}/checkout"), headers, Some(&body)).await.unwrap();
    assert_eq!(answer.status, 202, "{}", answer.body);
    (answer.body["order_id"].as_str().unwrap().to_owned(), first.max(started.elapsed()))
}

/// The books hold strictly, once the shop has come to rest.
async fn prove(process: &Process, what: &str) {
    let admin = staff(process).await;
    let started = Instant::now();
    loop {
        let report = admin.post("/v1/verify?strict=true", &json!({}), None).await.unwrap();
        if report["ok"] == true {
            return;
        }
        assert!(started.elapsed() < Duration::from_mins(2), "{what}: {report:#}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn backed_up_while_it_sells(backend: Backend, broker: Option<&str>) {
    let place = Place::new(backend, broker);
    let backups = Home::new(Backend::Sqlite);
    let process = place.open().await;
    let shoppers = Shoppers::start(&process);
    let mut taken = Vec::new();
    let often = backend == Backend::Sqlite || std::env::var_os("BODEGA_TEST_FULL").is_some();
    for number in 0..if often { 3 } else { 1 } {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let promised = shoppers.orders();
        let folder = backups.folder().join(number.to_string());
        let paused = place.back_up(&folder).await;
        println!("{backend:?}, broker {}: backup {number} stopped whoever wrote for {paused:.1} ms", broker.is_some());
        taken.push((folder, promised));
    }
    let (orders, longest) = shoppers.end().await;
    println!("{backend:?}: {} orders, the slowest write took {longest:?}", orders.len());
    assert!(longest < Duration::from_secs(10), "nobody is kept waiting: {longest:?}");
    for (folder, promised) in &taken {
        assert!(!promised.is_empty());
        let other = place.restored(folder);
        let again = other.start();
        let staff = staff(&again).await;
        for order in promised {
            staff.get(&format!("/v1/orders/{order}"), Headers::default()).await.unwrap();
        }
        prove(&again, "a restored shop").await;
        buy(&ShopClient::new(&again.url, None).unwrap()).await;
        prove(&again, "a restored shop that sells on").await;
        drop(again);
        let verified = other.command(&["verify", "--strict"], "");
        assert!(verified.ok, "{}", verified.text);
    }
    prove(&process, "the shop that was backed up").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_on_sqlite_is_backed_up_while_it_sells() {
    backed_up_while_it_sells(Backend::Sqlite, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_on_postgres_is_backed_up_while_it_sells() {
    if std::env::var_os("BODEGA_TEST_POSTGRES").is_some() {
        backed_up_while_it_sells(Backend::Postgres, None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_on_its_way_at_a_broker_is_sent_again_after_a_restore() {
    if let Some(broker) = servers() {
        backed_up_while_it_sells(Backend::Postgres, Some(&broker)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_ended_anywhere_harms_nothing() {
    let mut backends = vec![Backend::Sqlite];
    backends.extend(std::env::var_os("BODEGA_TEST_POSTGRES").map(|_| Backend::Postgres));
    for backend in backends {
        let place = Place::new(backend, None);
        let backups = Home::new(Backend::Sqlite);
        let process = place.open().await;
        let shoppers = Shoppers::start(&process);
        for number in 0..12_u64 {
            let folder = backups.folder().join(number.to_string());
            let mut child = place.begin(&["backup", &folder.to_string_lossy()]);
            tokio::time::sleep(Duration::from_millis(40 * number)).await;
            child.kill().unwrap();
            let finished = child.wait().unwrap().success();
            if !finished && !folder.join("manifest.json").exists() {
                let said = Place::new(backend, None).command(&["restore", &folder.to_string_lossy()], "");
                assert!(!said.ok && said.text.contains("is no backup"), "{}", said.text);
            }
        }
        let (orders, longest) = shoppers.end().await;
        println!("{backend:?}: {} orders, the slowest write took {longest:?}", orders.len());
        prove(&process, "the shop whose backups were ended").await;
        let folder = backups.folder().join("whole");
        place.back_up(&folder).await;
        drop(place.restored(&folder));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_not_as_it_was_is_refused() {
    let place = Place::new(Backend::Sqlite, None);
    let backups = Home::new(Backend::Sqlite);
    let migrated = place.command(&["migrate"], "");
    assert!(migrated.ok, "{}", migrated.text);
    let folder = backups.folder().join("whole");
    place.back_up(&folder).await;
    let into_full = place.command(&["backup", &folder.to_string_lossy()], "");
    assert!(!into_full.ok && into_full.text.contains("is not empty"), "{}", into_full.text);
    let onto_itself = place.command(&["restore", &folder.to_string_lossy()], "");
    assert!(!onto_itself.ok && onto_itself.text.contains("is not empty"), "{}", onto_itself.text);
    let orders = folder.join("databases/orders.db");
    let manifest = folder.join("manifest.json");
    let (whole, said) = (fs::read(&orders).unwrap(), fs::read_to_string(&manifest).unwrap());
    let refused = |why: &str| {
        let other = Place::new(Backend::Sqlite, None);
        let said = other.command(&["restore", &folder.to_string_lossy()], "");
        assert!(!said.ok && said.text.contains(why), "{why}: {}", said.text);
        assert!(!other.home.folder().exists(), "nothing was made");
    };
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(&orders, &flipped).unwrap();
    refused("databases/orders.db is damaged: its SHA-256");
    fs::write(&orders, &whole[1..]).unwrap();
    refused("databases/orders.db is damaged: it has");
    fs::remove_file(&orders).unwrap();
    refused("databases/orders.db cannot be read");
    fs::write(&orders, &whole).unwrap();
    for (from, to, why) in [
        ("\"format\": 1", "\"format\": 2", "of a newer bodega"),
        ("\"sqlite\"", "\"postgres\"", "have to be of one kind"),
        ("databases/orders.db", "../orders.db", "outside of the backup"),
        ("0000_platform", "0009_platform", "of a newer version"),
        ("\"files\": [", "\"files\": [[", "is damaged"),
    ] {
        assert!(said.contains(from), "{from}");
        fs::write(&manifest, said.replacen(from, to, 1)).unwrap();
        refused(why);
    }
    fs::remove_file(&manifest).unwrap();
    refused("is no backup");
    fs::write(&manifest, &said).unwrap();
    let other = place.restored(&folder);
    let secret = |place: &Place| fs::read(place.home.folder().join("secret")).unwrap();
    assert_eq!(secret(&other), secret(&place));
    let verified = other.command(&["verify"], "");
    assert!(verified.ok, "{}", verified.text);
}
