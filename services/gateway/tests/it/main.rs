//! The gateway as clients meet it: by requests, with services and an identity that the tests play.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod door;
mod elsewhere;
mod forged;
mod load;
mod pages;
mod proxies;
mod setup;
mod shelves;
