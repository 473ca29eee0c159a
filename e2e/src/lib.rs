//! A whole shop under test, spoken to over HTTP as a shopper would.
//!
//! Enables failpoints for the workspace's test builds, so that the crash tests can end the binary at a named place.

mod ahead;
mod claims;
mod doors;
mod part;
mod process;
mod returns;
mod shape;
mod shop;

pub use ahead::Ahead;
pub use claims::Customer;
pub use doors::{Bought, Doors, address, cart_with, check_out, everybody, order_of};
pub use process::{Process, binary};
pub use shape::{Shape, shapes, whole_shapes};
pub use shop::TestShop;
