//! Staff roles: what each permits, and who holds which. A change is in effect at the gateway within a minute.

use super::{Kept, accounts::give, once};
use crate::{
    Identity,
    error::Error,
    model::{self, StaffRoleView, UserView},
    store,
};
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::{Role, UserId};
use uuid::Uuid;

const NO_ROLE: Error = Error::NotFound("staff_role_not_found");
const NAME_TAKEN: Error = Error::Conflict("name_taken", "another staff role is called so");

/// All staff roles, by name.
pub(crate) async fn list_staff_roles(identity: &Identity) -> Result<Vec<StaffRoleView>, Error> {
    Ok(identity.db.write(async move |tx| store::list_staff_roles(tx).await).await?)
}

/// Makes a staff role.
pub(crate) async fn create_staff_role(
    identity: &Identity,
    name: String,
    permissions: Vec<String>,
    key: Option<IdempotencyKey>,
) -> Result<Kept<StaffRoleView>, Error> {
    let work = async move |tx: &mut Tx| {
        if store::count_staff_roles(tx).await? >= model::MOST_STAFF_ROLES {
            return Err(Error::Conflict("too_many_staff_roles", "delete one of the 100 first"));
        }
        let role = StaffRoleView { id: tx.world().uuid(), name, permissions, version: 1 };
        if store::insert_staff_role(tx, &role).await? { Ok(role) } else { Err(NAME_TAKEN) }
    };
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// Changes what a staff role is called and permits, if it is still in the version that was read.
pub(crate) async fn change_staff_role(
    identity: &Identity,
    id: Uuid,
    read_version: Option<i64>,
    name: Option<String>,
    permissions: Option<Vec<String>>,
    key: Option<IdempotencyKey>,
) -> Result<Kept<StaffRoleView>, Error> {
    let work = async move |tx: &mut Tx| {
        let mut role = store::lock_staff_role(tx, id).await?.ok_or(NO_ROLE)?;
        if read_version.is_some_and(|read| read != role.version) {
            return Err(Error::Changed);
        }
        role.name = name.unwrap_or(role.name);
        role.permissions = permissions.unwrap_or(role.permissions);
        role.version += 1;
        if store::replace_staff_role(tx, &role).await? { Ok(role) } else { Err(NAME_TAKEN) }
    };
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

/// Deletes a staff role that nobody holds.
pub(crate) async fn delete_staff_role(identity: &Identity, id: Uuid) -> Result<(), Error> {
    identity
        .db
        .write(async move |tx| {
            store::lock_staff_role(tx, id).await?.ok_or(NO_ROLE)?;
            if store::staff_role_in_use(tx, id).await? {
                return Err(Error::Conflict("staff_role_in_use", "somebody holds it or is invited to"));
            }
            Ok(store::delete_staff_role(tx, id).await?)
        })
        .await
}

/// Makes somebody a member of staff who may do what this role permits, and nothing else.
pub(crate) async fn give_staff_role(identity: &Identity, user: UserId, role: Uuid) -> Result<UserView, Error> {
    identity
        .db
        .write(async move |tx| {
            store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
            store::lock_staff_role(tx, role).await?.ok_or(NO_ROLE)?;
            // The narrow role first: nobody is staff without it for a moment.
            store::give_staff_role(tx, user, role).await?;
            give(tx, user, Role::Staff).await?;
            store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))
        })
        .await
}

/// Takes the staff role of somebody: as a member of staff they may do all that staff may.
pub(crate) async fn take_staff_role(identity: &Identity, user: UserId) -> Result<UserView, Error> {
    identity
        .db
        .write(async move |tx| {
            store::take_staff_role(tx, user).await?;
            store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))
        })
        .await
}
