//! What people say about themselves, and their address book.

use super::{Kept, once};
use crate::{
    Identity,
    error::Error,
    model::{self, AddressView, Export, ProfileChange, UserView},
    store,
};
use bodega_contracts::Address;
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::UserId;
use uuid::Uuid;

/// An address as its owner wants it. Where nothing is said of being a default, it is one if it is the first.
#[derive(Clone, Debug)]
pub(crate) struct NewAddress {
    /// What it says.
    pub(crate) address: Address,
    /// Whether parcels go there.
    pub(crate) default_shipping: Option<bool>,
    /// Whether bills go there.
    pub(crate) default_billing: Option<bool>,
}

/// The account of somebody who is logged in.
pub(crate) async fn get_me(identity: &Identity, user: UserId) -> Result<UserView, Error> {
    store::find_user(&identity.db, user).await?.ok_or(Error::NotFound("user_not_found"))
}

/// All that is kept of somebody, as of one moment.
pub(crate) async fn export_me(identity: &Identity, user: UserId) -> Result<Export, Error> {
    let export = identity.db.write(async move |tx: &mut Tx| {
        let profile = store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
        Ok(Export {
            exported_at: tx.now(),
            profile,
            addresses: store::list_addresses(tx, user).await?,
            groups: store::groups_of(tx, user).await?,
            sessions: store::list_sessions(tx, user).await?,
            mail_requests: store::list_requests(tx, user).await?,
        })
    });
    export.await
}

/// Changes what somebody says of themselves.
pub(crate) async fn change_me(
    identity: &Identity,
    user: UserId,
    change: ProfileChange,
    key: Option<IdempotencyKey>,
) -> Result<Kept<UserView>, Error> {
    let work = async move |tx: &mut Tx| {
        store::lock_enabled(tx, user).await?;
        let mut view = store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
        view.name = change.name.over(view.name);
        view.phone = change.phone.over(view.phone);
        view.birthday = change.birthday.over(view.birthday);
        view.language = change.language.over(view.language);
        store::set_profile(tx, &view).await?;
        Ok(view)
    };
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await
}

/// The addresses of a user, oldest first.
pub(crate) async fn list_addresses(identity: &Identity, user: UserId) -> Result<Vec<AddressView>, Error> {
    Ok(identity.db.write(async move |tx| store::list_addresses(tx, user).await).await?)
}

/// An address of a user.
pub(crate) async fn get_address(identity: &Identity, user: UserId, id: Uuid) -> Result<AddressView, Error> {
    let found = identity.db.write(async move |tx| store::lock_address(tx, user, id).await).await?;
    found.ok_or(Error::NotFound("address_not_found"))
}

/// Adds an address.
pub(crate) async fn add_address(
    identity: &Identity,
    user: UserId,
    new: NewAddress,
    key: Option<IdempotencyKey>,
) -> Result<Kept<AddressView>, Error> {
    let work = async move |tx: &mut Tx| {
        // The user's row makes those wait who count at the same time.
        if !store::lock_enabled(tx, user).await? {
            return Err(Error::NotFound("user_not_found"));
        }
        let count = store::count_addresses(tx, user).await?;
        if count >= model::MOST_ADDRESSES {
            return Err(Error::Conflict("too_many_addresses", "delete one of the 50 first"));
        }
        let view = AddressView {
            id: tx.world().uuid(),
            address: new.address,
            default_shipping: new.default_shipping.unwrap_or(count == 0),
            default_billing: new.default_billing.unwrap_or(count == 0),
            version: 1,
        };
        store::unset_defaults(tx, user, &view).await?;
        store::insert_address(tx, user, &view).await?;
        Ok(view)
    };
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// Replaces an address, if it is still in the version that was read.
pub(crate) async fn replace_address(
    identity: &Identity,
    user: UserId,
    id: Uuid,
    read_version: Option<i64>,
    new: NewAddress,
) -> Result<AddressView, Error> {
    identity
        .db
        .write(async move |tx| {
            store::lock_enabled(tx, user).await?;
            let now = store::lock_address(tx, user, id).await?.ok_or(Error::NotFound("address_not_found"))?;
            if read_version.is_some_and(|read| read != now.version) {
                return Err(Error::Changed);
            }
            let view = AddressView {
                id,
                address: new.address,
                default_shipping: new.default_shipping.unwrap_or(now.default_shipping),
                default_billing: new.default_billing.unwrap_or(now.default_billing),
                version: now.version + 1,
            };
            store::unset_defaults(tx, user, &view).await?;
            store::replace_address(tx, &view).await?;
            Ok(view)
        })
        .await
}

/// Deletes an address, if it is still in the version that was read.
pub(crate) async fn delete_address(
    identity: &Identity,
    user: UserId,
    id: Uuid,
    read_version: Option<i64>,
) -> Result<(), Error> {
    identity
        .db
        .write(async move |tx| {
            store::lock_enabled(tx, user).await?;
            let now = store::lock_address(tx, user, id).await?.ok_or(Error::NotFound("address_not_found"))?;
            if read_version.is_some_and(|read| read != now.version) {
                return Err(Error::Changed);
            }
            Ok(store::delete_address(tx, id).await?)
        })
        .await
}
