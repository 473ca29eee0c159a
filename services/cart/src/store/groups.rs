//! What was heard of the groups that customers are in.

use super::carts::{parsed, text};
use bodega_contracts::identity::UserGroupsChanged;
use bodega_db::{DbError, Tx, Value, params};
use bodega_kernel::UserId;
use sea_orm::{DatabaseConnection, entity::prelude::*};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_groups")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub version: i64,
    pub member_of: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Stores groups, each customer's only if they are newer than what is stored; in the order of their ids.
pub(crate) async fn put_groups(tx: &mut Tx, groups: &BTreeMap<UserId, &UserGroupsChanged>) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(groups.len());
    for (user, heard) in groups {
        rows.push(params![user.0, heard.version, text(&heard.groups)?].to_vec());
    }
    let sql = "INSERT INTO customer_groups (user_id, version, member_of) VALUES ($1, $2, $3) \
               ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, member_of = excluded.member_of \
               WHERE customer_groups.version < excluded.version";
    tx.execute_each(sql, &rows).await.map(drop)
}

/// The groups of these customers.
pub(crate) async fn select(tx: &mut Tx, users: &[UserId]) -> Result<BTreeMap<UserId, Vec<String>>, DbError> {
    let keys: Vec<Value<'_>> = users.iter().map(|user| user.0.into()).collect();
    let rows = tx.query_keys("SELECT user_id, member_of FROM customer_groups WHERE user_id = $1", &keys).await?;
    rows.iter().map(|row| Ok((UserId(row.get(0)?), parsed(&row.get::<String>(1)?)?))).collect()
}

/// Those of one customer, outside of transactions.
pub(crate) async fn read_groups(
    reader: &DatabaseConnection,
    user: UserId,
) -> Result<BTreeMap<UserId, Vec<String>>, DbError> {
    let row = Entity::find_by_id(user.0).one(reader).await?;
    row.map(|row| Ok((user, parsed(&row.member_of)?))).into_iter().collect()
}
