//! The floor of the order flow: pgbench, TPC-B, sixteen clients, prepared statements.

use anyhow::{Context as _, ensure};
use std::process::{Command, Output};

/// Fills the database.
pub(super) fn prepare(url: &str) -> anyhow::Result<()> {
    pgbench(&["-i", "-q", "-s", "20", url]).map(drop)
}

/// Transactions a second.
pub(super) fn run(url: &str, seconds: u64) -> anyhow::Result<f64> {
    let seconds = seconds.to_string();
    let output = pgbench(&["-M", "prepared", "-c", "16", "-j", "2", "-n", "-T", &seconds, url])?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("tps = ")).context("pgbench printed no tps")?;
    line.split_whitespace().nth(2).and_then(|tps| tps.parse().ok()).context("pgbench printed no number")
}

fn pgbench(arguments: &[&str]) -> anyhow::Result<Output> {
    let found = ["pgbench", "/usr/lib/postgresql/15/bin/pgbench"];
    let program = found.iter().find(|program| Command::new(program).arg("--version").output().is_ok());
    let program = program.context("pgbench is not installed (Debian: postgresql-contrib or postgresql-15)")?;
    let output = Command::new(program).args(arguments).output()?;
    ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output)
}
