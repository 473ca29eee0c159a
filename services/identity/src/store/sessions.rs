//! Sessions and their refresh tokens, which are stored as digests.

use crate::model::{Session, SessionView};
use bodega_db::{DbError, Row, Tx, params};
use bodega_kernel::{Time, UserId};
use uuid::Uuid;

/// The generation that a session begins with.
pub(crate) const FIRST_GENERATION: i64 = 1;

/// A session to be opened.
pub(crate) struct NewSession {
    /// Its id.
    pub(crate) id: Uuid,
    /// Whose.
    pub(crate) user: UserId,
    /// When it ends unless it is refreshed.
    pub(crate) expires: Time,
}

/// Opens a session.
pub(crate) async fn insert_session(tx: &mut Tx, session: &NewSession) -> Result<(), DbError> {
    let sql = "INSERT INTO sessions (id, user_id, generation, rotated_ms, expires_ms) VALUES ($1, $2, $3, $4, $5)";
    let values = params![session.id, session.user.0, FIRST_GENERATION, tx.now(), session.expires];
    tx.execute(sql, &values).await.map(drop)
}

/// Adds a token to a session, by its digest.
pub(crate) async fn insert_refresh_token(
    tx: &mut Tx,
    hash: &[u8],
    session: Uuid,
    generation: i64,
) -> Result<(), DbError> {
    let sql = "INSERT INTO refresh_tokens (hash, session_id, generation) VALUES ($1, $2, $3)";
    tx.execute(sql, &params![hash, session, generation]).await.map(drop)
}

/// The session and generation of a token.
pub(crate) async fn read_refresh_token(tx: &mut Tx, hash: &[u8]) -> Result<Option<(Uuid, i64)>, DbError> {
    let sql = "SELECT session_id, generation FROM refresh_tokens WHERE hash = $1";
    let row = tx.query_one(sql, &params![hash]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// A session and whose it is, locked until this transaction ends.
pub(crate) async fn lock_session(tx: &mut Tx, session: Uuid) -> Result<Option<(UserId, Session)>, DbError> {
    let sql = "SELECT user_id, generation, rotated_ms, expires_ms, revoked_ms FROM sessions WHERE id = $1 {lock}";
    let read = |row: Row| {
        let session =
            Session { generation: row.get(1)?, rotated: row.get(2)?, expires: row.get(3)?, revoked: row.get(4)? };
        Ok((UserId(row.get(0)?), session))
    };
    tx.query_one(sql, &params![session]).await?.map(read).transpose()
}

/// Begins a generation.
pub(crate) async fn rotate_session(tx: &mut Tx, session: Uuid, generation: i64, expires: Time) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET generation = $2, rotated_ms = $3, expires_ms = $4 WHERE id = $1";
    tx.execute(sql, &params![session, generation, tx.now(), expires]).await.map(drop)
}

/// Closes a session.
pub(crate) async fn revoke_session(tx: &mut Tx, session: Uuid) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL";
    tx.execute(sql, &params![session, tx.now()]).await.map(drop)
}

/// Closes the sessions of a user but one, if that is theirs.
pub(crate) async fn revoke_other_sessions(tx: &mut Tx, user: UserId, kept: Uuid) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET revoked_ms = $3 WHERE user_id = $1 AND id <> $2 AND revoked_ms IS NULL";
    tx.execute(sql, &params![user.0, kept, tx.now()]).await.map(drop)
}

/// Closes all sessions of a user.
pub(crate) async fn revoke_sessions_of(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET revoked_ms = $2 WHERE user_id = $1 AND revoked_ms IS NULL";
    tx.execute(sql, &params![user.0, tx.now()]).await.map(drop)
}

/// The sessions of a user that are remembered, the latest first.
pub(crate) async fn list_sessions(tx: &mut Tx, user: UserId) -> Result<Vec<SessionView>, DbError> {
    let sql = "SELECT id, rotated_ms, expires_ms, revoked_ms FROM sessions WHERE user_id = $1 \
               ORDER BY rotated_ms DESC, id LIMIT 1000";
    let read = |row: &Row| {
        let (refreshed_at, ends_at, closed_at) = (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(SessionView { id: row.get(0)?, refreshed_at, ends_at, closed_at })
    };
    tx.query(sql, &params![user.0]).await?.iter().map(read).collect()
}

/// Deletes up to 500 sessions that ended; whether there were any.
pub(crate) async fn delete_ended_sessions(tx: &mut Tx) -> Result<bool, DbError> {
    let sql = "DELETE FROM sessions WHERE id IN \
               (SELECT id FROM sessions WHERE expires_ms < $1 ORDER BY expires_ms LIMIT 500)";
    Ok(tx.execute(sql, &params![tx.now()]).await? > 0)
}
