//! `bodega verify`: the proof of the books, of a shop that is stopped or of one that runs.

use crate::{
    Shop,
    cli::Place,
    client::ShopClient,
    verify::{Books, Journal, Report, Strictness, digest, verify},
};
use anyhow::Context as _;
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Check the invariants of every service and across them.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Everything has come to rest: nothing may be under way.
    #[arg(long)]
    strict: bool,
    /// Also print a digest of the end state, without ids and times.
    #[arg(long)]
    digest: bool,
    /// Also check what a client was told, from the journal it kept (JSON).
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Ask a shop that runs, as an administrator with this access token in `BODEGA_TOKEN`.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Verify {
    pub(crate) async fn run(self, place: &Place, settings: Settings, world: World) -> anyhow::Result<bool> {
        if let Some(url) = &self.url {
            let client = ShopClient::new(url, std::env::var("BODEGA_TOKEN").ok())?;
            let report = client.post(&format!("/v1/verify?strict={}", self.strict), &json!({}), None).await?;
            println!("{report}");
            return Ok(report["ok"] == true);
        }
        let shop = Shop::open(settings, world, Mode::Still).await.context("stop the shop first, or use --url")?;
        let strictness = if self.strict { Strictness::Strict } else { Strictness::Live };
        let (report, extra) = self.check(&shop, strictness).await?;
        print(&report, &extra, place.json);
        Ok(report.ok && extra.contradictions.is_empty())
    }

    async fn check(&self, shop: &Shop, strictness: Strictness) -> anyhow::Result<(Report, Extra)> {
        let services = shop.host.names();
        let mut extra = Extra::default();
        if self.digest || self.journal.is_some() {
            let books = Books::read(&shop.host.rpc, &services).await?;
            extra.digest = self.digest.then(|| digest(&books));
            if let Some(path) = &self.journal {
                let journal: Journal = serde_json::from_slice(&std::fs::read(path)?).context("not a journal")?;
                extra.contradictions = journal.contradictions(&books).into_iter().collect();
            }
        }
        Ok((verify(&shop.host.rpc, &services, strictness).await?, extra))
    }
}

#[derive(Default)]
struct Extra {
    digest: Option<String>,
    contradictions: Vec<String>,
}

fn print(report: &Report, extra: &Extra, as_json: bool) {
    if as_json {
        let ok = report.ok && extra.contradictions.is_empty();
        println!(
            "{}",
            json!({"ok": ok, "checks": report.checks, "digest": extra.digest, "journal": extra.contradictions})
        );
        return;
    }
    for check in &report.checks {
        let mark = if check.ok { "ok  " } else { "FAIL" };
        println!("{mark} {:<4} {}", check.id, check.says);
        check.offenders.iter().for_each(|offender| println!("          {offender}"));
    }
    extra.contradictions.iter().for_each(|call| println!("FAIL V15  {call}"));
    if let Some(digest) = &extra.digest {
        println!("digest {digest}");
    }
}
