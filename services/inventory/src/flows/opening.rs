//! The first stock of what an import brings: received once for each SKU, however often and in however many processes it
//! is heard, and never again for a SKU that was sold from since.

use super::staff::enter;
use crate::{error::Error, model::NewMovement, store};
use bodega_contracts::catalog::OpeningStock;
use bodega_db::Tx;
use bodega_kernel::Sku;
use std::collections::BTreeMap;

/// Receives of `opening` what was not received before.
pub(crate) async fn receive_opening(tx: &mut Tx, opening: Vec<OpeningStock>) -> Result<(), Error> {
    let mut by_sku: BTreeMap<Sku, i64> = BTreeMap::new();
    for OpeningStock { sku, quantity } in opening {
        by_sku.entry(sku).or_insert(quantity);
    }
    let opening: Vec<(Sku, i64)> = by_sku.into_iter().collect();
    // The turn comes before any other lock.
    store::take_turn(tx).await?;
    let new = store::claim_openings(tx, &opening).await?;
    let new = opening.into_iter().zip(new).filter(|(_, new)| *new);
    let movements: Vec<NewMovement> = new.map(|((sku, quantity), _)| NewMovement::opening(sku, quantity)).collect();
    let violations: Vec<_> = movements.iter().flat_map(|movement| movement.violations("")).collect();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    enter(tx, None, &movements).await.map(drop)
}
