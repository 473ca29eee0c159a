//! Use cases: opening accounts, logging in and out, proving who one is, one's profile, and who may do what.

mod accounts;
mod avatars;
mod groups;
mod hashing;
mod invitations;
mod keys;
mod passwords;
mod people;
mod profile;
mod sessions;
mod staff;
mod verification;

pub(crate) use accounts::{create_user, register};
pub(crate) use avatars::{Portraits, read_avatar, remove_avatar, set_avatar, sweep_avatars};
pub(crate) use groups::{create_group, delete_group, groups_of, join_group, leave_group, list_groups, list_members};
pub(crate) use hashing::Passwords;
pub(crate) use invitations::{accept_invitation, invite, list_invitations, withdraw_invitation};
pub(crate) use keys::{Signer, signing_keys};
pub(crate) use passwords::{change_password, forget_password, reset_password, send_links};
pub(crate) use people::{assign_role, disable, enable, list_users, remove_role, user_contact, user_contacts};
pub(crate) use profile::{
    NewAddress, add_address, change_me, delete_address, export_me, get_address, get_me, list_addresses, replace_address,
};
pub(crate) use sessions::{Tokens, forget_old, log_in, log_out, log_out_everywhere, refresh, session_standing};
pub(crate) use staff::{
    change_staff_role, create_staff_role, delete_staff_role, give_staff_role, list_staff_roles, take_staff_role,
};
pub(crate) use verification::{change_email, mail_link, verify_again, verify_email};

use crate::{Identity, error::Error, model, store};
use bodega_db::{IdempotencyKey, Replay, StoredAnswer, Tx};
use serde::Serialize;

/// What a write with an idempotency key came to.
pub(crate) enum Kept<T> {
    /// It was done now.
    New(T),
    /// It was done before: give this answer again.
    Again(StoredAnswer),
}

/// Does `work` unless its key was used before; `status` is that of its answer.
async fn once<T: Serialize>(
    tx: &mut Tx,
    key: Option<&IdempotencyKey>,
    status: u16,
    work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>,
) -> Result<Kept<T>, Error> {
    let Some(key) = key else { return Ok(Kept::New(work(tx).await?)) };
    match tx.replayed(key).await? {
        Replay::Same(answer) => return Ok(Kept::Again(answer)),
        Replay::Other => return Err(Error::KeyReused),
        Replay::New => {}
    }
    let done = work(tx).await?;
    let body = serde_json::to_string(&done).map_err(|error| Error::Broken(error.to_string()))?;
    tx.remember(key, &StoredAnswer { status, body }).await?;
    Ok(Kept::New(done))
}

/// Counts what `who` tries, and refuses it where `most` were tried in this window. Committed before anything else, so
/// that what fails counts, too.
async fn throttle(identity: &Identity, what: &str, who: &str, most: i64) -> Result<(), Error> {
    let account = throttle_key(what, who);
    let counted = identity.db.write(async move |tx| {
        let attempts = store::count_attempt(tx, &account, most).await?;
        Ok::<_, Error>(attempts.wait(most, tx.now()))
    });
    counted.await?.map_or(Ok(()), |wait| Err(Error::TooManyAttempts(wait)))
}

fn throttle_key(what: &str, who: &str) -> Vec<u8> {
    model::digest(&format!("{what} {who}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, MIGRATIONS, error::Error};
    use bodega_db::{Db, DbConfig, Engine};
    use bodega_kernel::{ManualClock, SystemRandom, Time, World};
    use bodega_testkit::{Backend, Home};
    use std::{sync::Arc, time::Duration};

    const PASSWORD: &str = "a walnut under the lamp";

    async fn identity(home: &Home) -> Identity {
        let clock = ManualClock::at(Time::from_ms(1_790_000_000_000));
        let world = World::new(Arc::new(clock), Arc::new(SystemRandom));
        let engine = Engine::Sqlite { folder: home.folder().to_owned() };
        let config = DbConfig { engine, service: "identity", readers: 1, broker: false };
        let db = Db::open(&config, MIGRATIONS, &world).await.unwrap();
        Identity {
            portraits: Portraits::open(&home.settings()).unwrap(),
            passwords: Passwords::new(1, 1, &world).unwrap(),
            signer: Signer::load(&db, &world, "bodega", Duration::from_mins(15)).await.unwrap(),
            links: crate::model::Links::new(&[7; 32]),
            wake: Arc::default(),
            session_lifetime: Duration::from_hours(1),
            db,
            world,
        }
    }

    #[tokio::test]
    async fn every_log_in_and_every_registration_costs_one_hash_whoever_has_an_account() {
        let home = Home::new(Backend::Sqlite);
        let identity = identity(&home).await;
        let mut hashed = identity.passwords.hashed();
        let mut since = || {
            let now = identity.passwords.hashed();
            std::mem::replace(&mut hashed, now).abs_diff(now)
        };
        let register = || register(&identity, "anna@example.com", PASSWORD, None, None);
        assert!(register().await.is_ok());
        assert_eq!(since(), 1, "a new address");
        assert!(register().await.is_ok());
        assert_eq!(since(), 1, "a known address");
        assert!(log_in(&identity, "anna@example.com", PASSWORD).await.is_ok());
        assert_eq!(since(), 1, "the right password");
        let refused = log_in(&identity, "anna@example.com", "a chestnut under it").await;
        assert!(matches!(refused, Err(Error::BadCredentials)));
        assert_eq!(since(), 1, "a wrong password");
        let refused = log_in(&identity, "nobody@example.com", "a chestnut under it").await;
        assert!(matches!(refused, Err(Error::BadCredentials)));
        assert_eq!(since(), 1, "an unknown address");
        for _ in 0..9 {
            let _ = log_in(&identity, "nobody@example.com", "a chestnut under it").await;
        }
        assert_eq!(since(), 9);
        let throttled = log_in(&identity, "nobody@example.com", "a chestnut under it").await;
        assert!(matches!(throttled, Err(Error::TooManyAttempts(_))));
        assert_eq!(since(), 0, "who has to wait costs nothing");
        for email in ["anna@example.com", "nobody@example.com"] {
            assert!(forget_password(&identity, email).await.is_ok());
            assert_eq!(since(), 0, "a forgotten password costs none, known or not");
        }
    }
}
