//! Passwords are hashed by few at a time: each takes a processor for a moment and 19 MiB. Whoever finds all places
//! taken, those to wait in too, is told so at once.

use crate::{error::Error, model::Password};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{
        PasswordHasher, PasswordVerifier,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use bodega_kernel::World;
use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// KiB, passes and lanes of argon2id, as OWASP advises.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Hashes and checks passwords. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Passwords(Arc<Pool>);

struct Pool {
    world: World,
    running: Arc<Semaphore>,
    inside: AtomicUsize,
    places: usize,
    hashed: AtomicU64,
    /// Of nobody's password: checking against it is the same work.
    dummy: PasswordHash,
}

/// A place among those that hash or wait for it; given back when dropped.
pub(crate) struct Place(Arc<Pool>);

/// Whether a password was the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is not.
    Wrong,
    /// It is.
    Right,
    /// It is, but its hash was made with other parameters: keep this one in its place.
    Rehashed(String),
}

impl Passwords {
    /// `threads` hash at the same time, `queue` more may wait.
    pub(crate) fn new(threads: usize, queue: usize, world: &World) -> Result<Self, Error> {
        let dummy = dummy(&world.bytes(), &world.bytes())?;
        Ok(Self(Arc::new(Pool {
            world: world.clone(),
            running: Arc::new(Semaphore::new(threads)),
            inside: AtomicUsize::new(0),
            places: threads + queue,
            hashed: AtomicU64::new(0),
            dummy,
        })))
    }

    /// Takes a place, or says at once that there is none.
    pub(crate) fn enter(&self) -> Result<Place, Error> {
        let place = Place(Arc::clone(&self.0));
        if self.0.inside.fetch_add(1, Ordering::Relaxed) < self.0.places { Ok(place) } else { Err(Error::Busy) }
    }

    /// How many passwords were hashed or checked.
    #[cfg(test)]
    pub(crate) fn hashed(&self) -> u64 {
        self.0.hashed.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Place {
    /// Hashes a password with a salt of its own, as a PHC string.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Error> {
        let salt = self.0.world.bytes();
        self.run(move || hash(&password, &salt).map(|hash| hash.to_string())).await
    }

    /// Checks a password against a stored hash. Without one, because there is no such account, the same work is done.
    pub(crate) async fn check(&self, password: Password, stored: Option<&str>) -> Result<Checked, Error> {
        let known = stored.is_some();
        let hash = match stored {
            Some(text) => PasswordHash::new(text).map_err(|error| broken(&error))?,
            None => self.0.dummy.clone(),
        };
        let is_current = is_current(&hash);
        let tried = password.clone();
        let right = self.run(move || Ok(argon2()?.verify_password(tried.as_bytes(), &hash).is_ok())).await?;
        match (known && right, is_current) {
            (false, _) => Ok(Checked::Wrong),
            (true, true) => Ok(Checked::Right),
            (true, false) => self.hash(password).await.map(Checked::Rehashed),
        }
    }

    /// Runs on a thread of its own. The permit goes with the work: who stops waiting for it does not make room early.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = Arc::clone(&self.0.running).acquire_owned().await.map_err(|error| broken(&error))?;
        self.0.hashed.fetch_add(1, Ordering::Relaxed);
        compute(move || {
            let result = work();
            drop(permit);
            result
        })
        .await
    }
}

/// Hashes a password outside of any pool: for the command line.
pub(super) async fn hash_once(password: Password, world: &World) -> Result<String, Error> {
    let salt = world.bytes();
    compute(move || hash(&password, &salt).map(|hash| hash.to_string())).await
}

async fn compute<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| broken(&error))?
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let (memory_kib, passes, lanes) = COST;
    let params = Params::new(memory_kib, passes, lanes, None).map_err(|error| broken(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password, salt: &[u8; 16]) -> Result<PasswordHash, Error> {
    argon2()?.hash_password_with_salt(password.as_bytes(), salt).map_err(|error| broken(&error))
}

/// What no password is known to hash to. Nothing is computed for it: a start would wait for that, and hold its memory.
fn dummy(salt: &[u8; 16], output: &[u8; 32]) -> Result<PasswordHash, Error> {
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(u32::from(Version::V0x13)),
        params: ParamsString::try_from(argon2()?.params()).map_err(|error| broken(&error))?,
        salt: Some(Salt::new(salt).map_err(|error| broken(&error))?),
        hash: Some(Output::new(output).map_err(|error| broken(&error))?),
    })
}

fn is_current(hash: &PasswordHash) -> bool {
    let params = Params::try_from(hash).map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
    let version = u32::from(Version::V0x13);
    hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(version) && params == Ok(COST)
}

fn broken(error: &impl ToString) -> Error {
    Error::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::attempt(text).unwrap()
    }

    fn pool(threads: usize, queue: usize) -> Passwords {
        Passwords::new(threads, queue, &World::system()).unwrap()
    }

    #[tokio::test]
    async fn a_hash_has_owasps_parameters_and_a_salt_of_its_own() {
        let place = pool(1, 1).enter().unwrap();
        let hash = place.hash(password("a walnut under the lamp")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, place.hash(password("a walnut under the lamp")).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_made_with_other_parameters_is_made_again_at_log_in() {
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
        let old: PasswordHash = old.hash_password_with_salt(b"a walnut under the lamp", &[7; 16]).unwrap();
        let place = pool(1, 1).enter().unwrap();
        let checked = place.check(password("a walnut under the lamp"), Some(&old.to_string())).await.unwrap();
        let Checked::Rehashed(new) = checked else { panic!("{checked:?}") };
        assert_eq!(place.check(password("a walnut under the lamp"), Some(&new)).await.unwrap(), Checked::Right);
        assert_eq!(place.check(password("a chestnut under it"), Some(&new)).await.unwrap(), Checked::Wrong);
    }

    #[tokio::test]
    async fn whoever_finds_all_places_taken_is_told_at_once() {
        let pool = pool(1, 1);
        let (_first, second) = (pool.enter().unwrap(), pool.enter().unwrap());
        assert!(matches!(pool.enter(), Err(Error::Busy)));
        drop(second);
        assert!(pool.enter().is_ok());
    }

    #[test]
    fn the_hash_of_nobody_is_one_like_any_other() {
        let pool = pool(1, 1);
        let dummy = &pool.0.dummy;
        assert!(is_current(dummy));
        let made = hash(&password("a walnut under the lamp"), &[7; 16]).unwrap().to_string();
        assert_eq!(dummy.to_string().len(), made.len());
        assert_eq!(PasswordHash::new(&dummy.to_string()).as_ref(), Ok(dummy));
    }

    #[tokio::test]
    async fn an_unknown_account_costs_the_same_hash() {
        let pool = pool(1, 1);
        let place = pool.enter().unwrap();
        assert_eq!(place.check(password("a walnut under the lamp"), None).await.unwrap(), Checked::Wrong);
        assert_eq!(pool.hashed(), 1);
    }
}
