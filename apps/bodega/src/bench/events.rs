//! Workload 6: from a commit at one service to its effect at another.
//!
//! `order.placed` of orders, to the committed hold of inventory: the shortest handler whose effect a shopper waits for.
//! Nothing else runs in this process. The time counts from before the producer's commit to after the consumer's, two
//! flushes as in the floor. Then a backlog that is stored at the producer is worked off.

use super::{
    floor::disk::two_flushes,
    ground::{Ground, Run, books_agree, source},
    pairs::{Heading, Sample, Workload, in_pairs, quantile, sorted},
    report::Summary,
    reserving::Reserving,
    tickets::Tickets,
    usage::{Meter, Process},
};
use anyhow::{Context as _, ensure};
use bodega_bus::embedded::Embedded;
use bodega_db::{Db, DbError};
use bodega_kernel::Sku;
use bodega_service::Host;
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

/// Orders are spread over so many articles.
const SKUS: usize = 100;
const PIECES: i64 = 1_000_000_000;
/// How many events may be on their way at once.
const WORKERS: usize = 256;
/// Events of one commit of a backlog.
const IN_A_COMMIT: usize = 500;
/// How long a backlog may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// Measures it.
pub(super) async fn run(run: &Run, rate: u64, backlog: usize) -> anyhow::Result<Summary> {
    let stage = Stage::open(run).await?;
    Embedded::start(&[source(&stage.host, "orders")?], std::slice::from_ref(&stage.reserving.consumer));
    let heading =
        Heading { name: format!("{rate} events/s, orders to inventory"), unit: "ms", floor: "two fdatasync of 4 KB" };
    let workers = run.plan.shoppers.unwrap_or(WORKERS);
    let mut flow = Flow { stage, rate, workers };
    let travel = in_pairs(heading, &run.plan, run.place.json, &mut flow).await?;
    let mut agree = flow.stage.close().await?;
    let heading = Heading { name: format!("drain of {backlog}"), unit: "events/s", floor: "none" };
    let mut drain = Drain { run, backlog, agree: true };
    let drained = in_pairs(heading, &run.plan, run.place.json, &mut drain).await?;
    agree &= drain.agree;
    Ok(Summary::new("events", run, vec![travel, drained], Some(agree)))
}

/// Orders as the producer, inventory as the consumer.
struct Stage {
    host: Host,
    ground: Ground,
    reserving: Reserving,
    orders: Db,
    skus: Arc<[Sku]>,
}

impl Stage {
    async fn open(run: &Run) -> anyhow::Result<Self> {
        let (host, ground) = run.still(vec![bodega_orders::service(), bodega_inventory::service()]).await?;
        let reserving = Reserving::of(run, &host)?;
        let skus = (0..SKUS).map(|number| Sku::new(&format!("EVENT-{number}"))).collect::<Result<Vec<_>, _>>()?;
        for sku in &skus {
            reserving.bring(sku, PIECES).await?;
        }
        let orders = source(&host, "orders")?.db;
        Ok(Self { host, ground, reserving, orders, skus: skus.into() })
    }

    /// The books of inventory: orders knows nothing of what was placed in its name.
    async fn close(&self) -> anyhow::Result<bool> {
        let agree = books_agree(&self.host, &["inventory".to_owned()]).await?;
        self.ground.clear(&self.host).await?;
        Ok(agree)
    }
}

struct Flow {
    stage: Stage,
    rate: u64,
    workers: usize,
}

/// Of each event, in milliseconds.
#[derive(Default)]
struct Times {
    whole: Vec<f64>,
    from_commit: Vec<f64>,
}

impl Workload for Flow {
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>> {
        Ok(Some(two_flushes(self.stage.ground.folder(), span).await?))
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        let meter = Meter::start(Process::Own);
        let tickets = Tickets::start(self.rate as f64, span);
        let working = (0..self.workers).map(|_| {
            let Stage { reserving, orders, skus, .. } = &self.stage;
            tokio::spawn(place_when_due(reserving.clone(), orders.clone(), Arc::clone(skus), tickets.clone()))
        });
        let mut all = Times::default();
        for one in working.collect::<Vec<_>>() {
            let one = one.await??;
            all.whole.extend(one.whole);
            all.from_commit.extend(one.from_commit);
        }
        let (elapsed, cpu) = (meter.elapsed(), meter.cpu());
        let events = all.whole.len();
        let (whole, from_commit) = (sorted(all.whole.into_iter()), sorted(all.from_commit.into_iter()));
        let known = |times: &[f64], share| quantile(times, share).context("nothing was sent");
        Ok(Sample {
            value: known(&whole, 0.5)?,
            operations: events,
            cpu: Some(cpu),
            more: vec![
                ("from_commit_p50_ms", known(&from_commit, 0.5)?),
                ("from_commit_p99_ms", known(&from_commit, 0.99)?),
                ("per_s", events as f64 / elapsed.as_secs_f64()),
            ],
            latencies_ms: whole,
        })
    }
}

async fn place_when_due(reserving: Reserving, orders: Db, skus: Arc<[Sku]>, tickets: Tickets) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let ms = |span: Duration| span.as_secs_f64() * 1_000.0;
    while let Some((number, began)) = tickets.take().await {
        let order = reserving.order(&skus[number as usize % skus.len()]);
        let decided = reserving.asked.wait_for(order.order_id);
        orders.write(async move |tx| tx.emit(&order)).await?;
        let committed = Instant::now();
        let decided = decided.await.context("an order was not answered")?;
        ensure!(decided.held, "an order was refused");
        times.whole.push(ms(decided.at.saturating_duration_since(began)));
        times.from_commit.push(ms(decided.at.saturating_duration_since(committed)));
    }
    Ok(times)
}

/// A fresh backlog each time.
struct Drain<'r> {
    run: &'r Run,
    backlog: usize,
    agree: bool,
}

impl Workload for Drain<'_> {
    async fn floor(&mut self, _: Duration) -> anyhow::Result<Option<f64>> {
        Ok(None)
    }

    async fn system(&mut self, _: Duration) -> anyhow::Result<Sample> {
        let stage = Stage::open(self.run).await?;
        for first in (0..self.backlog).step_by(IN_A_COMMIT) {
            let numbers = first..self.backlog.min(first + IN_A_COMMIT);
            let placed: Vec<_> = numbers.map(|number| stage.reserving.order(&stage.skus[number % SKUS])).collect();
            let stored: Result<(), DbError> =
                stage.orders.write(async move |tx| placed.iter().try_for_each(|order| tx.emit(order))).await;
            stored?;
        }
        let meter = Meter::start(Process::Own);
        let bus = Embedded::start(&[source(&stage.host, "orders")?], std::slice::from_ref(&stage.reserving.consumer));
        while bus.backlog() > 0 {
            ensure!(meter.elapsed() < PATIENCE, "{} events are still there", bus.backlog());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let (elapsed, cpu) = (meter.elapsed(), meter.cpu());
        let held = stage.reserving.asked.held.load(Ordering::Relaxed);
        ensure!(held == self.backlog, "{held} of {} orders are held", self.backlog);
        self.agree &= stage.close().await?;
        Ok(Sample { value: held as f64 / elapsed.as_secs_f64(), operations: held, cpu: Some(cpu), ..Sample::default() })
    }
}
