//! Workload 3: everybody wants the same article.
//!
//! First 256 clients ask inventory itself, each again when it is answered: placed orders go in as batches, the way a link
//! of the bus brings them, and the commit that decides an order answers its client. Then a stock that is less than what
//! is wanted is sold out, to the last piece and not one more. Last, shoppers buy the article over HTTP.

use super::{
    buyer::Carts,
    floor::pgbench::Pgbench,
    goods,
    ground::{Ground, Run, books_agree},
    load::Load,
    order_saga::OrderSaga,
    pairs::{Heading, Part, Sample, Workload, in_pairs},
    report::Summary,
    reserving::Reserving,
    usage::{Meter, Process},
};
use anyhow::{Context as _, ensure};
use bodega_db::Envelope;
use bodega_kernel::Sku;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Who asks inventory at once.
const CLIENTS: usize = 256;
/// Who buys over HTTP at once.
const SHOPPERS: usize = 512;
/// The most events of one delivery, as on the bus.
const BATCH: usize = 512;
/// More than any run holds.
const PIECES: i64 = 1_000_000;

/// Measures it.
pub(super) async fn run(run: &Run, pieces: i64) -> anyhow::Result<Summary> {
    let clients = run.plan.shoppers.unwrap_or(CLIENTS);
    let (mut parts, reserved) = in_process(run, clients, pieces).await?;
    let open = run.shop().await?;
    let shoppers = run.plan.shoppers.unwrap_or(SHOPPERS);
    let load = Load::prepare(&open, shoppers).await?;
    let carts = Carts::of_one(&goods::sku(0)).at_once(open.address).await?;
    let load = Load { carts: Arc::new(carts), ..load };
    let heading = Heading { name: format!("checkout, {shoppers} shoppers"), unit: "orders/s", floor: "none" };
    let mut workload = OrderSaga::new(&open, load, None);
    parts.push(in_pairs(heading, &run.plan, run.place.json, &mut workload).await?);
    let sold = open.close().await?;
    Ok(Summary::new("hot-sku", run, parts, Some(reserved && sold)))
}

async fn in_process(run: &Run, clients: usize, pieces: i64) -> anyhow::Result<(Vec<Part>, bool)> {
    let (host, ground) = run.still(vec![bodega_inventory::service()]).await?;
    let floor = floor(run, &ground).await?;
    let mut workload = HotSku { reserving: Reserving::of(run, &host)?, clients, floor, sell_out: None, skus: 0 };
    let heading = |name: String, floor| Heading { name, unit: "holds/s", floor };
    let name = format!("in process, {clients} clients");
    let held = in_pairs(heading(name, "pgbench hot row c16"), &run.plan, run.place.json, &mut workload).await?;
    workload.sell_out = Some(pieces);
    workload.floor = None;
    let name = format!("sell-out of {pieces}");
    let sold = in_pairs(heading(name, "none"), &run.plan, run.place.json, &mut workload).await?;
    let agree = books_agree(&host, &host.names()).await?;
    ground.clear(&host).await?;
    Ok((vec![held, sold], agree))
}

async fn floor(run: &Run, ground: &Ground) -> anyhow::Result<Option<Pgbench>> {
    match &run.plan.floor {
        Some(url) => Ok(Some(Pgbench::hot_row(url, ground.folder()).await?)),
        None => Ok(None),
    }
}

struct HotSku {
    reserving: Reserving,
    clients: usize,
    floor: Option<Pgbench>,
    /// So many pieces are to be sold, and half as many again are asked for.
    sell_out: Option<i64>,
    skus: usize,
}

/// What one client was answered.
#[derive(Default)]
struct Answers {
    latencies_ms: Vec<f64>,
    held: i64,
}

impl Workload for HotSku {
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>> {
        match &self.floor {
            Some(floor) => Ok(Some(floor.run(span).await?)),
            None => Ok(None),
        }
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        self.skus += 1;
        let sku = Sku::new(&format!("HOT-{}", self.skus))?;
        let pieces = self.sell_out.unwrap_or(PIECES);
        self.reserving.bring(&sku, pieces).await?;
        let wanted = Wanted {
            reserving: self.reserving.clone(),
            sku,
            left: Arc::new(AtomicI64::new(self.sell_out.map_or(i64::MAX, |pieces| pieces + pieces / 2))),
            end: if self.sell_out.is_some() { None } else { Some(Instant::now() + span) },
        };
        let meter = Meter::start(Process::Own);
        let all = wanted.ask_all(self.clients).await?;
        let (elapsed, cpu) = (meter.elapsed(), meter.cpu());
        let asked = all.latencies_ms.len();
        ensure!(all.held == pieces.min(asked as i64), "{} of {pieces} pieces were sold to {asked} who asked", all.held);
        Ok(Sample {
            value: all.held as f64 / elapsed.as_secs_f64(),
            operations: asked,
            cpu: Some(cpu),
            latencies_ms: all.latencies_ms,
            more: vec![("held", all.held as f64), ("refused", asked as f64 - all.held as f64)],
        })
    }
}

/// A SKU that is asked for until nobody wants it any more.
#[derive(Clone)]
struct Wanted {
    reserving: Reserving,
    sku: Sku,
    left: Arc<AtomicI64>,
    end: Option<Instant>,
}

impl Wanted {
    async fn ask_all(self, clients: usize) -> anyhow::Result<Answers> {
        let (queue, queued) = mpsc::channel(BATCH);
        let link = tokio::spawn(deliver(self.reserving.clone(), queued));
        let asking = (0..clients).map(|_| tokio::spawn(self.clone().ask(queue.clone()))).collect::<Vec<_>>();
        drop(queue);
        let mut all = Answers::default();
        for one in asking {
            let one = one.await??;
            all.latencies_ms.extend(one.latencies_ms);
            all.held += one.held;
        }
        link.await?;
        Ok(all)
    }

    async fn ask(self, queue: mpsc::Sender<Envelope>) -> anyhow::Result<Answers> {
        let mut answers = Answers::default();
        while self.end.is_none_or(|end| Instant::now() < end) && self.left.fetch_sub(1, Ordering::Relaxed) > 0 {
            let order = self.reserving.order(&self.sku);
            let event = self.reserving.envelope("orders", &order)?;
            let decided = self.reserving.asked.wait_for(order.order_id);
            let asked = Instant::now();
            queue.send(event).await.context("nobody delivers")?;
            answers.held += i64::from(decided.await.context("an order was not answered")?.held);
            answers.latencies_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(answers)
    }
}

/// What a link of the bus does: all that came in while the last batch was committed is the next batch.
async fn deliver(reserving: Reserving, mut queued: mpsc::Receiver<Envelope>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queued.recv_many(&mut batch, BATCH).await > 0 {
        reserving.consumer.deliver(std::mem::take(&mut batch), bodega_bus::Noting::Each).await;
    }
}
