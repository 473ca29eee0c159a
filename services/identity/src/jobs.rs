//! What identity does by itself: sends links to those who forgot their passwords, forgets what is over, and removes pictures
//! that nobody shows.

use crate::{Identity, flows};
use bodega_service::Job;
use std::{sync::Arc, time::Duration};

/// How often old rows are looked for.
const EVERY: Duration = Duration::from_mins(10);

/// How often forgotten passwords are looked for that a transaction which failed, or a process that ended, has left; whoever
/// notes one wakes the job.
const LOOK: Duration = Duration::from_secs(10);

pub(crate) fn send_links(identity: &Identity) -> Job {
    let (state, wake) = (identity.clone(), Arc::clone(&identity.wake));
    let job = Job::new("forgotten passwords", LOOK, move || {
        let identity = state.clone();
        Box::pin(async move {
            flows::send_links(&identity).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "forgotten passwords wait");
                false
            })
        })
    });
    job.woken_by(wake)
}

pub(crate) fn sweep_avatars(identity: &Identity) -> Job {
    let identity = identity.clone();
    Job::new("old avatars", EVERY, move || {
        let identity = identity.clone();
        Box::pin(async move {
            flows::sweep_avatars(&identity).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "old avatars were not removed");
                false
            })
        })
    })
}

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
