//! A whole shop under test, spoken to over HTTP as a shopper would.
//!
//! Enables failpoints for the workspace's test builds, so that the crash tests can end the binary at a named place.

mod doors;
mod process;
mod shop;

pub use doors::{Bought, Doors, address, everybody};
pub use process::{Process, binary};
pub use shop::TestShop;
