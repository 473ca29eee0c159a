//! What is done with points: `settle` for what becomes known of orders, `adjust` for what staff give and take, `expire`
//! for what nobody spent in time, `show` for what there is.
//!
//! Every write takes its turn, locks orders and then accounts, each in one order, decides by the pure model, and states in
//! each statement what it expects, so that two replicas on one database cannot spend a point twice.

mod adjust;
mod expire;
mod settle;
mod show;

pub(crate) use adjust::{Written, adjust_points};
pub(crate) use expire::expire_points;
pub(crate) use settle::{refuse_guests, settle};
pub(crate) use show::show_points;

use crate::{
    model::{Entry, Figures},
    store,
};
use bodega_db::{DbError, Tx};
use bodega_kernel::UserId;
use std::collections::BTreeMap;

/// Writes accounts and their entries. Books that would not add up are refused.
async fn write_books(
    tx: &mut Tx,
    was: &BTreeMap<UserId, Figures>,
    is: &BTreeMap<UserId, Figures>,
    entries: &[Entry],
) -> Result<(), DbError> {
    let mut changes = Vec::new();
    for (user, figures) in is {
        let before = was.get(user).copied().unwrap_or_default();
        if before == *figures {
            continue;
        }
        if !figures.is_sound() {
            tracing::error!(%user, ?figures, "the books of points do not agree");
            return Err(DbError::Refused(format!("the account of {user} cannot be {figures:?}").into()));
        }
        changes.push((*user, before, *figures));
    }
    store::write_accounts(tx, &changes).await?;
    store::insert_entries(tx, entries).await
}
