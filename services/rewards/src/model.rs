//! The rules of points: what an order earns, when it can be spent, what comes back, what expires. Pure.
//!
//! `order` is the life of one order's points and `desk` decides over a batch of them; `account` holds the figures of a
//! customer, `rules` what the shop gives, `calendar` its days, `lots` what expires.

mod account;
mod calendar;
mod desk;
mod lots;
mod order;
mod rules;

#[cfg(test)]
mod laws;

pub(crate) use account::{Entry, Figures, Kind};
pub(crate) use desk::{Desk, Earning};
pub(crate) use lots::{Lot, expired, expiring, overdue};
pub(crate) use order::{Ask, Grant, Hold, News, Standing, Tell};
pub(crate) use rules::{Rules, Tier};

/// The most points that an order may spend or earn, or that staff may give at once.
pub(crate) const MAX_POINTS: i64 = 1_000_000_000;
