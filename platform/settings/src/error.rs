//! What can be wrong with settings, told so that it can be put right: key and source, never the value of a secret.

use std::{io, path::PathBuf};
use thiserror::Error;

/// Why settings were refused.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A key that does not exist.
    #[error("{origin}: there is no setting `{key}`; known here: {known}")]
    UnknownKey {
        /// With its section: `server.listen`.
        key: String,
        /// The file, or the variable.
        origin: String,
        /// The keys that exist at this place.
        known: String,
    },
    /// A value that cannot be.
    #[error("{origin}: setting `{key}`: {message}")]
    Invalid {
        /// With its section: `server.listen`.
        key: String,
        /// The file, or the variable.
        origin: String,
        /// What it should be.
        message: String,
    },
}
