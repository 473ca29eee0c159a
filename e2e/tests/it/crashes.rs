//! The process is ended at named places and at random ones, with shoppers at work: nothing promised is lost.

use bodega::{
    client::{Headers, ShopClient},
    verify::{Call, Journal},
};
use bodega_e2e::{Process, address, binary};
use bodega_testkit::{Backend, Home};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How soon a shop is ready after a crash; a build without optimisation, beside other tests, may take longer.
const READY: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 2 });
/// Shoppers at work while the process ends.
const SHOPPERS: usize = 8;
const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "lantern orchard harbour";

/// A data folder that outlives its processes.
struct Place {
    home: Home,
    journal: Arc<Mutex<Journal>>,
}

impl Place {
    fn new() -> Self {
        Self { home: Home::new(Backend::Sqlite), journal: Arc::default() }
    }

    fn variables(&self, failpoints: &str) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            pair("BODEGA__PAYMENTS__PROVIDERS", "simulator"),
            pair("BODEGA__LIMITS__ENABLED", "false"),
            pair("BODEGA__DATABASE__DATA_DIR", &self.home.folder().to_string_lossy()),
            pair("FAILPOINTS", failpoints),
        ]
    }

    fn start(&self, failpoints: &str) -> Process {
        Process::start(&["up", "--listen", "127.0.0.1:0"], &self.variables(failpoints)).unwrap()
    }

    /// A command on the stopped shop; whether it succeeded, and what it said.
    fn command(&self, arguments: &[&str], input: &str) -> (bool, String) {
        let mut child = Command::new(binary().unwrap())
            .args(arguments)
            .envs(self.variables(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), said)
    }

    async fn fill(&self) {
        let (made, said) = self.command(&["admin", "create-user", EMAIL, "--role", "admin"], PASSWORD);
        assert!(made, "{said}");
        let process = self.start("");
        let staff = ShopClient::new(&process.url, None).unwrap().log_in(EMAIL, PASSWORD).await.unwrap();
        for sku in ["MUG", "BOWL"] {
            let product = json!({
                "name": sku, "slug": sku.to_lowercase(), "status": "active",
                "variants": [{"sku": sku, "price": {"amount": 1_000, "currency": "GBP"}, "stocked": true}],
            });
            staff.post("/v1/products", &product, None).await.unwrap();
            let movement = json!({"sku": sku, "kind": "receive", "quantity": 1_000_000, "reason": "test"});
            staff.post("/v1/stock/movements", &movement, None).await.unwrap();
        }
        // Takes nothing off that would be missed, but has its uses counted, so that coupons is at work, too.
        let promotion = json!({"label": "A tenth", "reward": {"kind": "percentage", "bp": 1_000}, "limit": 1_000_000});
        staff.post("/v1/promotions", &promotion, None).await.unwrap();
        wait_for_carts(&process.url).await;
    }

    /// Shoppers buy until they are told to stop or the process is gone.
    fn shop(&self, url: &str, stop: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<()>> {
        let shopper = |_| {
            let (url, stop, journal) = (url.to_owned(), Arc::clone(stop), Arc::clone(&self.journal));
            tokio::spawn(async move {
                let client = ShopClient::new(&url, None).unwrap();
                while !stop.load(Ordering::SeqCst) {
                    if buy(&client, &journal).await.is_none() {
                        return;
                    }
                }
            })
        };
        (0..SHOPPERS).map(shopper).collect()
    }

    /// Starts once more, waits until the shop has come to rest, and holds the books against what shoppers were told.
    async fn prove(&self, what: &str) {
        let process = self.start("");
        assert!(process.ready_after < READY, "{what}: ready after {:?}", process.ready_after);
        let admin = ShopClient::new(&process.url, None).unwrap().log_in(EMAIL, PASSWORD).await.unwrap();
        let started = Instant::now();
        loop {
            let report = admin.post("/v1/verify?strict=true", &json!({}), None).await.unwrap();
            if report["ok"] == true {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(90), "{what}: {report}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        drop(process);
        let journal = self.home.folder().join("journal.json");
        std::fs::write(&journal, serde_json::to_vec(&*self.journal.lock().unwrap()).unwrap()).unwrap();
        let (ok, said) = self.command(&["verify", "--strict", "--journal", &journal.to_string_lossy()], "");
        assert!(ok, "{what}: {said}");
    }
}

async fn wait_for_carts(url: &str) {
    let client = ShopClient::new(url, None).unwrap();
    for _ in 0..200 {
        if client.post("/v1/carts", &full_cart(), None).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("carts never heard of the products");
}

fn full_cart() -> Value {
    json!({
        "lines": [{"sku": "MUG", "quantity": 1}, {"sku": "BOWL", "quantity": 2}],
        "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
    })
}

/// Buys once and writes down what came of it; `None` once nobody answers.
async fn buy(client: &ShopClient, journal: &Mutex<Journal>) -> Option<()> {
    let made = client.post("/v1/carts", &full_cart(), None).await.ok()?;
    let (id, token) = (made["id"].as_str()?, made["token"].as_str()?);
    let headers = Headers { key: Some(id), cart: Some(token), order: None };
    let body = json!({"payment_method": "sim_success"});
    let answer = client.call(Method::POST, &format!("/v1/carts/{id}/checkout"), headers, Some(&body)).await;
    let call = match &answer {
        Ok(answer) if answer.status == 202 => Call::Accepted(answer.body["order_id"].as_str()?.parse().ok()?),
        Ok(answer) if answer.status.is_client_error() => Call::Refused,
        Ok(_) | Err(_) => Call::Unanswered,
    };
    journal.lock().unwrap().calls.push((id.parse().ok()?, call));
    answer.ok().map(drop)
}

/// Every place around a commit, a delivery and a call of the provider.
fn places() -> Vec<String> {
    let around = |service: &str| {
        ["commit.before", "commit.after", "deliver.before", "deliver.after"].map(|place| format!("{service}.{place}"))
    };
    let services =
        ["catalog", "cart", "inventory", "orders", "payments", "coupons", "rewards", "shipping", "notifications"];
    let mut places: Vec<String> = services.iter().flat_map(|name| around(name)).collect();
    places.extend(["payments.call.before", "payments.call.after"].map(str::to_owned));
    places
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_anywhere_loses_nothing_that_was_promised() {
    let place = Place::new();
    place.fill().await;
    for (number, failpoint) in places().into_iter().enumerate() {
        let mut process = place.start(&format!("{failpoint}={}*off->return", 15 + number));
        let stop = Arc::new(AtomicBool::new(false));
        let shoppers = place.shop(&process.url, &stop);
        let started = Instant::now();
        while !process.has_ended().unwrap() {
            assert!(started.elapsed() < Duration::from_secs(30), "{failpoint} was never reached");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.store(true, Ordering::SeqCst);
        for shopper in shoppers {
            shopper.await.unwrap();
        }
        let ended = Instant::now();
        place.prove(&failpoint).await;
        println!("{failpoint}: whole again after {:?}", ended.elapsed());
    }
    let calls = place.journal.lock().unwrap().calls.len();
    assert!(calls > 200, "only {calls} checkouts in all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_power_cuts_lose_nothing_that_was_promised() {
    let place = Place::new();
    place.fill().await;
    let mut random = StdRng::seed_from_u64(50);
    for _ in 0..50 {
        let mut process = place.start("");
        assert!(process.ready_after < READY, "ready after {:?}", process.ready_after);
        let stop = Arc::new(AtomicBool::new(false));
        let shoppers = place.shop(&process.url, &stop);
        tokio::time::sleep(Duration::from_millis(random.random_range(50..600))).await;
        process.kill().unwrap();
        stop.store(true, Ordering::SeqCst);
        for shopper in shoppers {
            shopper.await.unwrap();
        }
    }
    place.prove("fifty power cuts").await;
}
