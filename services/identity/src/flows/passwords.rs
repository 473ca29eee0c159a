//! Passwords that are forgotten, chosen anew, or changed.

use super::{
    accounts::invalid,
    hashing::Checked,
    throttle, throttle_key,
    verification::{open_request, verified},
};
use crate::{
    Identity,
    error::Error,
    model::{self, Email, Link, Password, Purpose},
    store,
};
use bodega_contracts::identity::{UserPasswordChanged, UserPasswordResetRequested};
use bodega_db::Tx;
use bodega_kernel::UserId;
use uuid::Uuid;

/// Addresses looked at in one step.
const BATCH: i64 = 20;

/// Notes that somebody forgot the password of an address. Whether it is known is looked at later ([`send_links`]), so
/// that neither the answer nor its time tells; how often is counted for all alike.
pub(crate) async fn forget_password(identity: &Identity, email: &str) -> Result<(), Error> {
    let email = Email::parse(email).map_err(invalid("/email"))?;
    let noted = identity.db.write(async move |tx| {
        let account = throttle_key("forgot", email.as_str());
        let attempts = store::count_attempt(tx, &account, model::MAILS).await?;
        // Beyond that nothing is sent, and nobody is told: the answer is always the same.
        if attempts.wait(model::MAILS, tx.now()).is_none() {
            store::note_forgotten(tx, email.as_str()).await?;
        }
        Ok::<_, Error>(())
    });
    noted.await?;
    identity.wake.notify_one();
    Ok(())
}

/// Sends links to those of the addresses that have an account; whether there were any addresses.
pub(crate) async fn send_links(identity: &Identity) -> Result<bool, Error> {
    identity
        .db
        .write(async move |tx| {
            let emails = store::forgotten(tx, BATCH).await?;
            for email in &emails {
                if let Some(user) = store::user_of(tx, email).await?
                    && store::lock_enabled(tx, user).await?
                {
                    let request_id = open_request(tx, user, Purpose::Reset, email).await?.to_string();
                    tx.emit(&UserPasswordResetRequested { user_id: user, request_id })?;
                }
            }
            Ok(!emails.is_empty())
        })
        .await
}

/// Chooses a new password for whoever has the link. All sessions and all other links of the account end.
pub(crate) async fn reset_password(identity: &Identity, token: &str, password: &str) -> Result<(), Error> {
    let id = identity.links.open(Link::Password, token, identity.world.now()).ok_or(Error::BadToken)?;
    let request = store::find_request(&identity.db, id).await?.ok_or(Error::BadToken)?;
    let password = Password::choose(password, &request.email).map_err(invalid("/password"))?;
    let hash = identity.passwords.enter()?.hash(password).await?;
    identity
        .db
        .write(async move |tx| {
            if !store::lock_enabled(tx, request.user).await? {
                return Err(Error::BadToken);
            }
            let request = store::take_request(tx, id).await?.ok_or(Error::BadToken)?;
            store::set_hash(tx, request.user, &hash).await?;
            verified(tx, request.user, &request.email).await?;
            store::revoke_sessions_of(tx, request.user).await?;
            store::forget_attempts(tx, &model::digest(&request.email)).await?;
            changed(tx, request.user).await
        })
        .await
}

/// Changes the password of whoever knows the old one. Their other sessions end, and so do all links of the account.
pub(crate) async fn change_password(
    identity: &Identity,
    user: UserId,
    session: Option<Uuid>,
    old: &str,
    new: &str,
) -> Result<(), Error> {
    let old = Password::attempt(old).map_err(invalid("/old_password"))?;
    let me = store::find_user(&identity.db, user).await?.ok_or(Error::NotFound("user_not_found"))?;
    let new = Password::choose(new, &me.email).map_err(invalid("/new_password"))?;
    let place = identity.passwords.enter()?;
    throttle(identity, "password", &user.to_string(), model::GUESSES).await?;
    let known = store::find_credentials_of(&identity.db, user).await?;
    let known = known.filter(|known| !known.disabled).ok_or(Error::NotFound("user_not_found"))?;
    if place.check(old, Some(&known.password_hash)).await? == Checked::Wrong {
        return Err(Error::WrongPassword("/old_password"));
    }
    let hash = place.hash(new).await?;
    drop(place);
    identity
        .db
        .write(async move |tx| {
            // What was checked must still be the password: a reset may have come between.
            if !store::lock_enabled(tx, user).await?
                || !store::replace_hash(tx, user, &known.password_hash, &hash).await?
            {
                return Err(Error::WrongPassword("/old_password"));
            }
            store::forget_attempts(tx, &throttle_key("password", &user.to_string())).await?;
            match session {
                Some(session) => store::revoke_other_sessions(tx, user, session).await?,
                None => store::revoke_sessions_of(tx, user).await?,
            }
            changed(tx, user).await
        })
        .await
}

/// What every change of a password brings.
pub(super) async fn changed(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    store::delete_requests_of(tx, user).await?;
    tx.emit(&UserPasswordChanged { user_id: user, at: tx.now() })?;
    Ok(())
}
