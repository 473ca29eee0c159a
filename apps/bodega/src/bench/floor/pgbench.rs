//! The floors in SQL: pgbench with sixteen clients and prepared statements.

use anyhow::{Context as _, ensure};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

/// Everybody takes a piece of the same row, notes that it is held, and tells the world.
const HOT_ROW: &str = "BEGIN;
UPDATE bench_stock SET held = held + 1 WHERE sku = 'HOT' AND on_hand - held >= 1;
INSERT INTO bench_holds (order_id, sku, quantity) VALUES (gen_random_uuid(), 'HOT', 1);
INSERT INTO bench_outbox (id, kind, data) VALUES (gen_random_uuid(), 'stock.reserved.v1', '{\"order_id\":\"01890000-0000-7000-8000-000000000000\"}');
COMMIT;
";
const HOT_ROW_TABLES: &str = "DROP TABLE IF EXISTS bench_stock, bench_holds, bench_outbox;
CREATE TABLE bench_stock (sku text PRIMARY KEY, on_hand bigint NOT NULL, held bigint NOT NULL);
CREATE TABLE bench_holds (order_id uuid PRIMARY KEY, sku text NOT NULL, quantity bigint NOT NULL);
CREATE TABLE bench_outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, kind text NOT NULL, data text NOT NULL);
INSERT INTO bench_stock VALUES ('HOT', 1000000000, 0);
";

/// A floor that is ready to be run.
#[derive(Clone, Debug)]
pub(crate) struct Pgbench {
    url: String,
    script: Option<PathBuf>,
}

impl Pgbench {
    /// TPC-B; fills the database.
    pub(crate) async fn tpc_b(url: &str) -> anyhow::Result<Self> {
        let floor = Self { url: url.to_owned(), script: None };
        floor.clone().call(&["-i", "-q", "-s", "20"]).await?;
        Ok(floor)
    }

    /// One hot row; makes its tables. The script is written to `folder`.
    pub(crate) async fn hot_row(url: &str, folder: &Path) -> anyhow::Result<Self> {
        let (tables, script) = (folder.join("tables.sql"), folder.join("hot-row.sql"));
        std::fs::write(&tables, HOT_ROW_TABLES)?;
        std::fs::write(&script, HOT_ROW)?;
        let floor = Self { url: url.to_owned(), script: Some(script) };
        floor.clone().call(&["-n", "-c", "1", "-t", "1", "-f", &tables.to_string_lossy()]).await?;
        Ok(floor)
    }

    /// Transactions a second.
    pub(crate) async fn run(&self, span: Duration) -> anyhow::Result<f64> {
        let seconds = span.as_secs().max(1).to_string();
        let script = self.script.as_ref().map(|script| script.to_string_lossy().into_owned());
        let mut arguments = vec!["-M", "prepared", "-c", "16", "-j", "2", "-n", "-T", &seconds];
        if let Some(script) = &script {
            arguments.extend(["-f", script]);
        }
        let output = self.clone().call(&arguments).await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find(|line| line.starts_with("tps = ")).context("pgbench printed no tps")?;
        line.split_whitespace().nth(2).and_then(|tps| tps.parse().ok()).context("pgbench printed no number")
    }

    async fn call(self, arguments: &[&str]) -> anyhow::Result<Output> {
        let arguments: Vec<String> = arguments.iter().copied().map(str::to_owned).chain([self.url]).collect();
        let output = tokio::task::spawn_blocking(move || -> anyhow::Result<Output> {
            let found = ["pgbench", "/usr/lib/postgresql/15/bin/pgbench"];
            let program = found.iter().find(|program| Command::new(program).arg("--version").output().is_ok());
            let program = program.context("pgbench is not installed (Debian: postgresql-contrib or postgresql-15)")?;
            Ok(Command::new(program).args(arguments).output()?)
        });
        let output = output.await??;
        ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        Ok(output)
    }
}
