//! Carts whose shoppers want to be reminded: since when they are untouched as far as is known, and what was told of them. A
//! row is written for those alone; one that was told of stays as long as its cart, so that nobody is reminded twice.

use crate::model::{Step, Watched};
use bodega_contracts::CartId;
use bodega_db::{DbError, Row, Tx, Value, params};
use bodega_kernel::Time;
use sea_orm::{DatabaseConnection, entity::prelude::*};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminders")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub cart_id: Uuid,
    pub since_ms: Option<i64>,
    pub said_version: Option<i64>,
    pub said_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Watches carts that were touched, unless they are watched already or were told of. Their rows are locked.
pub(crate) async fn watch(tx: &mut Tx, carts: &BTreeSet<(CartId, Time)>) -> Result<(), DbError> {
    if carts.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = carts.iter().map(|(cart, touched)| params![cart.0, *touched].to_vec()).collect();
    let sql = "INSERT INTO reminders (cart_id, since_ms) VALUES ($1, $2) ON CONFLICT (cart_id) DO UPDATE \
               SET since_ms = excluded.since_ms WHERE reminders.since_ms IS NULL AND reminders.said_ms IS NULL";
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Watches carts again that were watched before they were bought.
pub(crate) async fn watch_again(tx: &mut Tx, carts: &BTreeSet<CartId>) -> Result<(), DbError> {
    let now = tx.now();
    let rows: Vec<_> = carts.iter().map(|cart| params![cart.0, now].to_vec()).collect();
    tx.execute_each("UPDATE reminders SET since_ms = $2 WHERE cart_id = $1 AND said_ms IS NULL", &rows).await.map(drop)
}

/// Up to `limit` carts that may not have been touched since `before`, the longest first. Nothing is locked.
pub(crate) async fn select_left(tx: &mut Tx, before: Time, limit: i64) -> Result<Vec<CartId>, DbError> {
    let sql = "SELECT cart_id FROM reminders WHERE since_ms <= $1 ORDER BY since_ms LIMIT $2";
    let rows = tx.query(sql, &params![before, limit]).await?;
    rows.iter().map(id).collect()
}

/// Locks and reads those of these carts that nobody is changing, in the order of their ids.
pub(crate) async fn select_watched(tx: &mut Tx, ids: &[CartId]) -> Result<Vec<Watched>, DbError> {
    let sql = "SELECT id, version, updated_ms, remind AND status = 'open' AND email IS NOT NULL AND lines <> '[]' \
               AND draft IS NULL FROM carts WHERE id = $1 ORDER BY id {skip locked}";
    let rows = tx.query_keys(sql, &keys(ids)).await?;
    let watched =
        |row: &Row| Ok(Watched { id: id(row)?, version: row.get(1)?, updated: row.get(2)?, wanted: row.get(3)? });
    rows.iter().map(watched).collect()
}

/// Those of these carts that are still to be looked at; they are locked.
pub(crate) async fn select_waiting(tx: &mut Tx, ids: &[CartId]) -> Result<BTreeSet<CartId>, DbError> {
    let sql = "SELECT cart_id FROM reminders WHERE cart_id = $1 AND since_ms IS NOT NULL ORDER BY cart_id {lock}";
    let rows = tx.query_keys(sql, &keys(ids)).await?;
    rows.iter().map(id).collect()
}

/// Writes what was decided of carts that were looked at.
pub(crate) async fn settle(tx: &mut Tx, carts: &[(Watched, Step)]) -> Result<(), DbError> {
    let now = tx.now();
    let row = |(cart, step): &(Watched, Step)| {
        let (since, version, said) = match step {
            Step::Remind => (None, Some(cart.version), Some(now)),
            Step::Wait(touched) => (Some(*touched), None, None),
            Step::Rest => (None, None, None),
        };
        params![cart.id.0, since, version, said].to_vec()
    };
    let rows: Vec<_> = carts.iter().map(row).collect();
    let sql = "UPDATE reminders SET since_ms = $2, said_version = $3, said_ms = $4 WHERE cart_id = $1";
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Forgets carts that are gone.
pub(super) async fn forget(tx: &mut Tx, carts: &[Row]) -> Result<(), DbError> {
    let rows: Vec<_> = carts.iter().map(|row| Ok(params![id(row)?.0].to_vec())).collect::<Result<_, DbError>>()?;
    tx.execute_each("DELETE FROM reminders WHERE cart_id = $1", &rows).await.map(drop)
}

/// The version of a cart that was told of, and when.
pub(crate) async fn read_told(reader: &DatabaseConnection, cart: CartId) -> Result<Option<(i64, Time)>, DbError> {
    let row = Entity::find_by_id(cart.0).one(reader).await?;
    Ok(row.and_then(|row| Some((row.said_version?, Time::from_ms(row.said_ms?)))))
}

fn keys(ids: &[CartId]) -> Vec<Value<'_>> {
    ids.iter().map(|id| id.0.into()).collect()
}

fn id(row: &Row) -> Result<CartId, DbError> {
    Ok(CartId(row.get(0)?))
}
