//! Logging in, staying logged in, and logging out.

use super::hashing::Checked;
use crate::{
    Identity,
    error::Error,
    model::{self, Email, Password, Verdict},
    store::{self, NewSession},
};
use bodega_contracts::identity::Standing;
use bodega_db::Tx;
use bodega_kernel::{Role, Time, UserId};
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody who is logged in holds.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// To be exchanged once for new tokens.
    refresh_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds the access token lives.
    #[schema(example = 900)]
    expires_in: u64,
}

/// Opens a session for whoever knows the password. An unknown address, a wrong password and a disabled user take the
/// same steps and get the same answer. The attempt is counted before the password is looked at, so that many at once
/// count too.
pub(crate) async fn log_in(identity: &Identity, email: &str, password: &str) -> Result<Tokens, Error> {
    let password = Password::attempt(password).map_err(|reason| Error::Invalid { pointer: "/password", reason })?;
    let email = Email::parse(email).map_err(|reason| Error::Invalid { pointer: "/email", reason })?;
    let account = model::digest(email.as_str());
    let place = identity.passwords.enter()?;
    let counted = account.clone();
    let waits = identity.db.write(async move |tx| {
        let attempts = store::count_attempt(tx, &counted, model::GUESSES).await?;
        Ok::<_, Error>(attempts.wait(model::GUESSES, tx.now()))
    });
    if let Some(wait) = waits.await? {
        return Err(Error::TooManyAttempts(wait));
    }
    let user = store::find_credentials(&identity.db, email.as_str()).await?;
    let checked = place.check(password, user.as_ref().map(|user| user.password_hash.as_str())).await?;
    drop(place);
    let Some(user) = user.filter(|user| checked != Checked::Wrong && !user.disabled) else {
        return Err(Error::BadCredentials);
    };
    let (token, hash) = new_refresh_token(identity);
    let lifetime = identity.session_lifetime;
    let (session, may) = identity
        .db
        .write(async move |tx| {
            if let Checked::Rehashed(new) = &checked {
                store::replace_hash(tx, user.id, &user.password_hash, new).await?;
            }
            store::forget_attempts(tx, &account).await?;
            // Read with a lock: nobody disables the user between this and the session.
            if !store::lock_enabled(tx, user.id).await? {
                return Err(Error::BadCredentials);
            }
            let session = NewSession { id: tx.world().uuid(), user: user.id, expires: tx.now().plus(lifetime) };
            store::insert_session(tx, &session).await?;
            store::insert_refresh_token(tx, &hash, session.id, store::FIRST_GENERATION).await?;
            Ok((session.id, may_now(tx, user.id).await?))
        })
        .await?;
    tokens(identity, user.id, session, &may, token)
}

/// What a refresh came to; reuse has to be committed although it is refused.
enum Refreshed {
    Good { user: UserId, session: Uuid, may: May },
    Refused,
}

/// Exchanges a refresh token for new tokens. A token that was exchanged before closes its session, except within ten
/// seconds: then its answer may have been lost, and another one is given.
pub(crate) async fn refresh(identity: &Identity, refresh_token: &str) -> Result<Tokens, Error> {
    let old = model::digest(refresh_token);
    let (token, hash) = new_refresh_token(identity);
    let lifetime = identity.session_lifetime;
    let refreshed = identity
        .db
        .write(async move |tx| {
            let Some((id, generation)) = store::read_refresh_token(tx, &old).await? else {
                return Ok(Refreshed::Refused);
            };
            let Some((user, session)) = store::lock_session(tx, id).await? else { return Ok(Refreshed::Refused) };
            match session.judge(generation, tx.now()) {
                Verdict::Over => return Ok(Refreshed::Refused),
                Verdict::Reuse => {
                    tracing::warn!(%user, session = %id, "a used refresh token came back: its session is closed");
                    store::revoke_session(tx, id).await?;
                    return Ok(Refreshed::Refused);
                }
                Verdict::Rotate => {
                    let expires = tx.now().plus(lifetime);
                    store::rotate_session(tx, id, session.generation + 1, expires).await?;
                    store::insert_refresh_token(tx, &hash, id, session.generation + 1).await?;
                }
                Verdict::Again => store::insert_refresh_token(tx, &hash, id, session.generation).await?,
            }
            if !store::is_enabled(tx, user).await? {
                return Ok(Refreshed::Refused);
            }
            Ok::<_, Error>(Refreshed::Good { user, session: id, may: may_now(tx, user).await? })
        })
        .await?;
    match refreshed {
        Refreshed::Good { user, session, may } => tokens(identity, user, session, &may, token),
        Refreshed::Refused => Err(Error::BadRefreshToken),
    }
}

/// Which session somebody wants to leave.
async fn session_named(tx: &mut Tx, refresh_token: Option<&str>, session: Option<Uuid>) -> Result<Option<Uuid>, Error> {
    match refresh_token {
        Some(token) => Ok(store::read_refresh_token(tx, &model::digest(token)).await?.map(|(session, _)| session)),
        None => Ok(session),
    }
}

/// Closes the session of a refresh token, or of an access token where there is none; all of the user's with
/// `everywhere`. Fine where it is closed already.
pub(crate) async fn log_out(
    identity: &Identity,
    refresh_token: Option<String>,
    access_token: Option<&str>,
    everywhere: bool,
) -> Result<(), Error> {
    let session = access_token.and_then(|token| identity.signer.session_of(token));
    if refresh_token.is_none() && session.is_none() {
        return Err(Error::NoSession);
    }
    identity
        .db
        .write(async move |tx| {
            let Some(id) = session_named(tx, refresh_token.as_deref(), session).await? else { return Ok(()) };
            let Some((user, row)) = store::lock_session(tx, id).await? else { return Ok(()) };
            if everywhere && row.is_live(tx.now()) {
                store::revoke_sessions_of(tx, user).await?;
            } else {
                store::revoke_session(tx, id).await?;
            }
            Ok(())
        })
        .await
}

/// Closes all sessions of a user.
pub(crate) async fn log_out_everywhere(identity: &Identity, user: UserId) -> Result<(), Error> {
    Ok(identity.db.write(async move |tx| store::revoke_sessions_of(tx, user).await).await?)
}

/// How a session stands now.
pub(crate) async fn session_standing(identity: &Identity, user: UserId, session: &str) -> Result<Standing, Error> {
    let gone = Standing { live: false, roles: Vec::new(), permissions: None };
    let Ok(id) = session.parse::<Uuid>() else { return Ok(gone) };
    match store::find_session(&identity.db, id, user).await? {
        Some(row) if row.is_live(identity.world.now()) => {
            let roles = store::find_roles(&identity.db, user).await?;
            let permissions = store::find_permissions(&identity.db, user).await?;
            Ok(Standing { live: true, roles, permissions })
        }
        Some(_) | None => Ok(gone),
    }
}

/// Deletes what is over: sessions, links, invitations, and attempts that no longer count; whether there was anything.
pub(crate) async fn forget_old(identity: &Identity) -> Result<bool, Error> {
    identity
        .db
        .write(async move |tx| {
            let forgotten = Time::from_ms(tx.now().ms() - model::FORGOTTEN_AFTER.as_millis() as i64);
            let sessions = store::delete_ended_sessions(tx).await?;
            let attempts = store::delete_attempts_before(tx, model::MAILS, forgotten).await?;
            let requests = store::delete_ended_requests(tx).await?;
            let invitations = store::delete_ended_invitations(tx).await?;
            Ok(sessions || attempts || requests || invitations)
        })
        .await
}

/// What a token says its user may do.
struct May {
    roles: Vec<Role>,
    permissions: Option<Vec<String>>,
}

async fn may_now(tx: &mut Tx, user: UserId) -> Result<May, Error> {
    let (roles, permissions) = (store::roles_of(tx, user).await?, store::permissions_of(tx, user).await?);
    Ok(May { roles, permissions })
}

/// 256 random bits in hexadecimal digits, and the digest that is stored of them.
fn new_refresh_token(identity: &Identity) -> (String, Vec<u8>) {
    let mut token = String::with_capacity(64);
    for byte in identity.world.bytes::<32>() {
        // A string takes everything.
        let _ = write!(token, "{byte:02x}");
    }
    let hash = model::digest(&token);
    (token, hash)
}

fn tokens(identity: &Identity, user: UserId, session: Uuid, may: &May, refresh: String) -> Result<Tokens, Error> {
    let signed = identity.signer.sign(user, session, (&may.roles, may.permissions.as_deref()), &identity.world);
    let (access_token, expires_in) = signed?;
    Ok(Tokens { access_token, refresh_token: refresh, token_type: "Bearer", expires_in })
}
