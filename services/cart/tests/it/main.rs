//! The cart as a service on real databases, a file per flow.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod buying;
mod checkout;
mod coupons;
mod drafts;
mod exchanges;
mod facts;
mod groups;
mod heard;
mod lines;
mod markets;
mod memory;
mod methods;
mod points;
mod reminders;
mod said;
mod setup;
mod stale;
mod tenders;
