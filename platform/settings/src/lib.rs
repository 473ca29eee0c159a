//! Settings: commented defaults compiled in, then a file, then the environment.
//!
//! `defaults.toml` is the documentation and the list of what exists: a key that is not there is refused, and a bad
//! value is reported with its key and where it came from. Nothing here prints a secret.

mod check;
mod environment;
mod error;
mod layers;
mod model;
mod network;
mod redact;

pub use error::SettingsError;
pub use model::{
    Blobs, BlobsKind, Bus, BusKind, CaptureTime, Cart, ClientHeader, Database, DatabaseKind, Gateway, Identity,
    Inventory, Limits, Log, LogFormat, Mail, ManualPayments, Orders, Payments, RewardTier, Rewards, Rpc, Server,
    Settings, ShippingMethod, Shop,
};
pub use network::{Network, NoNetwork};

use std::path::Path;

const DEFAULTS: &str = include_str!("defaults.toml");

impl Settings {
    /// The defaults, then `file`, then the variables `BODEGA__SECTION__KEY` of this process.
    ///
    /// Fails where the file cannot be read, where a key is unknown, and where a value is bad.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::load_from(file, environment::of_process()?)
    }

    /// Like [`Settings::load`], with these variables instead of the process's own.
    pub fn load_from<V>(file: Option<&Path>, variables: V) -> Result<Self, SettingsError>
    where
        V: IntoIterator<Item = (String, String)>,
    {
        layers::load(file, variables)
    }

    /// The defaults alone.
    pub fn defaults() -> Self {
        let nothing = std::iter::empty::<(String, String)>();
        layers::load(None, nothing).unwrap_or_else(|error| unreachable!("defaults.toml is tested to load: {error}"))
    }

    /// All settings with their defaults and what they mean, as a TOML file.
    pub fn describe() -> &'static str {
        DEFAULTS
    }

    /// These settings as TOML, with secrets and the passwords of addresses hidden.
    pub fn redacted(&self) -> String {
        redact::toml_text(self)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::defaults()
    }
}
