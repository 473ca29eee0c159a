//! Those who take money for us.

mod manual;
mod provider;
mod simulator;

pub(crate) use provider::{Charge, News, Provider, Providers, RefundCall, Statement, WebhookEvent, WebhookKeys};
pub(crate) use simulator::{Completion, Post, Simulator};
