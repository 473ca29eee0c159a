//! `bodega backup` and `bodega restore`: the whole shop as it was at one moment, and the way back.

use crate::{backup, cli::Place};
use bodega_kernel::World;
use bodega_settings::Settings;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Copy the whole shop as it is at this moment, whether it runs or not.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where to; empty, or made. Whoever can read it can read the shop's secret.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Backup {
    pub(crate) async fn run(self, place: &Place, settings: Settings, world: World) -> anyhow::Result<bool> {
        let taken = backup::take(&settings, &world, &self.folder).await?;
        let (files, services) = (taken.manifest.files.len(), taken.manifest.services.len());
        let bytes: u64 = taken.manifest.files.iter().map(|file| file.bytes).sum();
        let (paused_ms, took_ms) = (taken.paused.as_secs_f64() * 1000.0, taken.duration.as_millis() as u64);
        if place.json {
            let at = taken.manifest.made_at;
            println!(
                "{}",
                json!({"at": at, "services": services, "files": files, "bytes": bytes, "paused_ms": paused_ms, "took_ms": took_ms})
            );
        } else {
            println!("{} holds the shop as it was at {}", self.folder.display(), taken.manifest.made_at);
            println!("  {services} databases, {files} files, {bytes} bytes, {took_ms} ms");
            println!("  whoever wrote was stopped for {paused_ms:.1} ms");
        }
        Ok(true)
    }
}

/// Make a shop of a backup, where there is none.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Restore {
    pub(crate) async fn run(self, place: &Place, settings: Settings, world: World) -> anyhow::Result<bool> {
        let restored = backup::restore(&settings, &world, &self.folder).await?;
        if place.json {
            let (at, services, resent) = (restored.made_at, restored.services, restored.resent);
            println!("{}", json!({"at": at, "services": services, "resent": resent}));
        } else {
            println!("the shop is as it was at {}: {} databases", restored.made_at, restored.services);
            println!("  {} events were handed on that the broker has lost", restored.resent);
            println!("  `bodega verify` proves its books");
        }
        Ok(true)
    }
}
