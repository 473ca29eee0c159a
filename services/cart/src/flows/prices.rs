//! Whether the prices that the cart knows can be sold at: they come from the catalogue, and may be on their way for a while.

use bodega_bus::Feed;
use bodega_kernel::Time;
use std::time::Duration;

/// Whose prices they are.
const SOURCE: &str = "catalog";

/// How far the cart's prices are behind the catalogue's, and how far they may be. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Prices {
    feed: Feed,
    limit: Duration,
}

impl Prices {
    /// Too old for a checkout after `limit`; zero for never.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { feed: Feed::new(SOURCE), limit }
    }

    /// What tells how far they are behind.
    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Whether a price may have changed longer ago than the limit without the cart having heard of it.
    pub(crate) fn are_stale(&self, now: Time) -> bool {
        !self.limit.is_zero() && self.feed.behind(now) > self.limit
    }
}
