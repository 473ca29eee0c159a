//! Inventory from outside: events in, events out, and its API, on every backend there is.
//!
//! `PostgreSQL` takes part where `BODEGA_TEST_POSTGRES` names one, then with two replicas on one schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arrivals;
mod counting;
mod finding;
mod holds;
mod https;
mod ledger;
mod locations;
mod migrations;
mod opening;
mod permutations;
mod policies;
mod races;
mod returns;
mod said;
mod setup;
mod shipped;
mod sources;
mod staff;
mod transfers;
