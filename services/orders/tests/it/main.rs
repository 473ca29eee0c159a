//! The stories of orders, each on SQLite, and on PostgreSQL with two replicas where `BODEGA_TEST_POSTGRES` names one.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]

mod access;
mod lists;
mod permutations;
mod races;
mod setup;
mod story;
mod timers;
mod waiting;
