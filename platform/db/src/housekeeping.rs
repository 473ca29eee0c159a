//! Forgets what nobody needs any more: old events, old inbox rows, old idempotency keys.

use crate::{Db, DbError, params};
use std::time::Duration;
use uuid::Builder;

/// How long events and inbox rows are kept: longer than any broker or backup repeats them.
const EVENTS_KEPT: Duration = Duration::from_hours(35 * 24);
/// How long idempotency keys of ordinary writes are kept.
const KEYS_KEPT: Duration = Duration::from_hours(7 * 24);
/// The most rows that one transaction forgets.
const MAX_ROWS: i64 = 5_000;

impl Db {
    /// Forgets one portion of each kind and says how many rows that were. Unsent events are never forgotten, nor the last
    /// one, after which the next is numbered.
    pub async fn forget_old(&self) -> Result<u64, DbError> {
        self.write(async |tx| {
            let since_epoch = tx.now().since(bodega_kernel::Time::from_ms(0));
            let before = |kept| since_epoch.saturating_sub(kept).as_millis() as i64;
            let old = before(EVENTS_KEPT);
            let sql = "DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT $2) AND at_ms < $1 \
                       AND seq < (SELECT MAX(seq) FROM events) \
                       AND NOT EXISTS (SELECT 1 FROM unsent WHERE unsent.seq = events.seq)";
            let mut forgotten = tx.execute(sql, &params![old, MAX_ROWS]).await?;
            // By the event's own time, which its id begins with, so that event and inbox row go together.
            let oldest = Builder::from_unix_timestamp_millis(old.max(0) as u64, &[0; 10]).into_uuid();
            let sql = "DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox WHERE event_id < $1 ORDER BY event_id LIMIT $2)";
            forgotten += tx.execute(sql, &params![oldest, MAX_ROWS]).await?;
            let sql = "DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency \
                       WHERE at_ms < $1 AND NOT forever LIMIT $2)";
            forgotten += tx.execute(sql, &params![before(KEYS_KEPT), MAX_ROWS]).await?;
            Ok(forgotten)
        })
        .await
    }
}
