//! Queries: writes through the transaction, reads through `SeaORM`.

mod read;

pub(crate) use read::{find_credentials, find_roles, find_session, find_user, list_users};

use crate::model::{self, Session, UserView};
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::{Role, Time, UserId};
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

/// Inserts a user with their roles; `false` if the address has an account.
pub(crate) async fn insert_user(tx: &mut Tx, user: &UserView, hash: &str) -> Result<bool, DbError> {
    let sql = "INSERT INTO users (id, email, name, password_hash, disabled, created_ms) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING";
    let name = user.name.as_deref();
    let values = params![user.id.0, &user.email, name, hash, user.disabled, user.created_at];
    let inserted = tx.execute(sql, &values).await? == 1;
    if inserted {
        let rows: Vec<_> = user.roles.iter().map(|role| params![user.id.0, model::word(*role)].to_vec()).collect();
        tx.insert_rows("user_roles", &["user_id", "role"], OnConflict::Fail, &rows).await?;
    }
    Ok(inserted)
}

/// Whose address this is.
pub(crate) async fn user_of(tx: &mut Tx, email: &str) -> Result<Option<UserId>, DbError> {
    let row = tx.query_one("SELECT id FROM users WHERE email = $1", &params![email]).await?;
    row.map(|row| row.get(0).map(UserId)).transpose()
}

/// A user with their roles.
pub(crate) async fn read_user(tx: &mut Tx, user: UserId) -> Result<Option<UserView>, DbError> {
    let sql = "SELECT email, name, disabled, created_ms FROM users WHERE id = $1";
    let Some(row) = tx.query_one(sql, &params![user.0]).await? else { return Ok(None) };
    let (email, name, disabled, created_at) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let roles = roles_of(tx, user).await?;
    Ok(Some(UserView { id: user, email, name, roles, disabled, created_at }))
}

/// Sets a name.
pub(crate) async fn set_name(tx: &mut Tx, user: UserId, name: Option<&str>) -> Result<(), DbError> {
    tx.execute("UPDATE users SET name = $2 WHERE id = $1", &params![user.0, name]).await.map(drop)
}

/// Disables or enables.
pub(crate) async fn set_disabled(tx: &mut Tx, user: UserId, disabled: bool) -> Result<(), DbError> {
    tx.execute("UPDATE users SET disabled = $2 WHERE id = $1", &params![user.0, disabled]).await.map(drop)
}

/// Whether a user may log in.
pub(crate) async fn is_enabled(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let row = tx.query_one("SELECT disabled FROM users WHERE id = $1", &params![user.0]).await?;
    row.map_or(Ok(false), |row| row.get::<bool>(0).map(|disabled| !disabled))
}

/// The same, and until this transaction ends nobody changes it.
pub(crate) async fn lock_enabled(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let row = tx.query_one("SELECT disabled FROM users WHERE id = $1 {lock}", &params![user.0]).await?;
    row.map_or(Ok(false), |row| row.get::<bool>(0).map(|disabled| !disabled))
}

/// Puts a new hash in the place of the one that was checked.
pub(crate) async fn replace_hash(tx: &mut Tx, user: UserId, old: &str, new: &str) -> Result<(), DbError> {
    let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    tx.execute(sql, &params![user.0, old, new]).await.map(drop)
}

/// The roles of a user, sorted.
pub(crate) async fn roles_of(tx: &mut Tx, user: UserId) -> Result<Vec<Role>, DbError> {
    let rows = tx.query("SELECT role FROM user_roles WHERE user_id = $1 LIMIT 10", &params![user.0]).await?;
    let words = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
    Ok(model::roles(words.iter().map(String::as_str)))
}

/// Gives a role; `false` if the user holds it.
pub(crate) async fn insert_role(tx: &mut Tx, user: UserId, role: Role) -> Result<bool, DbError> {
    let row = params![user.0, model::word(role)].to_vec();
    Ok(tx.insert_rows("user_roles", &["user_id", "role"], OnConflict::Skip, &[row]).await? == 1)
}

/// Takes a role; `false` if the user does not hold it.
pub(crate) async fn delete_role(tx: &mut Tx, user: UserId, role: Role) -> Result<bool, DbError> {
    let sql = "DELETE FROM user_roles WHERE user_id = $1 AND role = $2";
    Ok(tx.execute(sql, &params![user.0, model::word(role)]).await? == 1)
}

/// Makes whoever wants to take an admin away wait until this transaction ends.
pub(crate) async fn lock_admins(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "SELECT user_id FROM user_roles WHERE role = $1 ORDER BY user_id {lock}";
    tx.query(sql, &params![model::word(Role::Admin)]).await.map(drop)
}

/// Up to two admins who can log in. Read after [`lock_admins`], in a statement of its own: it sees what was committed
/// while that one waited.
pub(crate) async fn enabled_admins(tx: &mut Tx) -> Result<Vec<UserId>, DbError> {
    let sql = "SELECT r.user_id FROM user_roles r JOIN users u ON u.id = r.user_id \
               WHERE r.role = $1 AND u.disabled = $2 ORDER BY r.user_id LIMIT 2";
    let rows = tx.query(sql, &params![model::word(Role::Admin), false]).await?;
    rows.iter().map(|row| row.get(0).map(UserId)).collect()
}

/// Counts a log-in that is tried for an account, known or not; answers how many count now, since when, and the time.
pub(crate) async fn count_attempt(tx: &mut Tx, account: &[u8]) -> Result<(i64, Time, Time), DbError> {
    let sql = "INSERT INTO login_attempts (account, since_ms, attempts) VALUES ($1, $2, 1) \
               ON CONFLICT (account) DO UPDATE SET \
               attempts = CASE WHEN login_attempts.since_ms <= $3 THEN 1 ELSE login_attempts.attempts + 1 END, \
               since_ms = CASE WHEN login_attempts.since_ms <= $3 THEN $2 ELSE login_attempts.since_ms END \
               RETURNING attempts, since_ms";
    let now = tx.now();
    let forgotten = now.ms() - model::ATTEMPT_WINDOW.as_millis() as i64;
    let row = tx.query_one(sql, &params![account, now, forgotten]).await?;
    row.map_or(Ok((1, now, now)), |row| Ok((row.get(0)?, row.get(1)?, now)))
}

/// Forgets the attempts for an account: one succeeded.
pub(crate) async fn forget_attempts(tx: &mut Tx, account: &[u8]) -> Result<(), DbError> {
    tx.execute("DELETE FROM login_attempts WHERE account = $1", &params![account]).await.map(drop)
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

/// Closes all sessions of a user.
pub(crate) async fn revoke_sessions_of(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET revoked_ms = $2 WHERE user_id = $1 AND revoked_ms IS NULL";
    tx.execute(sql, &params![user.0, tx.now()]).await.map(drop)
}

/// Deletes up to 500 sessions that ended and attempts from before `attempts`; whether there were any.
pub(crate) async fn delete_old(tx: &mut Tx, attempts: Time) -> Result<bool, DbError> {
    let ended = "DELETE FROM sessions WHERE id IN \
                 (SELECT id FROM sessions WHERE expires_ms < $1 ORDER BY expires_ms LIMIT 500)";
    let tried = "DELETE FROM login_attempts WHERE account IN \
                 (SELECT account FROM login_attempts WHERE since_ms < $1 ORDER BY since_ms LIMIT 500) AND since_ms < $1";
    let ended = tx.execute(ended, &params![tx.now()]).await?;
    let tried = tx.execute(tried, &params![attempts]).await?;
    Ok(ended + tried > 0)
}

/// The seed of the key that signs tokens: `fresh` at the first start, and ever after the same.
pub(crate) async fn signing_seed(tx: &mut Tx, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    let insert =
        "INSERT INTO signing_keys (number, seed, created_ms) VALUES (1, $1, $2) ON CONFLICT (number) DO NOTHING";
    tx.execute(insert, &params![fresh, tx.now()]).await?;
    let row = tx.query_one("SELECT seed FROM signing_keys WHERE number = $1", &params![1_i64]).await?;
    row.map_or_else(|| Ok(fresh.to_vec()), |row| row.get(0))
}
