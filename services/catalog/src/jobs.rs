//! What the catalogue does by itself: telling products again when what surrounds them has changed.

use crate::{Catalog, flows::retelling};
use bodega_service::Job;
use std::time::Duration;

/// How often to look.
const POLL: Duration = Duration::from_secs(1);

/// Tells products again, a portion in each step.
pub(crate) fn retelling(catalog: &Catalog) -> Job {
    let catalog = catalog.clone();
    Job::new("retelling", POLL, move || {
        let catalog = catalog.clone();
        Box::pin(async move { retelling::retell_products(&catalog).await })
    })
}
