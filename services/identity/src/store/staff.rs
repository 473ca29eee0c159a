//! Staff roles, and who holds which: at most one for each user.

use crate::model::StaffRoleView;
use bodega_db::{DbError, Row, Tx, params};
use bodega_kernel::UserId;
use uuid::Uuid;

/// How many staff roles there are.
pub(crate) async fn count_staff_roles(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM staff_roles", &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// All staff roles, by name.
pub(crate) async fn list_staff_roles(tx: &mut Tx) -> Result<Vec<StaffRoleView>, DbError> {
    let sql = "SELECT id, name, permissions, version FROM staff_roles ORDER BY name LIMIT 100";
    tx.query(sql, &[]).await?.iter().map(read).collect()
}

/// A staff role, locked until the transaction ends.
pub(crate) async fn lock_staff_role(tx: &mut Tx, id: Uuid) -> Result<Option<StaffRoleView>, DbError> {
    let sql = "SELECT id, name, permissions, version FROM staff_roles WHERE id = $1 {lock}";
    tx.query_one(sql, &params![id]).await?.as_ref().map(read).transpose()
}

/// Adds a staff role; `false` where another one has its name.
pub(crate) async fn insert_staff_role(tx: &mut Tx, role: &StaffRoleView) -> Result<bool, DbError> {
    let sql = "INSERT INTO staff_roles (id, name, permissions, version) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (name) DO NOTHING";
    let values = params![role.id, &role.name, written(&role.permissions), role.version];
    Ok(tx.execute(sql, &values).await? == 1)
}

/// Replaces a staff role; `false` where another one has its name.
pub(crate) async fn replace_staff_role(tx: &mut Tx, role: &StaffRoleView) -> Result<bool, DbError> {
    let taken = "SELECT id FROM staff_roles WHERE name = $1 AND id <> $2";
    if tx.query_one(taken, &params![&role.name, role.id]).await?.is_some() {
        return Ok(false);
    }
    let sql = "UPDATE staff_roles SET name = $2, permissions = $3, version = $4 WHERE id = $1";
    tx.execute(sql, &params![role.id, &role.name, written(&role.permissions), role.version]).await?;
    Ok(true)
}

/// Whether somebody holds a staff role, or is invited to.
pub(crate) async fn staff_role_in_use(tx: &mut Tx, id: Uuid) -> Result<bool, DbError> {
    let held = "SELECT user_id FROM staff_role_holders WHERE role_id = $1 LIMIT 1";
    let invited = "SELECT id FROM invitations WHERE staff_role_id = $1 LIMIT 1";
    Ok(tx.query_one(held, &params![id]).await?.is_some() || tx.query_one(invited, &params![id]).await?.is_some())
}

/// Deletes a staff role that nobody holds.
pub(crate) async fn delete_staff_role(tx: &mut Tx, id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_roles WHERE id = $1", &params![id]).await.map(drop)
}

/// Gives a staff role in the place of the one that a user holds.
pub(crate) async fn give_staff_role(tx: &mut Tx, user: UserId, role: Uuid) -> Result<(), DbError> {
    let sql = "INSERT INTO staff_role_holders (user_id, role_id) VALUES ($1, $2) \
               ON CONFLICT (user_id) DO UPDATE SET role_id = excluded.role_id";
    tx.execute(sql, &params![user.0, role]).await.map(drop)
}

/// Takes the staff role of a user.
pub(crate) async fn take_staff_role(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_role_holders WHERE user_id = $1", &params![user.0]).await.map(drop)
}

/// The staff role of a user.
pub(crate) async fn staff_role_of(tx: &mut Tx, user: UserId) -> Result<Option<Uuid>, DbError> {
    let row = tx.query_one("SELECT role_id FROM staff_role_holders WHERE user_id = $1", &params![user.0]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// What the staff role of a user permits, if they hold one.
pub(crate) async fn permissions_of(tx: &mut Tx, user: UserId) -> Result<Option<Vec<String>>, DbError> {
    let sql = "SELECT r.permissions FROM staff_role_holders h JOIN staff_roles r ON r.id = h.role_id \
               WHERE h.user_id = $1";
    let row = tx.query_one(sql, &params![user.0]).await?;
    row.map(|row| row.get::<String>(0).map(|text| listed(&text))).transpose()
}

fn read(row: &Row) -> Result<StaffRoleView, DbError> {
    let permissions = listed(&row.get::<String>(2)?);
    Ok(StaffRoleView { id: row.get(0)?, name: row.get(1)?, permissions, version: row.get(3)? })
}

/// Permissions are words without blanks.
fn written(permissions: &[String]) -> String {
    permissions.join(" ")
}

pub(super) fn listed(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
