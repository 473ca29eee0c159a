//! Groups of customers, such as trade: others price and discount by them, so each change is told whole, with a version.

use super::{Kept, once};
use crate::{
    Identity,
    error::Error,
    model::{self, GroupView},
    store,
};
use bodega_contracts::identity::UserGroupsChanged;
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::{Page, PageLimit, UserId};
use uuid::Uuid;

const NO_GROUP: Error = Error::NotFound("group_not_found");

/// All groups, by name.
pub(crate) async fn list_groups(identity: &Identity) -> Result<Vec<GroupView>, Error> {
    Ok(identity.db.write(async move |tx| store::list_groups(tx).await).await?)
}

/// Makes a group.
pub(crate) async fn create_group(
    identity: &Identity,
    name: String,
    label: String,
    key: Option<IdempotencyKey>,
) -> Result<Kept<GroupView>, Error> {
    let work = async move |tx: &mut Tx| {
        if store::count_groups(tx).await? >= model::MOST_GROUPS {
            return Err(Error::Conflict("too_many_groups", "delete one of the 200 first"));
        }
        let group = GroupView { name, label, created_at: tx.now() };
        let made = store::insert_group(tx, &group).await?;
        if made { Ok(group) } else { Err(Error::Conflict("name_taken", "another group is called so")) }
    };
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// Deletes a group that nobody is in.
pub(crate) async fn delete_group(identity: &Identity, name: String) -> Result<(), Error> {
    identity
        .db
        .write(async move |tx| {
            store::lock_group(tx, &name).await?.ok_or(NO_GROUP)?;
            if store::group_has_members(tx, &name).await? {
                return Err(Error::Conflict("group_in_use", "somebody is in it"));
            }
            Ok(store::delete_group(tx, &name).await?)
        })
        .await
}

/// A page of the members of a group, by id.
pub(crate) async fn list_members(
    identity: &Identity,
    name: String,
    after: Option<UserId>,
    limit: PageLimit,
) -> Result<Page<UserId>, Error> {
    let after = after.unwrap_or(UserId(Uuid::nil()));
    let members = identity.db.write(async move |tx| {
        store::lock_group(tx, &name).await?.ok_or(NO_GROUP)?;
        Ok::<_, Error>(store::list_members(tx, &name, after, limit.and_one() as i64).await?)
    });
    Ok(Page::of(members.await?, limit, |user| *user))
}

/// Puts a customer into a group; fine if they are in it.
pub(crate) async fn join_group(identity: &Identity, user: UserId, name: String) -> Result<Vec<String>, Error> {
    identity
        .db
        .write(async move |tx| {
            store::lock_group(tx, &name).await?.ok_or(NO_GROUP)?;
            store::lock_enabled(tx, user).await?;
            store::email_of(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
            let groups = store::groups_of(tx, user).await?;
            if groups.len() as i64 >= model::MOST_GROUPS_OF_ONE && !groups.contains(&name) {
                return Err(Error::Conflict("too_many_groups", "a customer is in 20 groups at most"));
            }
            let joined = store::insert_member(tx, &name, user).await?;
            told(tx, user, joined).await
        })
        .await
}

/// Takes a customer out of a group; fine if they are not in it.
pub(crate) async fn leave_group(identity: &Identity, user: UserId, name: String) -> Result<Vec<String>, Error> {
    identity
        .db
        .write(async move |tx| {
            store::lock_enabled(tx, user).await?;
            store::email_of(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
            let left = store::delete_member(tx, &name, user).await?;
            told(tx, user, left).await
        })
        .await
}

/// The groups that a customer is in.
pub(crate) async fn groups_of(identity: &Identity, user: UserId) -> Result<Vec<String>, Error> {
    identity
        .db
        .write(async move |tx| {
            store::email_of(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
            Ok(store::groups_of(tx, user).await?)
        })
        .await
}

async fn told(tx: &mut Tx, user: UserId, changed: bool) -> Result<Vec<String>, Error> {
    let groups = store::groups_of(tx, user).await?;
    if changed {
        let version = store::bump_groups(tx, user).await?;
        tx.emit(&UserGroupsChanged { user_id: user, version, groups: groups.clone() })?;
    }
    Ok(groups)
}
