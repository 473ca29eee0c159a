//! What payments does: prepares in a transaction, calls in none, records in a transaction.

mod access;
mod calls;
mod credit;
mod effects;
mod endings;
mod hears;
mod parcels;
mod reconcile;
mod records;
mod webhooks;
mod wishes;

pub(crate) use access::check_access;
pub(crate) use calls::{call_for_refunds, call_providers, take_over};
pub(crate) use credit::{Adjusted, CardWish, MadeCard, adjust_credit, disable_card, find_card, issue_card, show_card};
pub(crate) use endings::{cancel, end};
pub(crate) use hears::charge;
pub(crate) use parcels::{capture_for_parcels, refund_returns};
pub(crate) use reconcile::{compare_books, forget_settled, note_stuck, resolve_mismatch};
pub(crate) use records::{record_calls, record_refunds};
pub(crate) use webhooks::{Inbox, Received, receive_webhook};
pub(crate) use wishes::{Given, Tendering, begin_attempt, capture, give_back, receive};
