//! `bodega serve`: some services in this process, the others elsewhere.

use crate::{Shop, commands, services};
use anyhow::{Context as _, ensure};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::{BusKind, Settings};
use clap::Args;
use rustix::process::{Signal, set_parent_process_death_signal};
use tokio::net::TcpListener;

/// Run some services in this process.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Their names; `gateway` for the door to the outside.
    #[arg(required = true, value_name = "SERVICE")]
    services: Vec<String>,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Stop when the process that started this one ends.
    #[arg(long, hide = true)]
    until_parent_ends: bool,
}

impl Serve {
    pub(crate) async fn run(self, mut settings: Settings, world: World) -> anyhow::Result<bool> {
        if let Some(listen) = self.listen {
            settings.server.listen = listen;
        }
        if self.until_parent_ends {
            set_parent_process_death_signal(Some(Signal::TERM)).context("the parent's end cannot be heard")?;
        }
        commands::start_logs(&settings);
        let known: Vec<&str> = services().iter().map(|service| service.name).chain(["gateway"]).collect();
        for name in &self.services {
            ensure!(known.contains(&name.as_str()), "there is no service {name}; there are {}", known.join(", "));
        }
        let chosen = |name: &str| self.services.iter().any(|chosen| chosen == name);
        let whole = services().iter().all(|service| chosen(service.name));
        ensure!(
            whole || settings.bus.kind == BusKind::Rabbitmq,
            "services in several processes need a broker between them: set bus.kind to rabbitmq, or run `bodega up`"
        );
        let definitions = services().into_iter().filter(|service| chosen(service.name)).collect();
        let shop = Shop::open_some(definitions, chosen("gateway"), settings, world, Mode::Run).await?;
        let listener = TcpListener::bind(&shop.settings.server.listen)
            .await
            .with_context(|| format!("cannot listen on {}", shop.settings.server.listen))?;
        println!("{} at http://{}", self.services.join(", "), listener.local_addr()?);
        shop.serve(listener, commands::asked_to_stop()).await?;
        Ok(true)
    }
}
