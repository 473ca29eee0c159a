//! The pictures of people: which file each shows, and every file there is or may be.
//!
//! A file is noted before it is kept and named after. One that nobody names has a time from which it may go; whoever
//! removes it marks it first, so that nobody names it any more.

use super::read::away;
use crate::{error::Error, model::AvatarId};
use bodega_db::{Db, DbError, Row, Tx, params};
use bodega_kernel::{Time, UserId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

mod avatar_file {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "avatar_files")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub user_id: Option<Uuid>,
        pub due_ms: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The most files that are dropped at once.
const MOST_DROPPED: i64 = 20;

/// Notes a file that is about to be kept for a user, and goes from `due` on unless they name it.
pub(crate) async fn note_avatar_file(tx: &mut Tx, id: &AvatarId, user: UserId, due: Time) -> Result<(), DbError> {
    let sql = "INSERT INTO avatar_files (id, user_id, due_ms) VALUES ($1, $2, $3)";
    tx.execute(sql, &params![id.as_str(), user.0, due]).await.map(drop)
}

/// Makes a file that is kept the one that its user shows; `false` where it is being removed. The one before goes from
/// `due` on.
pub(crate) async fn name_avatar(tx: &mut Tx, id: &AvatarId, user: UserId, due: Time) -> Result<bool, DbError> {
    let keep = "UPDATE avatar_files SET due_ms = NULL WHERE id = $1 AND user_id = $2 AND dropped = FALSE";
    if tx.execute(keep, &params![id.as_str(), user.0]).await? == 0 {
        return Ok(false);
    }
    unname_avatar(tx, user, due).await?;
    let name = "UPDATE users SET avatar = $2 WHERE id = $1";
    tx.execute(name, &params![user.0, id.as_str()]).await.map(|rows| rows == 1)
}

/// Takes the picture of a user away, if they show one; its file goes from `due` on.
pub(crate) async fn unname_avatar(tx: &mut Tx, user: UserId, due: Time) -> Result<(), DbError> {
    let shown = "UPDATE avatar_files SET due_ms = $2 WHERE id = (SELECT avatar FROM users WHERE id = $1)";
    tx.execute(shown, &params![user.0, due]).await?;
    tx.execute("UPDATE users SET avatar = NULL WHERE id = $1", &params![user.0]).await.map(drop)
}

/// Marks some files that nobody names any more, and those of people who are not there any more: they are to be removed.
pub(crate) async fn drop_avatar_files(tx: &mut Tx) -> Result<Vec<AvatarId>, DbError> {
    let sql = "UPDATE avatar_files SET dropped = TRUE WHERE (due_ms <= $1 OR user_id IS NULL) AND id IN \
               (SELECT id FROM avatar_files WHERE due_ms <= $1 OR user_id IS NULL ORDER BY due_ms, id LIMIT $2) \
               RETURNING id";
    let rows = tx.query(sql, &params![tx.now(), MOST_DROPPED]).await?;
    let id = |row: &Row| row.get::<String>(0).map(|id| AvatarId::read(&id));
    Ok(rows.iter().map(id).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Forgets a file that was removed.
pub(crate) async fn forget_avatar_file(tx: &mut Tx, id: &AvatarId) -> Result<(), DbError> {
    let sql = "DELETE FROM avatar_files WHERE id = $1 AND dropped = TRUE";
    tx.execute(sql, &params![id.as_str()]).await.map(drop)
}

/// Whether somebody shows this picture.
pub(crate) async fn is_shown(db: &Db, id: &AvatarId) -> Result<bool, Error> {
    let named = avatar_file::Entity::find_by_id(id.as_str())
        .filter(avatar_file::Column::DueMs.is_null())
        .filter(avatar_file::Column::UserId.is_not_null());
    Ok(named.one(db.reader()).await.map_err(away)?.is_some())
}
