//! The pages of the shop over a played API.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod account;
mod avatar;
mod buying;
mod legal;
mod orders;
mod played;
mod shelf;
