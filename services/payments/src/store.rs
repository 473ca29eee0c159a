//! The tables of payments: what a transaction reads and writes of them, and what is read outside of one.
//!
//! A transaction locks the payments of its orders first, then their attempts, both by order id.

mod balances;
mod batch;
mod calls;
mod cards;
mod entities;
mod facts;
mod mismatches;
mod parts;
mod refunds;
mod rows;
mod statements;
mod stuck;
mod views;
mod webhooks;

pub(crate) use balances::{Movement, lock_purse, make_balances, move_balances, unspent_credit};
pub(crate) use batch::{Batch, Saved, insert_due, set_deadline};
pub(crate) use calls::{
    CLAIMS, Claimed, ClaimedRefund, Handed, claim_attempts, claim_refunds, end_claims_before, take_handed,
};
pub(crate) use cards::{NewCard, disable_card, insert_card, standing_of};
pub(crate) use facts::{payment_facts, pending_action};
pub(crate) use mismatches::{
    Difference, MismatchView, Ours, Phase, Reconciling, begin_day, end_page, forget_settled, list_mismatches,
    next_page, note_difference, ours, resolve, strangers,
};
pub(crate) use parts::{NewReturn, insert_returns, known_returns};
pub(crate) use refunds::{end_refund, insert_refund, lock_refund, pause_refund, turn_refund};
pub(crate) use statements::{
    CardView, CreditView, OneCardView, card_view, credit_facts, credit_of, credit_view, list_cards,
};
pub(crate) use stuck::note_stuck;
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
