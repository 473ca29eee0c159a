//! Where goods are: staff make locations, rank them, open and close them. Whoever changes one takes the turn of stock, so
//! that no batch is decided over some locations as they were and others as they are.

use super::staff::{Written, once};
use crate::{
    Inventory,
    error::Error,
    model::{Location, LocationChange, LocationId, MAX_LOCATIONS},
    store,
    views::LocationView,
};
use bodega_contracts::inventory::{StockChanged, as_told};
use bodega_db::{DbError, IdempotencyKey, Tx};
use bodega_kernel::Sku;
use std::collections::BTreeSet;

/// Makes a location.
pub(crate) async fn create_location(
    inventory: &Inventory,
    location: Location,
    key: Option<IdempotencyKey>,
) -> Result<Written<LocationView>, Error> {
    check(&location)?;
    let work = async move |tx: &mut Tx| {
        store::take_turn(tx).await?;
        if store::count_locations(tx).await? >= MAX_LOCATIONS {
            return Err(Error::TooManyLocations);
        }
        if !store::insert_location(tx, &location).await? {
            return Err(Error::LocationExists(location.id));
        }
        store::note_locations(tx).await?;
        Ok(LocationView::from(location))
    };
    inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 201, work).await).await
}

/// Changes a location, if it is still in the version that was read.
pub(crate) async fn change_location(
    inventory: &Inventory,
    id: LocationId,
    read_version: Option<i64>,
    change: LocationChange,
    key: Option<IdempotencyKey>,
) -> Result<Written<LocationView>, Error> {
    let work = async move |tx: &mut Tx| {
        store::take_turn(tx).await?;
        let before = store::location_in(tx, &id).await?.ok_or(Error::NoLocation(id))?;
        if read_version.is_some_and(|version| version != before.version) {
            return Err(Error::OtherVersion);
        }
        let after = before.changed(change);
        check(&after)?;
        if after != before {
            store::update_location(tx, &after).await?;
            store::note_locations(tx).await?;
        }
        if after.enabled != before.enabled {
            store::begin_retelling(tx, &after.id).await?;
        }
        Ok(LocationView::from(after))
    };
    let changed = inventory.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 200, work).await).await;
    inventory.changed.notify_one();
    changed
}

fn check(location: &Location) -> Result<(), Error> {
    let violations = location.violations();
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// Tells anew what can be sold of some SKUs at a location that was opened or closed; whether there was anything to do.
pub(crate) async fn retell(tx: &mut Tx) -> Result<bool, DbError> {
    if store::retelling(tx).await?.is_none() {
        return Ok(false);
    }
    let locations = store::take_turn(tx).await?.locations;
    // Whoever had the turn before may have begun or ended it.
    let Some((id, after)) = store::retelling(tx).await? else { return Ok(false) };
    let skus = store::skus_at(tx, &id, &after).await?;
    let shelf = store::lock_shelf(tx, locations, &skus.iter().collect::<BTreeSet<_>>()).await?;
    store::touch(tx, &skus).await?;
    for sku in &skus {
        if let Some(item) = shelf.item(sku) {
            let (version, available) = (item.version() + 1, as_told(item.sellable(shelf.locations())));
            tx.emit(&StockChanged { sku: sku.clone(), version, available })?;
        }
    }
    store::write_retold(tx, &id, skus.last().map(Sku::as_str)).await?;
    Ok(true)
}
