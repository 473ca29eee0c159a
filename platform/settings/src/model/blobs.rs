//! Where files are kept: a folder of this machine, or a bucket of somebody else's.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[blobs]`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blobs {
    /// On which kind of place.
    pub kind: BlobsKind,
    /// On the disk: folder of the files; empty: `blobs` in the data folder. Elsewhere what all names begin with.
    pub folder: PathBuf,
    /// Address of the service; empty: Amazon's or Azure's own.
    pub endpoint: String,
    /// The bucket or container.
    pub bucket: String,
    /// The region of a bucket.
    pub region: String,
    /// The id of the access key, or the name of the storage account.
    pub account: String,
    /// The key that belongs to it.
    pub secret: String,
}

/// Which kind of place files are kept at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobsKind {
    /// A folder.
    Disk,
    /// A bucket of Amazon S3, or of what speaks like it.
    S3,
    /// A container of Azure Blob Storage.
    Azure,
}
