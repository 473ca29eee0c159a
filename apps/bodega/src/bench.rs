//! `bodega bench`: a workload beside its floor, in pairs, in one run.
//!
//! The floor is a program that everybody knows, doing comparable work on the same disk at almost the same moment, so
//! that the ratio means something on any machine. Every workload has a place of its own that is gone afterwards, answers
//! that are not what they should be end it, and the books have to agree at its end.

mod accept_latency;
mod all;
mod buyer;
mod catalogue;
mod connection;
mod events;
mod floor;
mod footprint;
mod goods;
mod ground;
mod hot_sku;
mod load;
mod order_saga;
mod pages;
mod pairs;
mod pricing;
mod report;
mod reserving;
mod shopper;
mod tickets;
mod usage;
mod zipf;

use crate::cli::Place;
use bodega_kernel::World;
use bodega_settings::Settings;
use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use ground::Run;
use std::time::Duration;

/// The most shoppers, buyers or clients at once.
const MAX_SHOPPERS: u64 = 2_048;

/// Measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Carts become confirmed orders over HTTP, beside pgbench's TPC-B.
    OrderSaga(OrderSaga),
    /// How long an order takes to be accepted at half of what the shop can do, beside two flushes of the disk.
    AcceptLatency(Plan),
    /// Everybody wants the same article, beside pgbench doing the same in SQL.
    HotSku(HotSku),
    /// Products and lists are read while prices change, beside a server of fixed bytes.
    Catalogue(Catalogue),
    /// Pages of the storefront, kind by kind, beside a server of fixed bytes.
    Pages(Catalogue),
    /// From a commit at one service to its effect at another, and how fast a backlog is worked off.
    Events(Events),
    /// Whole journeys, with time to think and without.
    Shopper(Shopper),
    /// Start, memory and idleness of a process, beside a server that only says hello.
    Footprint(Plan),
    /// One workload after the other, each in a process of its own.
    All(Plan),
    /// The floor of `footprint`.
    #[command(hide = true)]
    FloorHello {
        /// Address and port to listen on.
        #[arg(long, value_name = "ADDR")]
        listen: String,
    },
}

/// What all workloads share.
#[derive(Clone, Debug, Args)]
pub struct Plan {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Pairs of floor and system.
    #[arg(long, default_value_t = 5, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100))]
    pairs: usize,
    /// How many are at it at once.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_SHOPPERS))]
    shoppers: Option<usize>,
    /// A PostgreSQL for floors in SQL: an empty database that pgbench may fill. Without it there are none.
    #[arg(long, value_name = "URL", value_parser = postgres)]
    floor: Option<String>,
    /// Measure the shop on this PostgreSQL, in schemas of its own, and not on SQLite.
    #[arg(long, value_name = "URL", value_parser = postgres)]
    database: Option<String>,
}

/// How to measure the order flow.
#[derive(Clone, Debug, Args)]
pub struct OrderSaga {
    #[command(flatten)]
    plan: Plan,
    /// Each shopper's next order comes after the last one is confirmed, and not after its 202.
    #[arg(long)]
    wait: bool,
    /// Each order by a cart and its checkout, and not in one request.
    #[arg(long)]
    by_cart: bool,
    /// Count each statement that the services' writers run, an order; takes a little time.
    #[arg(long)]
    statements: bool,
}

/// How to measure an article that everybody wants.
#[derive(Clone, Debug, Args)]
pub struct HotSku {
    #[command(flatten)]
    plan: Plan,
    /// Pieces that are there to be sold out.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    pieces: i64,
}

/// How to measure the catalogue, and pages of it.
#[derive(Clone, Debug, Args)]
pub struct Catalogue {
    #[command(flatten)]
    plan: Plan,
    /// Products on sale.
    #[arg(long, default_value_t = 100_000, value_parser = RangedU64ValueParser::<usize>::new().range(100..=1_000_000))]
    products: usize,
}

/// How to measure events.
#[derive(Clone, Debug, Args)]
pub struct Events {
    #[command(flatten)]
    plan: Plan,
    /// Events a second.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    rate: u64,
    /// Events that wait to be worked off.
    #[arg(long, default_value_t = 50_000, value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    backlog: usize,
}

/// How to measure journeys.
#[derive(Clone, Debug, Args)]
pub struct Shopper {
    #[command(flatten)]
    plan: Plan,
    /// Milliseconds between two steps of a journey, on average, where there is time to think.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    think: u64,
    /// A Bodega that runs with the payment simulator. `BODEGA_TOKEN` of an administrator lets its books be proved.
    #[arg(long, value_name = "URL", value_parser = http, conflicts_with = "database")]
    url: Option<String>,
}

impl Plan {
    fn span(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl Bench {
    pub(crate) async fn run(self, place: &Place, settings: Settings, world: World) -> anyhow::Result<bool> {
        let run = |plan| Run { plan, place: place.clone(), settings, world };
        let summary = match self {
            Self::OrderSaga(OrderSaga { plan, wait, by_cart, statements }) => {
                order_saga::run(&run(plan), wait, by_cart, statements).await?
            }
            Self::AcceptLatency(plan) => accept_latency::run(&run(plan)).await?,
            Self::HotSku(HotSku { plan, pieces }) => hot_sku::run(&run(plan), pieces).await?,
            Self::Catalogue(Catalogue { plan, products }) => catalogue::run(&run(plan), products).await?,
            Self::Pages(Catalogue { plan, products }) => pages::run(&run(plan), products).await?,
            Self::Events(Events { plan, rate, backlog }) => events::run(&run(plan), rate, backlog).await?,
            Self::Shopper(Shopper { plan, think, url }) => {
                shopper::run(&run(plan), Duration::from_millis(think), url).await?
            }
            Self::Footprint(plan) => footprint::run(&run(plan)).await?,
            Self::All(plan) => return all::run(&plan, place).await,
            Self::FloorHello { listen } => return floor::hello::serve(&listen).await.map(|()| true),
        };
        if place.json {
            println!("{}", serde_json::to_string(&summary)?);
        } else {
            print!("{summary}");
        }
        Ok(summary.verified != Some(false))
    }
}

fn postgres(url: &str) -> Result<String, String> {
    let fits = url.starts_with("postgres://") || url.starts_with("postgresql://");
    if fits { Ok(url.to_owned()) } else { Err("does not begin with postgres://".to_owned()) }
}

fn http(url: &str) -> Result<String, String> {
    let fits = url.starts_with("http://");
    if fits { Ok(url.to_owned()) } else { Err("does not begin with http://".to_owned()) }
}
