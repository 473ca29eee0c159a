//! A 202 is promised only once it is on the disk: what the process asks the system for, in which order.

use bodega::client::{Answer, Headers, ShopClient};
use bodega_e2e::{Process, address};
use bodega_testkit::{Backend, Home};
use reqwest::Method;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const CHECKOUTS: usize = 25;
const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "lantern orchard harbour";

/// What the process did, line by line, in the order in which the system saw it.
struct Trace {
    tracer: Child,
    file: PathBuf,
}

impl Trace {
    fn attach(process: &Process, folder: &Path) -> Self {
        let (file, said) = (folder.join("trace"), folder.join("trace.said"));
        let calls = "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg,read,readv,recvfrom,recvmsg";
        let tracer = Command::new("strace")
            .args(["-f", "-y", "-s", "120", "-e", calls, "-p", &process.id().to_string(), "-o"])
            .arg(&file)
            .stderr(fs::File::create(&said).unwrap())
            .stdout(Stdio::null())
            .spawn()
            .expect("strace does not start: scripts/install brings it");
        let mut trace = Self { tracer, file };
        let started = Instant::now();
        while !fs::read_to_string(&said).unwrap().contains("attached") {
            let ended = trace.tracer.try_wait().unwrap().is_some() || started.elapsed() > Duration::from_secs(10);
            assert!(!ended, "strace cannot attach: {}", fs::read_to_string(&said).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
        trace
    }

    /// Everything, once the process is gone.
    fn lines(mut self) -> Vec<String> {
        self.tracer.wait().unwrap();
        String::from_utf8_lossy(&fs::read(&self.file).unwrap()).lines().map(str::to_owned).collect()
    }
}

/// What matters of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A checkout was read from a connection.
    Asked,
    /// Something was written to the cart's log.
    Written,
    /// The cart's log is being flushed by this thread.
    Flushing(u32),
    /// This thread's flush is over.
    Flushed(u32),
    /// A 202 is on its way out.
    Promised,
}

/// `1234 fdatasync(9</data/cart.db-wal>) = 0`, or in two halves where another thread was heard in between.
fn steps(lines: &[String]) -> Vec<Step> {
    lines.iter().flat_map(|line| step(line)).collect()
}

fn step(line: &str) -> Vec<Step> {
    let thread = line.split_whitespace().next().and_then(|id| id.parse().ok()).unwrap_or(0);
    let call = line.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_start();
    let log = call.contains("cart.db-wal>");
    let flush = call.starts_with("fdatasync(") || call.starts_with("fsync(");
    if flush && log {
        let begun = Step::Flushing(thread);
        return if call.ends_with("= 0") { vec![begun, Step::Flushed(thread)] } else { vec![begun] };
    }
    if (call.starts_with("<... fdatasync") || call.starts_with("<... fsync")) && call.ends_with("= 0") {
        return vec![Step::Flushed(thread)];
    }
    if call.starts_with("pwrite64(") && log {
        return vec![Step::Written];
    }
    if call.contains("\"HTTP/1.1 202") {
        return vec![Step::Promised];
    }
    // The first bytes of a connection are read apart from the rest.
    if call.contains("/checkout HTTP/1.1") {
        return vec![Step::Asked];
    }
    Vec::new()
}

/// How many promises there are; the first whose order was not flushed between its question and its answer is an error.
fn promises(steps: &[Step]) -> Result<usize, String> {
    let mut promised = 0;
    let (mut asked, mut written, mut durable) = (false, false, false);
    let mut flushing: Vec<(u32, bool)> = Vec::new();
    for step in steps {
        match *step {
            Step::Asked => (asked, written, durable) = (true, false, false),
            Step::Written => (written, durable) = (asked, false),
            // A flush covers what was written before it began.
            Step::Flushing(thread) => flushing.push((thread, written)),
            Step::Flushed(thread) => {
                if let Some(at) = flushing.iter().position(|(flusher, _)| *flusher == thread) {
                    durable |= flushing.remove(at).1 && asked;
                }
            }
            Step::Promised if asked && durable => {
                promised += 1;
                (asked, written, durable) = (false, false, false);
            }
            Step::Promised => return Err(format!("promise {} was made before it was durable", promised + 1)),
        }
    }
    Ok(promised)
}

async fn buy(client: &ShopClient) -> Answer {
    let cart = json!({
        "lines": [{"sku": "MUG", "quantity": 1}],
        "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
    });
    let started = Instant::now();
    let made = loop {
        let made = client.call(Method::POST, "/v1/carts", Headers::default(), Some(&cart)).await.unwrap();
        if made.status.is_success() {
            break made.body;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{made:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let id = made["id"].as_str().unwrap();
    let headers = Headers { key: Some(id), cart: made["token"].as_str(), order: None };
    let path = format!("/v1/carts/{id}/checkout");
    let answer =
        client.call(Method::POST, &path, headers, Some(&json!({"payment_method": "sim_success"}))).await.unwrap();
    let order = answer.clone().ok(&path).unwrap();
    // Whatever else the cart writes for this order is over before the next.
    let headers = Headers { order: order["order_token"].as_str(), ..Headers::default() };
    let path = format!("/v1/orders/{}?wait=confirmed&timeout=10", order["order_id"].as_str().unwrap());
    assert_eq!(client.get(&path, headers).await.unwrap()["status"], "confirmed");
    tokio::time::sleep(Duration::from_millis(30)).await;
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_202_follows_the_flush_of_its_order() {
    let home = Home::new(Backend::Sqlite);
    let variables = [
        ("BODEGA__PAYMENTS__PROVIDERS", "simulator"),
        ("BODEGA__LIMITS__ENABLED", "false"),
        ("BODEGA__DATABASE__DATA_DIR", &home.folder().to_string_lossy()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert!(crate::rabbitmq::create_user(&variables), "the user could not be made");
    let mut process = Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
    let guest = ShopClient::new(&process.url, None).unwrap();
    let staff = guest.log_in(EMAIL, PASSWORD).await.unwrap();
    crate::rabbitmq::sell(&staff, "MUG", 1_000, 1_000).await;
    buy(&guest).await;

    let trace = Trace::attach(&process, home.folder());
    for _ in 0..CHECKOUTS {
        assert_eq!(buy(&guest).await.status, 202);
    }
    process.kill().unwrap();
    let lines = trace.lines();
    let steps = steps(&lines);
    assert_eq!(promises(&steps), Ok(CHECKOUTS), "{:?}", &steps[..steps.len().min(60)]);
}

#[test]
fn a_promise_before_its_flush_is_seen() {
    let asked =
        r#"7 recvfrom(20<socket:[1]>, "POST /v1/carts/0190/checkout HTTP/1.1\r\n"..., 8192, 0, NULL, NULL) = 300"#;
    let written = r#"8 pwrite64(9</data/cart.db-wal>, "..."..., 4096, 0) = 4096"#;
    let begun = "8 fdatasync(9</data/cart.db-wal> <unfinished ...>";
    let over = "8 <... fdatasync resumed>)               = 0";
    let promised = r#"7 sendto(20<socket:[1]>, "HTTP/1.1 202 Accepted\r\n"..., 300, MSG_NOSIGNAL, NULL, 0) = 300"#;
    let whole = "8 fdatasync(9</data/cart.db-wal>) = 0";
    let failed = "8 fdatasync(9</data/cart.db-wal>) = -1 EIO (Input/output error)";
    let judge = |lines: &[&str]| promises(&steps(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()));
    assert_eq!(judge(&[asked, written, begun, over, promised]), Ok(1));
    assert_eq!(judge(&[asked, written, whole, promised, asked, written, whole, promised]), Ok(2));
    assert!(judge(&[asked, written, promised, begun, over]).is_err());
    assert!(judge(&[asked, written, begun, promised, over]).is_err());
    assert!(judge(&[asked, whole, written, promised]).is_err(), "a flush covers what was written before");
    assert!(judge(&[asked, begun, written, over, promised]).is_err(), "and not what came while it ran");
    assert!(judge(&[asked, written, failed, promised]).is_err());
    assert!(judge(&[written, whole, asked, promised]).is_err(), "what was flushed before the question");
}
