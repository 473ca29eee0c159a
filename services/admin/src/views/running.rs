//! Mails, dead letters, health and the proof of the books, as the API tells them.

use bodega_kernel::{Time, uuid::Uuid};
use serde::Deserialize;

/// A mail, with the log of its attempts where it is read alone.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Mail {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) recipient: Option<String>,
    #[serde(default)]
    pub(crate) subject: Option<String>,
    #[serde(default)]
    pub(crate) language: Option<String>,
    #[serde(default)]
    pub(crate) order_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) user_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) attempts: i64,
    #[serde(default)]
    pub(crate) resends: i64,
    #[serde(default)]
    pub(crate) error: Option<String>,
    pub(crate) created_at: Time,
    #[serde(default)]
    pub(crate) next_try_at: Option<Time>,
    #[serde(default)]
    pub(crate) sent_at: Option<Time>,
    #[serde(default)]
    pub(crate) message_id: Option<String>,
    #[serde(default)]
    pub(crate) log: Vec<Attempt>,
}

/// One attempt to hand a mail over.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) number: i64,
    pub(crate) outcome: String,
    #[serde(default)]
    pub(crate) detail: Option<String>,
    pub(crate) started_at: Time,
}

/// A mail that stayed here.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Kept {
    pub(crate) mail_id: Uuid,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) at: Time,
}

/// What no handler could handle.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeadLetter {
    pub(crate) id: Uuid,
    pub(crate) service: String,
    pub(crate) source: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) error: String,
    pub(crate) at: Time,
    #[serde(default)]
    pub(crate) data: serde_json::Value,
}

/// What the proof of the books found.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Proof {
    pub(crate) ok: bool,
    pub(crate) checks: Vec<Check>,
}

/// One rule of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Check {
    pub(crate) id: String,
    pub(crate) says: String,
    pub(crate) ok: bool,
    #[serde(default)]
    pub(crate) offenders: Vec<String>,
}

/// Stock of a SKU.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stock {
    pub(crate) sku: String,
    pub(crate) available: i64,
}

/// How the shop stands.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Health {
    pub(crate) services: Vec<ServiceHealth>,
    #[serde(default)]
    pub(crate) last_verify: Option<LastProof>,
}

/// How a service stands; nothing where that is not known.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ServiceHealth {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) ready: Option<bool>,
    #[serde(default)]
    pub(crate) outbox: Option<Outbox>,
    #[serde(default)]
    pub(crate) dead_letters: Option<i64>,
}

/// What the others have not heard of a service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Outbox {
    pub(crate) unsent: i64,
    pub(crate) oldest_seconds: i64,
}

/// What the last proof of the books came to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LastProof {
    pub(crate) at: Time,
    pub(crate) ok: bool,
    #[serde(default)]
    pub(crate) strict: bool,
    #[serde(default)]
    pub(crate) orders: i64,
    #[serde(default)]
    pub(crate) by: Option<Uuid>,
}

impl Health {
    /// Dead letters of all services that say how many they have.
    pub(crate) fn dead_letters(&self) -> i64 {
        self.services.iter().filter_map(|service| service.dead_letters).sum()
    }
}
