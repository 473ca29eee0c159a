//! The rules of coupons: what a code looks like, what may be used how often, and the life of an order's claims. Pure.

mod books;
mod code;
mod life;
mod promotion;

#[cfg(test)]
mod laws;

pub(crate) use books::{Books, Count, Kind, Refused};
pub(crate) use code::{MAX_BULK, MAX_GIVEN, MAX_PREFIX_CHARS, WRITTEN_LENGTH, canonical, is_prefix, written};
pub(crate) use life::{Ask, Case, Fact, Outcome, Tell, counts_needed, decide, state_from_str, state_str};
pub(crate) use promotion::{Code, MAX_AUTOMATIC, MAX_LIMIT, Stored, customer_id};
