//! The stories of orders: events in, events out, and its API, on every backend there is.
//!
//! `PostgreSQL` takes part where `BODEGA_TEST_POSTGRES` names one, then with two replicas on one schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(unreachable_pub, reason = "a test binary exports nothing")]

mod access;
mod addresses;
mod attempts;
mod captures;
mod credits;
mod details;
mod ends;
mod exchanges;
mod export;
mod histories;
mod lists;
mod owners;
mod papers;
mod parcels;
mod permutations;
mod races;
mod reports;
mod returns;
mod returns_at_once;
mod said;
mod setup;
mod story;
mod timers;
mod upgrade;
mod waiting;
