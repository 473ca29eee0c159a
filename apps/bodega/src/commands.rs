//! The commands, one file each.

pub mod admin;
pub(crate) mod backup;
mod cluster;
pub(crate) mod config;
pub(crate) mod events;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod up;
pub(crate) mod verify;

use bodega_settings::{LogFormat, Settings};
use bodega_telemetry::Format;

/// Starts the logs. Telling twice is fine: the first one stands.
pub(crate) fn start_logs(settings: &Settings) {
    let format = match settings.log.format {
        LogFormat::Auto => Format::Auto,
        LogFormat::Json => Format::Json,
        LogFormat::Human => Format::Human,
    };
    if let Err(error) = bodega_telemetry::init(format, &settings.log.filter) {
        eprintln!("bodega: logs stay as they are: {error}");
    }
}

/// Ends when the process is asked to stop.
pub(crate) async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        // Without the signal handler the first interruption ends us.
        let _ = interrupted.await;
        return;
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}
