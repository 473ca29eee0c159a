//! What identity does by itself: forgets sessions that ended and log-ins that were tried long ago.

use crate::{Identity, flows};
use bodega_service::Job;
use std::time::Duration;

/// How often old rows are looked for.
const EVERY: Duration = Duration::from_mins(10);

pub(crate) fn forget_old(identity: &Identity) -> Job {
    let identity = identity.clone();
    Job::new("forget old sessions", EVERY, move || {
        let identity = identity.clone();
        Box::pin(async move {
            flows::forget_old(&identity).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "old sessions were not forgotten");
                false
            })
        })
    })
}
