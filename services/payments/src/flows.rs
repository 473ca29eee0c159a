//! What payments does: prepares in a transaction, calls in none, records in a transaction.

mod access;
mod calls;
mod effects;
mod endings;
mod hears;
mod records;
mod webhooks;
mod wishes;

pub(crate) use access::check_access;
pub(crate) use calls::{call_for_refunds, call_providers, take_over};
pub(crate) use endings::{cancel, end};
pub(crate) use hears::charge;
pub(crate) use records::{record_calls, record_refunds};
pub(crate) use webhooks::{Inbox, Received, receive_webhook};
pub(crate) use wishes::{Given, begin_attempt, capture, give_back, receive};
