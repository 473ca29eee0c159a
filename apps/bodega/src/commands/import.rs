//! `bodega import`: what another system exported.

use crate::{
    Shop,
    cli::Place,
    client::{Headers, ShopClient},
    commands,
};
use anyhow::{Context as _, ensure};
use bodega_kernel::{Role, World};
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Bring in what another system exported.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Products from Shopify's CSV export. Variants that are new bring their stock.
    Catalog {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Bring them into a shop that runs, as staff with this access token in `BODEGA_TOKEN`.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

impl Import {
    pub(crate) async fn run(self, place: &Place, mut settings: Settings, world: World) -> anyhow::Result<bool> {
        let Self::Catalog { files, url } = self;
        if let Some(url) = url {
            let client = ShopClient::new(&url, std::env::var("BODEGA_TOKEN").ok())?;
            return import_all(place, &client, &files).await;
        }
        commands::start_logs(&settings);
        settings.limits.enabled = false;
        let shop = Shop::open(settings, world, Mode::Run).await?;
        let (url, serving) = shop.serve_here().await?;
        let client = as_staff(&shop, &url).await?;
        let imported = import_all(place, &client, &files).await;
        shop.settle(Duration::from_mins(1)).await?;
        serving.abort();
        imported
    }
}

/// A client of a shop in this process, as a member of staff that only this command knows. It is always the same one, so
/// that its idempotency keys hold from one run to the next.
pub(crate) async fn as_staff(shop: &Shop, url: &str) -> anyhow::Result<ShopClient> {
    let password = shop.host.secrets.text("command line's password");
    let email = "command-line@bodega.invalid";
    commands::admin::create_user(shop, email, &password, Role::Staff).await?;
    ShopClient::new(url, None)?.log_in(email, &password).await
}

async fn import_all(place: &Place, client: &ShopClient, files: &[PathBuf]) -> anyhow::Result<bool> {
    let mut sums = Sums::default();
    for file in files {
        let report = import_file(client, file).await?;
        sums.add(file, &report, place.json);
    }
    sums.print(place.json);
    Ok(sums.rejected == 0)
}

async fn import_file(client: &ShopClient, file: &Path) -> anyhow::Result<Value> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let body = Some(("text/csv", bytes));
    let answer = client.send(Method::POST, "/v1/products/import", Headers::default(), body).await?;
    ensure!(answer.status.is_success(), "{}: {}", file.display(), explain(&answer.body));
    Ok(answer.body)
}

fn explain(problem: &Value) -> String {
    let detail = problem["detail"].as_str().or(problem["title"].as_str()).unwrap_or("refused");
    detail.to_owned()
}

#[derive(Default)]
struct Sums {
    rows: u64,
    created: u64,
    updated: u64,
    rejected: u64,
    errors: Vec<Value>,
}

impl Sums {
    fn add(&mut self, file: &Path, report: &Value, quiet: bool) {
        let number = |key: &str| report[key].as_u64().unwrap_or(0);
        self.rows += number("rows");
        self.created += number("created");
        self.updated += number("updated");
        self.rejected += number("rejected");
        for error in report["errors"].as_array().into_iter().flatten() {
            if !quiet {
                let handle = error["handle"].as_str().unwrap_or_default();
                println!(
                    "{}:{} {handle}: {}",
                    file.display(),
                    error["line"],
                    error["reason"].as_str().unwrap_or_default()
                );
            }
            self.errors.push(error.clone());
        }
    }

    fn print(&self, as_json: bool) {
        if as_json {
            let Self { rows, created, updated, rejected, errors } = self;
            println!(
                "{}",
                json!({"rows": rows, "created": created, "updated": updated, "rejected": rejected, "errors": errors})
            );
        } else {
            println!(
                "{} rows: {} products created, {} updated, {} rejected",
                self.rows, self.created, self.updated, self.rejected
            );
        }
    }
}
