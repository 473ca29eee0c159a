//! Showing that an address is one's own, and having another one. A link in a mail proves it; see `model::Links`.

use super::{accounts::invalid, hashing::Checked, throttle};
use crate::{
    Identity,
    error::Error,
    model::{self, Email, Link, Password, Purpose},
    store::{self, Request},
};
use bodega_contracts::identity::{
    LinkToMail, UserEmailChanged, UserEmailVerified, UserRegisteredAgain, UserVerificationRequested,
};
use bodega_db::{DbError, Tx};
use bodega_kernel::UserId;
use uuid::Uuid;

/// Notes a request and says how it is called.
pub(super) async fn open_request(tx: &mut Tx, user: UserId, purpose: Purpose, email: &str) -> Result<Uuid, DbError> {
    let id = tx.world().uuid();
    let request = Request { user, purpose, email: email.to_owned(), ends: tx.now().plus(purpose.lifetime()) };
    store::insert_request(tx, id, &request).await?;
    Ok(id)
}

/// Asks an account to show that its address is its owner's.
pub(super) async fn ask_to_verify(tx: &mut Tx, user: UserId, purpose: Purpose, email: &str) -> Result<(), DbError> {
    let request_id = open_request(tx, user, purpose, email).await?.to_string();
    tx.emit(&UserVerificationRequested { user_id: user, request_id })
}

/// The address of an account was shown to be its owner's: noted and told, once, if it is still this one.
pub(super) async fn verified(tx: &mut Tx, user: UserId, email: &str) -> Result<(), DbError> {
    if store::verify_email(tx, user, email).await? { tell_verified(tx, user, email) } else { Ok(()) }
}

/// Tells that an account has an address that is its owner's.
pub(super) fn tell_verified(tx: &mut Tx, user_id: UserId, email: &str) -> Result<(), DbError> {
    tx.emit(&UserEmailVerified { user_id, email: email.to_owned(), at: tx.now() })
}

/// Sends the link once more to whoever is logged in; nothing happens where the address is verified already.
pub(crate) async fn verify_again(identity: &Identity, user: UserId) -> Result<(), Error> {
    let me = store::find_user(&identity.db, user).await?.ok_or(Error::NotFound("user_not_found"))?;
    if me.email_verified {
        return Ok(());
    }
    throttle(identity, "verify", &user.to_string(), model::MAILS).await?;
    identity
        .db
        .write(async move |tx| {
            if !store::lock_enabled(tx, user).await? {
                return Err(Error::NotFound("user_not_found"));
            }
            let email = store::email_of(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
            Ok(ask_to_verify(tx, user, Purpose::Verify, &email).await?)
        })
        .await
}

/// Takes the proof that an address is somebody's: of the account as it is, or of the one that it shall have.
pub(crate) async fn verify_email(identity: &Identity, token: &str) -> Result<(), Error> {
    let id = identity.links.open(Link::Email, token, identity.world.now()).ok_or(Error::BadToken)?;
    let user = store::find_request(&identity.db, id).await?.ok_or(Error::BadToken)?.user;
    identity
        .db
        .write(async move |tx| {
            // The user first, always: two requests of one account wait for each other here and nowhere else.
            if !store::lock_enabled(tx, user).await? {
                return Err(Error::BadToken);
            }
            let request = store::take_request(tx, id).await?.ok_or(Error::BadToken)?;
            match request.purpose {
                Purpose::Verify => verified(tx, user, &request.email).await?,
                Purpose::ChangeEmail => move_to(tx, user, &request.email).await?,
                Purpose::Reset => return Err(Error::BadToken),
            }
            Ok(store::delete_requests_for(tx, user, Purpose::Verify).await?)
        })
        .await
}

async fn move_to(tx: &mut Tx, user: UserId, email: &str) -> Result<(), Error> {
    let old_email = store::email_of(tx, user).await?.ok_or(Error::BadToken)?;
    if let Some(other) = store::user_of(tx, email).await?
        && other != user
    {
        return Err(Error::EmailTaken);
    }
    // Somebody else may have come to the same address at this moment.
    let moved = tx.nested(async |tx: &mut Tx| store::set_email(tx, user, email).await).await;
    moved.map_err(|error| if error.is_transient() { Error::Db(error) } else { Error::EmailTaken })?;
    // Links that went to the old address open nothing any more.
    store::delete_requests_of(tx, user).await?;
    tx.emit(&UserEmailChanged { user_id: user, old_email, at: tx.now() })?;
    Ok(tell_verified(tx, user, email)?)
}

/// Whoever knows the password may have another address, once they have shown it to be theirs. Where another account has
/// it, its owner is told instead; the answer is the same.
pub(crate) async fn change_email(identity: &Identity, user: UserId, email: &str, password: &str) -> Result<(), Error> {
    let password = Password::attempt(password).map_err(invalid("/password"))?;
    let email = Email::parse(email).map_err(invalid("/email"))?;
    let place = identity.passwords.enter()?;
    throttle(identity, "change email", &user.to_string(), model::MAILS).await?;
    let known = store::find_credentials_of(&identity.db, user).await?;
    let checked = place.check(password, known.as_ref().map(|known| known.password_hash.as_str())).await?;
    drop(place);
    if checked == Checked::Wrong {
        return Err(Error::WrongPassword("/password"));
    }
    identity
        .db
        .write(async move |tx| {
            if !store::lock_enabled(tx, user).await? {
                return Err(Error::NotFound("user_not_found"));
            }
            match store::user_of(tx, email.as_str()).await? {
                Some(same) if same == user => Ok(()),
                Some(other) => Ok(tx.emit(&UserRegisteredAgain { user_id: other, at: tx.now() })?),
                None => {
                    store::delete_requests_for(tx, user, Purpose::ChangeEmail).await?;
                    Ok(ask_to_verify(tx, user, Purpose::ChangeEmail, email.as_str()).await?)
                }
            }
        })
        .await
}

/// Where a mail with a link goes, and what opens what it is for; `None`: that is over.
pub(crate) async fn mail_link(identity: &Identity, request: &str) -> Result<Option<LinkToMail>, Error> {
    let (Ok(id), now) = (request.parse::<Uuid>(), identity.world.now()) else { return Ok(None) };
    if let Some(Request { user, purpose, email, ends }) = store::find_request(&identity.db, id).await? {
        let Some(user) = store::find_user(&identity.db, user).await? else { return Ok(None) };
        let token = identity.links.token(purpose.link(), id, ends);
        let link = LinkToMail { email, name: user.name, language: user.language, token, ends };
        return Ok(Some(link).filter(|_| now < ends && !user.disabled));
    }
    let Some((email, ends)) = store::find_invitation(&identity.db, id).await? else { return Ok(None) };
    let token = identity.links.token(Link::Invitation, id, ends);
    Ok(Some(LinkToMail { email, name: None, language: None, token, ends }).filter(|_| now < ends))
}
