//! `bodega-peers`: a crowd of shoppers in somebody else's shop, for figures to hold ours against.
//!
//! The same journey as in `bodega bench shopper`, spoken in the words of Vendure or Medusa. It knows nothing of Bodega.
//! How to install and start a peer stands in README.md.

mod crowd;
mod http;
mod medusa;
mod report;
mod shop;
mod usage;
mod vendure;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use crowd::Plan;
use report::Summary;
use shop::Shop;
use std::{net::SocketAddr, process::ExitCode, time::Duration};
use tokio::task::LocalSet;
use vendure::Vendure;

/// Shoppers in a shop of another make, one journey after the other without time to think.
#[derive(Debug, Parser)]
#[command(name = "bodega-peers", version)]
struct Cli {
    #[command(subcommand)]
    peer: Peer,
}

#[derive(Debug, Subcommand)]
enum Peer {
    /// A Vendure, by its Shop API.
    Vendure {
        /// Where it listens, such as `http://127.0.0.1:3000`.
        #[arg(value_name = "URL")]
        url: String,
        #[command(flatten)]
        options: Options,
    },
    /// A Medusa, by its Store API.
    Medusa {
        /// Where it listens, such as `http://127.0.0.1:9000`.
        #[arg(value_name = "URL")]
        url: String,
        /// A publishable API key of a sales channel.
        #[arg(long, value_name = "PUBLISHABLE_KEY")]
        key: String,
        #[command(flatten)]
        options: Options,
    },
}

/// How to measure.
#[derive(Debug, Args)]
struct Options {
    /// How many are at it at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=2_048))]
    shoppers: u16,
    /// Seconds in which journeys that come to their end are counted.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Seconds before those, in which nothing is counted.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(0..=600))]
    warm_up: u64,
    /// A process of the peer, such as its server, its worker or its database: its CPU counts, and that of its children.
    /// May be given more than once.
    #[arg(long, value_name = "ID")]
    pid: Vec<u32>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bodega-peers: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        match cli.peer {
            Peer::Vendure { url, options } => visit::<Vendure>("vendure", locate(&url).await?, &options).await,
            Peer::Medusa { url, key, options } => {
                let door = medusa::Door::find(locate(&url).await?, key).await?;
                visit::<medusa::Medusa>("medusa", door, &options).await
            }
        }
    })
}

async fn visit<S: Shop>(peer: &'static str, door: S::Door, options: &Options) -> anyhow::Result<()> {
    let plan = Plan {
        shoppers: options.shoppers.into(),
        warm_up: Duration::from_secs(options.warm_up),
        span: Duration::from_secs(options.seconds),
        processes: options.pid.clone(),
    };
    let seen = crowd::measure::<S>(door, &plan).await?;
    for (fault, times) in &seen.failures {
        eprintln!("{times} journeys failed: {fault}");
    }
    let summary = Summary::new(peer, &plan, &seen)?;
    if options.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        print!("{summary}");
    }
    Ok(())
}

async fn locate(url: &str) -> anyhow::Result<SocketAddr> {
    let named = url.strip_prefix("http://").with_context(|| format!("{url} does not begin with http://"))?;
    let named = named.trim_end_matches('/');
    let found = tokio::net::lookup_host(named).await.with_context(|| format!("{url} names no host and port"))?;
    found.into_iter().next().with_context(|| format!("{url} leads nowhere"))
}
