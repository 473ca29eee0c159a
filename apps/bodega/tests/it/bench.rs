//! Every workload of `bodega bench` runs, says all it has to say, and its books agree. How fast it was is nobody's
//! business here.

use bodega_testkit::{Backend, Home};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
};

fn bodega(arguments: &[&str]) -> Output {
    let home = Home::new(Backend::Sqlite);
    let folder = home.folder().to_string_lossy().into_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bodega"));
    command.args(["--data", &folder, "--json", "bench"]).args(arguments).output().unwrap()
}

/// Runs a workload for a second with one pair: what it says of each of its parts.
fn measured(workload: &str, options: &[&str]) -> Vec<Value> {
    let shared = ["--seconds", "1", "--pairs", "1", "--shoppers", "4"];
    let output = bodega(&[&[workload], &shared[..], options].concat());
    let said = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{workload}: {said:?}");
    let summary: Value = serde_json::from_str(said.0.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["workload"], &summary["mode"]), (&workload.into(), &"E".into()));
    assert_eq!(summary["verified"], true, "{said:?}");
    assert!(summary["peak_rss_mb"].as_f64().unwrap() > 1.0 && summary["machine"]["cores"].as_u64().unwrap() > 0);
    for name in ["cpu", "kernel", "memory_mb", "build", "version"] {
        assert!(!summary["machine"][name].is_null(), "{name}: {summary}");
    }
    for name in ["database", "durability", "seconds", "pairs", "shoppers", "readers"] {
        assert!(!summary["settings"][name].is_null(), "{name}: {summary}");
    }
    let parts = summary["parts"].as_array().unwrap().clone();
    for part in &parts {
        let number = |name: &str| part[name].as_f64().unwrap_or_else(|| panic!("{name}: {part}"));
        assert!(number("value") > 0.0 && number("operations") > 0.0 && number("cpu_us_per_op") >= 0.0);
        assert!((number("pairs") - 1.0).abs() < 0.1 && number("discarded") < 0.1);
        assert!(part["name"].is_string() && part["unit"].is_string() && part["floor"]["name"].is_string());
        assert_eq!(part["ratio"].is_null(), part["floor"]["value"].is_null(), "{part}");
    }
    parts
}

fn has(part: &Value, names: &[&str]) {
    for name in names {
        assert!(part["more"][name].as_f64().is_some_and(|figure| figure >= 0.0), "{name}: {part}");
    }
}

fn has_latencies(part: &Value) {
    let (p50, p99) = (part["p50_ms"].as_f64().unwrap(), part["p99_ms"].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p99, "{part}");
}

#[test]
fn order_saga_is_measured_whether_shoppers_wait_or_not() {
    for options in [&[][..], &["--wait"]] {
        let [part] = measured("order-saga", options).try_into().unwrap();
        has_latencies(&part);
        has(&part, &["backlog_s", "bytes_written_per_op"]);
    }
}

#[test]
fn order_saga_is_measured_on_postgres_where_there_is_one() {
    if let Ok(url) = std::env::var("BODEGA_TEST_POSTGRES") {
        let [part] = measured("order-saga", &["--database", &url]).try_into().unwrap();
        has_latencies(&part);
    }
}

#[test]
fn accept_latency_is_measured_beside_the_disk() {
    let [part] = measured("accept-latency", &[]).try_into().unwrap();
    has_latencies(&part);
    has(&part, &["peak_per_s", "answered_per_s", "checkout_p99_ms", "confirmed_p50_ms", "confirmed_p99_ms"]);
    assert!(part["floor"]["value"].as_f64().unwrap() > 0.0);
}

#[test]
fn hot_sku_is_sold_out_to_the_last_piece() {
    let [held, sold, bought] = measured("hot-sku", &["--pieces", "200"]).try_into().unwrap();
    has_latencies(&held);
    has_latencies(&bought);
    assert_eq!((&sold["more"]["held"], &sold["more"]["refused"]), (&200.0.into(), &100.0.into()), "{sold}");
}

#[test]
fn catalogue_is_measured_beside_fixed_bytes() {
    let [whole, again] = measured("catalogue", &["--products", "300"]).try_into().unwrap();
    for part in [&whole, &again] {
        has_latencies(part);
        has(part, &["page_bytes", "changes_per_s", "stale_p50_ms", "stale_p99_ms"]);
        assert!(part["ratio"].as_f64().unwrap() > 0.0);
    }
    assert_eq!(whole["more"]["unchanged_share"], 0.0);
    assert!(again["more"]["unchanged_share"].as_f64().unwrap() > 0.5, "{again}");
}

#[test]
fn pages_are_measured_kind_by_kind() {
    let parts = measured("pages", &["--products", "300"]);
    assert_eq!(parts.len(), 5);
    for part in &parts {
        has_latencies(part);
        assert!(part["more"]["page_bytes"].as_f64().unwrap() > 500.0, "{part}");
    }
}

#[test]
fn events_are_measured_on_their_way_and_from_a_backlog() {
    let [travel, drain] = measured("events", &["--rate", "100", "--backlog", "600"]).try_into().unwrap();
    has_latencies(&travel);
    has(&travel, &["from_commit_p50_ms", "from_commit_p99_ms", "per_s"]);
    assert!(travel["ratio"].as_f64().unwrap() > 0.0);
    assert_eq!(drain["operations"], 600);
}

#[test]
fn shoppers_are_measured_step_by_step() {
    for part in measured("shopper", &["--think", "20"]) {
        has_latencies(&part);
        has(&part, &["list_p50_ms", "list_p95_ms", "product_p95_ms", "cart_p95_ms", "checkout_p95_ms"]);
    }
}

/// A shop that runs; it ends with the test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself where it cannot be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn shoppers_are_measured_in_any_shop_that_runs() {
    let home = Home::new(Backend::Sqlite);
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bodega"));
    command.arg("--data").arg(home.folder()).args(["up", "--demo", "--listen", &address]);
    command.env("BODEGA__LIMITS__ENABLED", "false").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut shop = Running(command.spawn().unwrap());
    let mut said = BufReader::new(shop.0.stdout.take().unwrap()).lines();
    assert!(said.next().unwrap().unwrap().contains(&address));
    let url = format!("http://{address}");
    let output =
        bodega(&["shopper", "--url", &url, "--seconds", "1", "--pairs", "1", "--shoppers", "2", "--think", "20"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(summary["verified"].is_null() && summary["parts"][1]["cpu_us_per_op"].is_null(), "{summary}");
    assert!(summary["parts"][1]["operations"].as_u64().unwrap() > 0, "{summary}");
}

#[test]
fn a_process_that_only_stands_there_is_measured_beside_a_hello() {
    let [part] = measured("footprint", &[]).try_into().unwrap();
    has(&part, &["idle_mb", "idle_cpu_percent", "loaded_mb", "peak_mb", "loaded_orders_per_s", "floor_mb"]);
    assert!(part["ratio"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_bench_that_cannot_be_meant_is_refused_and_says_why() {
    for (arguments, reason) in [
        (&["order-saga", "--seconds", "0"][..], "0 is not in 1..=600"),
        (&["order-saga", "--pairs", "0"], "0 is not in 1..=100"),
        (&["order-saga", "--shoppers", "1000000"], "1000000 is not in 1..=2048"),
        (&["order-saga", "--floor", "mysql://here"], "does not begin with postgres://"),
        (&["hot-sku", "--database", "here"], "does not begin with postgres://"),
        (&["hot-sku", "--pieces", "-1"], "unexpected argument '-1'"),
        (&["shopper", "--url", "ftp://here"], "does not begin with http://"),
        (&["shopper", "--url", "http://nowhere"], "names no host and port"),
        (&["footprint", "--database", "postgres://127.0.0.1/x"], "is that of a shop on SQLite"),
        (&["catalogue", "--products", "1"], "1 is not in 100..=1000000"),
        (&["events", "--rate", "0"], "0 is not in 1..=100000"),
        (&["growth"], "unrecognized subcommand 'growth'"),
    ] {
        let output = bodega(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(reason), "{arguments:?}: {said}");
    }
}
