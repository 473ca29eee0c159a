//! The built shop as a whole: who hears what, what its API says of itself, and whether it is ready.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod bench;
mod demo;
mod events;
mod readiness;

use bodega::Shop;
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_testkit::{Backend, Home};

/// The whole shop in a folder of its own. Nothing moves in it.
async fn shop(home: &Home) -> Shop {
    Shop::open(home.settings(), World::system(), Mode::Still).await.unwrap()
}

fn home() -> Home {
    Home::new(Backend::Sqlite)
}
