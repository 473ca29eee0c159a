//! Workload 4: products and lists are read by Zipf's law while a hundred prices change every second.
//!
//! Four reads in five are product pages of about 2 KB, the fifth is a list of the same size. First every answer is read
//! whole, then whoever has read a page before asks whether it has changed. The floor is a bare axum that sends the same
//! number of fixed bytes, in this process, to the same load program.

use super::{
    connection::Connection,
    floor::hello,
    goods::{self, GROUPS, Goods},
    ground::{OpenShop, Run},
    pairs::{Heading, Sample, Workload, in_pairs},
    pricing::Pricing,
    report::Summary,
    usage::{Meter, Process},
    zipf::{Dice, Zipf},
};
use anyhow::ensure;
use axum::http::StatusCode;
use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

const READERS: usize = 64;
/// Bytes of a description that make a product page of 2 KB.
const DESCRIPTION: usize = 1_200;
/// Products of a list that make a page of 2 KB.
const LISTED: usize = 8;
/// Of so many reads one is a list.
const ONE_LIST: usize = 5;

/// The products, the most wanted ones, that visitors come back to.
const KNOWN: usize = 2_000;

/// Measures it.
pub(super) async fn run(run: &Run, products: usize) -> anyhow::Result<Summary> {
    let open = run.shop().await?;
    Goods { products, description: DESCRIPTION, pieces: 0 }.import(&open.staff).await?;
    open.settle().await?;
    let example = Connection::open(open.address).await?.get(&path(0, products), &[]).await?;
    example.check(StatusCode::OK)?;
    let bytes = example.body.len() as f64;
    let (hello, serving) = hello::start(example.body).await?;
    let readers = run.plan.shoppers.unwrap_or(READERS);
    let pricing = Pricing::prepare(&open, products).await?;
    let reading = Reading { products, zipf: Arc::new(Zipf::over(products)), tags: None };
    let mut workload = Catalogue { open: &open, hello, pricing, floor: reading.clone(), reading, readers, bytes };
    let heading = |name: String| Heading { name, unit: "reads/s", floor: "axum, fixed bytes" };
    let whole =
        in_pairs(heading(format!("{products} products, 200")), &run.plan, run.place.json, &mut workload).await?;
    workload.floor = Reading::again(products, hello).await?;
    workload.reading = Reading::again(products, open.address).await?;
    let again =
        in_pairs(heading(format!("{products} products, 304")), &run.plan, run.place.json, &mut workload).await?;
    serving.abort();
    let verified = open.close().await?;
    Ok(Summary::new("catalogue", run, vec![whole, again], Some(verified)))
}

/// The address of the `number`th thing to read: products, then lists.
fn path(number: usize, products: usize) -> String {
    if number < products {
        goods::page(number)
    } else {
        format!("/v1/products?category=group-{}&limit={LISTED}", number - products)
    }
}

struct Catalogue<'s> {
    open: &'s OpenShop,
    hello: SocketAddr,
    pricing: Pricing,
    /// What is read of the floor, and of the shop: their tags differ.
    floor: Reading,
    reading: Reading,
    readers: usize,
    /// Of a product page.
    bytes: f64,
}

/// The tags of things that were read, by their number.
type Tags = Arc<[RwLock<Option<Arc<str>>>]>;

/// What is read, and how. Cheap to clone.
#[derive(Clone, Debug)]
struct Reading {
    products: usize,
    zipf: Arc<Zipf>,
    /// Of what is asked for by its tag.
    tags: Option<Tags>,
}

/// What one reader was answered.
#[derive(Debug, Default)]
struct Answers {
    latencies_ms: Vec<f64>,
    unchanged: usize,
}

impl Catalogue<'_> {
    async fn read(&self, address: SocketAddr, reading: &Reading, span: Duration) -> anyhow::Result<(Answers, Meter)> {
        let mut connections = Vec::new();
        for _ in 0..self.readers {
            connections.push(Connection::open(address).await?);
        }
        let meter = Meter::start(Process::Own);
        let end = Instant::now() + span;
        let readers = connections.into_iter().zip(1..);
        let started = readers
            .map(|(connection, seed)| tokio::spawn(reading.clone().read_until(connection, Dice(seed), end)))
            .collect::<Vec<_>>();
        let mut all = Answers::default();
        for one in started {
            let one = one.await??;
            all.latencies_ms.extend(one.latencies_ms);
            all.unchanged += one.unchanged;
        }
        Ok((all, meter))
    }
}

impl Workload for Catalogue<'_> {
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>> {
        let (answers, meter) = self.read(self.hello, &self.floor, span).await?;
        Ok(Some(answers.latencies_ms.len() as f64 / meter.elapsed().as_secs_f64()))
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        let changing = tokio::spawn(self.pricing.clone().change_for(span));
        let (answers, meter) = self.read(self.open.address, &self.reading, span).await?;
        let (elapsed, cpu) = (meter.elapsed().as_secs_f64(), meter.cpu());
        let changed = changing.await??;
        self.open.settle().await?;
        let reads = answers.latencies_ms.len();
        Ok(Sample {
            value: reads as f64 / elapsed,
            operations: reads,
            cpu: Some(cpu),
            latencies_ms: answers.latencies_ms,
            more: vec![
                ("unchanged_share", answers.unchanged as f64 / reads.max(1) as f64),
                ("page_bytes", self.bytes),
                ("changes_per_s", changed.count as f64 / span.as_secs_f64()),
                ("stale_p50_ms", changed.stale_p50_ms),
                ("stale_p99_ms", changed.stale_p99_ms),
            ],
        })
    }
}

impl Reading {
    /// By visitors who come back: each page was read once.
    async fn again(products: usize, address: SocketAddr) -> anyhow::Result<Self> {
        let known = products.min(KNOWN);
        let tags: Tags = (0..known + GROUPS).map(|_| RwLock::default()).collect();
        let reading = Self { products: known, zipf: Arc::new(Zipf::over(known)), tags: Some(tags) };
        let mut connection = Connection::open(address).await?;
        for number in 0..known + GROUPS {
            reading.read(&mut connection, number).await?;
        }
        Ok(reading)
    }

    async fn read_until(self, mut connection: Connection, mut dice: Dice, end: Instant) -> anyhow::Result<Answers> {
        let mut answers = Answers::default();
        while Instant::now() < end {
            let is_list = dice.below(ONE_LIST) == 0;
            let number = if is_list { self.products + dice.below(GROUPS) } else { self.zipf.pick(dice.chance()) };
            let asked = Instant::now();
            answers.unchanged += usize::from(self.read(&mut connection, number).await?);
            answers.latencies_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(answers)
    }

    /// Reads one page; whether it is unchanged.
    async fn read(&self, connection: &mut Connection, number: usize) -> anyhow::Result<bool> {
        let slot = self.tags.as_ref().and_then(|tags| tags.get(number));
        let tag = slot.and_then(|slot| slot.read().unwrap_or_else(PoisonError::into_inner).clone());
        let headers: Vec<(&'static str, &str)> = tag.iter().map(|tag| ("if-none-match", &**tag)).collect();
        let reply = connection.get(&path(number, self.products), &headers).await?;
        if tag.is_some() && reply.status == StatusCode::NOT_MODIFIED {
            return Ok(true);
        }
        reply.check(StatusCode::OK)?;
        ensure!(!reply.body.is_empty(), "an empty page");
        if let (Some(slot), Some(tag)) = (slot, &reply.etag) {
            *slot.write().unwrap_or_else(PoisonError::into_inner) = Some(tag.to_str()?.into());
        }
        Ok(false)
    }
}
