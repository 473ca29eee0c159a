//! What links in mails are for: one row until its link is used, or over. The links are not stored.

use crate::{
    error::Error,
    model::{MOST_REQUESTS, Purpose, RequestView},
};
use bodega_db::{Db, DbError, Row, Tx, params};
use bodega_kernel::{Time, UserId};
use sea_orm::EntityTrait;
use uuid::Uuid;

mod mail_request {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mail_requests")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub purpose: String,
        pub email: String,
        pub ends_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Whose.
    pub(crate) user: UserId,
    /// For what.
    pub(crate) purpose: Purpose,
    /// Where its mail goes.
    pub(crate) email: String,
    /// Until when.
    pub(crate) ends: Time,
}

/// Notes a request, and forgets the oldest ones of its purpose where there are many.
pub(crate) async fn insert_request(tx: &mut Tx, id: Uuid, request: &Request) -> Result<(), DbError> {
    let insert = "INSERT INTO mail_requests (id, user_id, purpose, email, created_ms, ends_ms) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    let Request { user, purpose, email, ends } = request;
    tx.execute(insert, &params![id, user.0, purpose.word(), email, tx.now(), *ends]).await?;
    let delete = "DELETE FROM mail_requests WHERE user_id = $1 AND purpose = $2 AND id NOT IN \
                  (SELECT id FROM mail_requests WHERE user_id = $1 AND purpose = $2 \
                  ORDER BY created_ms DESC, id DESC LIMIT $3)";
    tx.execute(delete, &params![user.0, purpose.word(), MOST_REQUESTS]).await.map(drop)
}

/// The requests of a user, oldest first; there are few.
pub(crate) async fn list_requests(tx: &mut Tx, user: UserId) -> Result<Vec<RequestView>, DbError> {
    let sql = "SELECT purpose, email, created_ms, ends_ms FROM mail_requests WHERE user_id = $1 \
               ORDER BY created_ms, id LIMIT 100";
    let read = |row: &Row| {
        let (created_at, ends_at) = (row.get(2)?, row.get(3)?);
        Ok(RequestView { purpose: row.get(0)?, email: row.get(1)?, created_at, ends_at })
    };
    tx.query(sql, &params![user.0]).await?.iter().map(read).collect()
}

/// Takes a request: whoever gets it is the only one who does.
pub(crate) async fn take_request(tx: &mut Tx, id: Uuid) -> Result<Option<Request>, DbError> {
    let sql = "DELETE FROM mail_requests WHERE id = $1 RETURNING user_id, purpose, email, ends_ms";
    tx.query_one(sql, &params![id]).await?.as_ref().map(read).transpose()
}

/// Ends the requests of one purpose.
pub(crate) async fn delete_requests_for(tx: &mut Tx, user: UserId, purpose: Purpose) -> Result<(), DbError> {
    let sql = "DELETE FROM mail_requests WHERE user_id = $1 AND purpose = $2";
    tx.execute(sql, &params![user.0, purpose.word()]).await.map(drop)
}

/// Ends all requests of a user.
pub(crate) async fn delete_requests_of(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    tx.execute("DELETE FROM mail_requests WHERE user_id = $1", &params![user.0]).await.map(drop)
}

/// Deletes up to 500 requests that are over; whether there were any.
pub(crate) async fn delete_ended_requests(tx: &mut Tx) -> Result<bool, DbError> {
    let sql = "DELETE FROM mail_requests WHERE id IN \
               (SELECT id FROM mail_requests WHERE ends_ms < $1 ORDER BY ends_ms LIMIT 500)";
    Ok(tx.execute(sql, &params![tx.now()]).await? > 0)
}

/// A request as it stands, read outside of a transaction.
pub(crate) async fn find_request(db: &Db, id: Uuid) -> Result<Option<Request>, Error> {
    let row = mail_request::Entity::find_by_id(id).one(db.reader()).await.map_err(DbError::from)?;
    let request = |row: mail_request::Model| {
        let ends = Time::from_ms(row.ends_ms);
        Ok(Request { user: UserId(row.user_id), purpose: purpose(&row.purpose)?, email: row.email, ends })
    };
    row.map(request).transpose()
}

/// Notes that somebody forgot the password of an address, known or not.
pub(crate) async fn note_forgotten(tx: &mut Tx, email: &str) -> Result<(), DbError> {
    let sql = "INSERT INTO forgotten_passwords (email, asked_ms) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING";
    tx.execute(sql, &params![email, tx.now()]).await.map(drop)
}

/// Takes up to `most` addresses whose password was forgotten.
pub(crate) async fn forgotten(tx: &mut Tx, most: i64) -> Result<Vec<String>, DbError> {
    let sql = "DELETE FROM forgotten_passwords WHERE email IN \
               (SELECT email FROM forgotten_passwords ORDER BY asked_ms, email LIMIT $1) RETURNING email";
    tx.query(sql, &params![most]).await?.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<Request, DbError> {
    let purpose = purpose(&row.get::<String>(1)?)?;
    Ok(Request { user: UserId(row.get(0)?), purpose, email: row.get(2)?, ends: row.get(3)? })
}

fn purpose(word: &str) -> Result<Purpose, DbError> {
    Purpose::of(word).ok_or_else(|| DbError::Refused(format!("{word} is no purpose of a request").into()))
}
