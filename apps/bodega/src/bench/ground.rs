//! The ground a workload stands on: a folder or schemas of its own, gone afterwards, and a shop on it.

use super::Plan;
use crate::{
    Shop,
    cli::Place,
    client::ShopClient,
    commands::admin::create_user,
    verify::{Report, Strictness, verify},
};
use anyhow::{Context as _, ensure};
use bodega_bus::{Consumer, embedded::Source};
use bodega_db::DbError;
use bodega_kernel::{Role, World};
use bodega_service::{Definition, Host, Mode};
use bodega_settings::{BusKind, DatabaseKind, Settings};
use serde_json::json;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

/// The check of what services believe of each other.
const READ_MODELS: &str = "V12";
/// How long all that is under way may take to come to rest.
const PATIENCE: Duration = Duration::from_mins(5);
/// Requests at once: a load program is not to be turned away.
const ADMISSION: usize = 8_192;
/// On PostgreSQL: takes away the schema that the connection lives in.
const DROP_OWN_SCHEMA: &str = "DO $$BEGIN EXECUTE format('DROP SCHEMA %I CASCADE', current_schema()); END$$";
/// Minutes that somebody stays logged in: longer than any run.
const LOGGED_IN: u64 = 24 * 60;

static GROUNDS: AtomicU64 = AtomicU64::new(0);

/// What a workload is run with.
pub(super) struct Run {
    pub(super) plan: Plan,
    pub(super) place: Place,
    pub(super) settings: Settings,
    pub(super) world: World,
}

impl Run {
    /// Which engine is measured.
    pub(super) fn database(&self) -> DatabaseKind {
        if self.plan.database.is_some() { DatabaseKind::Postgres } else { self.settings.database.kind }
    }

    /// A fresh ground: below the data folder if one is named, else among temporary files.
    pub(super) fn ground(&self) -> anyhow::Result<Ground> {
        ensure!(self.settings.bus.kind == BusKind::Embedded, "one process is measured: set bus.kind to embedded");
        let number = GROUNDS.fetch_add(1, Ordering::Relaxed);
        let name = format!("bodega-bench-{}-{number}", std::process::id());
        let folder = self.place.data.clone().unwrap_or_else(std::env::temp_dir).join(&name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut settings = self.settings.clone();
        settings.database.data_dir.clone_from(&folder);
        settings.blobs.folder = PathBuf::new();
        settings.database.kind = self.database();
        if let Some(url) = &self.plan.database {
            settings.database.url.clone_from(url);
        }
        if settings.database.kind == DatabaseKind::Postgres {
            settings.database.schema = format!("{}_{{service}}", name.replace('-', "_"));
        }
        settings.limits.enabled = false;
        settings.server.admission = ADMISSION;
        settings.payments.providers = vec!["simulator".to_owned()];
        settings.identity.access_minutes = LOGGED_IN;
        Ok(Ground { settings, folder })
    }

    /// Some services on a fresh ground, in which nothing moves by itself.
    pub(super) async fn still(&self, definitions: Vec<Definition>) -> anyhow::Result<(Host, Ground)> {
        let ground = self.ground()?;
        let host = Host::start(definitions, Arc::new(ground.settings.clone()), self.world.clone(), Mode::Still).await?;
        Ok((host, ground))
    }

    /// A whole shop on a fresh ground, served on a port of this machine.
    pub(super) async fn shop(&self) -> anyhow::Result<OpenShop> {
        let ground = self.ground()?;
        let shop = Shop::open(ground.settings.clone(), self.world.clone(), Mode::Run).await?;
        let (url, serving) = shop.serve_here().await?;
        let address = url.trim_start_matches("http://").parse()?;
        let mut open =
            OpenShop { staff: ShopClient::new(&url, None)?, token: String::new(), shop, address, serving, ground };
        open.token = open.log_in("staff@bench.invalid", Role::Staff).await?;
        open.staff = ShopClient::new(&url, Some(open.token.clone()))?;
        Ok(open)
    }
}

/// A folder, and schemas of the same name where the shop is on PostgreSQL.
pub(super) struct Ground {
    pub(super) settings: Settings,
    folder: PathBuf,
}

impl Ground {
    /// Where its files are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the schemas away; the folder goes by itself.
    pub(super) async fn clear(&self, host: &Host) -> anyhow::Result<()> {
        if self.settings.database.kind != DatabaseKind::Postgres {
            return Ok(());
        }
        for service in &host.services {
            let dropped: Result<u64, DbError> =
                service.db.write(async |tx| tx.execute(DROP_OWN_SCHEMA, &[]).await).await;
            dropped.with_context(|| format!("the schema of {} is still there", service.name))?;
        }
        Ok(())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // Whatever is left bears the name of a bench.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A whole shop that is open.
pub(super) struct OpenShop {
    pub(super) shop: Shop,
    pub(super) address: SocketAddr,
    pub(super) staff: ShopClient,
    /// The staff's.
    pub(super) token: String,
    serving: JoinHandle<anyhow::Result<()>>,
    pub(super) ground: Ground,
}

impl OpenShop {
    /// Makes a user and answers their access token.
    pub(super) async fn log_in(&self, email: &str, role: Role) -> anyhow::Result<String> {
        let password = self.shop.host.secrets.text("bench's password");
        create_user(&self.shop, email, &password, role).await?;
        let answer = self.staff.post("/v1/auth/login", &json!({"email": email, "password": password}), None).await?;
        answer["access_token"].as_str().map(str::to_owned).context("no access token in the answer")
    }

    /// Waits until nothing is under way.
    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        self.shop.settle(PATIENCE).await
    }

    /// Proves the books, closes the shop and clears its ground.
    pub(super) async fn close(self) -> anyhow::Result<bool> {
        self.settle().await?;
        let agrees = books_agree(&self.shop.host, &self.shop.host.names()).await?;
        self.serving.abort();
        self.ground.clear(&self.shop.host).await?;
        Ok(agrees)
    }
}

/// Whether the books of these services agree, strictly; says on standard error where they do not.
pub(super) async fn books_agree(host: &Host, services: &[String]) -> anyhow::Result<bool> {
    let report: Report = verify(&host.rpc, services, Strictness::Strict).await.context("verify")?;
    let has_carts = services.iter().any(|service| service == "cart");
    let mut agree = true;
    // What carts believe cannot be right where there are none.
    for check in report.checks.iter().filter(|check| !check.ok && (has_carts || check.id != READ_MODELS)) {
        eprintln!("FAIL {} {}: {}", check.id, check.says, check.offenders.join(", "));
        agree = false;
    }
    Ok(agree)
}

/// A service of a host as a source of events.
pub(super) fn source(host: &Host, name: &str) -> anyhow::Result<Source> {
    let service = host.service(name).with_context(|| format!("{name} is not in this process"))?;
    Ok(Source { db: service.db.clone(), publishes: service.publishes })
}

/// A service of a host as a subscriber.
pub(super) fn consumer(host: &Host, name: &str) -> anyhow::Result<Consumer> {
    let service = host.service(name).with_context(|| format!("{name} is not in this process"))?;
    Ok(service.consumer.clone())
}
