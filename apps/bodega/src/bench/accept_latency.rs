//! Workload 2: how long an order takes to be accepted, and then to be confirmed, at half of what the shop can do.
//!
//! The same run finds out first what it can do, in a closed loop; then orders come at half that rate, however long they
//! take. Accepted is an order with its 202. A cart and its checkout are two commits, hence two flushes as the floor.

use super::{
    buyer::Buyer,
    floor::disk::two_flushes,
    ground::{OpenShop, Run},
    load::Load,
    pairs::{Heading, Sample, Workload, in_pairs, quantile, sorted},
    report::Summary,
    tickets::Tickets,
    usage::{Meter, Process},
};
use anyhow::Context as _;
use std::time::{Duration, Instant};

const SHOPPERS: usize = 64;
/// Of so many orders one is waited for until it is confirmed.
const ONE_CONFIRMED: u64 = 4;

/// Measures it.
pub(super) async fn run(run: &Run) -> anyhow::Result<Summary> {
    let open = run.shop().await?;
    let load = Load::prepare(&open, run.plan.shoppers.unwrap_or(SHOPPERS)).await?;
    load.buy_for(run.plan.span().min(Duration::from_secs(2))).await?;
    open.settle().await?;
    let (started, purchases) = load.buy_for(run.plan.span()).await?;
    open.settle().await?;
    let peak = purchases.latencies_ms.len() as f64 / started.elapsed().as_secs_f64();
    let heading =
        Heading { name: format!("accepted at {:.0} orders/s", peak / 2.0), unit: "ms", floor: "two fdatasync of 4 KB" };
    let mut workload = AcceptLatency { open: &open, load, peak };
    let part = in_pairs(heading, &run.plan, run.place.json, &mut workload).await?;
    let verified = open.close().await?;
    Ok(Summary::new("accept-latency", run, vec![part], Some(verified)))
}

struct AcceptLatency<'s> {
    open: &'s OpenShop,
    load: Load,
    /// Orders a second in a closed loop.
    peak: f64,
}

/// Of the orders of one shopper, in milliseconds.
#[derive(Default)]
struct Times {
    accepted: Vec<f64>,
    checkout: Vec<f64>,
    confirmed: Vec<f64>,
}

impl Workload for AcceptLatency<'_> {
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>> {
        Ok(Some(two_flushes(self.open.ground.folder(), span).await?))
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        let mut buyers = Vec::new();
        for number in 0..self.load.shoppers {
            buyers.push(self.load.buyer(number).await?);
        }
        let meter = Meter::start(Process::Own);
        let tickets = Tickets::start((self.peak / 2.0).max(1.0), span);
        let buying =
            buyers.into_iter().map(|buyer| tokio::spawn(buy_when_due(buyer, self.load.clone(), tickets.clone())));
        let mut all = Times::default();
        for one in buying.collect::<Vec<_>>() {
            let one = one.await??;
            all.accepted.extend(one.accepted);
            all.checkout.extend(one.checkout);
            all.confirmed.extend(one.confirmed);
        }
        let (elapsed, cpu) = (meter.elapsed(), meter.cpu());
        self.open.settle().await?;
        let orders = all.accepted.len();
        let accepted = sorted(all.accepted.into_iter());
        let (checkout, confirmed) = (sorted(all.checkout.into_iter()), sorted(all.confirmed.into_iter()));
        let known = |times: &[f64], share| quantile(times, share).context("no order was made");
        Ok(Sample {
            value: known(&accepted, 0.5)?,
            operations: orders,
            cpu: Some(cpu),
            more: vec![
                ("peak_per_s", self.peak),
                ("answered_per_s", orders as f64 / elapsed.as_secs_f64()),
                ("checkout_p50_ms", known(&checkout, 0.5)?),
                ("checkout_p99_ms", known(&checkout, 0.99)?),
                ("confirmed_p50_ms", known(&confirmed, 0.5)?),
                ("confirmed_p99_ms", known(&confirmed, 0.99)?),
            ],
            latencies_ms: accepted,
        })
    }
}

async fn buy_when_due(mut buyer: Buyer, load: Load, tickets: Tickets) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let ms_since = |began: Instant| began.elapsed().as_secs_f64() * 1_000.0;
    while let Some((number, began)) = tickets.take().await {
        let asked = Instant::now();
        let order = buyer.buy(load.carts.pick(0, number as usize), &load.world.uuid().to_string()).await?;
        times.accepted.push(ms_since(began));
        times.checkout.push(ms_since(asked));
        if number.is_multiple_of(ONE_CONFIRMED) {
            buyer.wait(&order).await?;
            times.confirmed.push(ms_since(began));
        }
    }
    Ok(times)
}
