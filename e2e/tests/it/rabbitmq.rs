//! Services in several processes, on PostgreSQL and RabbitMQ: the same journey, a broker that goes away, services
//! that start late or end early.

use bodega::client::{Answer, Headers, ShopClient};
use bodega_e2e::{Process, address, binary};
use bodega_testkit::{Backend, Home};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) const EMAIL: &str = "staff@example.com";
pub(crate) const PASSWORD: &str = "lantern orchard harbour";
/// Buyers at work while a process ends.
const BUYERS: usize = 6;

/// Where PostgreSQL and the broker are, if both are here.
pub(crate) fn servers() -> Option<String> {
    let (broker, postgres) = (std::env::var("BODEGA_TEST_RABBITMQ"), std::env::var("BODEGA_TEST_POSTGRES"));
    if broker.is_err() || postgres.is_err() {
        eprintln!("no RabbitMQ or no PostgreSQL here: not run");
    }
    postgres.and(broker).ok()
}

/// What processes of one shop on PostgreSQL and RabbitMQ have in common.
pub(crate) fn variables(home: &Home, broker: &str) -> Vec<(String, String)> {
    let database = home.settings().database;
    let exchange = database.schema.replace("_{service}", "");
    [
        ("BODEGA__DATABASE__KIND", "postgres"),
        ("BODEGA__DATABASE__URL", &database.url),
        ("BODEGA__DATABASE__SCHEMA", &database.schema),
        ("BODEGA__DATABASE__DATA_DIR", &home.folder().to_string_lossy()),
        ("BODEGA__BUS__KIND", "rabbitmq"),
        ("BODEGA__BUS__URL", broker),
        ("BODEGA__BUS__EXCHANGE", &exchange),
        ("BODEGA__RPC__SECRET", "a secret of at least thirty-two characters"),
        ("BODEGA__PAYMENTS__PROVIDERS", "simulator"),
        ("BODEGA__LIMITS__ENABLED", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Three processes of one shop, each with its services.
struct Cluster {
    orders: Process,
    _inventory: Process,
    rest: Process,
    variables: Vec<(String, String)>,
    _home: Home,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn serve(services: &[&str], port: u16, variables: &[(String, String)]) -> Process {
    let listen = format!("127.0.0.1:{port}");
    let arguments: Vec<&str> = ["serve"].iter().chain(services).copied().chain(["--listen", &listen]).collect();
    Process::start(&arguments, variables).unwrap()
}

impl Cluster {
    /// Orders, inventory, and the rest.
    fn start(broker: &str) -> Self {
        let home = Home::new(Backend::Postgres);
        let ports = [free_port(), free_port(), free_port()];
        let [orders, inventory, rest] = ports.map(|port| format!("http://127.0.0.1:{port}"));
        let mut variables = variables(&home, broker);
        assert!(create_user(&variables), "the user could not be made");
        let upstream = |service: &str, url: &str| {
            (format!("BODEGA__RPC__UPSTREAMS__{}", service.to_uppercase()), format!("{url}/{service}"))
        };
        variables.extend([upstream("orders", &orders), upstream("inventory", &inventory)]);
        variables.extend(["identity", "catalog", "cart", "payments"].map(|service| upstream(service, &rest)));
        Self {
            orders: serve(&["orders"], ports[0], &variables),
            _inventory: serve(&["inventory"], ports[1], &variables),
            rest: serve(&["identity", "catalog", "cart", "payments", "gateway"], ports[2], &variables),
            variables,
            _home: home,
        }
    }

    /// Starts orders once more where it was, to be ended at this failpoint.
    fn restart_orders(&mut self, failpoint: &str) {
        self.orders.kill().unwrap();
        let port = self.orders.url.rsplit(':').next().unwrap().parse().unwrap();
        let armed = ("FAILPOINTS".to_owned(), failpoint.to_owned());
        let variables: Vec<_> = self.variables.iter().cloned().chain([armed]).collect();
        self.orders = serve(&["orders"], port, &variables);
    }

    /// A guest, and a member of staff, with plenty to buy.
    async fn open(&self) -> (ShopClient, ShopClient) {
        let guest = ShopClient::new(&self.rest.url, None).unwrap();
        let staff = guest.log_in(EMAIL, PASSWORD).await.unwrap();
        sell(&staff, "MUG", 1_000, 1_000).await;
        (guest, staff)
    }
}

/// One service in a process of its own, which may start later, and all others in another.
struct Apart {
    service: &'static str,
    port: u16,
    rest: Process,
    variables: Vec<(String, String)>,
    _home: Home,
}

impl Apart {
    /// Starts all but `service`.
    fn start(broker: &str, service: &'static str, more: &[(&str, &str)]) -> Self {
        let home = Home::new(Backend::Postgres);
        let mut variables = variables(&home, broker);
        assert!(create_user(&variables), "the user could not be made");
        variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (port, port_of_rest) = (free_port(), free_port());
        let names: Vec<&str> = bodega::services().iter().map(|service| service.name).collect();
        for name in &names {
            let port = if *name == service { port } else { port_of_rest };
            let upstream = format!("BODEGA__RPC__UPSTREAMS__{}", name.to_uppercase());
            variables.push((upstream, format!("http://127.0.0.1:{port}/{name}")));
        }
        let rest: Vec<&str> = names.into_iter().filter(|name| *name != service).chain(["gateway"]).collect();
        Self { service, port, rest: serve(&rest, port_of_rest, &variables), variables, _home: home }
    }

    fn start_the_other(&self) -> Process {
        serve(&[self.service], self.port, &self.variables)
    }

    async fn log_in(&self) -> (ShopClient, ShopClient) {
        let guest = ShopClient::new(&self.rest.url, None).unwrap();
        let staff = guest.log_in(EMAIL, PASSWORD).await.unwrap();
        (guest, staff)
    }
}

/// Puts a product on sale and receives pieces of it.
pub(crate) async fn sell(staff: &ShopClient, sku: &str, pence: i64, pieces: i64) {
    let product = json!({
        "name": sku, "slug": sku.to_lowercase(), "status": "active",
        "variants": [{"sku": sku, "price": {"amount": pence, "currency": "GBP"}, "stocked": true}],
    });
    staff.post("/v1/products", &product, None).await.unwrap();
    let movement = json!({"sku": sku, "kind": "receive", "quantity": pieces, "reason": "test"});
    staff.post("/v1/stock/movements", &movement, None).await.unwrap();
}

/// Makes an administrator with the command of that name.
pub(crate) fn create_user(variables: &[(String, String)]) -> bool {
    let mut child = Command::new(binary().unwrap())
        .args(["admin", "create-user", EMAIL, "--role", "admin"])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

/// A cart with a mug: its id and the token that opens it.
async fn fill(client: &ShopClient, number: usize) -> (String, String) {
    let cart = json!({
        "lines": [{"sku": "MUG", "quantity": 1}],
        "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
    });
    let mut tries = 0;
    let made = loop {
        let answer = client.call(Method::POST, "/v1/carts", Headers::default(), Some(&cart)).await.unwrap();
        if answer.status.is_success() {
            break answer.body;
        }
        tries += 1;
        assert!(tries < 200, "order {number}: {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
}

/// Checks a cart out, with its id as the key.
async fn check_out(client: &ShopClient, cart: &(String, String)) -> Answer {
    let headers = Headers { key: Some(&cart.0), cart: Some(&cart.1), order: None };
    let path = format!("/v1/carts/{}/checkout", cart.0);
    client.call(Method::POST, &path, headers, Some(&json!({"payment_method": "sim_success"}))).await.unwrap()
}

fn order_of(answer: Answer) -> (String, String) {
    let order = answer.ok("checkout").unwrap();
    (order["order_id"].as_str().unwrap().to_owned(), order["order_token"].as_str().unwrap().to_owned())
}

async fn buy(client: &ShopClient, number: usize) -> (String, String) {
    let cart = fill(client, number).await;
    order_of(check_out(client, &cart).await)
}

async fn ended(client: &ShopClient, order: &(String, String)) -> Value {
    let headers = Headers { order: Some(&order.1), ..Headers::default() };
    let path = format!("/v1/orders/{}?wait=confirmed&timeout=10", order.0);
    for _ in 0..8 {
        let order = client.get(&path, headers).await.unwrap();
        if order["status"] == "confirmed" || order["status"] == "cancelled" {
            return order;
        }
    }
    client.get(&path, headers).await.unwrap()
}

/// Restarts the broker's application: every connection breaks, what is durable stays.
fn restart_broker(control: &str) {
    for step in ["stop_app", "start_app"] {
        let ran = Command::new("bash").args(["-c", &format!("{control} {step}")]).output().unwrap();
        assert!(ran.status.success(), "{step}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_carry_an_order_and_a_broker_that_restarts_loses_nothing() {
    let Some(broker) = servers() else { return };
    let control = std::env::var("BODEGA_TEST_RABBITMQCTL").expect("BODEGA_TEST_RABBITMQCTL, to restart the broker");
    let cluster = Cluster::start(&broker);
    let (guest, staff) = cluster.open().await;
    let order = buy(&guest, 0).await;
    assert_eq!(ended(&guest, &order).await["status"], "confirmed");

    let mut orders = Vec::new();
    let mut restarting = None;
    for number in 1..=60 {
        orders.push(buy(&guest, number).await);
        if number == 20 {
            let control = control.clone();
            restarting = Some(tokio::task::spawn_blocking(move || restart_broker(&control)));
        }
    }
    restarting.unwrap().await.unwrap();
    for order in &orders {
        assert_eq!(ended(&guest, order).await["status"], "confirmed");
    }
    let report = settled(&staff).await;
    assert_eq!(report["ok"], true, "{report}");
    let stock = staff.get("/v1/stock/MUG", Headers::default()).await.unwrap();
    assert_eq!((&stock["on_hand"], &stock["allocated"], &stock["held"]), (&json!(1_000), &json!(61), &json!(0)));
    let health = staff.get("/v1/health", Headers::default()).await.unwrap();
    let services = health["services"].as_array().unwrap();
    let orders = services.iter().find(|service| service["name"] == "orders").unwrap();
    assert_eq!(
        (&orders["ready"], &orders["outbox"]["unsent"]),
        (&json!(true), &json!(0)),
        "of another process: {health}"
    );
    assert_eq!(health["last_verify"]["ok"], true, "{health}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_while_it_publishes_loses_no_order() {
    let Some(broker) = servers() else { return };
    let mut cluster = Cluster::start(&broker);
    let (guest, staff) = cluster.open().await;
    buy(&guest, 0).await;
    let mut bought = 1;
    for failpoint in ["orders.publish.before", "orders.publish.after"] {
        cluster.restart_orders(&format!("{failpoint}=6*off->return"));
        let stop = Arc::new(AtomicBool::new(false));
        let buyers: Vec<_> = (0..BUYERS).map(|_| tokio::spawn(keep_buying(guest.clone(), Arc::clone(&stop)))).collect();
        let started = Instant::now();
        while !cluster.orders.has_ended().unwrap() {
            assert!(started.elapsed() < Duration::from_mins(1), "{failpoint} was never reached");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Some buy while orders is away.
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.restart_orders("");
        stop.store(true, Ordering::SeqCst);
        let mut orders = Vec::new();
        for buyer in buyers {
            orders.extend(buyer.await.unwrap());
        }
        for order in &orders {
            assert_eq!(ended(&guest, order).await["status"], "confirmed", "{failpoint}");
        }
        bought += orders.len();
        let report = settled(&staff).await;
        assert_eq!(report["ok"], true, "{failpoint}: {report}");
    }
    let stock = staff.get("/v1/stock/MUG", Headers::default()).await.unwrap();
    assert_eq!((&stock["allocated"], &stock["held"]), (&json!(bought), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_starts_for_the_first_time_finds_what_it_was_told_before() {
    let Some(broker) = servers() else { return };
    let shop = Apart::start(&broker, "payments", &[]);
    let (guest, staff) = shop.log_in().await;
    sell(&staff, "MUG", 1_000, 10).await;
    let order = buy(&guest, 0).await;
    let (path, headers) = (format!("/v1/orders/{}", order.0), Headers { order: Some(&order.1), ..Headers::default() });
    let mut status = Value::Null;
    for _ in 0..300 {
        status = guest.get(&path, headers).await.unwrap()["status"].clone();
        if status == "awaiting_payment" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, "awaiting_payment");
    // Long enough for `order.payment_due` to be published: no queue that is made now can get it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let _payments = shop.start_the_other();
    assert_eq!(ended(&guest, &order).await["status"], "confirmed");
    let report = settled(&staff).await;
    assert_eq!(report["ok"], true, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sold_while_prices_may_have_changed_unheard() {
    let Some(broker) = servers() else { return };
    let shop = Apart::start(&broker, "catalog", &[("BODEGA__CART__PRICES_STALE_AFTER_SECONDS", "20")]);
    let mut catalog = shop.start_the_other();
    let (guest, staff) = shop.log_in().await;
    sell(&staff, "MUG", 1_000, 1_000).await;
    // Longer than the limit, so that the grace of a start is over: pulses keep the shop open.
    for number in 0..25 {
        assert_eq!(check_out(&guest, &fill(&guest, number).await).await.status, 202);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    catalog.kill().unwrap();
    let (cart, refused) = {
        let mut number = 25;
        loop {
            let cart = fill(&guest, number).await;
            let answer = check_out(&guest, &cart).await;
            if answer.status != 202 {
                break (cart, answer);
            }
            number += 1;
            assert!(number < 85, "it still sells");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (503, &json!("prices_stale")));
    let headers = Headers { cart: Some(&cart.1), ..Headers::default() };
    let open = guest.get(&format!("/v1/carts/{}", cart.0), headers).await.unwrap();
    assert_eq!(open["status"], "open", "nothing is frozen");
    let _catalog = shop.start_the_other();
    let order = order_of(check_out_until_sold(&guest, &cart).await);
    assert_eq!(ended(&guest, &order).await["status"], "confirmed");
}

/// Asks again with the same key, as a shopper's browser would.
async fn check_out_until_sold(guest: &ShopClient, cart: &(String, String)) -> Answer {
    for _ in 0..10 {
        let answer = check_out(guest, cart).await;
        if answer.status != 503 {
            return answer;
        }
    }
    panic!("prices were never heard of again");
}

async fn keep_buying(guest: ShopClient, stop: Arc<AtomicBool>) -> Vec<(String, String)> {
    let mut orders = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        orders.push(buy(&guest, orders.len()).await);
    }
    orders
}

/// The strict proof of a running shop, once it has come to rest; the last one if it does not.
pub(crate) async fn settled(staff: &ShopClient) -> Value {
    let mut report = Value::Null;
    for _ in 0..120 {
        report = staff.post("/v1/verify?strict=true", &json!({}), None).await.unwrap();
        if report["ok"] == true {
            return report;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    report
}
