//! The statements of a transaction: each says what it expects, so that losing a race is seen. Reads for pages and facts
//! are in `reads`.

mod books;
mod entities;
mod reads;

pub(crate) use books::{account_facts, order_facts};
pub(crate) use reads::{account_of, earned_by, expiries_of, list_entries};

use crate::model::{Earning, Entry, Figures, Grant, Hold, Lot, Standing};
use bodega_contracts::OrderId;
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Time, UserId, uuid::Uuid};
use std::collections::{BTreeMap, BTreeSet};

/// Lets one transaction at a time at the points, whatever replica it runs on. A batch moves points of many customers one
/// kind of fact after the other, so the order of customers alone does not keep two batches from waiting for each other.
/// Call it before any other lock.
pub(crate) async fn take_turn(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "SELECT name FROM turnstile WHERE name = 'points' ORDER BY name {lock}";
    tx.query(sql, &[]).await.map(drop)
}

/// What is known of these orders, locked until the transaction ends.
pub(crate) async fn lock_orders(
    tx: &mut Tx,
    orders: &BTreeSet<OrderId>,
) -> Result<BTreeMap<OrderId, Standing>, DbError> {
    let sql = "SELECT order_id, user_id, state, wanted, short, confirmed, total, refunded, gained, reversed, completed, \
               earned_ms FROM orders WHERE order_id = $1 ORDER BY order_id {lock}";
    let keys: Vec<Value<'_>> = orders.iter().map(|order| Value::from(order.0)).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row| Ok((OrderId(row.get(0)?), standing(row)?))).collect()
}

/// Inserts orders that were not heard of before.
pub(crate) async fn insert_orders(tx: &mut Tx, orders: &[(OrderId, Standing)]) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &[
        "order_id",
        "user_id",
        "state",
        "wanted",
        "short",
        "confirmed",
        "total",
        "refunded",
        "gained",
        "reversed",
        "completed",
        "earned_ms",
        "at_ms",
    ];
    let rows: Vec<_> = orders.iter().map(|(order, standing)| order_row(*order, standing, tx.now())).collect();
    tx.insert_rows("orders", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

/// Writes what became of orders that are locked.
pub(crate) async fn update_orders(tx: &mut Tx, orders: &[(OrderId, Standing)]) -> Result<(), DbError> {
    let sql = "UPDATE orders SET user_id = $2, state = $3, wanted = $4, short = $5, confirmed = $6, total = $7, \
               refunded = $8, gained = $9, reversed = $10, completed = $11, earned_ms = $12, at_ms = $13 \
               WHERE order_id = $1";
    let rows: Vec<_> = orders.iter().map(|(order, standing)| order_row(*order, standing, tx.now())).collect();
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "orders")
}

fn order_row(order: OrderId, standing: &Standing, now: Time) -> Vec<Value<'static>> {
    let Standing { user, hold, wanted, short, confirmed, total, refunded, gained, reversed, completed, earned_at } =
        *standing;
    let user = user.map(|user| user.0);
    params![
        order.0,
        user,
        hold.as_str(),
        wanted,
        short,
        confirmed,
        total,
        refunded,
        gained,
        reversed,
        completed,
        earned_at,
        now
    ]
    .to_vec()
}

fn standing(row: &Row) -> Result<Standing, DbError> {
    let word: String = row.get(2)?;
    let hold =
        Hold::from_word(&word).ok_or_else(|| DbError::Refused(format!("{word} is no state of points").into()))?;
    Ok(Standing {
        user: row.get::<Option<Uuid>>(1)?.map(UserId),
        hold,
        wanted: row.get(3)?,
        short: row.get(4)?,
        confirmed: row.get(5)?,
        total: row.get(6)?,
        refunded: row.get(7)?,
        gained: row.get(8)?,
        reversed: row.get(9)?,
        completed: row.get(10)?,
        earned_at: row.get(11)?,
    })
}

/// Opens empty accounts for these customers, where they have none.
pub(crate) async fn make_missing(tx: &mut Tx, users: &BTreeSet<UserId>) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &["user_id", "spendable", "held", "pending", "debt"];
    let rows: Vec<_> = users.iter().map(|user| params![user.0, 0, 0, 0, 0].to_vec()).collect();
    tx.insert_rows("accounts", COLUMNS, OnConflict::Skip, &rows).await.map(drop)
}

/// The accounts of these customers, locked until the transaction ends.
pub(crate) async fn lock_accounts(tx: &mut Tx, users: &BTreeSet<UserId>) -> Result<BTreeMap<UserId, Figures>, DbError> {
    let sql = "SELECT user_id, spendable, held, pending, debt FROM accounts WHERE user_id = $1 ORDER BY user_id {lock}";
    let rows = tx.query_keys(sql, &keys(users)).await?;
    let account = |row: &Row| {
        let figures = Figures { spendable: row.get(1)?, held: row.get(2)?, pending: row.get(3)?, debt: row.get(4)? };
        Ok((UserId(row.get(0)?), figures))
    };
    rows.iter().map(account).collect()
}

/// Writes what changed of accounts that are locked.
pub(crate) async fn write_accounts(tx: &mut Tx, changes: &[(UserId, Figures, Figures)]) -> Result<(), DbError> {
    let sql = "UPDATE accounts SET spendable = $2, held = $3, pending = $4, debt = $5 \
               WHERE user_id = $1 AND spendable = $6 AND held = $7 AND pending = $8 AND debt = $9";
    let mut rows = Vec::with_capacity(changes.len());
    for (user, was, is) in changes {
        let figures = |of: &Figures| [of.spendable, of.held, of.pending, of.debt].map(Value::from);
        rows.push([Value::from(user.0)].into_iter().chain(figures(is)).chain(figures(was)).collect());
    }
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "accounts")
}

/// Appends to the ledger.
pub(crate) async fn insert_entries(tx: &mut Tx, entries: &[Entry]) -> Result<(), DbError> {
    const COLUMNS: &[&str] =
        &["user_id", "kind", "order_id", "step", "spendable", "held", "pending", "debt", "reason", "actor", "at_ms"];
    let now = tx.now();
    let mut rows = Vec::with_capacity(entries.len());
    for Entry { user, kind, order, step, shift, reason, actor } in entries {
        let Figures { spendable, held, pending, debt } = *shift;
        let order = order.map(|order| order.0);
        let (reason, actor) = (reason.as_deref(), actor.as_deref());
        let kind = kind.as_str();
        rows.push(params![user.0, kind, order, *step, spendable, held, pending, debt, reason, actor, now].to_vec());
    }
    tx.insert_rows("entries", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

/// Adds lots.
pub(crate) async fn insert_lots(tx: &mut Tx, lots: &[Lot]) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &["id", "user_id", "points", "expires_ms"];
    let rows: Vec<_> = lots.iter().map(|lot| params![lot.id, lot.user.0, lot.points, lot.expires].to_vec()).collect();
    tx.insert_rows("lots", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

/// Takes points from the lots of orders; one that has expired has none.
pub(crate) async fn cut_lots(tx: &mut Tx, cuts: &[(OrderId, i64)]) -> Result<(), DbError> {
    let sql = "UPDATE lots SET points = points - $2 WHERE id = $1";
    let rows: Vec<_> = cuts.iter().map(|(order, points)| params![order.0, *points].to_vec()).collect();
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Customers of whom a lot has expired, a bounded number of lots.
pub(crate) async fn with_expired_lots(tx: &mut Tx, most: i64) -> Result<BTreeSet<UserId>, DbError> {
    let sql = "SELECT user_id FROM lots WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2";
    let rows = tx.query(sql, &params![tx.now(), most]).await?;
    rows.iter().map(|row| Ok(UserId(row.get(0)?))).collect()
}

/// Forgets the lots of these customers that have expired.
pub(crate) async fn delete_expired_lots(tx: &mut Tx, users: &BTreeSet<UserId>) -> Result<(), DbError> {
    let now = tx.now();
    let rows: Vec<_> = users.iter().map(|user| params![user.0, now].to_vec()).collect();
    tx.execute_each("DELETE FROM lots WHERE user_id = $1 AND expires_ms <= $2", &rows).await.map(drop)
}

/// The points that came with the lots there are, by customer; nothing for those without.
pub(crate) async fn points_in_lots(tx: &mut Tx, users: &BTreeSet<UserId>) -> Result<BTreeMap<UserId, i64>, DbError> {
    let sql = "SELECT user_id, CAST(SUM(points) AS BIGINT) FROM lots WHERE user_id = $1 GROUP BY user_id";
    let rows = tx.query_keys(sql, &keys(users)).await?;
    rows.iter().map(|row| Ok((UserId(row.get(0)?), row.get(1)?))).collect()
}

/// What these customers earned from the day `first` on.
pub(crate) async fn earned_since(
    tx: &mut Tx,
    users: &BTreeSet<UserId>,
    first: i64,
) -> Result<BTreeMap<UserId, i64>, DbError> {
    let sql = "SELECT user_id, day, points FROM earnings WHERE user_id = $1 ORDER BY user_id, day";
    let mut earned = BTreeMap::new();
    for row in tx.query_keys(sql, &keys(users)).await? {
        if row.get::<i64>(1)? >= first {
            *earned.entry(UserId(row.get(0)?)).or_default() += row.get::<i64>(2)?;
        }
    }
    Ok(earned)
}

/// Adds to what customers earned on their days.
pub(crate) async fn add_earnings(tx: &mut Tx, earnings: &[Earning]) -> Result<(), DbError> {
    let sql = "INSERT INTO earnings (user_id, day, points) VALUES ($1, $2, $3) \
               ON CONFLICT (user_id, day) DO UPDATE SET points = earnings.points + excluded.points";
    let mut days: BTreeMap<(UserId, i64), i64> = BTreeMap::new();
    for Earning { user, day, points } in earnings {
        *days.entry((*user, *day)).or_default() += points;
    }
    let rows: Vec<_> = days.into_iter().map(|((user, day), points)| params![user.0, day, points].to_vec()).collect();
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Forgets some of the earnings before the day `first`, which count no more; says how many.
pub(crate) async fn forget_earnings(tx: &mut Tx, first: i64, most: i64) -> Result<u64, DbError> {
    let sql = "DELETE FROM earnings WHERE (user_id, day) IN \
               (SELECT user_id, day FROM earnings WHERE day < $1 ORDER BY day LIMIT $2)";
    tx.execute(sql, &params![first, most]).await
}

/// Notes rewards, each with its id; says of each whether it is the first for this tier in this year.
pub(crate) async fn insert_grants(tx: &mut Tx, grants: &[(Uuid, Grant)]) -> Result<Vec<bool>, DbError> {
    const COLUMNS: &[&str] = &["id", "user_id", "tier", "year", "at_ms"];
    let now = tx.now();
    let row = |(id, grant): &(Uuid, Grant)| params![*id, grant.user.0, grant.tier.clone(), grant.year, now].to_vec();
    let rows: Vec<_> = grants.iter().map(row).collect();
    tx.insert_new("grants", COLUMNS, &rows).await
}

fn keys(users: &BTreeSet<UserId>) -> Vec<Value<'static>> {
    users.iter().map(|user| Value::from(user.0)).collect()
}

/// A statement that found less than was locked lost a race; the same again will see what won.
fn all(written: u64, expected: usize, table: &str) -> Result<(), DbError> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(DbError::Unavailable(format!("{table}: {written} of {expected} rows were as expected").into()))
}
