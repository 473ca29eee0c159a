//! `bodega up`: the whole shop in one process, or on one machine.

use super::cluster;
use crate::{Shop, cli::Place, commands, demo};
use anyhow::Context as _;
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_settings::Settings;
use clap::Args;
use tokio::net::TcpListener;

/// Run the whole shop in this process.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Fill a sample shop with the payment simulator, and print its log-ins. Only on an address of this machine.
    #[arg(long)]
    demo: bool,
    /// For development: a process for each service and one for the gateway, on PostgreSQL and RabbitMQ.
    #[arg(long, conflicts_with = "demo")]
    cluster: bool,
    /// With --cluster: so many processes of each service.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "cluster")]
    replicas: usize,
}

impl Up {
    pub(crate) async fn run(self, place: &Place, mut settings: Settings, world: World) -> anyhow::Result<bool> {
        if let Some(listen) = self.listen {
            settings.server.listen = listen;
        }
        if self.cluster {
            return cluster::run(place, settings, &world, self.replicas).await;
        }
        if self.demo {
            demo::adjust(&mut settings)?;
        }
        commands::start_logs(&settings);
        let started = std::time::Instant::now();
        let shop = Shop::open(settings, world, Mode::Run).await?;
        let listener = TcpListener::bind(&shop.settings.server.listen)
            .await
            .with_context(|| format!("cannot listen on {}", shop.settings.server.listen))?;
        let address = listener.local_addr()?;
        let logins = if self.demo { Some(demo::fill(&shop).await?) } else { None };
        println!("Bodega is open at http://{address} after {} ms", started.elapsed().as_millis());
        println!("  Desk         http://{address}/admin");
        println!("  API browser  http://{address}/docs");
        if let Some(logins) = logins {
            println!("{logins}");
        }
        let pictures = self.demo.then(|| tokio::spawn(hang_pictures(format!("http://{address}"))));
        shop.serve(listener, commands::asked_to_stop()).await?;
        if let Some(pictures) = pictures {
            pictures.abort();
        }
        Ok(true)
    }
}

/// Beside the shop that is open; a demo without pictures is a demo all the same.
async fn hang_pictures(url: String) {
    if let Err(error) = demo::hang(&url).await {
        eprintln!("bodega: not all pictures of the demo are there: {error:#}");
    }
}
