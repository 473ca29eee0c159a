//! Services in several processes, on PostgreSQL and RabbitMQ: the same journey, and a broker that goes away.

use bodega::client::{Headers, ShopClient};
use bodega_e2e::{Process, address};
use bodega_testkit::{Backend, Home};
use reqwest::Method;
use serde_json::{Value, json};
use std::{net::TcpListener, process::Command, time::Duration};

const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "lantern orchard harbour";

struct Cluster {
    _home: Home,
    _processes: Vec<Process>,
    front: String,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Orders, inventory, and the rest: three processes.
    fn start(broker: &str) -> Self {
        let home = Home::new(Backend::Postgres);
        let database = home.settings().database;
        let ports = [free_port(), free_port(), free_port()];
        let [orders, inventory, rest] = ports.map(|port| format!("http://127.0.0.1:{port}"));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut common = vec![
            pair("BODEGA__DATABASE__KIND", "postgres"),
            pair("BODEGA__DATABASE__URL", &database.url),
            pair("BODEGA__DATABASE__SCHEMA", &database.schema),
            pair("BODEGA__DATABASE__DATA_DIR", &home.folder().to_string_lossy()),
            pair("BODEGA__BUS__KIND", "rabbitmq"),
            pair("BODEGA__BUS__URL", broker),
            pair("BODEGA__BUS__EXCHANGE", &database.schema.replace("_{service}", "")),
            pair("BODEGA__RPC__SECRET", "a secret of at least thirty-two characters"),
            pair("BODEGA__PAYMENTS__PROVIDERS", "simulator"),
            pair("BODEGA__LIMITS__ENABLED", "false"),
        ];
        let made = create_user(&common);
        assert!(made, "the user could not be made");
        let upstream = |service: &str, url: &str| {
            (format!("BODEGA__RPC__UPSTREAMS__{}", service.to_uppercase()), format!("{url}/{service}"))
        };
        common.extend([upstream("orders", &orders), upstream("inventory", &inventory)]);
        common.extend(["identity", "catalog", "cart", "payments"].map(|service| upstream(service, &rest)));
        let serve = |services: &[&str], port: u16| {
            let listen = format!("127.0.0.1:{port}");
            let arguments: Vec<&str> = ["serve"].iter().chain(services).copied().chain(["--listen", &listen]).collect();
            Process::start(&arguments, &common).unwrap()
        };
        let processes = vec![
            serve(&["orders"], ports[0]),
            serve(&["inventory"], ports[1]),
            serve(&["identity", "catalog", "cart", "payments", "gateway"], ports[2]),
        ];
        Self { _home: home, _processes: processes, front: rest }
    }
}

fn create_user(variables: &[(String, String)]) -> bool {
    use std::io::Write;
    let mut child = Command::new(bodega_e2e::binary().unwrap())
        .args(["admin", "create-user", EMAIL, "--role", "admin"])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

async fn buy(client: &ShopClient, number: usize) -> (String, String) {
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
    let id = made["id"].as_str().unwrap();
    let headers = Headers { key: Some(id), cart: made["token"].as_str(), order: None };
    let body = json!({"payment_method": "sim_success"});
    let path = format!("/v1/carts/{id}/checkout");
    let order = client.call(Method::POST, &path, headers, Some(&body)).await.unwrap().ok(&path).unwrap();
    (order["order_id"].as_str().unwrap().to_owned(), order["order_token"].as_str().unwrap().to_owned())
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
    let (Ok(broker), Ok(_)) = (std::env::var("BODEGA_TEST_RABBITMQ"), std::env::var("BODEGA_TEST_POSTGRES")) else {
        eprintln!("no RabbitMQ or no PostgreSQL here: not run");
        return;
    };
    let cluster = Cluster::start(&broker);
    let guest = ShopClient::new(&cluster.front, None).unwrap();
    let staff = guest.log_in(EMAIL, PASSWORD).await.unwrap();
    let product = json!({
        "name": "Mug", "slug": "mug", "status": "active",
        "variants": [{"sku": "MUG", "price": {"amount": 1_000, "currency": "GBP"}, "stocked": true}],
    });
    staff.post("/v1/products", &product, None).await.unwrap();
    let movement = json!({"sku": "MUG", "kind": "receive", "quantity": 1_000, "reason": "test"});
    staff.post("/v1/stock/movements", &movement, None).await.unwrap();

    let order = buy(&guest, 0).await;
    assert_eq!(ended(&guest, &order).await["status"], "confirmed");

    let mut orders = Vec::new();
    for number in 1..=60 {
        orders.push(buy(&guest, number).await);
        if number == 20
            && let Ok(control) = std::env::var("BODEGA_TEST_RABBITMQCTL")
        {
            tokio::task::spawn_blocking(move || restart_broker(&control)).await.unwrap();
        }
    }
    for order in &orders {
        assert_eq!(ended(&guest, order).await["status"], "confirmed");
    }
    let report = settled(&staff).await;
    assert_eq!(report["ok"], true, "{report}");
    let stock = staff.get("/v1/stock/MUG", Headers::default()).await.unwrap();
    assert_eq!((&stock["on_hand"], &stock["allocated"], &stock["held"]), (&json!(1_000), &json!(61), &json!(0)));
}

async fn settled(staff: &ShopClient) -> Value {
    let mut report = Value::Null;
    for _ in 0..60 {
        report = staff.post("/v1/verify?strict=true", &json!({}), None).await.unwrap();
        if report["ok"] == true {
            return report;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    report
}
