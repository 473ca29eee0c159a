//! What is done with stock: `settle` for what becomes known of orders, `expire` for
//! those that never end, `ship` for goods that left, `returns` for those that
//! came back, `staff` for what people enter, `counting` many figures of theirs at once, `opening` for what imports bring, `transfers` for what
//! goes from one location to another; `locations` for where all that is. `sources`
//! is what other systems say is there, `exchange` what is done with them by itself.
//!
//! Every write takes its turn, locks reservations and then stock, each in one order, decides by the pure model, and
//! states in each statement what it expects, so that two replicas on one database cannot promise a unit twice.

mod counting;
mod exchange;
mod expire;
mod locations;
mod opening;
mod returns;
mod settle;
mod ship;
mod sources;
mod staff;
mod transfers;

pub(crate) use counting::{book_count, set_bulk};
pub(crate) use exchange::{compare_sources, forget_mismatches, poll_sources};
pub(crate) use expire::expire_holds;
pub(crate) use locations::{change_location, create_location, retell};
pub(crate) use opening::receive_opening;
pub(crate) use returns::take_back;
pub(crate) use settle::settle;
pub(crate) use ship::ship;
pub(crate) use sources::{Reported, receive_report, resolve_mismatch};
pub(crate) use staff::{MovedStock, Written, change_policy, count_stock, move_stock};
pub(crate) use transfers::{NewTransfer, cancel_transfer, receive_transfer, send_transfer};

use crate::model::Change;
use bodega_contracts::inventory::{StockChanged, StockLow};
use bodega_db::{DbError, Tx};

/// Tells what can be sold now, once for each SKU of which that changed, and of which there is little.
fn tell_changes(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    for Change { sku, policy, news, low, .. } in changes {
        if let Some((version, available)) = *news {
            tx.emit(&StockChanged { sku: sku.clone(), version, available })?;
        }
        if let (Some(available), Some(threshold)) = (*low, policy.threshold) {
            tx.emit(&StockLow { sku: sku.clone(), alert: policy.alert, available, threshold })?;
        }
    }
    Ok(())
}
