//! Accounts: opened by their owners or from the command line.

use super::{
    Kept, hashing, once, throttle_key,
    verification::{ask_to_verify, tell_verified},
};
use crate::{
    Identity,
    error::Error,
    model::{self, Email, Password, Purpose, UserView},
    store,
};
use bodega_contracts::identity::{UserRegistered, UserRegisteredAgain, UserRoleAssigned};
use bodega_db::{Db, IdempotencyKey, Tx};
use bodega_kernel::{Role, UserId};

pub(super) const fn invalid(pointer: &'static str) -> impl Fn(&'static str) -> Error {
    move |reason| Error::Invalid { pointer, reason }
}

/// Opens an account as a customer, whose address is to be verified. For an address that has one already the work and
/// the answer are the same, with an id that leads nowhere: the answer tells nobody who is a customer here. Its owner is
/// told by mail instead.
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
    let work = async move |tx: &mut Tx| open(tx, &email, name, &hash).await;
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

async fn open(tx: &mut Tx, email: &Email, name: Option<String>, hash: &str) -> Result<UserView, Error> {
    let user = UserView { name, ..UserView::new(UserId::new(tx.world()), email, tx.now()) };
    let account = throttle_key("register", email.as_str());
    let attempts = store::count_attempt(tx, &account, model::MAILS).await?;
    if store::insert_user(tx, &user, hash).await? {
        tx.emit(&UserRegistered { user_id: user.id, at: user.created_at })?;
        ask_to_verify(tx, user.id, Purpose::Verify, email.as_str()).await?;
    } else if let Some(owner) = store::user_of(tx, email.as_str()).await?
        && attempts.wait(model::MAILS, tx.now()).is_none()
    {
        tx.emit(&UserRegisteredAgain { user_id: owner, at: tx.now() })?;
    }
    Ok(user)
}

fn described(email: &Email, name: Option<&str>) -> Vec<u8> {
    model::digest(&format!("{}\n{}", email.as_str(), name.unwrap_or_default()))
}

/// See [`crate::admin::create_user`].
pub(crate) async fn create_user(db: &Db, email: &str, password: &str, role: Role) -> Result<(UserId, bool), Error> {
    let email = Email::parse(email).map_err(invalid("/email"))?;
    let password = Password::choose(password, email.as_str()).map_err(invalid("/password"))?;
    let hash = hashing::hash_once(password, db.world()).await?;
    db.write(async move |tx| {
        let user = UserView { email_verified: true, ..UserView::new(UserId::new(tx.world()), &email, tx.now()) };
        let created = store::insert_user(tx, &user, &hash).await?;
        if created {
            tx.emit(&UserRegistered { user_id: user.id, at: user.created_at })?;
            tell_verified(tx, user.id, email.as_str())?;
        }
        let id = store::user_of(tx, email.as_str()).await?.ok_or(Error::NotFound("user_not_found"))?;
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
