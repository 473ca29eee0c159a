//! Accounts: opened by their owners or from the command line, read and renamed.

use super::{Kept, hashing};
use crate::{
    Identity,
    error::Error,
    model::{self, Email, Password, UserView},
    store,
};
use bodega_contracts::identity::{UserRegistered, UserRoleAssigned};
use bodega_db::{Db, IdempotencyKey, Replay, StoredAnswer, Tx};
use bodega_kernel::{Role, UserId};

const fn invalid(pointer: &'static str) -> impl Fn(&'static str) -> Error {
    move |reason| Error::Invalid { pointer, reason }
}

/// Opens an account as a customer. For an address that has one already the work and the answer are the same, with an
/// id that leads nowhere and without any effect: the answer tells nobody who is a customer here.
pub(crate) async fn register(
    identity: &Identity,
    email: &str,
    password: &str,
    name: Option<&str>,
    key: Option<IdempotencyKey>,
) -> Result<Kept<UserView>, Error> {
    let email = Email::parse(email).map_err(invalid("/email"))?;
    let password = Password::choose(password, email.as_str()).map_err(invalid("/password"))?;
    let name = name.map(model::name).transpose().map_err(invalid("/name"))?;
    // A digest of the whole body would be a fast hash of the password, kept in the database.
    let of_body = |key: IdempotencyKey| IdempotencyKey { request: described(&email, name.as_deref()), ..key };
    let key = key.map(of_body);
    let hash = identity.passwords.enter()?.hash(password).await?;
    identity
        .db
        .write(async move |tx| {
            if let Some(key) = &key {
                match tx.replayed(key).await? {
                    Replay::Same(answer) => return Ok(Kept::Again(answer)),
                    Replay::Other => return Err(Error::KeyReused),
                    Replay::New => {}
                }
            }
            let user = UserView {
                id: UserId::new(tx.world()),
                email: email.as_str().to_owned(),
                name,
                roles: vec![Role::Customer],
                disabled: false,
                created_at: tx.now(),
            };
            // A known address must cost a commit that writes, too: an empty one would be faster.
            store::count_attempt(tx, &model::digest(&format!("register {}", user.email))).await?;
            if store::insert_user(tx, &user, &hash).await? {
                tx.emit(&UserRegistered { user_id: user.id, at: user.created_at })?;
            }
            if let Some(key) = &key {
                tx.remember(key, &StoredAnswer { status: 201, body: json(&user)? }).await?;
            }
            Ok(Kept::New(user))
        })
        .await
}

fn described(email: &Email, name: Option<&str>) -> Vec<u8> {
    model::digest(&format!("{}\n{}", email.as_str(), name.unwrap_or_default()))
}

fn json(user: &UserView) -> Result<String, Error> {
    serde_json::to_string(user).map_err(|error| Error::Broken(error.to_string()))
}

/// The account of somebody who is logged in.
pub(crate) async fn get_me(identity: &Identity, user: UserId) -> Result<UserView, Error> {
    store::find_user(&identity.db, user).await?.ok_or(Error::UserNotFound)
}

/// Changes how somebody wants to be called.
pub(crate) async fn change_name(
    identity: &Identity,
    user: UserId,
    name: Option<&str>,
    key: Option<IdempotencyKey>,
) -> Result<Kept<UserView>, Error> {
    let name = name.map(model::name).transpose().map_err(invalid("/name"))?;
    identity
        .db
        .write(async move |tx| {
            if let Some(key) = &key {
                match tx.replayed(key).await? {
                    Replay::Same(answer) => return Ok(Kept::Again(answer)),
                    Replay::Other => return Err(Error::KeyReused),
                    Replay::New => {}
                }
            }
            store::set_name(tx, user, name.as_deref()).await?;
            let view = store::read_user(tx, user).await?.ok_or(Error::UserNotFound)?;
            if let Some(key) = &key {
                tx.remember(key, &StoredAnswer { status: 200, body: json(&view)? }).await?;
            }
            Ok(Kept::New(view))
        })
        .await
}

/// See [`crate::admin::create_user`].
pub(crate) async fn create_user(db: &Db, email: &str, password: &str, role: Role) -> Result<(UserId, bool), Error> {
    let email = Email::parse(email).map_err(invalid("/email"))?;
    let password = Password::choose(password, email.as_str()).map_err(invalid("/password"))?;
    let hash = hashing::hash_once(password, db.world()).await?;
    db.write(async move |tx| {
        let user = UserView {
            id: UserId::new(tx.world()),
            email: email.as_str().to_owned(),
            name: None,
            roles: vec![Role::Customer],
            disabled: false,
            created_at: tx.now(),
        };
        let created = store::insert_user(tx, &user, &hash).await?;
        if created {
            tx.emit(&UserRegistered { user_id: user.id, at: user.created_at })?;
        }
        let id = store::user_of(tx, email.as_str()).await?.ok_or(Error::UserNotFound)?;
        give(tx, id, role).await?;
        Ok((id, created))
    })
    .await
}

/// Gives a role and tells, unless the user holds it.
pub(super) async fn give(tx: &mut Tx, user: UserId, role: Role) -> Result<(), Error> {
    if store::insert_role(tx, user, role).await? {
        tx.emit(&UserRoleAssigned { user_id: user, role })?;
    }
    Ok(())
}
