//! Where a service's database is.

use std::path::PathBuf;

/// Which engine, and where.
#[derive(Clone, Debug)]
pub enum Engine {
    /// A file of the service's own in `folder`.
    Sqlite {
        /// The data folder.
        folder: PathBuf,
    },
    /// A database, or a schema of one, of the service's own.
    Postgres {
        /// `postgres://…`
        url: String,
        /// The schema to live in; made if missing. `None`: the one the role finds first.
        schema: Option<String>,
    },
}

/// How to open a service's database.
#[derive(Clone, Debug)]
pub struct DbConfig {
    /// Engine and place.
    pub engine: Engine,
    /// The service that owns it.
    pub service: &'static str,
    /// Connections for reading.
    pub readers: u32,
    /// Whether events go through a broker, so that each commit also notes them as unsent.
    pub broker: bool,
}
