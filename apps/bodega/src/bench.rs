//! `bodega bench`: a workload beside its floor, in pairs, in one run.
//!
//! The floor is a program that everybody knows, doing comparable work on the same disk at almost the same moment, so
//! that the ratio means something on any machine.

mod cpu;
mod floor;
mod order_saga;
mod shopper;

use crate::cli::Place;
use bodega_kernel::World;
use bodega_settings::Settings;
use clap::{Args, Subcommand};

/// Measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Carts become confirmed orders over HTTP, beside pgbench's TPC-B.
    OrderSaga(OrderSaga),
}

/// How to measure the order flow.
#[derive(Clone, Debug, Args)]
pub struct OrderSaga {
    /// How many keep-alive shoppers buy at once, each its next order after the 202.
    #[arg(long, default_value_t = 64)]
    shoppers: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Pairs of floor and system.
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// A PostgreSQL for the floor: an empty database that pgbench may fill. Without it there is no floor.
    #[arg(long, value_name = "URL")]
    floor: Option<String>,
}

impl Bench {
    pub(crate) async fn run(self, place: &Place, settings: Settings, world: World) -> anyhow::Result<bool> {
        match self {
            Self::OrderSaga(options) => order_saga::run(options, place, settings, world).await,
        }
    }
}
