//! Events between services: what one commits, every subscriber handles exactly once in effect.
//!
//! A service [`Subscriptions`] says what it hears; its [`Consumer`] handles deliveries in batches, each in one transaction
//! that notes them as handled, and puts what can never be handled into its own dead letters. A transport brings the
//! deliveries: [`embedded`] in one process, [`rabbitmq`] between processes. A [`Feed`] tells how far it is behind a source.

mod cloudevent;
mod consumer;
mod dead_letters;
pub mod embedded;
mod failure;
mod feed;
mod missing;
mod progress;
pub mod rabbitmq;
mod resend;
mod subscriptions;

pub use cloudevent::{decode, encode};
pub use consumer::{Consumer, Noting};
pub use dead_letters::DeadLetter;
pub use failure::Failure;
pub use feed::Feed;
pub use missing::resend_missing;
pub use resend::resend;
pub use subscriptions::{Delivery, Subscriptions};
