//! What a payment is and what may happen to it: pure rules, no I/O.
//!
//! A [`Payment`] is all the money of one order: its attempts at providers and what they brought. Each thing that
//! happens to it gives [`Effect`]s, which the store writes in the same transaction.

mod attempt;
mod code;
mod dispute;
mod effect;
mod giving;
mod ledger;
mod outcome;
mod parcels;
mod payment;
mod received;
mod refund;
#[cfg(test)]
mod sequences;
mod tender;
mod waiting;
pub(crate) mod words;

pub(crate) use attempt::{Attempt, Report, Status, Task};
pub(crate) use code::Code;
pub(crate) use dispute::{BankSays, Dispute, dispute_of, dispute_word};
pub(crate) use effect::{Effect, GivingBack, Refusal, Told, Turn, Verdict};
pub(crate) use giving::ReturnDue;
pub(crate) use ledger::{Account, Entry};
pub(crate) use outcome::{CallError, ChargeKey, Outcome, RefundOutcome};
pub(crate) use parcels::{ParcelDue, ParcelState};
pub(crate) use payment::{Payment, State};
pub(crate) use received::MANUAL;
pub(crate) use refund::{Origin, Refund, RefundReport, RefundStatus};
pub(crate) use tender::{Held, Holder, Purse, TenderState};
pub(crate) use waiting::DISPUTED;

use bodega_kernel::Time;
use std::time::Duration;

/// How long whoever claimed a call may take to record its answer, before somebody else asks the provider.
pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// When to try again after `tries` tries: half a second, then doubling up to a minute.
pub(crate) fn next_try(now: Time, tries: i64) -> Time {
    let doublings = u32::try_from(tries.clamp(0, 10)).unwrap_or(0);
    now.plus((Duration::from_millis(250) * 2_u32.pow(doublings)).min(LONGEST_PAUSE))
}

/// When to ask again about a charge that waits for somebody's word: a minute, then doubling up to an hour or so.
fn next_ask(now: Time, tries: i64) -> Time {
    let doublings = u32::try_from(tries.clamp(0, 6)).unwrap_or(0);
    now.plus(LONGEST_PAUSE * 2_u32.pow(doublings))
}
