//! A place for one test: a folder for `SQLite`, schemas of its own on PostgreSQL.

use bodega_settings::{DatabaseKind, Settings};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// The engines a test can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Always there.
    Sqlite,
    /// There where `BODEGA_TEST_POSTGRES` names a server.
    Postgres,
}

/// The engines that are here: every story runs on each.
pub fn backends() -> Vec<Backend> {
    let postgres = std::env::var_os("BODEGA_TEST_POSTGRES").map(|_| Backend::Postgres);
    [Some(Backend::Sqlite), postgres].into_iter().flatten().collect()
}

/// A home for one test's data; gone when it is dropped.
#[derive(Debug)]
pub struct Home {
    backend: Backend,
    name: String,
    folder: PathBuf,
}

static HOMES: AtomicU64 = AtomicU64::new(0);

impl Home {
    /// A fresh one.
    pub fn new(backend: Backend) -> Self {
        let number = HOMES.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{number}", std::process::id());
        let base = std::env::var_os("BODEGA_TEST_TMP").map_or_else(std::env::temp_dir, PathBuf::from);
        Self { backend, folder: base.join(format!("bodega-{name}")), name }
    }

    /// The engine.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Settings for a shop that lives here.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::defaults();
        settings.database.data_dir.clone_from(&self.folder);
        settings.limits.enabled = false;
        settings.payments.providers = vec!["simulator".to_owned()];
        if self.backend == Backend::Postgres {
            settings.database.kind = DatabaseKind::Postgres;
            settings.database.url = std::env::var("BODEGA_TEST_POSTGRES").unwrap_or_default();
            settings.database.schema = format!("{}_{{service}}", self.name);
        }
        settings
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Whatever is left is in a folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
        if self.backend == Backend::Postgres
            && let Ok(url) = std::env::var("BODEGA_TEST_POSTGRES")
        {
            let prefix = self.name.clone();
            let dropped = std::thread::spawn(move || drop_schemas(&url, &prefix)).join();
            if !matches!(dropped, Ok(Some(()))) {
                eprintln!("the schemas of {} are still there", self.name);
            }
        }
    }
}

fn drop_schemas(url: &str, prefix: &str) -> Option<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.ok()?;
        let sql = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE $1";
        let pattern = format!("{}\\_%", prefix.replace('_', "\\_"));
        let names: Vec<(String,)> = sqlx::query_as(sql).bind(pattern).fetch_all(&mut connection).await.ok()?;
        for (name,) in names {
            let drop = AssertSqlSafe(format!("DROP SCHEMA \"{name}\" CASCADE"));
            sqlx::query(drop).execute(&mut connection).await.ok()?;
        }
        Some(())
    })
}
