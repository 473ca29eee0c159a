//! `bodega up --cluster`: a process for each service on this machine, as many replicas of each as are wanted, and the gateway
//! in front of them. For development: what ends is started again, and all of it ends with this process.

use crate::{cli::Place, client::ShopClient, commands, services};
use anyhow::{Context as _, ensure};
use bodega_kernel::World;
use bodega_service::Secrets;
use bodega_settings::{BusKind, DatabaseKind, Settings};
use futures_util::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    process::{Child, Command},
    sync::watch,
};

/// The process that is open to the outside.
const GATEWAY: &str = "gateway";
/// How long to wait before what has ended is started again; twice as long each time, until it stays.
const AGAIN: Duration = Duration::from_millis(250);
/// The longest of these.
const LONGEST: Duration = Duration::from_secs(10);
/// After so long a process has stayed.
const STAYED: Duration = Duration::from_secs(30);
/// How long a process may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the whole cluster may take to be able to serve.
const START: Duration = Duration::from_mins(1);

/// A process of the cluster.
struct Member {
    service: &'static str,
    listen: String,
    program: PathBuf,
    arguments: Vec<PathBuf>,
    variables: BTreeMap<String, String>,
}

/// Runs the cluster until it is asked to stop.
pub(super) async fn run(place: &Place, settings: Settings, world: &World, replicas: usize) -> anyhow::Result<bool> {
    ensure!(
        settings.database.kind == DatabaseKind::Postgres && settings.bus.kind == BusKind::Rabbitmq,
        "services in processes of their own need PostgreSQL and a broker: set database.kind to postgres and bus.kind to rabbitmq"
    );
    ensure!((1..=8).contains(&replicas), "1 to 8 replicas of each service");
    commands::start_logs(&settings);
    let members = members(place, &settings, world, replicas)?;
    let (stop, stopped) = watch::channel(false);
    let kept: Vec<_> = members.into_iter().map(|member| tokio::spawn(member.keep(stopped.clone()))).collect();
    let count = kept.len();
    let url = format!("http://{}", settings.server.listen);
    let opening = async {
        ready(&url).await?;
        println!("Bodega is open at {url} in {count} processes, {replicas} of each service");
        commands::asked_to_stop().await;
        Ok(true)
    };
    let ended = tokio::select! {
        ended = opening => ended,
        () = commands::asked_to_stop() => Ok(true),
    };
    stop.send_replace(true);
    join_all(kept).await;
    ended
}

async fn ready(url: &str) -> anyhow::Result<()> {
    let (asked, since) = (ShopClient::new(url, None)?, Instant::now());
    while asked.get("/readyz", crate::client::Headers::default()).await.is_err() {
        ensure!(since.elapsed() < START, "the cluster is not ready after a minute: its log says why");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

fn members(place: &Place, settings: &Settings, world: &World, replicas: usize) -> anyhow::Result<Vec<Member>> {
    let program = std::env::current_exe().context("this program cannot be found again")?;
    let mut arguments = Vec::new();
    for (name, path) in [("--config", &place.config), ("--data", &place.data)] {
        arguments.extend(path.iter().flat_map(|path| [PathBuf::from(name), path.clone()]));
    }
    let mut variables = BTreeMap::new();
    let mut listens = BTreeMap::new();
    for service in services() {
        let of_each = (0..replicas).map(|_| free_address()).collect::<anyhow::Result<Vec<String>>>()?;
        let places: Vec<String> = of_each.iter().map(|listen| format!("http://{listen}/{}", service.name)).collect();
        variables.insert(format!("BODEGA__RPC__UPSTREAMS__{}", service.name.to_uppercase()), places.join(","));
        listens.insert(service.name, of_each);
    }
    listens.insert(GATEWAY, vec![settings.server.listen.clone()]);
    if settings.rpc.secret.is_empty() {
        let secret = Secrets::load(settings, world)?.text("cluster");
        variables.insert("BODEGA__RPC__SECRET".to_owned(), secret);
    }
    let member = |(service, listen): (&'static str, String)| Member {
        service,
        listen,
        program: program.clone(),
        arguments: arguments.clone(),
        variables: variables.clone(),
    };
    let each = listens.into_iter().flat_map(|(service, listens)| listens.into_iter().map(move |one| (service, one)));
    Ok(each.map(member).collect())
}

/// An address of this machine that nobody listens at now.
fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

impl Member {
    /// Runs it, and runs it again where it ends by itself.
    async fn keep(self, mut stop: watch::Receiver<bool>) {
        let mut wait = AGAIN;
        loop {
            let since = Instant::now();
            match self.start() {
                Ok(mut child) => tokio::select! {
                    status = child.wait() => {
                        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                        tracing::warn!(service = self.service, listen = self.listen, status, "a process ended");
                    }
                    _ = stop.changed() => return end(child).await,
                },
                Err(error) => tracing::error!(%error, service = self.service, "a process does not start"),
            }
            wait = if since.elapsed() > STAYED { AGAIN } else { (wait * 2).min(LONGEST) };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => return,
            }
        }
    }

    fn start(&self) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(["serve", self.service, "--listen", &self.listen, "--until-parent-ends"]).args(&self.arguments);
        // A process group of its own: what is typed at the terminal is for the parent, which tells the others.
        command.envs(&self.variables).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).kill_on_drop(true);
        command.spawn()
    }
}

/// Asks it to stop, and ends it where it does not.
async fn end(mut child: Child) {
    let pid = child.id().and_then(|id| Pid::from_raw(id as i32));
    // It may have ended already.
    let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
    if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}
