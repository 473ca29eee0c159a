//! Whom the gateway asks: identity about tokens, and services that run elsewhere.

mod identity;
mod upstream;

pub(crate) use identity::{Away, Identity};
pub(crate) use upstream::Upstreams;
