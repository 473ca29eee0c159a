//! `bodega migrate`: brings every database up to date and stops.

use crate::Shop;
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::Settings;

pub(crate) async fn run(settings: Settings, world: World) -> anyhow::Result<bool> {
    let shop = Shop::open(settings, world, Mode::Still).await?;
    for service in &shop.host.services {
        println!("{} is up to date", service.name);
    }
    Ok(true)
}
