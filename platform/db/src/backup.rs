//! The databases of several services as they were at one moment, while they are written on, and the way back.
//!
//! A cut stops whatever writes in all of them at once, begins one reading transaction in each, and lets go: that takes
//! milliseconds, and from then on everybody goes on while what those transactions see is copied at leisure. No event that
//! was handled can be without its cause that way. Another process may do it, and may die doing it: nothing is left behind.

mod postgres;
mod sqlite;
mod tables;

use crate::{DbConfig, DbError, Engine, Migration, migrate};
use std::{path::Path, time::Duration};

/// How often a cut is tried before the databases are said to be too busy.
const TRIES: u32 = 40;
/// How long one try may stop whoever writes.
const PATIENCE: Duration = Duration::from_millis(400);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(150);

/// Many databases as they were at one moment.
pub struct Cut {
    moments: Moments,
    paused: Duration,
}

enum Moments {
    Sqlite(Vec<sqlite::Moment>),
    Postgres(Vec<postgres::Moment>),
}

/// A database that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Whose.
    pub service: String,
    /// The steps its schema had taken, first to last.
    pub migrations: Vec<String>,
}

impl Cut {
    /// Takes the moment of these databases, all of one engine. Those that were never made are left out.
    pub async fn take(databases: &[DbConfig]) -> Result<Self, DbError> {
        let files: Vec<_> = databases.iter().filter_map(|config| Some((config.service, file(config)?))).collect();
        let servers: Vec<_> = databases.iter().filter_map(|config| Some((config.service, server(config)?))).collect();
        let (moments, paused) = match (files.is_empty(), servers.is_empty()) {
            (false, true) => {
                let (moments, paused) = blocking(move || sqlite::cut(&files)).await?;
                (Moments::Sqlite(moments), paused)
            }
            (true, false) => {
                let (moments, paused) = postgres::cut(&servers).await?;
                (Moments::Postgres(moments), paused)
            }
            (true, true) | (false, false) => return Err(DbError::refused(&"a cut goes through one engine")),
        };
        Ok(Self { moments, paused })
    }

    /// For how long whoever writes was stopped, at most.
    pub fn paused(&self) -> Duration {
        self.paused
    }

    /// How many databases there are.
    pub fn len(&self) -> usize {
        match &self.moments {
            Moments::Sqlite(moments) => moments.len(),
            Moments::Postgres(moments) => moments.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies all of it into a folder: a file for each `SQLite` database, a folder for each of PostgreSQL. On the disk when it
    /// is answered.
    pub async fn copy(self, folder: &Path) -> Result<Vec<Copied>, DbError> {
        let folder = folder.to_owned();
        match self.moments {
            Moments::Sqlite(moments) => {
                blocking(move || moments.into_iter().map(|moment| moment.copy(&folder)).collect()).await
            }
            Moments::Postgres(moments) => {
                let mut copied = Vec::with_capacity(moments.len());
                for moment in moments {
                    copied.push(moment.copy(&folder).await?);
                }
                Ok(copied)
            }
        }
    }
}

/// Whether there is nothing yet where this database would be.
pub async fn is_unused(config: &DbConfig) -> Result<bool, DbError> {
    match &config.engine {
        Engine::Sqlite { folder } => Ok(!sqlite::path(folder, config.service).exists()),
        Engine::Postgres { url, schema } => postgres::is_unused(url, schema.as_deref()).await,
    }
}

/// Whether the schema of a copy is one that these steps lead through.
pub fn is_known(migrations: &'static [Migration], copied: &Copied) -> bool {
    migrate::steps(migrations, &copied.migrations).is_some()
}

/// Makes a database from its copy, in the schema that it had: of `migrations` so many as `copied` names.
pub async fn restore(
    config: &DbConfig,
    migrations: &'static [Migration],
    copied: &Copied,
    folder: &Path,
) -> Result<(), DbError> {
    let steps = migrate::steps(migrations, &copied.migrations).ok_or_else(|| {
        DbError::refused(&format!("{} was copied by another version: its schema is not known here", copied.service))
    })?;
    if !is_unused(config).await? {
        return Err(DbError::refused(&format!("there is a database of {} already", config.service)));
    }
    match &config.engine {
        Engine::Sqlite { folder: data } => {
            let (from, to) = (sqlite::path(folder, config.service), sqlite::path(data, config.service));
            blocking(move || sqlite::put_back(&from, &to)).await
        }
        Engine::Postgres { url, schema } => {
            let connection = crate::writer::reader(config)?;
            migrate::migrate(&config.engine, &connection, steps).await?;
            connection.close().await?;
            postgres::put_back(url, schema.as_deref(), &folder.join(config.service)).await
        }
    }
}

fn file(config: &DbConfig) -> Option<std::path::PathBuf> {
    match &config.engine {
        Engine::Sqlite { folder } => Some(sqlite::path(folder, config.service)),
        Engine::Postgres { .. } => None,
    }
}

fn server(config: &DbConfig) -> Option<(String, Option<String>)> {
    match &config.engine {
        Engine::Postgres { url, schema } => Some((url.clone(), schema.clone())),
        Engine::Sqlite { .. } => None,
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, DbError> + Send + 'static) -> Result<T, DbError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DbError::unavailable(&error))?
}

fn io(path: &Path, error: &std::io::Error) -> DbError {
    DbError::unavailable(&format!("{}: {error}", path.display()))
}

fn too_busy() -> DbError {
    DbError::unavailable(&"the databases are too busy to be stopped at one moment: try again later")
}
