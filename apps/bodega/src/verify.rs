//! Proves the books: reads what every service says of its own database and checks the invariants across them.
//!
//! Each check is a pure function from the [`Books`] to the ids that offend. On a shop that is running, what offends must
//! offend in two readings, so that whatever is under way between two services is not taken for a fault.

mod books;
mod claims;
mod delivery;
mod digest;
mod journal;
mod money;
mod orders;
mod papers;
mod stock;

pub use books::Books;
pub use digest::digest;
pub use journal::{Call, Journal};

use bodega_rpc::{Client, RpcError};
use serde::Serialize;
use std::{collections::BTreeSet, time::Duration};

/// The most offenders that are named for one check.
const MAX_NAMED: usize = 20;
/// How long what is under way may take before a second reading.
const SETTLE: Duration = Duration::from_secs(3);

/// Whether the shop may be moving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Orders may be under way.
    Live,
    /// Everything has come to rest: nothing may be open.
    Strict,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `V1`.
    pub id: &'static str,
    /// What it says.
    pub says: &'static str,
    /// Whether it holds.
    pub ok: bool,
    /// The ids that offend, at most twenty.
    pub offenders: Vec<String>,
}

/// What all checks found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all hold.
    pub ok: bool,
    /// Each of them.
    pub checks: Vec<Check>,
    /// Orders that were looked at.
    pub orders: usize,
}

type Rule = (&'static str, &'static str, fn(&Books, Strictness) -> BTreeSet<String>);

const RULES: &[Rule] = &[
    ("V1", "stock equals its ledger, its holds and its allocations", stock::agrees_with_its_ledger),
    ("V2", "nothing is sold that was never there", stock::never_oversold),
    ("V3", "what is confirmed is allocated and paid", orders::confirmed_is_covered),
    ("V4", "what is cancelled holds nothing", orders::cancelled_holds_nothing),
    ("V5", "money taken, given back and booked agree", money::agrees),
    ("V6", "no promotion is used beyond its limits", claims::uses_keep_their_limits),
    ("V7", "points equal their ledger", claims::points_equal_their_ledger),
    ("V8", "every total can be computed again", money::totals_can_be_recomputed),
    ("V9", "every event reached every subscriber once", delivery::reached_everybody_once),
    ("V10", "what waits has a timer", orders::waiting_has_a_timer),
    ("V11", "what is confirmed has one invoice and one mail", papers::confirmed_is_written_once),
    ("V12", "read models agree with their owners", stock::read_models_agree),
    ("V13", "every history is a path of the state table", orders::history_is_a_path),
    ("V14", "one order for one cart version", orders::one_for_a_cart),
    ("V16", "nothing comes back that never left, and no more than was paid", orders::returns_fit),
];

/// Checks a shop once.
pub async fn verify(client: &Client, services: &[String], strictness: Strictness) -> Result<Report, RpcError> {
    let books = Books::read(client, services).await?;
    let (first, orders) = (offenders(&books, strictness), books.orders.len());
    drop(books);
    if strictness == Strictness::Strict || first.iter().all(BTreeSet::is_empty) {
        return Ok(report(first, orders));
    }
    tokio::time::sleep(SETTLE).await;
    let second = offenders(&Books::read(client, services).await?, strictness);
    let both = first.into_iter().zip(second).map(|(first, second)| first.intersection(&second).cloned().collect());
    Ok(report(both.collect(), orders))
}

fn offenders(books: &Books, strictness: Strictness) -> Vec<BTreeSet<String>> {
    RULES.iter().map(|(_, _, rule)| rule(books, strictness)).collect()
}

fn report(offenders: Vec<BTreeSet<String>>, orders: usize) -> Report {
    let checks: Vec<Check> = RULES
        .iter()
        .zip(offenders)
        .map(|((id, says, _), offenders)| Check {
            id,
            says,
            ok: offenders.is_empty(),
            offenders: offenders.into_iter().take(MAX_NAMED).collect(),
        })
        .collect();
    Report { ok: checks.iter().all(|check| check.ok), checks, orders }
}
