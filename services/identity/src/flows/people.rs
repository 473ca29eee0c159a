//! Managing people: who there is, what they may do, and whether they may log in.

use super::accounts::give;
use crate::{Identity, error::Error, model::UserView, store};
use bodega_contracts::identity::{Contact, UserDisabled, UserRoleRemoved};
use bodega_db::Tx;
use bodega_kernel::{Page, PageLimit, Role, UserId};

/// A page of users, oldest first; `email` is a part of the address, in any case.
pub(crate) async fn list_users(
    identity: &Identity,
    email: Option<&str>,
    after: Option<UserId>,
    limit: PageLimit,
    count: bool,
) -> Result<Page<UserView>, Error> {
    store::list_users(&identity.db, email, after, limit, count).await
}

/// How a user is written to.
pub(crate) async fn user_contact(identity: &Identity, user: UserId) -> Result<Option<Contact>, Error> {
    Ok(store::find_contacts(&identity.db, &[user]).await?.remove(&user))
}

/// How each of these users is written to, in their order; the caller bounds them.
pub(crate) async fn user_contacts(identity: &Identity, users: &[UserId]) -> Result<Vec<Option<Contact>>, Error> {
    let found = store::find_contacts(&identity.db, users).await?;
    Ok(users.iter().map(|user| found.get(user).cloned()).collect())
}

/// Gives a role; fine if the user holds it.
pub(crate) async fn assign_role(identity: &Identity, user: UserId, role: Role) -> Result<UserView, Error> {
    identity
        .db
        .write(async move |tx| {
            read(tx, user).await?;
            give(tx, user, role).await?;
            read(tx, user).await
        })
        .await
}

/// Takes a role away; fine if the user does not hold it. The last admin stays one.
pub(crate) async fn remove_role(identity: &Identity, user: UserId, role: Role) -> Result<UserView, Error> {
    identity
        .db
        .write(async move |tx| {
            if role == Role::Admin {
                keep_an_admin_beside(tx, user).await?;
            }
            read(tx, user).await?;
            if store::delete_role(tx, user, role).await? {
                tx.emit(&UserRoleRemoved { user_id: user, role })?;
            }
            read(tx, user).await
        })
        .await
}

/// Keeps a user from logging in and ends their sessions. The last admin stays enabled.
pub(crate) async fn disable(identity: &Identity, user: UserId) -> Result<UserView, Error> {
    identity
        .db
        .write(async move |tx| {
            keep_an_admin_beside(tx, user).await?;
            switch(tx, user, true).await?;
            store::revoke_sessions_of(tx, user).await?;
            // Nobody gets in by a link in an old mail.
            store::delete_requests_of(tx, user).await?;
            read(tx, user).await
        })
        .await
}

/// Lets a user log in again.
pub(crate) async fn enable(identity: &Identity, user: UserId) -> Result<UserView, Error> {
    identity
        .db
        .write(async move |tx| {
            switch(tx, user, false).await?;
            read(tx, user).await
        })
        .await
}

/// Disables or enables, and tells it where it was otherwise.
async fn switch(tx: &mut Tx, user: UserId, disabled: bool) -> Result<(), Error> {
    let enabled = store::lock_enabled(tx, user).await?;
    read(tx, user).await?;
    if enabled == disabled {
        store::set_disabled(tx, user, disabled).await?;
        tx.emit(&UserDisabled { user_id: user, disabled })?;
    }
    Ok(())
}

/// Refuses where `user` is the only admin who can log in. Locks all admins, so that two of them cannot remove each
/// other at the same moment.
async fn keep_an_admin_beside(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    store::lock_admins(tx).await?;
    let admins = store::enabled_admins(tx).await?;
    if admins == [user] { Err(Error::LastAdmin) } else { Ok(()) }
}

async fn read(tx: &mut Tx, user: UserId) -> Result<UserView, Error> {
    store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))
}
