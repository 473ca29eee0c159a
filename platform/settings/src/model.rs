//! The settings by section. What each means is written in `defaults.toml`; units are the last word of a name.

use crate::redact;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// All settings.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the shop is reached.
    pub server: Server,
    /// Where facts are kept.
    pub database: Database,
    /// How services tell each other what has happened.
    pub bus: Bus,
    /// How services ask each other.
    pub rpc: Rpc,
    /// The shop itself.
    pub shop: Shop,
    /// Taking money.
    pub payments: Payments,
    /// The life of an order.
    pub orders: Orders,
    /// Stock.
    pub inventory: Inventory,
    /// Accounts.
    pub identity: Identity,
    /// How much one address may ask for.
    pub limits: Limits,
    /// The log.
    pub log: Log,
}

/// `[server]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// Largest body of a request.
    pub body_limit_bytes: usize,
    /// When a request is given up.
    pub request_timeout_ms: u64,
    /// Requests worked on at the same time.
    pub admission: usize,
}

/// `[database]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Which one.
    pub kind: DatabaseKind,
    /// Folder of the files and keys.
    pub data_dir: PathBuf,
    /// `PostgreSQL` address; `{service}` stands for the service's name.
    pub url: String,
    /// `PostgreSQL` schema; empty for the usual one; may hold `{service}`.
    pub schema: String,
    /// Reading connections of a service.
    pub readers: u32,
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// Files in the data folder.
    Sqlite,
    /// A server.
    Postgres,
}

/// `[bus]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// Which one.
    pub kind: BusKind,
    /// The broker's address.
    pub url: String,
    /// Exchange, and prefix of queues.
    pub exchange: String,
}

/// Which bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusKind {
    /// Within this process.
    Embedded,
    /// `RabbitMQ`.
    Rabbitmq,
}

/// `[rpc]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rpc {
    /// Base URL by service, for those that run elsewhere.
    pub upstreams: BTreeMap<String, String>,
    /// Signs calls between services; empty: made at the first start.
    pub secret: String,
}

/// `[shop]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// As customers see it.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether prices include tax.
    pub prices_include_tax: bool,
    /// Tax on what has no rate of its own.
    pub tax_rate_bp: i64,
    /// Ways of shipping.
    pub shipping_methods: Vec<ShippingMethod>,
    /// The claim `iss` of tokens.
    pub issuer: String,
}

/// A way of shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingMethod {
    /// Names it in the API; each once.
    pub id: String,
    /// As customers see it.
    pub name: String,
    /// Minor units.
    pub price: i64,
}

/// `[payments]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// Those that are on.
    pub providers: Vec<String>,
    /// Signs what providers report.
    pub webhook_secret: String,
    /// How long a customer has to pay.
    pub deadline_minutes: u64,
}

/// `[orders]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    /// How long an order may wait for other services.
    pub pending_minutes: u64,
    /// When a paid order that has not left is late.
    pub service_level_hours: u64,
}

/// `[inventory]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// How long goods stay held after the time to pay.
    pub hold_grace_hours: u64,
}

/// `[identity]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Life of an access token.
    pub access_minutes: u64,
    /// Life of a refresh token.
    pub refresh_days: u64,
    /// Passwords checked at the same time.
    pub hash_threads: usize,
    /// Sign-ins that may wait.
    pub hash_queue: usize,
}

/// `[limits]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests a second, in the long run.
    pub per_second_per_address: u32,
    /// Requests at once.
    pub burst: u32,
    /// Attempts to sign in.
    pub login_per_minute: u32,
    /// Whether anything is limited.
    pub enabled: bool,
}

/// `[log]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// Level, or levels by module.
    pub filter: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Human at a terminal, else JSON.
    Auto,
    /// Elastic Common Schema.
    Json,
    /// For people.
    Human,
}

impl LogFormat {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::Human => "human",
        }
    }
}

impl Database {
    /// The `PostgreSQL` address of a service's database.
    pub fn url_of(&self, service: &str) -> String {
        self.url.replace("{service}", service)
    }

    /// The `PostgreSQL` schema of a service; `None` is the usual one.
    pub fn schema_of(&self, service: &str) -> Option<String> {
        (!self.schema.is_empty()).then(|| self.schema.replace("{service}", service))
    }
}

/// Sections with secrets are debugged without them, so that no log line can hold one.
macro_rules! debug_without_secrets {
    ($($section:ident),+) => {$(
        impl fmt::Debug for $section {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($section), " {{ {} }}"), redact::one_line(self))
            }
        }
    )+};
}
debug_without_secrets!(Settings, Database, Bus, Rpc, Payments);
