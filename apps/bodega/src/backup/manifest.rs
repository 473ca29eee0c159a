//! What a backup says of itself: what it is of, and what each of its files has to be.

use super::files;
use anyhow::{Context as _, bail, ensure};
use bodega_kernel::Time;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Component, Path},
};

/// The format that is written, and the newest that is read.
pub const FORMAT: u64 = 1;
const FILE: &str = "manifest.json";

/// A backup as it describes itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this description and of what it describes.
    pub format: u64,
    /// The version of the shop that wrote it.
    pub bodega: String,
    /// The moment that all of it is of.
    pub made_at: Time,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The databases there were.
    pub services: Vec<Part>,
    /// All files but this one.
    pub files: Vec<Entry>,
}

/// A database of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Whose.
    pub service: String,
    /// The steps its schema had taken.
    pub migrations: Vec<String>,
}

/// A file of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// From the backup's folder, with `/`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Of what is in a folder now.
    pub(super) fn of(folder: &Path, engine: &str, made_at: Time, services: Vec<Part>) -> anyhow::Result<Self> {
        let mut entries = Vec::new();
        for name in files::below(folder)? {
            let path = name.to_str().with_context(|| format!("{} is no text", name.display()))?.to_owned();
            let (bytes, sha256) = files::measure(&folder.join(&name)).with_context(|| path.clone())?;
            entries.push(Entry { path, bytes, sha256 });
        }
        let bodega = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Self { format: FORMAT, bodega, made_at, engine: engine.to_owned(), services, files: entries })
    }

    /// Writes it last of all: from now on the folder is a backup.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let unfinished = folder.join(format!("{FILE}.unfinished"));
        let mut file = File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(FILE))?;
        files::sync(folder)
    }

    /// Of a backup.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let text = fs::read(&path)
            .with_context(|| format!("{} is no backup, or one that was not finished: no {FILE}", folder.display()))?;
        // Of a newer one nothing else is known.
        let whole: serde_json::Value =
            serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
        let format = whole["format"].as_u64().with_context(|| format!("{} is damaged", path.display()))?;
        ensure!(format <= FORMAT, "the backup has format {format}, of a newer bodega; this one reads up to {FORMAT}");
        serde_json::from_value(whole).with_context(|| format!("{} is damaged", path.display()))
    }

    /// Refuses a backup of which a file is missing or is not what it was.
    pub(super) fn check(&self, folder: &Path) -> anyhow::Result<()> {
        for Entry { path, bytes, sha256 } in &self.files {
            let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
            ensure!(inside, "{path} is outside of the backup");
            match files::measure(&folder.join(path)) {
                Ok(found) if found == (*bytes, sha256.clone()) => {}
                Ok((found, _)) if found != *bytes => {
                    bail!("{path} is damaged: it has {found} bytes instead of {bytes}")
                }
                Ok(_) => bail!("{path} is damaged: its SHA-256 is another one"),
                Err(error) => bail!("{path} cannot be read: {error}"),
            }
        }
        for part in &self.services {
            let name = format!("databases/{}", part.service);
            let begins = |entry: &Entry| {
                entry.path.strip_prefix(&name).is_some_and(|rest| [Some('.'), Some('/')].contains(&rest.chars().next()))
            };
            ensure!(self.files.iter().any(begins), "the database of {} is not in the manifest", part.service);
        }
        Ok(())
    }
}
