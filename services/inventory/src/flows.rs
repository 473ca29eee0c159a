//! What is done with stock: `settle` for what becomes known of orders, `ship` for goods that left, `staff` for what people
//! enter, `opening` for what imports bring.
//!
//! Every write takes its turn, locks reservations and then stock, each in one order, decides by the pure model, and
//! states in each statement what it expects, so that two replicas on one database cannot promise a unit twice.

mod opening;
mod settle;
mod ship;
mod staff;

pub(crate) use opening::receive_opening;
pub(crate) use settle::settle;
pub(crate) use ship::ship;
pub(crate) use staff::{MovedStock, Written, count_stock, move_stock};

use crate::model::Change;
use bodega_contracts::inventory::StockChanged;
use bodega_db::{DbError, Tx};

/// Tells what can be sold now, once for each SKU of which that changed.
fn tell_changes(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    for change in changes.iter().filter(|change| change.is_news()) {
        let (version, available) = (change.after.version, change.after.available());
        tx.emit(&StockChanged { sku: change.sku.clone(), version, available })?;
    }
    Ok(())
}
