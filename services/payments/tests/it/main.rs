//! Payments under test, on each database: every way a provider behaves, in every order, with crashes in between.

mod access;
mod crashes;
mod endings;
mod methods;
mod refunds;
mod replicas;
mod setup;
mod webhooks;
