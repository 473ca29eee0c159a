//! Use cases: opening accounts, logging in and out, and who may do what.

mod accounts;
mod hashing;
mod keys;
mod people;
mod sessions;

pub(crate) use accounts::{change_name, create_user, get_me, register};
pub(crate) use hashing::Passwords;
pub(crate) use keys::{Signer, signing_keys};
pub(crate) use people::{assign_role, disable, enable, list_users, remove_role};
pub(crate) use sessions::{Tokens, forget_old, log_in, log_out, log_out_everywhere, refresh, session_standing};

use bodega_db::StoredAnswer;

/// What a write with an idempotency key came to.
pub(crate) enum Kept<T> {
    /// It was done now.
    New(T),
    /// It was done before: give this answer again.
    Again(StoredAnswer),
}
