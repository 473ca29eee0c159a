//! Coupons from outside: events in, events out, its API and its questions, on every backend there is.
//!
//! `PostgreSQL` takes part where `BODEGA_TEST_POSTGRES` names one, then with two replicas on one schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod orders;
mod permutations;
mod promotions;
mod questions;
mod races;
mod rewards;
mod setup;
