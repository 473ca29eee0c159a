//! Identity under test, over its routes and questions, on real databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod avatars;
mod export;
mod groups;
mod passwords;
mod people;
mod profile;
mod sessions;
mod setup;
mod staff;
mod verification;
