//! What a service is given when it starts.

use bodega_db::Db;
use bodega_kernel::World;
use bodega_rpc::Client;
use bodega_settings::Settings;
use bodega_web::tokens::GuestKeys;
use std::sync::Arc;

/// What a service is given when it starts.
#[derive(Clone)]
pub struct Context {
    /// Its own database.
    pub db: Db,
    /// Clock, ids, randomness.
    pub world: World,
    /// The settings of the process.
    pub settings: Arc<Settings>,
    /// For questions to other services.
    pub rpc: Client,
    /// Signs and checks the tokens of guests' carts and orders.
    pub guests: GuestKeys,
    /// Signs what only this deployment may know; one for each purpose.
    pub secrets: crate::Secrets,
}
