//! Groups of customers, and who is in them.

use crate::model::GroupView;
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::UserId;

/// How many groups there are.
pub(crate) async fn count_groups(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM customer_groups", &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// All groups, by name.
pub(crate) async fn list_groups(tx: &mut Tx) -> Result<Vec<GroupView>, DbError> {
    let sql = "SELECT name, label, created_ms FROM customer_groups ORDER BY name LIMIT 200";
    tx.query(sql, &[]).await?.iter().map(read).collect()
}

/// A group, locked until the transaction ends.
pub(crate) async fn lock_group(tx: &mut Tx, name: &str) -> Result<Option<GroupView>, DbError> {
    let sql = "SELECT name, label, created_ms FROM customer_groups WHERE name = $1 {lock}";
    tx.query_one(sql, &params![name]).await?.as_ref().map(read).transpose()
}

/// Adds a group; `false` where there is one of this name.
pub(crate) async fn insert_group(tx: &mut Tx, group: &GroupView) -> Result<bool, DbError> {
    let sql = "INSERT INTO customer_groups (name, label, created_ms) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
    Ok(tx.execute(sql, &params![&group.name, &group.label, group.created_at]).await? == 1)
}

/// Whether somebody is in a group.
pub(crate) async fn group_has_members(tx: &mut Tx, name: &str) -> Result<bool, DbError> {
    let sql = "SELECT user_id FROM group_members WHERE group_name = $1 LIMIT 1";
    Ok(tx.query_one(sql, &params![name]).await?.is_some())
}

/// Deletes a group that nobody is in.
pub(crate) async fn delete_group(tx: &mut Tx, name: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM customer_groups WHERE name = $1", &params![name]).await.map(drop)
}

/// The members of a group by id, after `after`, up to `limit`.
pub(crate) async fn list_members(tx: &mut Tx, name: &str, after: UserId, limit: i64) -> Result<Vec<UserId>, DbError> {
    let sql = "SELECT user_id FROM group_members WHERE group_name = $1 AND user_id > $2 ORDER BY user_id LIMIT $3";
    let rows = tx.query(sql, &params![name, after.0, limit]).await?;
    rows.iter().map(|row| row.get(0).map(UserId)).collect()
}

/// Puts a user into a group; `false` if they are in it.
pub(crate) async fn insert_member(tx: &mut Tx, name: &str, user: UserId) -> Result<bool, DbError> {
    let row = params![name, user.0].to_vec();
    Ok(tx.insert_rows("group_members", &["group_name", "user_id"], OnConflict::Skip, &[row]).await? == 1)
}

/// Takes a user out of a group; `false` if they are not in it.
pub(crate) async fn delete_member(tx: &mut Tx, name: &str, user: UserId) -> Result<bool, DbError> {
    let sql = "DELETE FROM group_members WHERE group_name = $1 AND user_id = $2";
    Ok(tx.execute(sql, &params![name, user.0]).await? == 1)
}

/// The groups that a user is in, by name.
pub(crate) async fn groups_of(tx: &mut Tx, user: UserId) -> Result<Vec<String>, DbError> {
    let sql = "SELECT group_name FROM group_members WHERE user_id = $1 ORDER BY group_name LIMIT 100";
    tx.query(sql, &params![user.0]).await?.iter().map(|row| row.get(0)).collect()
}

/// The next version of what groups a user is in.
pub(crate) async fn bump_groups(tx: &mut Tx, user: UserId) -> Result<i64, DbError> {
    let sql = "UPDATE users SET groups_version = groups_version + 1 WHERE id = $1 RETURNING groups_version";
    let row = tx.query_one(sql, &params![user.0]).await?;
    row.map_or(Ok(1), |row| row.get(0))
}

fn read(row: &Row) -> Result<GroupView, DbError> {
    Ok(GroupView { name: row.get(0)?, label: row.get(1)?, created_at: row.get(2)? })
}
