//! What inventory says is available.

use crate::{
    Catalog,
    store::{self, changes::Numbers},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::inventory::StockChanged;
use bodega_db::Tx;
use bodega_kernel::Sku;
use std::collections::BTreeMap;

/// Notes the latest of each SKU, in the order of SKUs so that two replicas lock in one order. In whichever order and
/// however often they come, the highest version stays.
pub(crate) async fn note_stock(
    catalog: &Catalog,
    tx: &mut Tx,
    batch: &[Delivery<StockChanged>],
) -> Result<(), Failure> {
    let mut latest: BTreeMap<&str, &StockChanged> = BTreeMap::new();
    for change in batch.iter().map(|delivery| &delivery.event) {
        let known = latest.entry(change.sku.as_str()).or_insert(change);
        if known.version < change.version {
            *known = change;
        }
    }
    let changes: Vec<&StockChanged> = latest.into_values().collect();
    let skus: Vec<&Sku> = changes.iter().map(|change| &change.sku).collect();
    let before = store::available(tx, &skus).await?;
    store::note_stock(tx, &changes).await?;
    // Readers see whether there is any, not how many: most orders change nothing that is shown.
    let had = |change: &StockChanged| before.get(change.sku.as_str()).is_some_and(|count| *count > 0);
    let flipped: Vec<&Sku> =
        changes.iter().filter(|change| had(change) != (change.available > 0)).map(|change| &change.sku).collect();
    if !flipped.is_empty() {
        Numbers::of(&catalog.db).mark_skus(tx, &flipped).await?;
        catalog.changed_by_commit(store::products::seen_with(tx, &flipped).await?);
    }
    Ok(())
}
