//! `bodega admin`: people, before anybody can log in.

use crate::Shop;
use anyhow::Context as _;
use bodega_kernel::{Role, World};
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::{Subcommand, ValueEnum};
use std::io::Read;

/// People and what they may do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make a user, or give a role to one who is there. The password is read from standard input.
    CreateUser {
        /// The address they log in with.
        email: String,
        /// What they may do.
        #[arg(long, value_enum, default_value = "customer")]
        role: RoleName,
    },
}

/// A role as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    /// Buys.
    Customer,
    /// Runs the shop.
    Staff,
    /// Also manages people.
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Customer => Self::Customer,
            RoleName::Staff => Self::Staff,
            RoleName::Admin => Self::Admin,
        }
    }
}

impl Admin {
    pub(crate) async fn run(self, settings: Settings, world: World) -> anyhow::Result<bool> {
        let Self::CreateUser { email, role } = self;
        let mut password = String::new();
        std::io::stdin().take(1_024).read_to_string(&mut password).context("no password on standard input")?;
        let shop = Shop::open(settings, world, Mode::Still).await?;
        let user = create_user(&shop, &email, password.trim_end_matches(['\r', '\n']), role.into()).await?;
        println!("{user}");
        Ok(true)
    }
}

/// Makes a user in an opened shop.
pub async fn create_user(
    shop: &Shop,
    email: &str,
    password: &str,
    role: Role,
) -> anyhow::Result<bodega_kernel::UserId> {
    let identity = shop.host.service("identity").context("identity is not in this process")?;
    let (user, _) = bodega_identity::admin::create_user(&identity.db, email, password, role).await?;
    Ok(user)
}
