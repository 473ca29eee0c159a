//! Migrations: whole or not at all.

use crate::setup::places;
use bodega_db::{DbError, Migration};

const BROKEN: &[Migration] = &[
    Migration { name: "0001_shelves", sql: "CREATE TABLE shelves (id {uuid} PRIMARY KEY);" },
    Migration {
        name: "0002_labels",
        sql: "ALTER TABLE shelves ADD COLUMN label TEXT; ALTER TABLE cupboards ADD COLUMN label TEXT;",
    },
];
const MENDED: &[Migration] =
    &[BROKEN[0], Migration { name: "0002_labels", sql: "ALTER TABLE shelves ADD COLUMN label TEXT;" }];

#[tokio::test]
async fn a_step_that_breaks_off_leaves_nothing_and_is_taken_again() {
    for place in places() {
        assert!(matches!(place.open_with(BROKEN).await, Err(DbError::Refused(_))));
        let db = place.open_with(MENDED).await.unwrap();
        let labels = db.write(async |tx| tx.query("SELECT label FROM shelves", &[]).await).await.unwrap();
        assert!(labels.is_empty());
    }
}
