//! Payments under test, on each database: every way a provider behaves, in every order, with crashes in between.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod arrivals;
mod books;
mod comparison;
mod crashes;
mod credit;
mod disputes;
mod endings;
mod handed;
mod histories;
mod late_facts;
mod manual;
mod methods;
mod migrations;
mod parcels;
mod refunds;
mod replicas;
mod returns;
mod said;
mod setup;
mod tenders;
mod waiting;
mod webhooks;
