//! The settings by section. What each means is written in `defaults.toml`; units are the last word of a name.

mod blobs;
mod cart;
mod shop;

pub use blobs::{Blobs, BlobsKind};
pub use cart::Cart;
pub use shop::{ShippingMethod, Shop};

use crate::{Network, redact};
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
    /// Where files are kept.
    pub blobs: Blobs,
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
    /// Carts.
    pub cart: Cart,
    /// Stock.
    pub inventory: Inventory,
    /// Points that customers earn and spend.
    pub rewards: Rewards,
    /// Accounts.
    pub identity: Identity,
    /// Sending parcels.
    pub shipping: Shipping,
    /// Mail to customers.
    pub mail: Mail,
    /// What stands before the gateway.
    pub gateway: Gateway,
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
    /// How long a process that is to end goes on serving after it said that it cannot.
    pub drain_ms: u64,
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

/// When money that a provider can promise is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureTime {
    /// When the customer pays.
    AtOnce,
    /// Parcel by parcel, just before each leaves.
    OnDispatch,
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
    /// When a card is charged.
    pub capture: CaptureTime,
    /// How long a call to a provider may be without an answer before staff are told.
    pub stuck_minutes: u64,
    /// Taking money by hand.
    pub manual: ManualPayments,
}

/// `[payments.manual]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManualPayments {
    /// Where customers send a bank transfer.
    pub bank_details: String,
    /// How long they have to send it.
    pub deadline_days: u64,
}

/// `[orders]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    /// How long an order may wait for other services.
    pub pending_minutes: u64,
    /// When a paid order that has not left is late.
    pub service_level_hours: u64,
    /// When an order that left, or waits to be fetched, is late.
    pub arrival_days: u64,
    /// How long what has arrived may be sent back.
    pub return_window_days: u64,
    /// What invoice numbers begin with, before the year.
    pub invoice_prefix: String,
    /// What numbers of credit notes begin with, before the year.
    pub credit_note_prefix: String,
}

/// `[inventory]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// How long goods stay held after the time to pay.
    pub hold_grace_hours: u64,
    /// Systems that say how much is there, by name.
    pub sources: BTreeMap<String, StockSource>,
}

/// `[inventory.sources.NAME]`: a system that says how much of each SKU is at one location.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockSource {
    /// Signs what it reports; empty: it reports nothing by itself.
    #[serde(default)]
    pub secret: String,
    /// Where it is asked; empty: it is not.
    #[serde(default)]
    pub url: String,
    /// Path of a PEM file with the authorities that alone vouch for an https `url`; empty: the public ones do.
    #[serde(default)]
    pub ca_file: String,
    /// How often it is asked.
    #[serde(default = "quarter_of_an_hour")]
    pub every_minutes: u64,
    /// The location that its figures are about.
    #[serde(default = "main_location")]
    pub location: String,
}

fn quarter_of_an_hour() -> u64 {
    15
}

fn main_location() -> String {
    "main".to_owned()
}

/// `[rewards]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewards {
    /// Whether points are earned and spent.
    pub enabled: bool,
    /// Points earned by a major unit of the shop's currency.
    pub points_per_unit: i64,
    /// What one point takes off.
    pub point_value_minor: i64,
    /// How long points can be spent; 0 for ever.
    pub expiry_months: u64,
    /// How long the reward of a tier can be used.
    pub reward_days: u64,
    /// From the first, which starts at 0, to the highest.
    pub tiers: Vec<RewardTier>,
}

/// A tier of customers, by what they earned in the last twelve months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardTier {
    /// As customers see it; each once.
    pub name: String,
    /// Points from which one is in it.
    pub from: i64,
    /// What it makes of points that are earned: 10000 leaves them as they are.
    pub multiplier_bp: i64,
    /// Off one order for whoever reaches it; 0 for nothing.
    pub reward_bp: i64,
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

/// `[shipping]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipping {
    /// Those that are on.
    pub carriers: Vec<String>,
    /// Signs what carriers report.
    pub webhook_secret: String,
}

/// `[mail]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Where mail is handed over; empty: it stays in the mailbox.
    pub smtp_url: String,
    /// Sender.
    pub from: String,
    /// Where answers go; empty: to the sender.
    pub reply_to: String,
    /// Where alerts for staff go; empty: nowhere.
    pub staff: String,
    /// For those who chose none.
    pub language: String,
    /// Folder of templates of one's own; empty for none.
    pub templates_dir: PathBuf,
    /// The most mails a second.
    pub per_second: u32,
    /// Whether the mailbox keeps links and codes, which open the accounts of those they were written to.
    pub mailbox_keeps_links: bool,
}

/// `[gateway]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Proxies of ours: from these alone it is believed for whom they ask.
    pub trusted_proxies: Vec<Network>,
    /// Where they say it.
    pub client_header: ClientHeader,
}

/// The header in which a proxy says for whom it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientHeader {
    /// Addresses, separated by commas.
    XForwardedFor,
    /// RFC 7239: the parameter `for`.
    Forwarded,
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
debug_without_secrets!(Settings, Database, Blobs, Bus, Rpc, Payments, Mail, Shipping, Inventory, StockSource);
