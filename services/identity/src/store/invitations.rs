//! Who is asked to join the staff and has not answered: one row for an address.

use crate::{
    error::Error,
    model::{self, InvitationView},
};
use bodega_db::{Db, DbError, Row, Tx, params};
use bodega_kernel::{Role, Time, UserId};
use sea_orm::EntityTrait;
use uuid::Uuid;

mod invitation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitations")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub ends_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// How many invitations can be accepted.
pub(crate) async fn open_invitations(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM invitations WHERE ends_ms > $1", &params![tx.now()]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Notes an invitation in the place of the one that its address has.
pub(crate) async fn insert_invitation(tx: &mut Tx, invitation: &InvitationView, by: UserId) -> Result<(), DbError> {
    let InvitationView { id, email, role, staff_role_id, created_at, ends_at } = invitation;
    tx.execute("DELETE FROM invitations WHERE email = $1", &params![email]).await?;
    let sql = "INSERT INTO invitations (id, email, role, staff_role_id, invited_by, created_ms, ends_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = params![*id, email, model::word(*role), *staff_role_id, by.0, *created_at, *ends_at];
    tx.execute(sql, &values).await.map(drop)
}

/// The invitations that can be accepted, oldest first.
pub(crate) async fn list_invitations(tx: &mut Tx) -> Result<Vec<InvitationView>, DbError> {
    let sql = "SELECT id, email, role, staff_role_id, created_ms, ends_ms FROM invitations WHERE ends_ms > $1 \
               ORDER BY id LIMIT 100";
    tx.query(sql, &params![tx.now()]).await?.iter().map(read).collect()
}

/// Takes an invitation: whoever gets it is the only one who does.
pub(crate) async fn take_invitation(tx: &mut Tx, id: Uuid) -> Result<Option<InvitationView>, DbError> {
    let sql = "DELETE FROM invitations WHERE id = $1 RETURNING id, email, role, staff_role_id, created_ms, ends_ms";
    tx.query_one(sql, &params![id]).await?.as_ref().map(read).transpose()
}

/// Withdraws an invitation; `false` if there is none.
pub(crate) async fn delete_invitation(tx: &mut Tx, id: Uuid) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM invitations WHERE id = $1", &params![id]).await? == 1)
}

/// Deletes up to 500 invitations that are over; whether there were any.
pub(crate) async fn delete_ended_invitations(tx: &mut Tx) -> Result<bool, DbError> {
    let sql = "DELETE FROM invitations WHERE id IN \
               (SELECT id FROM invitations WHERE ends_ms < $1 ORDER BY ends_ms LIMIT 500)";
    Ok(tx.execute(sql, &params![tx.now()]).await? > 0)
}

/// Where the mail of an invitation goes, and until when it can be accepted.
pub(crate) async fn find_invitation(db: &Db, id: Uuid) -> Result<Option<(String, Time)>, Error> {
    let row = invitation::Entity::find_by_id(id).one(db.reader()).await.map_err(DbError::from)?;
    Ok(row.map(|row| (row.email, Time::from_ms(row.ends_ms))))
}

fn read(row: &Row) -> Result<InvitationView, DbError> {
    Ok(InvitationView {
        id: row.get(0)?,
        email: row.get(1)?,
        role: model::role(&row.get::<String>(2)?).unwrap_or(Role::Customer),
        staff_role_id: row.get(3)?,
        created_at: row.get(4)?,
        ends_at: row.get(5)?,
    })
}
