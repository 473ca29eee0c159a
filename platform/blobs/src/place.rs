//! Where files are: a folder, a bucket, a container, as the settings say. Each is what `object_store` makes of it, within
//! bounds: few retries, and an end to waiting.

use crate::{BlobError, away, wire::Wires};
use bodega_settings::{BlobsKind, Settings};
use object_store::{
    BackoffConfig, ObjectStore, RetryConfig, aws::AmazonS3Builder, azure::MicrosoftAzureBuilder,
    local::LocalFileSystem, prefix::PrefixStore,
};
use std::{fs, path::PathBuf, sync::Arc, time::Duration};

/// How often something is tried again that may be tried again.
const MAX_RETRIES: usize = 3;
/// When nothing is tried again any more.
const RETRIES_END: Duration = Duration::from_secs(15);
/// The first and the longest pause before it.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(2)];

/// The files of one service.
pub(crate) type Place = PrefixStore<Arc<dyn ObjectStore>>;

/// The place that the settings name for the files of `service`. A folder is made if it is missing; a bucket is not, and
/// is not looked at before its first file is.
pub(crate) fn open(settings: &Settings, service: &str) -> Result<Place, BlobError> {
    let blobs = &settings.blobs;
    let store: Arc<dyn ObjectStore> = match blobs.kind {
        BlobsKind::Disk => {
            let folder = folder(settings);
            fs::create_dir_all(&folder).map_err(|error| away(format!("{}: {error}", folder.display())))?;
            let files = LocalFileSystem::new_with_prefix(&folder).map_err(away)?.with_fsync(true);
            return Ok(PrefixStore::new(Arc::new(files), service));
        }
        BlobsKind::S3 => {
            let mut builder = AmazonS3Builder::new()
                .with_bucket_name(&blobs.bucket)
                .with_region(&blobs.region)
                .with_access_key_id(&blobs.account)
                .with_secret_access_key(&blobs.secret)
                .with_retry(retries())
                .with_http_connector(Wires);
            if !blobs.endpoint.is_empty() {
                builder = builder.with_endpoint(&blobs.endpoint).with_allow_http(true);
            }
            Arc::new(builder.build().map_err(away)?)
        }
        BlobsKind::Azure => {
            let mut builder = MicrosoftAzureBuilder::new()
                .with_container_name(&blobs.bucket)
                .with_account(&blobs.account)
                .with_access_key(&blobs.secret)
                .with_retry(retries())
                .with_http_connector(Wires);
            if !blobs.endpoint.is_empty() {
                builder = builder.with_endpoint(blobs.endpoint.clone()).with_allow_http(true);
            }
            Arc::new(builder.build().map_err(away)?)
        }
    };
    let start = blobs.folder.to_str().unwrap_or_default();
    Ok(PrefixStore::new(store, if start.is_empty() { service.to_owned() } else { format!("{start}/{service}") }))
}

/// The folder of all services.
fn folder(settings: &Settings) -> PathBuf {
    let folder = &settings.blobs.folder;
    if folder.as_os_str().is_empty() { settings.database.data_dir.join("blobs") } else { folder.clone() }
}

fn retries() -> RetryConfig {
    let [init_backoff, max_backoff] = PAUSES;
    let backoff = BackoffConfig { init_backoff, max_backoff, ..BackoffConfig::default() };
    RetryConfig { backoff, max_retries: MAX_RETRIES, retry_timeout: RETRIES_END }
}
