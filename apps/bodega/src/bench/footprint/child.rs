//! This program once more, in a process of its own.

use crate::bench::{
    connection::Connection,
    ground::{Ground, Run},
};
use anyhow::{Context as _, ensure};
use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpListener,
    process::{self, Command},
};

/// How long a process may take to answer, and to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// How this program is started.
pub(super) struct Program {
    path: PathBuf,
    config: Option<PathBuf>,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// A process that answers.
pub(super) struct Child {
    pub(super) id: u32,
    pub(super) address: SocketAddr,
    /// From its start to its first 200, in milliseconds.
    pub(super) ready_ms: f64,
    process: process::Child,
}

impl Program {
    /// For a shop on this ground.
    pub(super) fn new(run: &Run, ground: &Ground) -> anyhow::Result<Self> {
        Ok(Self {
            path: std::env::current_exe()?,
            config: run.place.config.clone(),
            folder: ground.folder().to_owned(),
            variables: vec![
                ("BODEGA__LIMITS__ENABLED", "false".to_owned()),
                ("BODEGA__MAIL__PER_SECOND", "10000".to_owned()),
                ("BODEGA__PAYMENTS__PROVIDERS", "simulator".to_owned()),
                ("BODEGA__SERVER__ADMISSION", ground.settings.server.admission.to_string()),
            ],
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        command.arg("--data").arg(&self.folder).envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Makes an administrator while the shop is closed.
    pub(super) async fn create_admin(&self, email: &str, password: &str) -> anyhow::Result<()> {
        let mut command = self.command();
        let mut child =
            command.args(["admin", "create-user", email, "--role", "admin"]).stdin(Stdio::piped()).spawn()?;
        child.stdin.take().context("no standard input")?.write_all(password.as_bytes()).await?;
        let status = child.wait().await?;
        ensure!(status.success(), "bodega admin create-user: {status}");
        Ok(())
    }

    /// Opens the shop.
    pub(super) async fn up(&self) -> anyhow::Result<Child> {
        let address = free_address().await?;
        let mut command = self.command();
        command.args(["up", "--listen", &address.to_string()]);
        Child::start(command, address, "/v1/products?limit=1").await
    }

    /// Starts the floor.
    pub(super) async fn hello(&self) -> anyhow::Result<Child> {
        let address = free_address().await?;
        let mut command = self.command();
        command.args(["bench", "floor-hello", "--listen", &address.to_string()]);
        Child::start(command, address, "/").await
    }
}

/// One that nobody listens on now.
async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

impl Child {
    async fn start(mut command: Command, address: SocketAddr, path: &str) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut process = command.spawn().context("this program does not start once more")?;
        let id = process.id().context("it has ended at once")?;
        loop {
            if answers(address, path).await {
                let ready_ms = started.elapsed().as_secs_f64() * 1_000.0;
                return Ok(Self { id, address, ready_ms, process });
            }
            if let Some(status) = process.try_wait()? {
                anyhow::bail!("the process ended with {status} before it answered");
            }
            ensure!(started.elapsed() < PATIENCE, "the process does not answer");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Asks it to stop, and waits until it has.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.id.to_string()]).status().await?;
        ensure!(asked.success(), "the process cannot be asked to stop");
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        ended.context("the process does not stop")??;
        Ok(())
    }
}

async fn answers(address: SocketAddr, path: &str) -> bool {
    let Ok(mut connection) = Connection::open(address).await else { return false };
    connection.get(path, &[]).await.is_ok_and(|reply| reply.status.is_success())
}
