//! `bodega config` and `bodega openapi`: what is set, and what can be asked.

use crate::Shop;
use anyhow::Context as _;
use axum::{body::Body, http::Request};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::Args;
use tower::ServiceExt;

/// Print the settings in force, secrets hidden.
#[derive(Debug, Args)]
pub(crate) struct Config {
    /// Print the commented defaults instead.
    #[arg(long)]
    defaults: bool,
}

impl Config {
    pub(crate) fn run(self, settings: &Settings) -> bool {
        let text = if self.defaults { Settings::describe().to_owned() } else { settings.redacted() };
        print!("{text}");
        true
    }
}

/// The description that `/openapi.json` answers, from a shop that is opened for the purpose and leaves nothing.
pub(crate) async fn openapi(mut settings: Settings, world: World) -> anyhow::Result<bool> {
    let folder = std::env::temp_dir().join(format!("bodega-openapi-{}", std::process::id()));
    settings.database = bodega_settings::Database { data_dir: folder.clone(), ..Settings::defaults().database };
    let shop = Shop::open(settings, world, Mode::Still).await?;
    let answer = shop.router.clone().oneshot(Request::get("/openapi.json").body(Body::empty())?).await?;
    let bytes = axum::body::to_bytes(answer.into_body(), 16 << 20).await.context("no description")?;
    println!("{}", String::from_utf8_lossy(&bytes));
    std::fs::remove_dir_all(folder)?;
    Ok(true)
}
