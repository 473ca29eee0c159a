//! People: accounts, log-ins, sessions and roles.
//!
//! Owns users with their passwords (argon2id), roles, sessions with their refresh tokens, and the key that access
//! tokens are signed with. Asks nobody. Publishes `user.registered`, `user.role_assigned`, `user.role_removed`. Hears
//! nothing. Answers the gateway which keys sign tokens and how a session stands, and whoever writes mails how a user is
//! written to.

mod api;
mod error;
mod flows;
mod jobs;
mod model;
mod store;

pub use error::Error;

use bodega_contracts::identity::{UserRegistered, UserRoleAssigned, UserRoleRemoved};
use bodega_db::{Db, Migration};
use bodega_kernel::{Event, World};
use bodega_service::{Context, Definition, Running};
use std::time::Duration;

/// The schema.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_accounts", sql: include_str!("migrations/0001_accounts.sql") }];

/// The service.
pub fn service() -> Definition {
    Definition::new("identity", start).migrations(MIGRATIONS).publishes(&[
        UserRegistered::TYPE,
        UserRoleAssigned::TYPE,
        UserRoleRemoved::TYPE,
    ])
}

/// What the use cases work with.
#[derive(Clone)]
pub(crate) struct Identity {
    db: Db,
    world: World,
    passwords: flows::Passwords,
    signer: flows::Signer,
    session_lifetime: Duration,
}

impl Identity {
    async fn new(context: &Context) -> Result<Self, Error> {
        let (db, world, settings) = (context.db.clone(), context.world.clone(), &context.settings.identity);
        let access = Duration::from_mins(settings.access_minutes);
        Ok(Self {
            passwords: flows::Passwords::new(settings.hash_threads, settings.hash_queue, &world).await?,
            signer: flows::Signer::load(&db, &world, &context.settings.shop.issuer, access).await?,
            session_lifetime: Duration::from_hours(24 * settings.refresh_days),
            db,
            world,
        })
    }
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let identity = Identity::new(&context).await?;
    Ok(Running::new()
        .routes(api::routes(identity.clone()))
        .answers(api::answers(&identity))
        .job(jobs::forget_old(&identity)))
}

/// For the command line, which works on a database that it opened itself.
pub mod admin {
    use crate::{Error, flows};
    use bodega_db::Db;
    use bodega_kernel::{Role, UserId};

    /// Makes a user with this password and role; says who it is and whether they are new. Whoever has the address
    /// already keeps their password and gets the role. `db` is identity's own, opened with [`crate::MIGRATIONS`]; the
    /// clock and the randomness are those it was opened with.
    ///
    /// Fails where the address or the password would be refused at registration, too.
    pub async fn create_user(db: &Db, email: &str, password: &str, role: Role) -> Result<(UserId, bool), Error> {
        flows::create_user(db, email, password, role).await
    }
}
