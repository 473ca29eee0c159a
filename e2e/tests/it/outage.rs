//! PostgreSQL goes away under load, as in a power cut, and comes back: nothing promised is lost, nobody waits for ever.

use crate::rabbitmq::{EMAIL, PASSWORD, create_user, sell, settled};
use bodega::{
    client::ShopClient,
    verify::{Call, Journal},
};
use bodega_e2e::{Process, address, binary};
use bodega_testkit::{Backend, Home};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

const SHOPPERS: usize = 8;
/// How long PostgreSQL is away.
const AWAY: Duration = Duration::from_secs(20);
/// The shop's own bound for an answer, `server.request_timeout_ms`, and a little for a busy machine.
const BOUND: Duration = Duration::from_secs(16);
/// How soon the shop sells again once PostgreSQL answers.
const RECOVERY: Duration = Duration::from_secs(10);

/// A PostgreSQL of this test alone; gone when it is dropped.
struct Server {
    folder: PathBuf,
    url: String,
}

impl Server {
    fn start(home: &Home) -> Self {
        let folder = home.folder().with_extension("postgres");
        let url = control("start", &folder).unwrap().trim().to_owned();
        Self { folder, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever is left is in a folder for temporary files.
        let _ = control("stop", &self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn control(what: &str, folder: &Path) -> anyhow::Result<String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scripts/servers/postgres");
    // The server would hold a pipe open: what is said goes into a file.
    let said = folder.with_extension("said");
    let status = Command::new(script).arg(what).arg(folder).stdout(std::fs::File::create(&said)?).status()?;
    let text = std::fs::read_to_string(&said)?;
    std::fs::remove_file(said)?;
    anyhow::ensure!(status.success(), "postgres {what}: {text}");
    Ok(text)
}

/// One answer, and how long it took; `None` where the connection broke.
struct Timed {
    status: Option<StatusCode>,
    kind: String,
    took: Duration,
    body: Value,
}

/// A shopper's own client: unlike the product's it tells every answer, busy or not.
#[derive(Clone)]
struct Visitor {
    http: Client,
    url: String,
}

impl Visitor {
    async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Timed {
        let started = Instant::now();
        let mut request = self.http.post(format!("{}{path}", self.url)).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let Ok(answer) = request.send().await else {
            return Timed { status: None, kind: String::new(), took: started.elapsed(), body: Value::Null };
        };
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned();
        let status = Some(answer.status());
        let body = answer.json().await.unwrap_or(Value::Null);
        Timed { status, kind, took: started.elapsed(), body }
    }

    /// What `/readyz` answers, and whom it names.
    async fn ready(&self) -> (StatusCode, Value) {
        let answer = self.http.get(format!("{}/readyz", self.url)).send().await.unwrap();
        let status = answer.status();
        (status, answer.json::<Value>().await.unwrap()["not_ready"].take())
    }

    async fn make_cart(&self) -> Timed {
        let cart = json!({
            "lines": [{"sku": "MUG", "quantity": 1}],
            "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
        });
        self.post("/v1/carts", &cart, &[]).await
    }

    /// Buys once. A checkout without a clear answer is asked again with its key, as a shopper's browser would.
    async fn buy(&self, journal: &Mutex<Journal>, stop: &AtomicBool) -> Duration {
        let made = self.make_cart().await;
        let (Some(id), Some(token)) = (made.body["id"].as_str(), made.body["token"].as_str()) else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            return made.took;
        };
        let mut slowest = made.took;
        let headers = [("idempotency-key", id), ("x-cart-token", token)];
        loop {
            let path = format!("/v1/carts/{id}/checkout");
            let answer = self.post(&path, &json!({"payment_method": "sim_success"}), &headers).await;
            slowest = slowest.max(answer.took);
            let call = match answer.status {
                Some(StatusCode::ACCEPTED) => {
                    Call::Accepted(answer.body["order_id"].as_str().unwrap().parse().unwrap())
                }
                Some(status) if status.is_client_error() => Call::Refused,
                Some(_) | None if stop.load(Ordering::SeqCst) => Call::Unanswered,
                Some(_) | None => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            journal.lock().unwrap().calls.push((id.parse().unwrap(), call));
            return slowest;
        }
    }
}

fn variables(home: &Home, server: &Server) -> Vec<(String, String)> {
    [
        ("BODEGA__DATABASE__KIND", "postgres"),
        ("BODEGA__DATABASE__URL", &server.url),
        ("BODEGA__DATABASE__SCHEMA", "{service}"),
        ("BODEGA__DATABASE__DATA_DIR", &home.folder().to_string_lossy()),
        ("BODEGA__PAYMENTS__PROVIDERS", "simulator"),
        ("BODEGA__LIMITS__ENABLED", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Asks one thing after another while the database is away: each is refused as a problem, within the bound.
async fn ask_while_away(visitor: &Visitor, since: Instant) -> (usize, Duration) {
    let (mut asked, mut slowest) = (0, Duration::ZERO);
    while since.elapsed() < AWAY {
        let answer = visitor.make_cart().await;
        assert!(answer.took < BOUND, "a request hung for {:?}", answer.took);
        assert_eq!(answer.status, Some(StatusCode::SERVICE_UNAVAILABLE), "{}", answer.body);
        assert_eq!((answer.kind.as_str(), &answer.body["status"]), ("application/problem+json", &json!(503)));
        (asked, slowest) = (asked + 1, slowest.max(answer.took));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let all: Vec<&str> = bodega::services().iter().map(|service| service.name).collect();
    assert_eq!(visitor.ready().await, (StatusCode::SERVICE_UNAVAILABLE, json!(all)));
    (asked, slowest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_for_twenty_seconds_loses_nothing() {
    if std::env::var_os("BODEGA_TEST_POSTGRES").is_none() {
        eprintln!("no PostgreSQL here: not run");
        return;
    }
    let home = Home::new(Backend::Sqlite);
    let server = Server::start(&home);
    let variables = variables(&home, &server);
    assert!(create_user(&variables), "the user could not be made");
    let mut process = Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
    let staff = ShopClient::new(&process.url, None).unwrap().log_in(EMAIL, PASSWORD).await.unwrap();
    sell(&staff, "MUG", 1_000, 1_000_000).await;

    let http = Client::builder().timeout(BOUND * 2).build().unwrap();
    let visitor = Visitor { http, url: process.url.clone() };
    let (journal, stop) = (Arc::new(Mutex::new(Journal::default())), Arc::new(AtomicBool::new(false)));
    let shoppers: Vec<_> = (0..SHOPPERS)
        .map(|_| {
            let (visitor, journal, stop) = (visitor.clone(), Arc::clone(&journal), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                while !stop.load(Ordering::SeqCst) {
                    slowest = slowest.max(visitor.buy(&journal, &stop).await);
                }
                slowest
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let bought = |journal: &Mutex<Journal>| journal.lock().unwrap().calls.len();
    let before = bought(&journal);
    assert_eq!(visitor.ready().await, (StatusCode::OK, Value::Null));

    control("stop", &server.folder).unwrap();
    let (asked, slowest) = ask_while_away(&visitor, Instant::now()).await;
    control("resume", &server.folder).unwrap();
    let resumed = Instant::now();
    while visitor.make_cart().await.status != Some(StatusCode::CREATED) || visitor.ready().await.0 != StatusCode::OK {
        assert!(resumed.elapsed() < RECOVERY, "the shop does not sell again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(asked > 20, "only {asked} answers in {AWAY:?}");
    println!("{asked} asked while away, the slowest {slowest:?}; sold again after {:?}", resumed.elapsed());
    tokio::time::sleep(Duration::from_secs(3)).await;
    stop.store(true, Ordering::SeqCst);
    for shopper in shoppers {
        let slowest = shopper.await.unwrap();
        assert!(slowest < BOUND, "a shopper waited {slowest:?}");
    }
    let after = bought(&journal);
    assert!(before > 10 && after > before + 10, "{before} orders before, {after} in all");

    let report = settled(&staff).await;
    assert_eq!(report["ok"], true, "{report}");
    let dead = staff.get("/v1/events/dead", bodega::client::Headers::default()).await.unwrap();
    assert_eq!(dead["items"], json!([]));
    process.kill().unwrap();
    let file = home.folder().join("journal.json");
    std::fs::write(&file, serde_json::to_vec(&*journal.lock().unwrap()).unwrap()).unwrap();
    let verify = Command::new(binary().unwrap())
        .args(["verify", "--strict", "--journal", &file.to_string_lossy()])
        .envs(variables)
        .output()
        .unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
}
