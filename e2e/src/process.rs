//! The binary itself as a process of its own, to be ended at will.

use anyhow::{Context as _, ensure};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running `bodega`; ended when it is dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// How long it took to listen.
    pub ready_after: Duration,
}

/// The binary of this test build.
pub fn binary() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).context("no folder of the build")?;
    let binary = folder.join("bodega");
    ensure!(binary.exists(), "{} is not built: cargo build --workspace", binary.display());
    Ok(binary)
}

impl Process {
    /// Starts `bodega` with these arguments and variables and waits until it says where it listens.
    pub fn start(arguments: &[&str], variables: &[(String, String)]) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(binary()?)
            .args(arguments)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()?;
        let stdout = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let url = loop {
            let Some(line) = lines.next().transpose()? else {
                let status = child.wait()?;
                anyhow::bail!("bodega ended before it listened: {status}");
            };
            if let Some(at) = line.find("http://") {
                break line[at..].split_whitespace().next().unwrap_or_default().to_owned();
            }
        };
        // Whatever else it prints is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, url, ready_after: started.elapsed() })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would: nothing of it runs any more.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill();
    }
}
