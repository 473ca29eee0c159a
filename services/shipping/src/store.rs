//! The statements of a transaction: each says what it expects, so that losing a race is seen. `fulfilments` holds the lives
//! of orders' packing, `shipments` parcels and the claims of who calls their carriers, `captures` what was taken for them,
//! `methods` the ways of shipping;
//! reads for pages and facts are in `reads`, through the entities.

mod captures;
mod entities;
mod fulfilments;
mod labels;
mod methods;
mod reads;
mod reports;
mod shipments;

pub(crate) use captures::{awaiting, call_for_label, covered, insert_captured, raise_captured, write_due};
pub(crate) use fulfilments::{
    Details, Fulfilment, Opening, address_of, allocate, claim_lines, details, find_fulfilment, insert_unheard, lock,
    packing, write_addresses, write_details, write_lives,
};
pub(crate) use labels::{Booked, advance, book_label, due_labels, find_label};
pub(crate) use methods::{
    count_methods, fetched, insert_method, method_in, seed_once, take_turn as take_method_turn, update_method,
};
pub(crate) use reads::{
    Filter, FulfilmentRow, ShipmentRow, fulfilment_facts, fulfilment_of_order, fulfilment_row, list_fulfilments,
    list_methods, method, method_facts, parts_of, shipment_row, shipments_of,
};
pub(crate) use reports::{insert_report, report_counted};
pub(crate) use shipments::{
    Claim, Shipment, claim_calls, count_shipments, insert_shipment, order_of, put_off, shipment, write_shipment,
};

use crate::model::Word;
use bodega_db::DbError;
use serde::de::DeserializeOwned;

/// A statement that found less than was locked lost a race; the same again will see what won.
fn all(written: u64, expected: usize, table: &str) -> Result<(), DbError> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(DbError::Unavailable(format!("{table}: {written} of {expected} rows were as expected").into()))
}

fn word<W: Word>(text: &str) -> Result<W, DbError> {
    W::of_word(text).ok_or_else(|| broken(&format!("{text} is no word of {}", std::any::type_name::<W>())))
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| broken(&error))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| broken(&error))
}

fn broken(error: &impl ToString) -> DbError {
    DbError::Refused(error.to_string().into())
}
