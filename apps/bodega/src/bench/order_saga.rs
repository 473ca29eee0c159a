//! Workload 1: carts become confirmed orders over HTTP.
//!
//! An order counts once it is confirmed, its stock allocated and its money booked: after each measurement the backlog has
//! to be gone within a second, and at the end `verify --strict` has to hold.

use super::{OrderSaga, cpu, floor, shopper, shopper::Shopper};
use crate::{
    Shop,
    cli::Place,
    client::ShopClient,
    commands::import::as_staff,
    verify::{Strictness, verify},
};
use anyhow::{Context as _, ensure};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::Settings;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// Products on sale; shoppers spread over them.
const PRODUCTS: usize = 500;
/// Stock of each, more than any run sells.
const STOCK: i64 = 10_000_000;
/// How long what is accepted may take to be confirmed once the last shopper is answered.
const BACKLOG: Duration = Duration::from_secs(5);

struct Measured {
    per_s: f64,
    cpu_us_per_order: f64,
    latencies_ms: Vec<f64>,
    backlog_s: f64,
}

pub(super) async fn run(
    options: OrderSaga,
    place: &Place,
    mut settings: Settings,
    world: World,
) -> anyhow::Result<bool> {
    let folder = std::env::temp_dir().join(format!("bodega-bench-{}", std::process::id()));
    if place.data.is_none() {
        settings.database.data_dir.clone_from(&folder);
    }
    settings.limits.enabled = false;
    settings.server.admission = 4_096;
    settings.payments.providers = vec!["simulator".to_owned()];
    let shop = Shop::open(settings, world, Mode::Run).await?;
    let (url, serving) = shop.serve_here().await?;
    let address: SocketAddr = url.trim_start_matches("http://").parse()?;
    stock_shop(&as_staff(&shop, &url).await?).await?;
    shop.settle(Duration::from_mins(1)).await?;
    if let Some(floor) = &options.floor {
        floor::prepare(floor)?;
    }
    measure(&shop, address, &options, Duration::from_secs(2)).await?;
    let mut runs = Vec::new();
    for pair in 1..=options.pairs {
        let floor = match &options.floor {
            Some(url) => {
                let (url, seconds) = (url.clone(), options.seconds);
                Some(tokio::task::spawn_blocking(move || floor::run(&url, seconds)).await??)
            }
            None => None,
        };
        let measured = measure(&shop, address, &options, Duration::from_secs(options.seconds)).await?;
        if !place.json {
            print_pair(pair, floor, &measured);
        }
        runs.push((floor, measured));
    }
    let report = verify(&shop.host.rpc, &shop.host.names(), Strictness::Strict).await.context("verify")?;
    serving.abort();
    println!("{}", summary(&options, &runs, report.ok));
    if place.data.is_none() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(report.ok)
}

async fn stock_shop(staff: &ShopClient) -> anyhow::Result<()> {
    for product in 0..PRODUCTS {
        let sku = shopper::sku(product);
        let body = json!({
            "name": format!("Product {product}"),
            "slug": sku.to_lowercase(),
            "status": "active",
            "variants": [{"sku": sku, "price": {"amount": 1_999, "currency": "GBP"}, "stocked": true}],
        });
        staff.post("/v1/products", &body, Some(&format!("bench-product-{product}"))).await?;
    }
    let movements: Vec<Value> = (0..PRODUCTS)
        .map(|product| json!({"sku": shopper::sku(product), "kind": "receive", "quantity": STOCK, "reason": "bench"}))
        .collect();
    staff.post("/v1/stock/movements", &json!(movements), Some("bench-stock")).await.map(drop)
}

async fn measure(shop: &Shop, address: SocketAddr, options: &OrderSaga, span: Duration) -> anyhow::Result<Measured> {
    let mut shoppers = Vec::new();
    for _ in 0..options.shoppers {
        shoppers.push(Shopper::connect(address).await?);
    }
    let (cpu_before, started) = (cpu::used(), Instant::now());
    let tasks: Vec<_> = shoppers
        .into_iter()
        .enumerate()
        .map(|(number, shopper)| tokio::spawn(buy_until(shopper, number, shop.world.clone(), started + span)))
        .collect();
    let mut latencies_ms = Vec::new();
    let mut last_order = None;
    for task in tasks {
        let (latencies, last) = task.await??;
        latencies_ms.extend(latencies);
        last_order = last.or(last_order);
    }
    let accepted = started.elapsed();
    shop.settle(BACKLOG).await?;
    if let Some(order) = last_order {
        let order = Shopper::connect(address).await?.wait(&order).await?;
        ensure!(order["status"] == "confirmed", "an order ended {}", order["status"]);
    }
    let elapsed = started.elapsed();
    let orders = latencies_ms.len() as f64;
    latencies_ms.sort_by(f64::total_cmp);
    Ok(Measured {
        per_s: orders / elapsed.as_secs_f64(),
        cpu_us_per_order: cpu::used().saturating_sub(cpu_before).as_micros() as f64 / orders,
        latencies_ms,
        backlog_s: elapsed.saturating_sub(accepted).as_secs_f64(),
    })
}

type Bought = (Vec<f64>, Option<(String, String)>);

async fn buy_until(mut shopper: Shopper, number: usize, world: World, end: Instant) -> anyhow::Result<Bought> {
    let (mut latencies, mut last) = (Vec::new(), None);
    while Instant::now() < end {
        let cart = shopper::cart(number * 7 + latencies.len() * 3, PRODUCTS);
        let asked = Instant::now();
        last = Some(shopper.buy(&cart, &world.uuid().to_string()).await?);
        latencies.push(asked.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok((latencies, last))
}

fn print_pair(pair: usize, floor: Option<f64>, measured: &Measured) {
    let floor = floor
        .map_or_else(|| "no floor".to_owned(), |tps| format!("floor {tps:.0}/s, ratio {:.2}", measured.per_s / tps));
    println!(
        "pair {pair}: {:.0} orders/s, {floor}, {:.0} CPU-µs an order, backlog {:.2} s",
        measured.per_s, measured.cpu_us_per_order, measured.backlog_s
    );
}

fn summary(options: &OrderSaga, runs: &[(Option<f64>, Measured)], ok: bool) -> Value {
    let per_s = median(runs.iter().map(|(_, run)| run.per_s).collect());
    let floors: Vec<f64> = runs.iter().filter_map(|(floor, _)| *floor).collect();
    let ratios: Vec<f64> = runs.iter().filter_map(|(floor, run)| floor.map(|floor| run.per_s / floor)).collect();
    let mut latencies: Vec<f64> = runs.iter().flat_map(|(_, run)| run.latencies_ms.iter().copied()).collect();
    latencies.sort_by(f64::total_cmp);
    let quantile = |share: f64| latencies.get(((latencies.len() as f64 - 1.0) * share) as usize).copied();
    let known = |figures: Vec<f64>| (!figures.is_empty()).then(|| median(figures));
    json!({
        "workload": "order-saga",
        "mode": "E",
        "shoppers": options.shoppers,
        "per_s": per_s.round(),
        "floor": {"name": "pgbench TPC-B c16", "per_s": known(floors).map(f64::round)},
        "ratio": known(ratios).map(|ratio| (ratio * 100.0).round() / 100.0),
        "cpu_us_per_op": median(runs.iter().map(|(_, run)| run.cpu_us_per_order).collect()).round(),
        "p50_ms": quantile(0.5),
        "p99_ms": quantile(0.99),
        "peak_rss_mb": cpu::peak_memory_mb(),
        "runs": runs.len(),
        "verified": ok,
    })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
