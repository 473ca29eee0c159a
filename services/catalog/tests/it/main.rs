//! The catalogue on real databases: each story on `SQLite`, and on `PostgreSQL` where `BODEGA_TEST_POSTGRES` names one.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod facets;
mod hostile;
mod importing;
mod keeping;
mod listing;
mod markets;
mod opening;
mod photos;
mod prices;
mod products;
mod retelling;
mod reviews;
mod search;
mod setup;
mod shop;
mod stock;
mod tax;
mod taxonomy;
mod variants;
