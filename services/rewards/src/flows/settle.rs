//! A batch of orders about which something became known: meet what is known of them, decide, write, tell.

use super::write_books;
use crate::{
    model::{Ask, Desk, Figures, Grant, Lot, News, Rules, Standing, Tell, overdue},
    store,
};
use bodega_contracts::{
    OrderId,
    rewards::{
        PointsEarned, PointsPending, PointsRejected, PointsReleased, PointsReserved, PointsReversed, PointsSpent,
        RewardGranted,
    },
};
use bodega_db::{DbError, Trace, Tx};
use bodega_kernel::{UserId, uuid::Uuid};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long points live on that come back after their time.
const GRACE: Duration = Duration::from_hours(30 * 24);

/// What is to be told of an order, and whom it is about.
struct Told {
    order: OrderId,
    user: Option<UserId>,
    trace: Option<Trace>,
    tells: Vec<Tell>,
}

/// Tells orders of guests that they have no points to spend.
pub(crate) fn refuse_guests(tx: &mut Tx, orders: Vec<(OrderId, i64, Option<Trace>)>) -> Result<(), DbError> {
    for (order_id, wanted, trace) in orders {
        tx.follow(trace);
        tx.emit(&PointsRejected { order_id, wanted, spendable: 0 })?;
    }
    Ok(())
}

/// Brings points to where the news of orders puts them, order by order as they arrived. Twice is once.
pub(crate) async fn settle(tx: &mut Tx, rules: &Rules, asks: Vec<Ask>) -> Result<(), DbError> {
    if asks.is_empty() {
        return Ok(());
    }
    store::take_turn(tx).await?;
    let known = store::lock_orders(tx, &asks.iter().map(|ask| ask.order).collect()).await?;
    let named = asks.iter().filter_map(|ask| ask.news.user());
    let users: BTreeSet<UserId> = named.chain(known.values().filter_map(|order| order.user)).collect();
    store::make_missing(tx, &buyers(&asks)).await?;
    let accounts = store::lock_accounts(tx, &users).await?;
    let earned = if rules.has_tiers() && asks.iter().any(|ask| counts_for_tiers(ask.news)) {
        store::earned_since(tx, &users, Rules::first_day(tx.now())).await?
    } else {
        BTreeMap::new()
    };
    let mut desk = Desk::new(rules, tx.now(), accounts.clone(), earned);
    let mut orders = known.clone();
    let mut told = Vec::with_capacity(asks.len());
    for Ask { order, news, trace } in asks {
        let standing = orders.entry(order).or_default();
        let tells = desk.learn(order, standing, news);
        told.push(Told { order, user: standing.user, trace, tells });
    }
    write_orders(tx, &known, &orders).await?;
    write_books(tx, &accounts, &desk.accounts, &desk.entries).await?;
    store::insert_lots(tx, &desk.lots).await?;
    store::cut_lots(tx, &desk.cuts).await?;
    store::add_earnings(tx, &desk.earnings).await?;
    give_grace(tx, &desk.accounts, &told).await?;
    tell(tx, told).await
}

/// Whoever may gain points gets an account.
fn buyers(asks: &[Ask]) -> BTreeSet<UserId> {
    let buyer = |ask: &Ask| matches!(ask.news, News::Confirmed { .. }).then(|| ask.news.user()).flatten();
    asks.iter().filter_map(buyer).collect()
}

fn counts_for_tiers(news: News) -> bool {
    match news {
        News::Confirmed { .. } | News::Completed { .. } => true,
        News::Placed { .. } | News::Cancelled | News::Refunded { .. } => false,
    }
}

async fn write_orders(
    tx: &mut Tx,
    was: &BTreeMap<OrderId, Standing>,
    is: &BTreeMap<OrderId, Standing>,
) -> Result<(), DbError> {
    let changed = is.iter().filter(|(order, standing)| was.get(order) != Some(standing));
    let (old, new): (Vec<_>, Vec<_>) =
        changed.map(|(order, standing)| (*order, *standing)).partition(|(order, _)| was.contains_key(order));
    store::insert_orders(tx, &new).await?;
    store::update_orders(tx, &old).await
}

/// Points that came back and whose lots have expired meanwhile can be spent for a while yet.
async fn give_grace(tx: &mut Tx, accounts: &BTreeMap<UserId, Figures>, told: &[Told]) -> Result<(), DbError> {
    let released = |told: &&Told| told.tells.iter().any(|tell| matches!(tell, Tell::Released(_)));
    let users: BTreeSet<UserId> = told.iter().filter(released).filter_map(|told| told.user).collect();
    if users.is_empty() {
        return Ok(());
    }
    let lots = store::points_in_lots(tx, &users).await?;
    let expires = tx.now().plus(GRACE);
    let mut late = Vec::new();
    for user in users {
        let spendable = accounts.get(&user).map_or(0, |account| account.spendable);
        let points = overdue(spendable, lots.get(&user).copied().unwrap_or(0));
        if points > 0 {
            late.push(Lot { id: tx.world().uuid(), user, points, expires });
        }
    }
    store::insert_lots(tx, &late).await
}

async fn tell(tx: &mut Tx, told: Vec<Told>) -> Result<(), DbError> {
    let mut rewards = Vec::new();
    for Told { order: order_id, user, trace, tells } in told {
        tx.follow(trace.clone());
        for tell in tells {
            match (tell, user) {
                (Tell::Reserved, _) => tx.emit(&PointsReserved { order_id })?,
                (Tell::Rejected { wanted, spendable }, _) => {
                    tx.emit(&PointsRejected { order_id, wanted, spendable })?;
                }
                (Tell::Spent(points), Some(user_id)) => tx.emit(&PointsSpent { order_id, user_id, points })?,
                (Tell::Released(points), Some(user_id)) => tx.emit(&PointsReleased { order_id, user_id, points })?,
                (Tell::Pending(points), Some(user_id)) => tx.emit(&PointsPending { order_id, user_id, points })?,
                (Tell::Earned(points), Some(user_id)) => tx.emit(&PointsEarned { order_id, user_id, points })?,
                (Tell::Reversed(points), Some(user_id)) => tx.emit(&PointsReversed { order_id, user_id, points })?,
                (Tell::Rewarded(grant), _) => rewards.push((tx.world().uuid(), grant, trace.clone())),
                // Nobody's points never moved.
                (Tell::Spent(_) | Tell::Released(_) | Tell::Pending(_) | Tell::Earned(_) | Tell::Reversed(_), None) => {
                }
            }
        }
    }
    reward(tx, rewards).await
}

/// Rewards whoever was not yet rewarded for the tier this year.
async fn reward(tx: &mut Tx, rewards: Vec<(Uuid, Grant, Option<Trace>)>) -> Result<(), DbError> {
    let grants: Vec<(Uuid, Grant)> = rewards.iter().map(|(id, grant, _)| (*id, grant.clone())).collect();
    let new = store::insert_grants(tx, &grants).await?;
    for ((id, grant, trace), new) in rewards.into_iter().zip(new) {
        if new {
            tx.follow(trace);
            let Grant { user: user_id, tier: label, bp, ends, .. } = grant;
            tx.emit(&RewardGranted { reward_id: id.to_string(), user_id, label, bp, ends })?;
        }
    }
    Ok(())
}
