//! What can be typed.

use crate::commands::{admin, backup, config, events, import, migrate, replay, serve, up, verify};
use anyhow::Context as _;
use bodega_kernel::World;
use bodega_settings::Settings;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The shop that never closes, never sells what it does not have, and can prove it.
#[derive(Debug, Parser)]
#[command(name = "bodega", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the shop is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// A settings file (TOML). `bodega config --defaults` prints every setting with its meaning.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The last line of output is one JSON object.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole shop in this process.
    Up(up::Up),
    /// Run some services in this process, or the gateway that is in front of them.
    Serve(serve::Serve),
    /// Bring the databases up to date and stop.
    Migrate,
    /// Bring in what another system exported.
    #[command(subcommand)]
    Import(import::Import),
    /// Sell again what a real shop sold, through the public API, and prove the books afterwards.
    #[command(subcommand)]
    Replay(replay::Replay),
    /// Check the invariants of every service and across them.
    Verify(verify::Verify),
    /// Copy the whole shop as it is at this moment, whether it runs or not.
    Backup(backup::Backup),
    /// Make a shop of a backup, where there is none.
    Restore(backup::Restore),
    /// People and what they may do.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Events that could not be handled, and sending events again.
    #[command(subcommand)]
    Events(events::Events),
    /// Print the API description (OpenAPI 3.1).
    Openapi,
    /// Print the settings in force, secrets hidden.
    Config(config::Config),
    /// Measure.
    #[command(subcommand)]
    Bench(crate::bench::Bench),
}

impl Place {
    /// The settings in force here.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = Settings::load(self.config.as_deref()).context("the settings cannot be used")?;
        if let Some(data) = &self.data {
            settings.database.data_dir.clone_from(data);
        }
        Ok(settings)
    }
}

/// Runs a command; `false` where it ran and found something wrong.
pub fn run(cli: Cli) -> anyhow::Result<bool> {
    let settings = cli.place.settings()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(cli, settings))
}

async fn dispatch(cli: Cli, settings: Settings) -> anyhow::Result<bool> {
    let place = cli.place;
    let world = World::system();
    match cli.command {
        Command::Up(up) => up.run(&place, settings, world).await,
        Command::Serve(serve) => serve.run(settings, world).await,
        Command::Migrate => migrate::run(settings, world).await,
        Command::Import(import) => import.run(&place, settings, world).await,
        Command::Replay(replay) => replay.run(&place, settings, world).await,
        Command::Verify(verify) => verify.run(&place, settings, world).await,
        Command::Backup(backup) => backup.run(&place, settings, world).await,
        Command::Restore(restore) => restore.run(&place, settings, world).await,
        Command::Admin(admin) => admin.run(settings, world).await,
        Command::Events(events) => events.run(&place, settings, world).await,
        Command::Openapi => config::openapi(settings, world).await,
        Command::Config(config) => Ok(config.run(&settings)),
        Command::Bench(bench) => bench.run(&place, settings, world).await,
    }
}
