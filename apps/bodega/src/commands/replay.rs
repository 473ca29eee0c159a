//! `bodega replay`: sells again what a real shop sold, through the public API.

use crate::{
    Shop,
    cli::Place,
    client::ShopClient,
    commands,
    commands::import::as_staff,
    replay::{Outcome, Prices, Sale, dataset, sell},
    verify::{Strictness, verify},
};
use anyhow::Context as _;
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::{Args, Subcommand};
use serde_json::json;
use std::{path::PathBuf, time::Duration};

/// Sell again what a real shop sold.
#[derive(Debug, Subcommand)]
pub(crate) enum Replay {
    /// The UCI "Online Retail" invoices: a folder of its CSV files.
    OnlineRetail(OnlineRetail),
}

/// Which invoices, and where to.
#[derive(Debug, Args)]
pub(crate) struct OnlineRetail {
    /// The folder with the CSV files.
    dir: PathBuf,
    /// How many shoppers buy at once.
    #[arg(long, default_value_t = 16)]
    shoppers: usize,
    /// Sell each line at its own price, as drafts that staff place, and not at the shop's.
    #[arg(long)]
    exact: bool,
    /// Sell in a shop that runs with the payment simulator, as staff with this access token in `BODEGA_TOKEN`.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Replay {
    pub(crate) async fn run(self, place: &Place, mut settings: Settings, world: World) -> anyhow::Result<bool> {
        let Self::OnlineRetail(replay) = self;
        let data = dataset::read(&replay.dir)?;
        let prices = if replay.exact { Prices::Invoice } else { Prices::Shop };
        let sale = Sale { data: &data, shoppers: replay.shoppers.clamp(1, 256), prices, quiet: place.json };
        if let Some(url) = &replay.url {
            let client = ShopClient::new(url, std::env::var("BODEGA_TOKEN").ok())?;
            print(&sell(&client, &sale).await?);
            return Ok(true);
        }
        commands::start_logs(&settings);
        settings.limits.enabled = false;
        settings.payments.providers = vec!["simulator".to_owned()];
        let shop = Shop::open(settings, world, Mode::Run).await?;
        let (url, serving) = shop.serve_here().await?;
        let client = as_staff(&shop, &url).await?;
        let outcome = sell(&client, &sale).await?;
        shop.settle(Duration::from_mins(2)).await?;
        let report = verify(&shop.host.rpc, &shop.host.names(), Strictness::Strict).await.context("verify")?;
        serving.abort();
        for check in report.checks.iter().filter(|check| !check.ok) {
            eprintln!("FAIL {} {}: {}", check.id, check.says, check.offenders.join(", "));
        }
        print(&outcome);
        Ok(report.ok)
    }
}

fn print(outcome: &Outcome) {
    println!(
        "{}",
        json!({
            "orders": outcome.orders,
            "units": outcome.units,
            "skus": outcome.skus,
            "revenue": outcome.revenue,
            "seconds": outcome.seconds,
            "orders_per_s": outcome.orders_per_s,
            "confirmed": outcome.confirmed,
            "with_ten_left": outcome.with_ten_left,
        })
    );
}
