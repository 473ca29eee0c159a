//! A shop whose processes come and go while its data stays.

use super::{
    crowd::{Crowd, Round},
    memory::{Memory, Step},
};
use bodega::client::ShopClient;
use bodega_e2e::{Process, binary};
use bodega_testkit::{Backend, Home};
use serde_json::json;
use std::{
    io::Write,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How soon a shop is ready after a crash; a build without optimisation, beside other tests, may take longer.
const READY: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 2 });
/// How long a shop may take to come to rest.
const REST: Duration = Duration::from_secs(90);
/// How long people may take to have done everything once.
const ENOUGH: Duration = Duration::from_secs(90);
const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "lantern orchard harbour";

/// Data that outlives its processes, and what people were told.
pub(super) struct Place {
    home: Home,
    crowd: Crowd,
}

impl Place {
    /// A shop with goods, customers who have points, and staff.
    pub(super) async fn open(backend: Backend) -> Self {
        let home = Home::new(backend);
        let (crowd, memory) = (Crowd::default(), Arc::<Mutex<Memory>>::default());
        let mut place = Self { home, crowd };
        place.crowd.memory = memory;
        let (made, said) = place.command(&["admin", "create-user", EMAIL, "--role", "admin"], PASSWORD);
        assert!(made, "{said}");
        let process = place.start("");
        place.crowd.staff = log_in(&process.url, EMAIL).await;
        let staff = place.staff(&process);
        // Nobody buys spoons: staff count them, and each is told, which one of a million is not.
        for (sku, pieces) in [("MUG", 1_000_000), ("BOWL", 1_000_000), ("SPOON", 1)] {
            let product = json!({
                "name": sku, "slug": sku.to_lowercase(), "status": "active",
                "variants": [{"sku": sku, "price": {"amount": 1_000, "currency": "GBP"}, "stocked": true}],
            });
            staff.post("/v1/products", &product, None).await.unwrap();
            let movement = json!({"sku": sku, "kind": "receive", "quantity": pieces, "reason": "test"});
            staff.post("/v1/stock/movements", &movement, None).await.unwrap();
        }
        // Takes nothing off that would be missed, but has its uses counted, so that coupons is at work, too.
        let reward = json!({"kind": "percentage", "bp": 1_000});
        let promotion = json!({"label": "A tenth", "reward": reward, "limit": 1_000_000, "combinable": true});
        staff.post("/v1/promotions", &promotion, None).await.unwrap();
        place.crowd.open_accounts(&process.url).await;
        place
    }

    fn variables(&self, failpoints: &str) -> Vec<(String, String)> {
        let mut pairs = vec![
            ("BODEGA__PAYMENTS__PROVIDERS", "simulator".to_owned()),
            ("BODEGA__LIMITS__ENABLED", "false".to_owned()),
            // Nobody has to log in again after a crash.
            ("BODEGA__IDENTITY__ACCESS_MINUTES", "60".to_owned()),
            ("BODEGA__DATABASE__DATA_DIR", self.home.folder().to_string_lossy().into_owned()),
            ("FAILPOINTS", failpoints.to_owned()),
        ];
        if self.home.backend() == Backend::Postgres {
            let database = self.home.settings().database;
            pairs.extend([
                ("BODEGA__DATABASE__KIND", "postgres".to_owned()),
                ("BODEGA__DATABASE__URL", database.url),
                ("BODEGA__DATABASE__SCHEMA", database.schema),
                ("BODEGA__RPC__SECRET", "a secret of at least thirty-two characters".to_owned()),
            ]);
        }
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Starts the shop, to be ended at these failpoints.
    pub(super) fn start(&self, failpoints: &str) -> Process {
        let process = Process::start(&["up", "--listen", "127.0.0.1:0"], &self.variables(failpoints)).unwrap();
        assert!(process.ready_after < READY, "{failpoints}: ready after {:?}", process.ready_after);
        process
    }

    fn staff(&self, process: &Process) -> ShopClient {
        ShopClient::new(&process.url, Some(self.crowd.staff.clone())).unwrap()
    }

    /// Everybody is at work in a process from now on.
    pub(super) fn crowd_in(&self, process: &Process) -> Round {
        self.crowd.work(&process.url)
    }

    /// Until everything that people do was done, and so many checkouts were tried: on a slow machine after the last of the
    /// planned ends, with one more. Says whether that was needed.
    pub(super) async fn be_busy(&self, checkouts: usize) -> bool {
        let lazy = !self.was_busy(checkouts);
        if lazy {
            let mut process = self.start("");
            let crowd = self.crowd_in(&process);
            let started = Instant::now();
            while !self.was_busy(checkouts) {
                assert!(started.elapsed() < ENOUGH, "people came only to {:?}", self.came_to());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            process.kill().unwrap();
            crowd.over().await;
        }
        let memory = self.crowd.memory.lock().unwrap();
        let (tried, unanswered) = (memory.journal.calls.len(), memory.unanswered.len());
        drop(memory);
        println!("{tried} checkouts, {unanswered} without an answer; orders by step: {:?}", self.came_to());
        lazy
    }

    fn was_busy(&self, checkouts: usize) -> bool {
        let [bought, cancelled, .., received] = self.came_to();
        let tried = self.crowd.memory.lock().unwrap().journal.calls.len();
        tried >= checkouts && bought > 0 && cancelled > 0 && received > 0
    }

    fn came_to(&self) -> [usize; 7] {
        let memory = self.crowd.memory.lock().unwrap();
        [Step::Bought, Step::Cancelled, Step::Sent, Step::Arrived, Step::Asked, Step::Allowed, Step::Received]
            .map(|step| memory.came_to(step))
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

    /// Starts once more, waits until the shop has come to rest and its books agree, and asks for all that people were told
    /// since they asked last.
    pub(super) async fn prove(&self, what: &str) {
        let process = self.start("");
        let staff = self.staff(&process);
        let started = Instant::now();
        loop {
            let report = staff.post("/v1/verify?strict=true", &json!({}), None).await.unwrap();
            if report["ok"] == true {
                break;
            }
            assert!(started.elapsed() < REST, "{what}: {report}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let rested = started.elapsed();
        self.crowd.ask_for_what_was_promised(&process.url, what).await;
        println!(
            "{what}: ready after {:?}, at rest after {rested:?}, all there after {:?}",
            process.ready_after,
            started.elapsed()
        );
    }

    /// Holds the books of the stopped shop against every checkout that was ever answered: what was lost would still be.
    pub(super) fn prove_checkouts(&self) {
        let journal = self.home.folder().join("journal.json");
        std::fs::create_dir_all(self.home.folder()).unwrap();
        std::fs::write(&journal, serde_json::to_vec(&self.crowd.memory.lock().unwrap().journal).unwrap()).unwrap();
        let (ok, said) = self.command(&["verify", "--strict", "--journal", &journal.to_string_lossy()], "");
        assert!(ok, "{said}");
    }
}

/// The access token of an account.
pub(super) async fn log_in(url: &str, email: &str) -> String {
    let guest = ShopClient::new(url, None).unwrap();
    let body = json!({"email": email, "password": PASSWORD});
    let answer = guest.post("/v1/auth/login", &body, None).await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// A new account, and its access token.
pub(super) async fn register(url: &str, email: &str) -> (String, String) {
    let guest = ShopClient::new(url, None).unwrap();
    let made = guest.post("/v1/auth/register", &json!({"email": email, "password": PASSWORD}), None).await.unwrap();
    (made["id"].as_str().unwrap().to_owned(), log_in(url, email).await)
}
