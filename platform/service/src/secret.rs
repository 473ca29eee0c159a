//! The secret of a deployment: given by the settings, or made at the first start and kept in the data folder.

use anyhow::Context as _;
use bodega_kernel::World;
use bodega_settings::{DatabaseKind, Settings};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    sync::Arc,
};

/// Derives a key for each purpose from the one secret.
#[derive(Clone)]
pub struct Secrets(Arc<[u8]>);

impl Secrets {
    /// From the settings, or from `secret` in the data folder, which only its owner may read.
    pub fn load(settings: &Settings, world: &World) -> anyhow::Result<Self> {
        if !settings.rpc.secret.is_empty() {
            anyhow::ensure!(settings.rpc.secret.len() >= 32, "rpc.secret needs at least 32 characters");
            return Ok(Self(settings.rpc.secret.as_bytes().into()));
        }
        anyhow::ensure!(
            settings.database.kind == DatabaseKind::Sqlite || settings.rpc.upstreams.is_empty(),
            "set rpc.secret: services in several processes share it"
        );
        let folder = &settings.database.data_dir;
        fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))?;
        let path = folder.join("secret");
        if let Ok(secret) = fs::read(&path)
            && secret.len() == 32
        {
            return Ok(Self(secret.into()));
        }
        let secret = world.bytes::<32>();
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(&secret)?;
        file.sync_all()?;
        Ok(Self(secret.as_slice().into()))
    }

    /// From these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The key for one purpose; another purpose has another key.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("any length"));
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The same key in hexadecimal digits, where a text is wanted.
    pub fn text(&self, purpose: &str) -> String {
        let digits = |byte: u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16));
        self.key(purpose).into_iter().flat_map(digits).flatten().collect()
    }
}
