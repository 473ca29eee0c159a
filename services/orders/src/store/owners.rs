//! Which address was shown to be whose, and when; and the orders of guests that are theirs for it.

use crate::model::owners::{Shown, Span};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Time, UserId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Addresses of one account that are looked at again.
const ADDRESSES: i64 = 20;

/// As addresses are compared.
pub(crate) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

/// Keeps what was shown, once however often it is heard.
pub(crate) async fn insert_shown(tx: &mut Tx, shown: &[(String, Shown)]) -> Result<(), DbError> {
    let now = tx.now();
    let rows: Vec<_> = shown.iter().map(|(key, one)| params![key, one.at, one.user.0, now].to_vec()).collect();
    let columns = &["email_key", "at_ms", "user_id", "heard_ms"];
    tx.insert_rows("verified_addresses", columns, OnConflict::Skip, &rows).await.map(drop)
}

/// What was shown of these addresses; those of which nothing was are left out.
pub(crate) async fn shown(tx: &mut Tx, keys: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<Shown>>, DbError> {
    let keys: Vec<Value<'_>> = keys.iter().map(Value::from).collect();
    let sql = "SELECT email_key, at_ms, user_id FROM verified_addresses WHERE email_key = $1 ORDER BY email_key, at_ms";
    let mut shown: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for row in tx.query_keys(sql, &keys).await? {
        let one = Shown { at: row.get(1)?, user: UserId(row.get(2)?) };
        shown.entry(row.get(0)?).or_default().push(one);
    }
    Ok(shown)
}

/// The addresses that somebody has shown to be theirs, the latest, and when that was last heard.
pub(crate) async fn addresses_of(tx: &mut Tx, user: UserId) -> Result<(BTreeSet<String>, Option<Time>), DbError> {
    let sql = "SELECT email_key, heard_ms FROM verified_addresses WHERE user_id = $1 ORDER BY at_ms DESC LIMIT $2";
    let (mut keys, mut heard) = (BTreeSet::new(), None);
    for row in tx.query(sql, &params![user.0, ADDRESSES]).await? {
        keys.insert(row.get(0)?);
        heard = heard.max(Some(row.get::<Time>(1)?));
    }
    Ok((keys, heard))
}

/// Gives up to `most` orders of guests of an address to whom they belong; how many.
pub(crate) async fn give_orders(tx: &mut Tx, key: &str, span: &Span, most: i64) -> Result<i64, DbError> {
    let sql = "SELECT id FROM orders WHERE email_key = $1 AND guest = TRUE AND placed_ms >= $2 AND placed_ms < $3 \
               AND (customer_id IS NULL OR customer_id <> $4) ORDER BY id LIMIT $5 {lock}";
    let found = tx.query(sql, &params![key, span.from, span.to, span.user.0, most]).await?;
    let row = |row: &Row| Ok(params![row.get::<Uuid>(0)?, span.user.0].to_vec());
    let rows: Vec<_> = found.iter().map(row).collect::<Result<_, DbError>>()?;
    let sql = "UPDATE orders SET customer_id = $2, revision = revision + 1 WHERE id = $1";
    Ok(tx.execute_each(sql, &rows).await? as i64)
}
