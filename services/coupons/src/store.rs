//! The tables of coupons. In transactions a batch locks its orders, then takes its turn, then locks counters by key; staff
//! take their turn, then lock a promotion. Reads for pages and facts are outside of transactions.

mod books;
mod entities;
mod facts;
mod orders;
mod promotions;
mod reads;

pub(crate) use books::{limit_counter, lock_counters, make_counters, most_used, read_books, take_turn, write_counters};
pub(crate) use facts::{code_facts, promotion_facts, use_facts};
pub(crate) use orders::{Moved, Row, insert_orders, insert_uses, lock_orders, move_orders};
pub(crate) use promotions::{
    Grant, count_automatic, disable_code, insert_codes, insert_grants, insert_promotion, lock_promotion,
    update_promotion,
};
pub(crate) use reads::{
    list_codes, list_promotions, list_uses, read_code, read_code_view, read_counters, read_promotion, read_report,
};

use bodega_db::DbError;
use serde::{Serialize, de::DeserializeOwned};

fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| refused(&error))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| refused(&error))
}

fn refused(error: &impl ToString) -> DbError {
    DbError::Refused(error.to_string().into())
}

/// A statement that found less than was locked lost a race; the same again will see what won.
fn all(written: u64, expected: usize, table: &str) -> Result<(), DbError> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(DbError::Unavailable(format!("{table}: {written} of {expected} rows were as expected").into()))
}
