//! Addresses that had a mail which is not transactional, or whose readers want none.

use bodega_db::{DbError, Tx, params};
use bodega_kernel::uuid::Uuid;
use std::time::Duration;

/// Whether a mail may go to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    /// It may.
    Granted,
    /// Its reader wants none.
    Unsubscribed,
    /// It had another one a short while ago.
    TooSoon,
}

/// Notes that a mail goes to an address, unless its reader wants none or another one went there within `pause`. The same mail
/// may go again.
pub(crate) async fn permit(tx: &mut Tx, address: &str, mail: Uuid, pause: Duration) -> Result<Permit, DbError> {
    let now = tx.now();
    let since = now.ms() - pause.as_millis() as i64;
    let sql = "INSERT INTO addresses (address, mail_id, mailed_ms) VALUES ($1, $2, $3) ON CONFLICT (address) DO UPDATE \
               SET mail_id = excluded.mail_id, mailed_ms = excluded.mailed_ms WHERE addresses.unsubscribed_ms IS NULL \
               AND (addresses.mail_id = excluded.mail_id OR addresses.mailed_ms <= $4)";
    if tx.execute(sql, &params![address, mail, now, since]).await? == 1 {
        return Ok(Permit::Granted);
    }
    let sql = "SELECT unsubscribed_ms FROM addresses WHERE address = $1";
    let unsubscribed: Option<i64> =
        tx.query_one(sql, &params![address]).await?.map(|row| row.get(0)).transpose()?.flatten();
    Ok(if unsubscribed.is_some() { Permit::Unsubscribed } else { Permit::TooSoon })
}

/// Notes that the reader at an address wants no such mails; the first time counts.
pub(crate) async fn unsubscribe(tx: &mut Tx, address: &str) -> Result<(), DbError> {
    let sql = "INSERT INTO addresses (address, unsubscribed_ms) VALUES ($1, $2) ON CONFLICT (address) DO UPDATE \
               SET unsubscribed_ms = excluded.unsubscribed_ms WHERE addresses.unsubscribed_ms IS NULL";
    tx.execute(sql, &params![address, tx.now()]).await.map(drop)
}

/// Forgets up to 500 addresses that had a mail longer than `age` ago and did not unsubscribe; whether there were any.
pub(crate) async fn forget_mailed(tx: &mut Tx, age: Duration) -> Result<bool, DbError> {
    let sql = "DELETE FROM addresses WHERE address IN (SELECT address FROM addresses WHERE unsubscribed_ms IS NULL \
               AND mailed_ms < $1 ORDER BY mailed_ms LIMIT 500) AND unsubscribed_ms IS NULL AND mailed_ms < $1";
    let oldest = tx.now().ms() - age.as_millis() as i64;
    Ok(tx.execute(sql, &params![oldest]).await? > 0)
}
