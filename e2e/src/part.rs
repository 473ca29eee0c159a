//! A part of a shop: all of it, or one service by itself, with a door and a host of its own, PostgreSQL behind it, and
//! `RabbitMQ` and HTTP between it and the others, as processes of their own have. Only the clock is one, so that a test can move it.

use anyhow::Context as _;
use bodega::{Shop, services};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::{BusKind, Settings};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use tokio::{net::TcpListener, task::JoinHandle};

/// The part that has no service, and the door to all of them.
const GATEWAY: &str = "gateway";

/// A part of a shop, serving.
pub(crate) struct Part {
    pub(crate) shop: Shop,
    pub(crate) url: String,
    serving: JoinHandle<anyhow::Result<()>>,
}

impl Part {
    async fn open(name: &str, door: TcpListener, settings: Settings, world: World) -> anyhow::Result<Self> {
        let definitions = services().into_iter().filter(|service| service.name == name).collect();
        let shop = Shop::open_some(definitions, name == GATEWAY, settings, world, Mode::Run).await;
        Self::serve(shop.with_context(|| format!("{name} does not start"))?, door)
    }

    fn serve(shop: Shop, door: TcpListener) -> anyhow::Result<Self> {
        let url = format!("http://{}", door.local_addr()?);
        let serving = shop.serve_on(door);
        Ok(Self { shop, url, serving })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Starts a shop; the part with the gateway comes first. With a broker between its services each of them is a part.
pub(crate) async fn start(settings: Settings, world: World) -> anyhow::Result<Vec<Part>> {
    match settings.bus.kind {
        BusKind::Embedded => {
            let shop = Shop::open(settings, world, Mode::Run).await?;
            Ok(vec![Part::serve(shop, TcpListener::bind("127.0.0.1:0").await?)?])
        }
        BusKind::Rabbitmq => apart(settings, world).await,
    }
}

async fn apart(mut settings: Settings, world: World) -> anyhow::Result<Vec<Part>> {
    let mut doors = BTreeMap::new();
    for name in services().iter().map(|service| service.name).chain([GATEWAY]) {
        let door = TcpListener::bind("127.0.0.1:0").await?;
        if name != GATEWAY {
            settings.rpc.upstreams.insert(name.to_owned(), format!("http://{}/{name}", door.local_addr()?));
        }
        doors.insert(name, door);
    }
    // The gateway first, wherever it is in the alphabet.
    let gateway = doors.remove_entry(GATEWAY);
    let opening = gateway.into_iter().chain(doors);
    try_join_all(opening.map(|(name, door)| Part::open(name, door, settings.clone(), world.clone()))).await
}
