//! Shipping from outside: events in, events out, its API and its carriers, on every backend there is.
//!
//! `PostgreSQL` takes part where `BODEGA_TEST_POSTGRES` names one, then with two replicas on one schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod arrivals;
mod captures;
mod carriers;
mod dispatch;
mod disputes;
mod input;
mod methods;
mod migrations;
mod pickup;
mod printing;
mod races;
mod reports;
mod setup;
