//! Points that nobody spent in time are gone, with a row in the ledger; some accounts in each step.

use super::write_books;
use crate::{
    Rewards,
    model::{Entry, Figures, Kind, Rules, expired},
    store,
};
use bodega_db::{DbError, Tx};

/// The most lots that expire in one step.
const MAX_LOTS: i64 = 500;
/// The most days of earnings that are forgotten in one step.
const MAX_FORGOTTEN: i64 = 1_000;

/// Lets points expire whose time has come, and forgets earnings that make no tier any more. Whether there were any.
pub(crate) async fn expire_points(rewards: &Rewards) -> Result<bool, DbError> {
    rewards
        .db
        .write(async move |tx: &mut Tx| {
            store::take_turn(tx).await?;
            let expired = expire(tx).await?;
            let forgotten = store::forget_earnings(tx, Rules::first_day(tx.now()), MAX_FORGOTTEN).await?;
            Ok(expired || forgotten > 0)
        })
        .await
}

async fn expire(tx: &mut Tx) -> Result<bool, DbError> {
    let users = store::with_expired_lots(tx, MAX_LOTS).await?;
    if users.is_empty() {
        return Ok(false);
    }
    store::delete_expired_lots(tx, &users).await?;
    let later = store::points_in_lots(tx, &users).await?;
    let was = store::lock_accounts(tx, &users).await?;
    let mut is = was.clone();
    let mut entries = Vec::new();
    for (user, figures) in &mut is {
        let points = expired(figures.spendable, later.get(user).copied().unwrap_or(0));
        if points > 0 {
            let shift = Figures { spendable: -points, ..Figures::default() };
            *figures += shift;
            entries.push(Entry::of(*user, Kind::Expire, shift));
        }
    }
    write_books(tx, &was, &is, &entries).await?;
    Ok(true)
}
