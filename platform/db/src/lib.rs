//! One database for one service: PostgreSQL or SQLite behind the same calls.
//!
//! Writes go through [`Db::write`] or a [`Lane`]: a writer thread puts whatever has queued into one transaction, so
//! that many share one commit, and nobody is answered before it. Events emitted by a [`Tx`] commit with it.
//! Reads go through [`Db::reader`], a `SeaORM` connection. SQL in transactions is written once for both engines
//! with `$1` placeholders; `{lock}` becomes `FOR UPDATE` where rows can be locked.

pub mod backup;
mod config;
mod counters;
mod crash;
mod each;
mod error;
mod housekeeping;
mod idempotency;
mod insert;
mod job;
mod lane;
mod migrate;
mod outbox;
mod postgres;
mod sqlite;
mod timers;
mod tx;
mod value;
mod writer;

pub use config::{DbConfig, Engine};
pub use counters::{Counters, Tally, begin_tally, counters, take_tally};
pub use crash::crash_point;
pub use error::DbError;
pub use idempotency::{IdempotencyKey, Replay, StoredAnswer};
pub use insert::OnConflict;
pub use lane::Lane;
pub use migrate::Migration;
pub use outbox::{Envelope, Trace, events_after, unsent_events};
pub use timers::{DueTimer, Timer};
pub use tx::Tx;
pub use value::{FromValue, Row, Value};
pub use writer::Db;

/// The values of a statement: `params![order_id, &number, 3]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}
