//! Notifications from outside: events in, mails out, and its API, on every backend there is.
//!
//! `PostgreSQL` takes part where `BODEGA_TEST_POSTGRES` names one, then with two replicas on one schema; a real mail server
//! where `BODEGA_TEST_SMTP` names one and `BODEGA_TEST_INBOX` its inbox.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod alerts;
mod batches;
mod carts;
mod crashes;
mod inbox;
mod naming;
mod order_links;
mod queue;
mod retries;
mod server;
mod setup;
mod staff;
mod unsubscribed;
mod writing;
