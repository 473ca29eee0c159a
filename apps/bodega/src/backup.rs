//! A backup of the whole shop as it was at one moment, taken while it sells, and the way back into an empty place.
//!
//! A backup is a folder: `databases` with a copy of each service's, `blobs`, `secret` where the shop made its own, and
//! `manifest.json`, which is written last and says of every file what it has to be. A folder without it is no backup.

mod files;
mod manifest;

pub use manifest::{FORMAT, Manifest};

use crate::{Shop, services};
use anyhow::{Context as _, ensure};
use bodega_db::{
    DbConfig,
    backup::{self, Copied, Cut},
};
use bodega_kernel::{Time, World};
use bodega_service::{Definition, Mode, database};
use bodega_settings::{BusKind, DatabaseKind, Settings};
use manifest::Part;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const DATABASES: &str = "databases";
const BLOBS: &str = "blobs";
const SECRET: &str = "secret";
/// Where what is restored is put together, within the data folder.
const UNFINISHED: &str = "restoring";

/// What came of a backup.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What is in it.
    pub manifest: Manifest,
    /// For how long whatever writes was stopped, at most.
    pub paused: Duration,
    /// How long all of it took.
    pub duration: Duration,
}

/// Backs up a shop, running or stopped, into a folder that is empty or not there.
pub async fn take(settings: &Settings, world: &World, folder: &Path) -> anyhow::Result<Taken> {
    let started = Instant::now();
    files::make_empty(folder)?;
    let inside = folder.join(DATABASES);
    files::make(&inside)?;
    let definitions = services();
    let cut = Cut::take(&configs(settings, &definitions)).await?;
    let (made_at, paused) = (world.now(), cut.paused());
    ensure!(!cut.is_empty(), "there is no shop here: `bodega migrate` makes one");
    let copied = cut.copy(&inside).await?;
    // After the moment of the databases: no file that one of them knows is missing.
    files::copy_tree(&blobs(settings), &folder.join(BLOBS))?;
    let secret = settings.database.data_dir.join(SECRET);
    if settings.rpc.secret.is_empty() && secret.exists() {
        files::copy(&secret, &folder.join(SECRET))?;
    }
    let services = copied.into_iter().map(|Copied { service, migrations }| Part { service, migrations }).collect();
    let manifest = Manifest::of(folder, engine(settings), made_at, services)?;
    manifest.write(folder)?;
    Ok(Taken { manifest, paused, duration: started.elapsed() })
}

/// What came of a restoration.
#[derive(Clone, Debug)]
pub struct Restored {
    /// As it was when the backup was taken.
    pub made_at: Time,
    /// How many databases there are.
    pub services: usize,
    /// Events that were handed on once more, as the broker has lost them.
    pub resent: u64,
}

/// Makes a shop of a backup where there is none.
pub async fn restore(settings: &Settings, world: &World, folder: &Path) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(folder)?;
    let engine = engine(settings);
    ensure!(
        manifest.engine == engine,
        "this is a backup of {}, and the settings name {engine}: they have to be of one kind",
        manifest.engine
    );
    let definitions = services();
    let parts = known(&manifest, &definitions)?;
    manifest.check(folder)?;
    let (data, blobs_folder) = (&settings.database.data_dir, blobs(settings));
    files::refuse_full(&blobs_folder)?;
    if settings.database.kind == DatabaseKind::Sqlite {
        files::refuse_full(data)?;
    }
    let secrets = folder.join(SECRET).exists() && settings.rpc.secret.is_empty() && data.join(SECRET).exists();
    ensure!(!secrets, "{} has a secret already: move it away", data.display());
    for (definition, _) in &parts {
        let config = database(settings, definition.name);
        ensure!(backup::is_unused(&config).await?, "there is a database of {} already", definition.name);
    }
    put_back(settings, folder, &parts, &blobs_folder).await?;
    let resent = if settings.bus.kind == BusKind::Rabbitmq {
        resend_missing(&Shop::open(settings.clone(), world.clone(), Mode::Still).await?).await?
    } else {
        0
    };
    Ok(Restored { made_at: manifest.made_at, services: parts.len(), resent })
}

/// The services of a backup, each with its schema, if all of them are known here.
fn known<'d>(manifest: &Manifest, definitions: &'d [Definition]) -> anyhow::Result<Vec<(&'d Definition, Copied)>> {
    let part = |part: &Part| {
        let Part { service, migrations } = part.clone();
        let newer = || format!("the backup holds {service} of a newer version (bodega {})", manifest.bodega);
        let definition = definitions.iter().find(|definition| definition.name == service).with_context(newer)?;
        let copied = Copied { service: service.clone(), migrations };
        ensure!(backup::is_known(definition.migrations, &copied), newer());
        Ok((definition, copied))
    };
    manifest.services.iter().map(part).collect()
}

async fn put_back(
    settings: &Settings,
    folder: &Path,
    parts: &[(&Definition, Copied)],
    blobs_folder: &Path,
) -> anyhow::Result<()> {
    let data = &settings.database.data_dir;
    let unfinished = data.join(UNFINISHED);
    files::make(&unfinished)?;
    let mut staged = settings.clone();
    staged.database.data_dir.clone_from(&unfinished);
    for (definition, copied) in parts {
        let config = database(&staged, definition.name);
        backup::restore(&config, definition.migrations, copied, &folder.join(DATABASES)).await?;
    }
    let secret = folder.join(SECRET);
    if secret.exists() && settings.rpc.secret.is_empty() {
        files::copy(&secret, &unfinished.join(SECRET))?;
    }
    files::copy_tree(&folder.join(BLOBS), blobs_folder)?;
    // All of it is there: what is left are names.
    files::move_all(&unfinished, data)
}

/// Hands every service the stored events that it hears and has no note of. Answers how many there were.
pub async fn resend_missing(shop: &Shop) -> anyhow::Result<u64> {
    let mut sent = 0;
    for source in &shop.host.services {
        for target in &shop.host.services {
            let hears = source.publishes.iter().any(|kind| target.consumer.subscriptions().hears(kind));
            if hears {
                sent += bodega_bus::resend_missing(&source.db, &target.consumer).await?;
            }
        }
    }
    Ok(sent)
}

fn configs(settings: &Settings, definitions: &[Definition]) -> Vec<DbConfig> {
    definitions.iter().map(|definition| database(settings, definition.name)).collect()
}

fn engine(settings: &Settings) -> &'static str {
    match settings.database.kind {
        DatabaseKind::Sqlite => "sqlite",
        DatabaseKind::Postgres => "postgres",
    }
}

fn blobs(settings: &Settings) -> PathBuf {
    let folder = &settings.blobs.folder;
    if folder.as_os_str().is_empty() { settings.database.data_dir.join(BLOBS) } else { folder.clone() }
}
