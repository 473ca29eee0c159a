//! Orders of guests join the account whose address they have: those that are there when it was shown to be its own, and
//! those that come later. A few at a time; what was on its way at that moment is found a little later.

use crate::{
    model::owners::{Shown, owner, spans},
    store,
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{cart::CartCheckedOut, identity::UserEmailVerified};
use bodega_db::{DbError, DueTimer, Timer, Tx};
use bodega_kernel::{Time, UserId};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The timer of an account whose orders are looked for again.
pub(super) const JOINING: &str = "joining";
/// Orders that join in one transaction.
const MOST: i64 = 500;
/// An order that is being written while an address is heard of sees nothing of it, nor the other way round. By then it is
/// there: no transaction takes as long.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// What was shown of the addresses of guests, by address.
pub(super) type Owners = BTreeMap<String, Vec<Shown>>;

/// Addresses were shown to be somebody's: the orders that guests placed with them are theirs.
pub(crate) async fn verified(tx: &mut Tx, batch: &[Delivery<UserEmailVerified>]) -> Result<(), Failure> {
    let (mut shown, mut users, mut keys) = (Vec::with_capacity(batch.len()), BTreeSet::new(), BTreeSet::new());
    for delivery in batch {
        let UserEmailVerified { user_id, ref email, at } = delivery.event;
        let key = store::email_key(email.trim());
        if !key.contains('@') {
            return Err(Failure::permanent(format!("user {user_id} has shown no address")));
        }
        users.insert(user_id);
        keys.insert(key.clone());
        shown.push((key, Shown { at, user: user_id }));
    }
    store::insert_shown(tx, &shown).await?;
    let is_all = join(tx, &keys).await?;
    let due = if is_all { tx.now().plus(LOOK_AGAIN) } else { tx.now() };
    Ok(tx.set_timers(&users.into_iter().map(|user| timer(user, due)).collect::<Vec<_>>()).await?)
}

/// Gives orders of these addresses to whom they belong, as many as one transaction may; whether that was all.
async fn join(tx: &mut Tx, keys: &BTreeSet<String>) -> Result<bool, DbError> {
    let mut left = MOST;
    for (key, shown) in store::shown(tx, keys).await? {
        for span in spans(&shown) {
            left -= store::give_orders(tx, &key, &span, left).await?;
            if left <= 0 {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Looks for orders of accounts again, until there are no more and none can be on its way.
pub(super) async fn look_again(tx: &mut Tx, due: &[&DueTimer]) -> Result<(), DbError> {
    let (mut keys, mut heard) = (BTreeSet::new(), Vec::with_capacity(due.len()));
    for user in due.iter().map(|timer| UserId(timer.subject)) {
        let (addresses, last) = store::addresses_of(tx, user).await?;
        keys.extend(addresses);
        heard.push((user, last));
    }
    let (is_all, now) = (join(tx, &keys).await?, tx.now());
    let again = |(user, last): (UserId, Option<Time>)| {
        let until = last.map(|last| last.plus(LOOK_AGAIN)).filter(|until| *until > now);
        if is_all { until.map(|until| timer(user, until)) } else { Some(timer(user, now)) }
    };
    tx.set_timers(&heard.into_iter().filter_map(again).collect::<Vec<_>>()).await
}

fn timer(user: UserId, due: Time) -> Timer {
    Timer { subject: user.0, kind: JOINING, due }
}

/// What was shown of the addresses that the guests among these gave. One question, and none where there is no guest.
pub(super) async fn of_guests(tx: &mut Tx, batch: &[Delivery<CartCheckedOut>]) -> Result<Owners, DbError> {
    let guests = batch.iter().map(|delivery| &delivery.event).filter(|event| event.customer_id.is_none());
    let keys: BTreeSet<String> = guests.map(|event| store::email_key(&event.email)).collect();
    store::shown(tx, &keys).await
}

/// Whose an order is: of whoever placed it, or of whoever has the address that the guest gave.
pub(super) fn of_order(owners: &Owners, event: &CartCheckedOut) -> Option<UserId> {
    let of_address = || owner(owners.get(&store::email_key(&event.email))?, event.at);
    event.customer_id.or_else(of_address)
}
