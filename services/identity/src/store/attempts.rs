//! What was tried for accounts, known or not, by the digest of their names.

use crate::model::{Attempts, WINDOW};
use bodega_db::{DbError, Tx, params};
use bodega_kernel::Time;

/// Counts one more attempt, where `most` may be made in a window.
pub(crate) async fn count_attempt(tx: &mut Tx, account: &[u8], most: i64) -> Result<Attempts, DbError> {
    let now = tx.now();
    let insert = "INSERT INTO login_attempts (account, since_ms, attempts) VALUES ($1, $2, 1) \
                  ON CONFLICT (account) DO NOTHING";
    if tx.execute(insert, &params![account, now]).await? == 1 {
        return Ok(Attempts::first(now));
    }
    let select = "SELECT since_ms, attempts, strikes FROM login_attempts WHERE account = $1 {lock}";
    let row = tx.query_one(select, &params![account]).await?;
    // It may have been forgotten meanwhile: then this is the first one.
    let Some(row) = row else { return Ok(Attempts::first(now)) };
    let attempts = Attempts { since: row.get(0)?, count: row.get(1)?, strikes: row.get(2)? }.next(most, now);
    let update = "UPDATE login_attempts SET since_ms = $2, attempts = $3, strikes = $4 WHERE account = $1";
    tx.execute(update, &params![account, attempts.since, attempts.count, attempts.strikes]).await?;
    Ok(attempts)
}

/// Forgets the attempts for an account: one succeeded.
pub(crate) async fn forget_attempts(tx: &mut Tx, account: &[u8]) -> Result<(), DbError> {
    tx.execute("DELETE FROM login_attempts WHERE account = $1", &params![account]).await.map(drop)
}

/// Deletes up to 500 attempts whose window is over, those beyond a limit of `most` only where they began before
/// `forgotten`; whether there were any.
pub(crate) async fn delete_attempts_before(tx: &mut Tx, most: i64, forgotten: Time) -> Result<bool, DbError> {
    let over = Time::from_ms(tx.now().ms() - WINDOW.as_millis() as i64);
    let sql = "DELETE FROM login_attempts WHERE account IN \
               (SELECT account FROM login_attempts WHERE since_ms < $1 AND \
               (since_ms < $2 OR (attempts <= $3 AND strikes = 0)) ORDER BY since_ms LIMIT 500) AND since_ms < $1";
    Ok(tx.execute(sql, &params![over, forgotten, most]).await? > 0)
}
