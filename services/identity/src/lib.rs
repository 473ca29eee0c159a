//! People: accounts, log-ins, sessions, profiles, and who may do what.
//!
//! Owns users with their passwords (argon2id), profiles and address books, roles of staff with their permissions,
//! invitations, groups of customers, the pictures that people show of themselves, sessions with their refresh tokens, and the
//! key that access tokens are signed with.
//! Asks nobody and hears nothing. Publishes what happens to users (`user.*`) and `staff.invited`. Answers the gateway which
//! keys sign tokens and how a session stands, and notifications how a user is written to and what a link in a mail holds:
//! links are signed, never stored, and good once.

mod api;
mod error;
mod flows;
mod jobs;
mod model;
mod store;

pub use error::Error;

use bodega_contracts::identity::{
    StaffInvited, UserDisabled, UserEmailChanged, UserEmailVerified, UserGroupsChanged, UserPasswordChanged,
    UserPasswordResetRequested, UserRegistered, UserRegisteredAgain, UserRoleAssigned, UserRoleRemoved,
    UserVerificationRequested,
};
use bodega_db::{Db, Migration};
use bodega_kernel::{Event, World};
use bodega_service::{Context, Definition, Running};
use model::Links;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// The schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_accounts", sql: include_str!("migrations/0001_accounts.sql") },
    Migration { name: "0002_credentials", sql: include_str!("migrations/0002_credentials.sql") },
    Migration { name: "0003_profiles", sql: include_str!("migrations/0003_profiles.sql") },
    Migration { name: "0004_staff", sql: include_str!("migrations/0004_staff.sql") },
    Migration { name: "0005_groups", sql: include_str!("migrations/0005_groups.sql") },
    Migration { name: "0006_avatars", sql: include_str!("migrations/0006_avatars.sql") },
];

/// The service.
pub fn service() -> Definition {
    Definition::new("identity", start).migrations(MIGRATIONS).publishes(&[
        UserRegistered::TYPE,
        UserRoleAssigned::TYPE,
        UserRoleRemoved::TYPE,
        UserVerificationRequested::TYPE,
        UserPasswordResetRequested::TYPE,
        UserPasswordChanged::TYPE,
        UserEmailChanged::TYPE,
        UserEmailVerified::TYPE,
        UserRegisteredAgain::TYPE,
        UserDisabled::TYPE,
        StaffInvited::TYPE,
        UserGroupsChanged::TYPE,
    ])
}

/// What the use cases work with.
#[derive(Clone)]
pub(crate) struct Identity {
    db: Db,
    world: World,
    passwords: flows::Passwords,
    portraits: flows::Portraits,
    signer: flows::Signer,
    links: Links,
    /// Woken when somebody forgot a password.
    wake: Arc<Notify>,
    session_lifetime: Duration,
}

impl Identity {
    async fn new(context: &Context) -> Result<Self, Error> {
        let (db, world, settings) = (context.db.clone(), context.world.clone(), &context.settings.identity);
        let access = Duration::from_mins(settings.access_minutes);
        Ok(Self {
            passwords: flows::Passwords::new(settings.hash_threads, settings.hash_queue, &world)?,
            portraits: flows::Portraits::open(&context.settings)?,
            signer: flows::Signer::load(&db, &world, &context.settings.shop.issuer, access).await?,
            links: Links::new(&context.secrets.key("identity mail links")),
            wake: Arc::default(),
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
        .job(jobs::forget_old(&identity))
        .job(jobs::sweep_avatars(&identity))
        .job(jobs::send_links(&identity)))
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
