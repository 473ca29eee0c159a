//! The outside: systems that are asked how much is there.

mod stock;

pub(crate) use stock::{Answer, ask};
