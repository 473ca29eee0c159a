//! What staff give a customer or take from them, with a reason. Once for a key.

use super::write_books;
use crate::{
    Rewards,
    error::Error,
    model::{Entry, Figures, Kind, Lot, Rules},
    store,
    views::Adjustment,
};
use bodega_db::{IdempotencyKey, Replay, StoredAnswer, Tx};
use bodega_kernel::UserId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a write came to.
pub(crate) enum Written<T> {
    /// It was done now.
    Now(T),
    /// It was done before with the same key: this was the answer.
    Before(StoredAnswer),
}

/// Gives points, which pay debt first, or takes some that are there. Answers the figures after it.
pub(crate) async fn adjust_points(
    rewards: &Rewards,
    actor: String,
    user: UserId,
    adjustment: Adjustment,
    key: Option<IdempotencyKey>,
) -> Result<Written<Figures>, Error> {
    let violations = adjustment.violations();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let rules = Arc::clone(&rewards.rules);
    let work = async move |tx: &mut Tx| {
        if let Some(key) = &key {
            match tx.replayed(key).await? {
                Replay::Same(answer) => return Ok(Written::Before(answer)),
                Replay::Other => return Err(Error::KeyReused),
                Replay::New => {}
            }
        }
        let figures = apply(tx, &rules, actor, user, adjustment).await?;
        if let Some(key) = &key {
            tx.remember(key, &StoredAnswer { status: 201, body: serde_json::to_string(&figures)? }).await?;
        }
        Ok(Written::Now(figures))
    };
    rewards.db.write(work).await
}

async fn apply(
    tx: &mut Tx,
    rules: &Rules,
    actor: String,
    user: UserId,
    adjustment: Adjustment,
) -> Result<Figures, Error> {
    let Adjustment { points, reason } = adjustment;
    store::take_turn(tx).await?;
    let users = BTreeSet::from([user]);
    if points > 0 {
        store::make_missing(tx, &users).await?;
    }
    let was = store::lock_accounts(tx, &users).await?;
    let mut figures = was.get(&user).copied().unwrap_or_default();
    let shift = if points > 0 {
        figures.credit(points)
    } else if figures.spendable + points >= 0 {
        Figures { spendable: points, ..Figures::default() }
    } else {
        return Err(Error::Short { spendable: figures.spendable });
    };
    figures += shift;
    let entry = Entry { reason: Some(reason), actor: Some(actor), ..Entry::of(user, Kind::Adjust, shift) };
    write_books(tx, &was, &BTreeMap::from([(user, figures)]), &[entry]).await?;
    if points > 0 {
        let lot = Lot { id: tx.world().uuid(), user, points, expires: rules.expires(tx.now()) };
        store::insert_lots(tx, &[lot]).await?;
    }
    Ok(figures)
}
