//! What the catalogue does by itself: telling products again when what surrounds them has changed, bringing changes into
//! the index, and telling products what was sold of them.

use crate::{
    Catalog,
    flows::{indexing, retelling, selling},
};
use bodega_service::Job;
use std::{sync::Arc, time::Duration};

/// How often to look.
const POLL: Duration = Duration::from_secs(1);

/// How often to look for changes that the index does not know where others make them too.
const FOLLOW: Duration = Duration::from_millis(400);
/// The same where all are made here, and wake us.
const FOLLOW_WOKEN: Duration = Duration::from_secs(2);
/// How often to tell products what was sold of them.
const SALES: Duration = Duration::from_secs(30);

/// Tells products again, a portion in each step.
pub(crate) fn retelling(catalog: &Catalog) -> Job {
    let catalog = catalog.clone();
    Job::new("retelling", POLL, move || {
        let catalog = catalog.clone();
        Box::pin(async move { retelling::retell_products(&catalog).await })
    })
}

/// Brings changes of products into the index.
pub(crate) fn indexing(catalog: &Catalog) -> Job {
    let poll = if catalog.db.has_one_owner() { FOLLOW_WOKEN } else { FOLLOW };
    let (catalog, wake) = (catalog.clone(), Arc::clone(&catalog.pages.wake));
    let job = Job::new("indexing", poll, move || {
        let catalog = catalog.clone();
        Box::pin(async move { indexing::follow_changes(&catalog).await })
    });
    job.woken_by(wake)
}

/// Tells products what was sold of them.
pub(crate) fn selling(catalog: &Catalog) -> Job {
    let catalog = catalog.clone();
    Job::new("selling", SALES, move || {
        let catalog = catalog.clone();
        Box::pin(async move { selling::tell_sold(&catalog).await })
    })
}
