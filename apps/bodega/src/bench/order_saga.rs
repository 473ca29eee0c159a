//! Workload 1: carts become confirmed orders over HTTP.
//!
//! One request an order, `POST /v1/checkouts`: three lines, address and, one time in five, a code; or two, a cart and its
//! checkout. An order counts once everything that follows from it is committed at every service: stock, payment, points, fulfilment, mail.
//! So the clock runs until nothing is under way, and at the end the books have to agree.

use super::{
    buyer::Carts,
    floor::pgbench::Pgbench,
    ground::{OpenShop, Run},
    load::{GOODS, Load},
    pairs::{Heading, Sample, Workload, in_pairs, short},
    report::{Asked, Summary},
    usage::{Meter, Process},
};
use bodega_db::{Tally, begin_tally, counters, take_tally};
use bodega_settings::DatabaseKind;
use std::{sync::Arc, time::Duration};

const SHOPPERS: usize = 64;

/// Measures it.
pub(super) async fn run(run: &Run, wait: bool, by_cart: bool, statements: bool) -> anyhow::Result<Summary> {
    let shoppers = run.plan.shoppers.unwrap_or(SHOPPERS);
    let floor = match &run.plan.floor {
        Some(url) => Some(Pgbench::tpc_b(url).await?),
        None => None,
    };
    let open = run.shop().await?;
    let mut load = Load { wait, by_cart, ..Load::prepare(&open, shoppers).await? };
    if by_cart {
        load.carts = Arc::new(Carts::of_products(GOODS.products));
    }
    let next = if wait { "confirmed" } else { "the 202" };
    let how = if by_cart { ", by a cart and its checkout" } else { "" };
    let heading = Heading {
        name: format!("{shoppers} shoppers, next after {next}{how}"),
        unit: "orders/s",
        floor: "pgbench TPC-B c16",
    };
    let mut workload = OrderSaga::new(&open, load, floor);
    if statements {
        begin_tally();
    }
    let part = in_pairs(heading, &run.plan, run.place.json, &mut workload).await?;
    let asked = per_order(&workload);
    let verified = open.close().await?;
    Ok(Summary::new("order-saga", run, vec![part], Some(verified)).asked(asked))
}

/// A crowd in a shop, beside a floor in SQL.
pub(super) struct OrderSaga<'s> {
    open: &'s OpenShop,
    load: Load,
    floor: Option<Pgbench>,
    /// What the writers were asked in the last measurement, and for how many orders; empty unless that is counted.
    asked: Tally,
    orders: usize,
}

impl<'s> OrderSaga<'s> {
    pub(super) fn new(open: &'s OpenShop, load: Load, floor: Option<Pgbench>) -> Self {
        Self { open, load, floor, asked: Tally::new(), orders: 0 }
    }
}

/// What the writers are asked for an order: the most frequent first.
fn per_order(workload: &OrderSaga) -> Vec<Asked> {
    let orders = workload.orders.max(1) as f64;
    let asked = workload.asked.iter().map(|((service, statement), times)| Asked {
        service: service.clone(),
        statement: statement.clone(),
        per_order: short(*times as f64 / orders),
    });
    let mut asked: Vec<Asked> = asked.filter(|asked| asked.per_order > 0.0).collect();
    asked.sort_by(|one, other| other.per_order.total_cmp(&one.per_order));
    asked
}

impl Workload for OrderSaga<'_> {
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>> {
        match &self.floor {
            Some(floor) => Ok(Some(floor.run(span).await?)),
            None => Ok(None),
        }
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        take_tally();
        let (meter, before) = (Meter::start(Process::Own), counters());
        let (started, purchases) = self.load.buy_for(span).await?;
        let accepted = started.elapsed();
        self.open.settle().await?;
        let elapsed = started.elapsed();
        let (cpu, written, asked) = (meter.cpu(), meter.written(), counters());
        (self.asked, self.orders) = (take_tally(), purchases.latencies_ms.len());
        self.load.check(&purchases).await?;
        let orders = purchases.latencies_ms.len();
        let backlog = elapsed.saturating_sub(accepted).as_secs_f64();
        let mut more = vec![("backlog_s", backlog), ("turned_away", purchases.turned_away as f64)];
        let per_order = |now: u64, before: u64| (now - before) as f64 / orders.max(1) as f64;
        more.push(("statements_per_op", per_order(asked.statements, before.statements)));
        more.push(("commits_per_op", per_order(asked.commits, before.commits)));
        // What a server writes is not this process's.
        if self.open.ground.settings.database.kind == DatabaseKind::Sqlite {
            more.push(("bytes_written_per_op", written / orders.max(1) as f64));
        }
        Ok(Sample {
            value: orders as f64 / elapsed.as_secs_f64(),
            operations: orders,
            cpu: Some(cpu),
            latencies_ms: purchases.latencies_ms,
            more,
        })
    }
}
