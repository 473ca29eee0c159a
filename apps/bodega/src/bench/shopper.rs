//! Workload 9: whole journeys. A shopper looks at a list, at a product of it, puts it into a cart and checks out.
//!
//! First with time to think between the steps, then without. The shop is one of this process, or any that runs with the
//! payment simulator; of that one only the answers are seen.

use super::{
    buyer::{Buyer, Carts},
    connection::Connection,
    ground::Run,
    load::Load,
    pairs::{Heading, Part, Sample, Workload, in_pairs, quantile, sorted},
    report::Summary,
    usage::{Meter, Process},
    zipf::Dice,
};
use crate::client::ShopClient;
use anyhow::{Context as _, ensure};
use axum::http::StatusCode;
use bodega_kernel::World;
use serde::Deserialize;
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

const SHOPPERS: usize = 64;
/// Products of a list.
const LISTED: usize = 20;
/// The most lists that are looked at.
const LISTS: usize = 25;
/// The median and the 95th percentile of each step.
const STEPS: [[&str; 2]; 4] = [
    ["list_p50_ms", "list_p95_ms"],
    ["product_p50_ms", "product_p95_ms"],
    ["cart_p50_ms", "cart_p95_ms"],
    ["checkout_p50_ms", "checkout_p95_ms"],
];

/// Measures it.
pub(super) async fn run(run: &Run, think: Duration, url: Option<String>) -> anyhow::Result<Summary> {
    let (parts, verified) = match url {
        Some(url) => elsewhere(run, think, &url).await?,
        None => here(run, think).await?,
    };
    Ok(Summary::new("shopper", run, parts, verified))
}

async fn here(run: &Run, think: Duration) -> anyhow::Result<(Vec<Part>, Option<bool>)> {
    let open = run.shop().await?;
    let shoppers = run.plan.shoppers.unwrap_or(SHOPPERS);
    Load::prepare(&open, shoppers).await?;
    let mut journeys = Journeys::to(open.address, run, shoppers).await?;
    let parts = journeys.measure(run, think).await?;
    Ok((parts, Some(open.close().await?)))
}

/// In a shop that runs. An administrator's token lets its books be proved.
async fn elsewhere(run: &Run, think: Duration, url: &str) -> anyhow::Result<(Vec<Part>, Option<bool>)> {
    let named = url.trim_start_matches("http://").trim_end_matches('/');
    let found = tokio::net::lookup_host(named).await.with_context(|| format!("{url} names no host and port"))?;
    let address = found.into_iter().next().with_context(|| format!("{url} leads nowhere"))?;
    let mut journeys = Journeys::to(address, run, run.plan.shoppers.unwrap_or(SHOPPERS)).await?;
    journeys.is_here = false;
    let parts = journeys.measure(run, think).await?;
    let Ok(token) = std::env::var("BODEGA_TOKEN") else { return Ok((parts, None)) };
    let report = ShopClient::new(url, Some(token))?.post("/v1/verify", &json!({}), None).await?;
    Ok((parts, report["ok"].as_bool()))
}

struct Journeys {
    address: SocketAddr,
    world: World,
    shoppers: usize,
    /// Addresses of lists.
    lists: Arc<[String]>,
    think: Duration,
    /// Whether the shop is in this process, so that its CPU is known.
    is_here: bool,
}

#[derive(Deserialize)]
struct List {
    items: Vec<Listed>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    slug: String,
}

#[derive(Deserialize)]
struct Product {
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    sku: String,
}

impl Journeys {
    /// To a shop that has products; finds its lists.
    async fn to(address: SocketAddr, run: &Run, shoppers: usize) -> anyhow::Result<Self> {
        let mut connection = Connection::open(address).await?;
        let (mut lists, mut next) = (Vec::new(), Some(format!("/v1/products?limit={LISTED}")));
        while let Some(path) = next.take().filter(|_| lists.len() < LISTS) {
            let list: List = connection.get(&path, &[]).await?.json(StatusCode::OK)?;
            if !list.items.is_empty() {
                lists.push(path);
            }
            next = list.next_cursor.map(|cursor| format!("/v1/products?limit={LISTED}&cursor={cursor}"));
        }
        ensure!(!lists.is_empty(), "the shop has nothing on sale");
        let world = run.world.clone();
        Ok(Self { address, world, shoppers, lists: lists.into(), think: Duration::ZERO, is_here: true })
    }

    async fn measure(&mut self, run: &Run, think: Duration) -> anyhow::Result<Vec<Part>> {
        let heading = |name: String| Heading { name, unit: "journeys/s", floor: "none" };
        let shoppers = self.shoppers;
        self.think = think;
        let name = format!("{shoppers} shoppers, {} ms to think", think.as_millis());
        let thinking = in_pairs(heading(name), &run.plan, run.place.json, self).await?;
        self.think = Duration::ZERO;
        let hurried =
            in_pairs(heading(format!("{shoppers} shoppers, no time")), &run.plan, run.place.json, self).await?;
        Ok(vec![thinking, hurried])
    }
}

impl Workload for Journeys {
    async fn floor(&mut self, _: Duration) -> anyhow::Result<Option<f64>> {
        Ok(None)
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        let mut shoppers = Vec::new();
        for number in 0..self.shoppers {
            shoppers.push(Shopper {
                buyer: Buyer::connect(self.address, None).await?,
                world: self.world.clone(),
                lists: Arc::clone(&self.lists),
                think: self.think,
                dice: Dice(number as u64),
            });
        }
        let meter = Meter::start(Process::Own);
        let end = Instant::now() + span;
        let going = shoppers.into_iter().map(|shopper| tokio::spawn(shopper.go_until(end)));
        let mut steps: [Vec<f64>; 4] = Default::default();
        for one in going.collect::<Vec<_>>() {
            for (all, times) in steps.iter_mut().zip(one.await??) {
                all.extend(times);
            }
        }
        let (elapsed, cpu) = (meter.elapsed(), meter.cpu());
        let journeys = steps[3].len();
        let mut more = Vec::new();
        for (times, [p50, p95]) in steps.iter().zip(STEPS) {
            let times = sorted(times.iter().copied());
            more.push((p50, quantile(&times, 0.5).context("no journey came to its end: let it take longer")?));
            more.push((p95, quantile(&times, 0.95).unwrap_or_default()));
        }
        Ok(Sample {
            value: journeys as f64 / elapsed.as_secs_f64(),
            operations: journeys,
            cpu: self.is_here.then_some(cpu),
            latencies_ms: (0..journeys).map(|number| steps.iter().map(|times| times[number]).sum()).collect(),
            more,
        })
    }
}

/// One of those who go.
struct Shopper {
    buyer: Buyer,
    world: World,
    lists: Arc<[String]>,
    think: Duration,
    dice: Dice,
}

impl Shopper {
    /// Journeys one after the other; each that was begun is finished. How long each step took, in milliseconds.
    async fn go_until(mut self, end: Instant) -> anyhow::Result<[Vec<f64>; 4]> {
        let mut steps: [Vec<f64>; 4] = Default::default();
        while Instant::now() < end {
            for (times, time) in steps.iter_mut().zip(self.go().await?) {
                times.push(time.as_secs_f64() * 1_000.0);
            }
            tokio::time::sleep(self.pause()).await;
        }
        Ok(steps)
    }

    async fn go(&mut self) -> anyhow::Result<[Duration; 4]> {
        let path = self.lists[self.dice.below(self.lists.len())].clone();
        let asked = Instant::now();
        let list: List = self.buyer.connection.get(&path, &[]).await?.json(StatusCode::OK)?;
        let listed = asked.elapsed();
        let slug = &list.items.get(self.dice.below(list.items.len())).context("an empty list")?.slug;
        tokio::time::sleep(self.pause()).await;
        let asked = Instant::now();
        let reply = self.buyer.connection.get(&format!("/v1/products/{slug}"), &[]).await?;
        let product: Product = reply.json(StatusCode::OK)?;
        let looked = asked.elapsed();
        let sku = &product.variants.first().context("a product without variants")?.sku;
        tokio::time::sleep(self.pause()).await;
        let (cart, pause) = (Carts::of_one(sku).pick(0, 0), self.pause());
        let [filled, bought] = self.buyer.buy_in_steps(cart, &self.world.uuid().to_string(), pause).await?;
        Ok([listed, looked, filled, bought])
    }

    /// Between half and one and a half times the average.
    fn pause(&mut self) -> Duration {
        self.think.mul_f64(0.5 + self.dice.chance())
    }
}
