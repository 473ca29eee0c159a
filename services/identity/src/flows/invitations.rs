//! Asking people to join the staff: they get a link by mail, and choose a password with it.

use super::{
    Kept,
    accounts::{give, invalid},
    once,
    passwords::changed,
    verification::{tell_verified, verified},
};
use crate::{
    Identity,
    error::Error,
    model::{self, Email, InvitationView, Link, Password, UserView},
    store,
};
use bodega_contracts::identity::{StaffInvited, UserRegistered};
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::{Role, UserId};
use uuid::Uuid;

/// Asks somebody to join; whoever is asked again gets a new link, and the one before is over.
pub(crate) async fn invite(
    identity: &Identity,
    by: UserId,
    email: &str,
    role: Role,
    staff_role_id: Option<Uuid>,
    key: Option<IdempotencyKey>,
) -> Result<Kept<InvitationView>, Error> {
    let email = Email::parse(email).map_err(invalid("/email"))?;
    if role == Role::Customer {
        return Err(Error::Invalid { pointer: "/role", reason: "is staff or admin" });
    }
    let work = async move |tx: &mut Tx| {
        if let Some(staff_role) = staff_role_id
            && store::lock_staff_role(tx, staff_role).await?.is_none()
        {
            return Err(Error::Invalid { pointer: "/staff_role_id", reason: "is no staff role" });
        }
        if store::open_invitations(tx).await? >= model::MOST_INVITATIONS {
            return Err(Error::Conflict("too_many_invitations", "withdraw one of the 100 first"));
        }
        let (created_at, ends_at) = (tx.now(), tx.now().plus(model::INVITED_FOR));
        let email = email.as_str().to_owned();
        let invitation = InvitationView { id: tx.world().uuid(), email, role, staff_role_id, created_at, ends_at };
        store::insert_invitation(tx, &invitation, by).await?;
        tx.emit(&StaffInvited { invitation_id: invitation.id.to_string() })?;
        Ok(invitation)
    };
    identity.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// The invitations that nobody has answered, oldest first.
pub(crate) async fn list_invitations(identity: &Identity) -> Result<Vec<InvitationView>, Error> {
    Ok(identity.db.write(async move |tx| store::list_invitations(tx).await).await?)
}

/// Withdraws an invitation.
pub(crate) async fn withdraw_invitation(identity: &Identity, id: Uuid) -> Result<(), Error> {
    let deleted = identity.db.write(async move |tx| store::delete_invitation(tx, id).await).await?;
    if deleted { Ok(()) } else { Err(Error::NotFound("invitation_not_found")) }
}

/// Joins the staff. An account that has the address already gets the new password too, and its sessions end: whoever
/// opened it may not be who reads the mails that go there.
pub(crate) async fn accept_invitation(
    identity: &Identity,
    token: &str,
    password: &str,
    name: Option<&str>,
) -> Result<UserView, Error> {
    let id = identity.links.open(Link::Invitation, token, identity.world.now()).ok_or(Error::BadToken)?;
    let (email, _) = store::find_invitation(&identity.db, id).await?.ok_or(Error::BadToken)?;
    let password = Password::choose(password, &email).map_err(invalid("/password"))?;
    let name = name.map(model::name).transpose().map_err(invalid("/name"))?;
    let hash = identity.passwords.enter()?.hash(password).await?;
    identity.db.write(async move |tx| join(tx, id, name, &hash).await).await
}

async fn join(tx: &mut Tx, id: Uuid, name: Option<String>, hash: &str) -> Result<UserView, Error> {
    let invitation = store::take_invitation(tx, id).await?.ok_or(Error::BadToken)?;
    let email = Email::parse(&invitation.email).map_err(|_| Error::BadToken)?;
    let new = UserId::new(tx.world());
    let view = UserView { name, email_verified: true, ..UserView::new(new, &email, tx.now()) };
    let user = if store::insert_user(tx, &view, hash).await? {
        tx.emit(&UserRegistered { user_id: new, at: view.created_at })?;
        tell_verified(tx, new, email.as_str())?;
        new
    } else {
        let known = store::user_of(tx, email.as_str()).await?.ok_or(Error::BadToken)?;
        if !store::lock_enabled(tx, known).await? {
            return Err(Error::BadToken);
        }
        store::set_hash(tx, known, hash).await?;
        verified(tx, known, email.as_str()).await?;
        store::revoke_sessions_of(tx, known).await?;
        changed(tx, known).await?;
        known
    };
    if let Some(staff_role) = invitation.staff_role_id {
        store::give_staff_role(tx, user, staff_role).await?;
    }
    give(tx, user, invitation.role).await?;
    store::read_user(tx, user).await?.ok_or(Error::BadToken)
}
