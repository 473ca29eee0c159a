//! `bodega events`: dead letters, sending events again, and who hears what.

use crate::{Shop, backup::resend_missing, cli::Place};
use anyhow::{Context as _, ensure};
use bodega_kernel::{PageLimit, Time, World};
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::Subcommand;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Events that could not be handled, and sending events again. The shop must be stopped; a running one has
/// `/v1/events/dead`.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// List what could not be handled.
    Dead,
    /// Handle a dead letter again.
    Replay {
        /// The event's id.
        id: Uuid,
    },
    /// Hand stored events to one service again, to fill its read model; or to everybody what they never got.
    Resend {
        /// Who is to hear them.
        #[arg(long, value_name = "SERVICE", required_unless_present = "missing")]
        to: Option<String>,
        /// From when on, RFC 3339.
        #[arg(long, value_name = "TIME", required_unless_present = "missing")]
        since: Option<String>,
        /// Hand every service what it hears and has no note of, as after the loss of a broker's queues.
        #[arg(long, conflicts_with_all = ["to", "since"])]
        missing: bool,
    },
    /// Print who publishes what and who hears it.
    Map,
}

impl Events {
    pub(crate) async fn run(self, place: &Place, settings: Settings, world: World) -> anyhow::Result<bool> {
        let shop = Shop::open(settings, world, Mode::Still).await?;
        match self {
            Self::Dead => dead(&shop).await,
            Self::Replay { id } => replay(&shop, id).await,
            Self::Resend { to: Some(to), since: Some(since), .. } => resend(&shop, &to, &since).await,
            Self::Resend { .. } => {
                let sent = resend_missing(&shop).await?;
                println!("{}", json!({"sent": sent}));
                Ok(true)
            }
            Self::Map => {
                print_map(&shop, place.json);
                Ok(true)
            }
        }
    }
}

async fn dead(shop: &Shop) -> anyhow::Result<bool> {
    let limit = PageLimit::new(PageLimit::MAX).context("no page")?;
    for service in &shop.host.services {
        let mut after = None;
        loop {
            let page = service.consumer.dead_letters(after, limit).await?;
            for letter in &page {
                println!("{}", serde_json::to_string(letter)?);
            }
            match page.last() {
                Some(last) if page.len() > PageLimit::MAX => after = Some(last.id),
                _ => break,
            }
        }
    }
    Ok(true)
}

async fn replay(shop: &Shop, id: Uuid) -> anyhow::Result<bool> {
    for service in &shop.host.services {
        if service.consumer.replay(id).await? {
            println!("{} handled {id}", service.name);
            return Ok(true);
        }
    }
    anyhow::bail!("no dead letter {id}")
}

async fn resend(shop: &Shop, to: &str, since: &str) -> anyhow::Result<bool> {
    let since = Time::parse(since).context("--since is RFC 3339, such as 2026-01-31T12:00:00Z")?;
    let names: Vec<&str> = shop.host.services.iter().map(|service| service.name).collect();
    ensure!(names.contains(&to), "there is no service {to}; there are {}", names.join(", "));
    let target = shop.host.service(to).context("no such service")?;
    let mut sent = 0;
    for source in &shop.host.services {
        sent += bodega_bus::resend(&source.db, &target.consumer, since).await?;
    }
    println!("{}", json!({"to": to, "sent": sent}));
    Ok(true)
}

/// Event by event: who publishes it and who hears it.
pub(crate) fn map(shop: &Shop) -> BTreeMap<&'static str, (Vec<&'static str>, Vec<&'static str>)> {
    let mut map: BTreeMap<&'static str, (Vec<&'static str>, Vec<&'static str>)> = BTreeMap::new();
    for service in &shop.host.services {
        for kind in service.publishes {
            map.entry(kind).or_default().0.push(service.name);
        }
        for kind in service.consumer.subscriptions().kinds() {
            map.entry(kind).or_default().1.push(service.name);
        }
    }
    map
}

fn print_map(shop: &Shop, as_json: bool) {
    for (kind, (publishers, subscribers)) in map(shop) {
        if as_json {
            println!("{}", json!({"event": kind, "from": publishers, "to": subscribers}));
        } else {
            println!("{kind:<32} {} → {}", publishers.join(", "), subscribers.join(", "));
        }
    }
}
