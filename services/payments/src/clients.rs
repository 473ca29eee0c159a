//! Those who take money for us.

mod manual;
mod provider;
mod simulator;

pub(crate) use provider::{Charge, Provider, Providers, RefundCall, WebhookEvent, WebhookKeys};
pub(crate) use simulator::{Completion, Post, Simulator};
