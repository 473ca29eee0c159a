//! Payments under test, on each database: every way a provider behaves, in every order, with crashes in between.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod arrivals;
mod books;
mod crashes;
mod endings;
mod manual;
mod methods;
mod refunds;
mod replicas;
mod said;
mod setup;
mod webhooks;
