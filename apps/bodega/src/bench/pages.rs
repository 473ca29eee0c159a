//! Pages of the storefront as their visitors wait for them: each kind by itself, on a shop of many products.
//!
//! A few visitors ask in a closed loop, without scripts and pictures. The floor is a bare axum that sends as many fixed
//! bytes, in this process, to the same load program.

use super::{
    connection::Connection,
    floor::hello,
    goods::{GROUPS, Goods, sku},
    ground::{OpenShop, Run},
    pairs::{Heading, Sample, Workload, in_pairs},
    report::Summary,
    usage::{Meter, Process},
    zipf::{Dice, Zipf},
};
use anyhow::ensure;
use axum::http::StatusCode;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

const VISITORS: usize = 4;
const DESCRIPTION: usize = 400;

/// What a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Home,
    Category,
    Product,
    Search,
    Cart,
}

impl Kind {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Home, "home"),
        (Self::Category, "category"),
        (Self::Product, "product"),
        (Self::Search, "search"),
        (Self::Cart, "cart, empty"),
    ];

    /// Products are wanted by Zipf's law, categories and words evenly.
    fn path(self, zipf: &Zipf, products: usize, dice: &mut Dice) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::Category => format!("/c/group-{}", dice.below(GROUPS)),
            Self::Product => format!("/p/{}", sku(zipf.pick(dice.chance())).to_lowercase()),
            Self::Search => format!("/search?q=product+{}", dice.below(products)),
            Self::Cart => "/cart".to_owned(),
        }
    }
}

/// Measures it.
pub(super) async fn run(run: &Run, products: usize) -> anyhow::Result<Summary> {
    let open = run.shop().await?;
    Goods { products, description: DESCRIPTION, pieces: 10 }.import(&open.staff).await?;
    open.settle().await?;
    let zipf = Arc::new(Zipf::over(products));
    let visitors = run.plan.shoppers.unwrap_or(VISITORS);
    let mut parts = Vec::new();
    for (kind, name) in Kind::ALL {
        let path = kind.path(&zipf, products, &mut Dice(1));
        let example = Connection::open(open.address).await?.get(&path, &[]).await?;
        example.check(StatusCode::OK)?;
        let bytes = example.body.len() as f64;
        let (hello, serving) = hello::start(example.body).await?;
        let mut workload = Visiting { open: &open, hello, kind, zipf: Arc::clone(&zipf), products, visitors, bytes };
        let heading = Heading { name: name.to_owned(), unit: "pages/s", floor: "axum, fixed bytes" };
        parts.push(in_pairs(heading, &run.plan, run.place.json, &mut workload).await?);
        serving.abort();
    }
    let verified = open.close().await?;
    Ok(Summary::new("pages", run, parts, Some(verified)))
}

struct Visiting<'s> {
    open: &'s OpenShop,
    hello: SocketAddr,
    kind: Kind,
    zipf: Arc<Zipf>,
    products: usize,
    visitors: usize,
    /// Of a page, unpacked.
    bytes: f64,
}

impl Visiting<'_> {
    async fn visit(&self, address: SocketAddr, span: Duration) -> anyhow::Result<(Vec<f64>, Meter)> {
        let mut connections = Vec::new();
        for _ in 0..self.visitors {
            connections.push(Connection::open(address).await?);
        }
        let meter = Meter::start(Process::Own);
        let end = Instant::now() + span;
        let (kind, products) = (self.kind, self.products);
        let started = connections.into_iter().zip(1..).map(|(connection, seed)| {
            tokio::spawn(visit_until(connection, kind, Arc::clone(&self.zipf), products, Dice(seed), end))
        });
        let mut latencies_ms = Vec::new();
        for one in started.collect::<Vec<_>>() {
            latencies_ms.extend(one.await??);
        }
        Ok((latencies_ms, meter))
    }
}

async fn visit_until(
    mut connection: Connection,
    kind: Kind,
    zipf: Arc<Zipf>,
    products: usize,
    mut dice: Dice,
    end: Instant,
) -> anyhow::Result<Vec<f64>> {
    let mut latencies_ms = Vec::new();
    while Instant::now() < end {
        let path = kind.path(&zipf, products, &mut dice);
        let asked = Instant::now();
        let reply = connection.get(&path, &[]).await?;
        latencies_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
        reply.check(StatusCode::OK)?;
        ensure!(!reply.body.is_empty(), "an empty page");
    }
    Ok(latencies_ms)
}

impl Workload for Visiting<'_> {
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>> {
        let (latencies_ms, meter) = self.visit(self.hello, span).await?;
        Ok(Some(latencies_ms.len() as f64 / meter.elapsed().as_secs_f64()))
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        let (latencies_ms, meter) = self.visit(self.open.address, span).await?;
        let (elapsed, cpu) = (meter.elapsed().as_secs_f64(), meter.cpu());
        Ok(Sample {
            value: latencies_ms.len() as f64 / elapsed,
            operations: latencies_ms.len(),
            cpu: Some(cpu),
            latencies_ms,
            more: vec![("page_bytes", self.bytes)],
        })
    }
}
