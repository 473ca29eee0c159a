//! Queries: writes through the transaction, reads through `SeaORM`.

mod addresses;
mod attempts;
mod avatars;
mod groups;
mod invitations;
mod read;
mod requests;
mod sessions;
mod staff;

pub(crate) use addresses::{
    count_addresses, delete_address, insert_address, list_addresses, lock_address, replace_address, unset_defaults,
};
pub(crate) use attempts::{count_attempt, delete_attempts_before, forget_attempts};
pub(crate) use avatars::{
    drop_avatar_files, forget_avatar_file, is_shown, name_avatar, note_avatar_file, unname_avatar,
};
pub(crate) use groups::{
    bump_groups, count_groups, delete_group, delete_member, group_has_members, groups_of, insert_group, insert_member,
    list_groups, list_members, lock_group,
};
pub(crate) use invitations::{
    delete_ended_invitations, delete_invitation, find_invitation, insert_invitation, list_invitations,
    open_invitations, take_invitation,
};
pub(crate) use read::{
    find_contacts, find_credentials, find_credentials_of, find_permissions, find_roles, find_session, find_user,
    list_users,
};
pub(crate) use requests::{
    Request, delete_ended_requests, delete_requests_for, delete_requests_of, find_request, forgotten, insert_request,
    list_requests, note_forgotten, take_request,
};
pub(crate) use sessions::{
    FIRST_GENERATION, NewSession, delete_ended_sessions, insert_refresh_token, insert_session, list_sessions,
    lock_session, read_refresh_token, revoke_other_sessions, revoke_session, revoke_sessions_of, rotate_session,
};
pub(crate) use staff::{
    count_staff_roles, delete_staff_role, give_staff_role, insert_staff_role, list_staff_roles, lock_staff_role,
    permissions_of, replace_staff_role, staff_role_in_use, staff_role_of, take_staff_role,
};

use crate::model::{self, UserView};
use bodega_db::{DbError, OnConflict, Tx, params};
use bodega_kernel::{Role, Time, UserId};

/// Inserts a user with their roles; `false` if the address has an account.
pub(crate) async fn insert_user(tx: &mut Tx, user: &UserView, hash: &str) -> Result<bool, DbError> {
    let sql = "INSERT INTO users (id, email, name, password_hash, disabled, created_ms, email_verified_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING";
    let (name, verified) = (user.name.as_deref(), user.email_verified.then_some(user.created_at));
    let values = params![user.id.0, &user.email, name, hash, user.disabled, user.created_at, verified];
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
    let sql = "SELECT email, email_verified_ms, name, phone, birthday, language, avatar, disabled, created_ms \
               FROM users WHERE id = $1";
    let Some(row) = tx.query_one(sql, &params![user.0]).await? else { return Ok(None) };
    let (roles, staff_role_id) = (roles_of(tx, user).await?, staff_role_of(tx, user).await?);
    Ok(Some(UserView {
        id: user,
        email: row.get(0)?,
        email_verified: row.get::<Option<Time>>(1)?.is_some(),
        name: row.get(2)?,
        phone: row.get(3)?,
        birthday: row.get(4)?,
        language: row.get(5)?,
        avatar: model::avatar_path(row.get(6)?),
        roles,
        staff_role_id,
        disabled: row.get(7)?,
        created_at: row.get(8)?,
    }))
}

/// Keeps what somebody says of themselves.
pub(crate) async fn set_profile(tx: &mut Tx, user: &UserView) -> Result<(), DbError> {
    let sql = "UPDATE users SET name = $2, phone = $3, birthday = $4, language = $5 WHERE id = $1";
    let (name, phone) = (user.name.as_deref(), user.phone.as_deref());
    let (birthday, language) = (user.birthday.as_deref(), user.language.as_deref());
    tx.execute(sql, &params![user.id.0, name, phone, birthday, language]).await.map(drop)
}

/// Another address, which its owner has shown to be theirs.
pub(crate) async fn set_email(tx: &mut Tx, user: UserId, email: &str) -> Result<(), DbError> {
    let sql = "UPDATE users SET email = $2, email_verified_ms = $3 WHERE id = $1";
    tx.execute(sql, &params![user.0, email, tx.now()]).await.map(drop)
}

/// Notes that the address of an account is its owner's, if it is still this one; says whether that is news.
pub(crate) async fn verify_email(tx: &mut Tx, user: UserId, email: &str) -> Result<bool, DbError> {
    let sql = "UPDATE users SET email_verified_ms = $3 WHERE id = $1 AND email = $2 AND email_verified_ms IS NULL";
    Ok(tx.execute(sql, &params![user.0, email, tx.now()]).await? == 1)
}

/// The address of a user.
pub(crate) async fn email_of(tx: &mut Tx, user: UserId) -> Result<Option<String>, DbError> {
    let row = tx.query_one("SELECT email FROM users WHERE id = $1", &params![user.0]).await?;
    row.map(|row| row.get(0)).transpose()
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

/// Puts a new hash in the place of the one that was checked; `false` if that is not there any more.
pub(crate) async fn replace_hash(tx: &mut Tx, user: UserId, old: &str, new: &str) -> Result<bool, DbError> {
    let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    Ok(tx.execute(sql, &params![user.0, old, new]).await? == 1)
}

/// Puts a new hash in the place of whatever is there.
pub(crate) async fn set_hash(tx: &mut Tx, user: UserId, new: &str) -> Result<(), DbError> {
    tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1", &params![user.0, new]).await.map(drop)
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

/// The seed of the key that signs tokens: `fresh` at the first start, and ever after the same.
pub(crate) async fn signing_seed(tx: &mut Tx, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    let insert =
        "INSERT INTO signing_keys (number, seed, created_ms) VALUES (1, $1, $2) ON CONFLICT (number) DO NOTHING";
    tx.execute(insert, &params![fresh, tx.now()]).await?;
    let row = tx.query_one("SELECT seed FROM signing_keys WHERE number = $1", &params![1_i64]).await?;
    row.map_or_else(|| Ok(fresh.to_vec()), |row| row.get(0))
}
