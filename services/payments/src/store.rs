//! The tables of payments: what a transaction reads and writes of them, and what is read outside of one.
//!
//! A transaction locks the payments of its orders first, then their attempts, both by order id.

mod batch;
mod calls;
mod entities;
mod facts;
mod refunds;
mod views;
mod webhooks;

pub(crate) use batch::{Batch, Saved, insert_due};
pub(crate) use calls::{
    CLAIMS, Claimed, ClaimedRefund, Handed, claim_attempts, claim_refunds, end_claims_before, take_handed,
};
pub(crate) use facts::{payment_facts, pending_action};
pub(crate) use refunds::{end_refund, insert_refund, lock_refund, pause_refund};
pub(crate) use views::{AttemptView, PaymentView, RefundView, view};
pub(crate) use webhooks::{insert_webhook, webhook_handled};

use bodega_db::DbError;
use bodega_kernel::Currency;

/// Reads a word that only this service writes.
fn read_word<T>(word: &str, of: impl Fn(&str) -> Option<T>) -> Result<T, DbError> {
    of(word).ok_or_else(|| DbError::Refused(format!("the database holds the unknown word {word}").into()))
}

fn read_currency(code: &str) -> Result<Currency, DbError> {
    read_word(code, |code| Currency::new(code).ok())
}
