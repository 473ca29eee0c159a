//! Use cases: opening accounts, logging in and out, and who may do what.

mod accounts;
mod hashing;
mod keys;
mod people;
mod sessions;

pub(crate) use accounts::{change_name, create_user, get_me, register};
pub(crate) use hashing::Passwords;
pub(crate) use keys::{Signer, signing_keys};
pub(crate) use people::{assign_role, disable, enable, list_users, remove_role, user_contact};
pub(crate) use sessions::{Tokens, forget_old, log_in, log_out, log_out_everywhere, refresh, session_standing};

use bodega_db::StoredAnswer;

/// What a write with an idempotency key came to.
pub(crate) enum Kept<T> {
    /// It was done now.
    New(T),
    /// It was done before: give this answer again.
    Again(StoredAnswer),
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
            passwords: Passwords::new(1, 1, &world).await.unwrap(),
            signer: Signer::load(&db, &world, "bodega", Duration::from_mins(15)).await.unwrap(),
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
    }
}
