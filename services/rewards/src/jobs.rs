//! What rewards does by itself: lets points expire.

use crate::{Rewards, flows};
use bodega_service::Job;
use std::time::Duration;

/// How often to look for points that expire. They do at midnight, a batch after the other.
const POLL: Duration = Duration::from_mins(10);

/// Lets points expire whose time has come.
pub(crate) fn expire_points(rewards: &Rewards) -> Job {
    let rewards = rewards.clone();
    Job::new("expire_points", POLL, move || {
        let rewards = rewards.clone();
        Box::pin(async move {
            flows::expire_points(&rewards).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "points could not expire");
                false
            })
        })
    })
}
