//! What the catalogue hears.

use crate::{Catalog, flows::stock};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::inventory::StockChanged;
use bodega_db::Tx;

/// Each event with its flow.
pub(crate) fn subscriptions(catalog: &Catalog) -> Subscriptions {
    let catalog = catalog.clone();
    Subscriptions::new()
        .on(async move |tx: &mut Tx, batch: &[Delivery<StockChanged>]| stock::note_stock(&catalog, tx, batch).await)
}
