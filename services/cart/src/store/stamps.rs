//! The stamp of what was heard of prices, promotions, ways of shipping, markets, taxes and legal texts: whoever writes any of it
//! draws a new one in the same transaction. Where none is kept nobody remembers anything, and drawing one does nothing.

use bodega_db::{DbError, Tx, params};
use bodega_kernel::uuid::Uuid;

/// Begins to keep a stamp. With many owners of a database they would wait for each other at its one row.
pub(crate) async fn keep_stamp(tx: &mut Tx) -> Result<(), DbError> {
    let stamp = tx.world().uuid();
    tx.execute("INSERT INTO heard (id, stamp) VALUES (1, $1) ON CONFLICT (id) DO NOTHING", &params![stamp])
        .await
        .map(drop)
}

/// The stamp of now; `None` where none is kept.
pub(crate) async fn select(tx: &mut Tx) -> Result<Option<Uuid>, DbError> {
    let row = tx.query_one("SELECT stamp FROM heard WHERE id = 1", &[]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Draws a new stamp, never one that there was.
pub(super) async fn renew(tx: &mut Tx) -> Result<(), DbError> {
    let stamp = tx.world().uuid();
    tx.execute("UPDATE heard SET stamp = $1 WHERE id = 1", &params![stamp]).await.map(drop)
}
