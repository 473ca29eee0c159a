//! What a batch of claims needs to know, and the counters it moves.

use super::{all, promotions::stored};
use crate::model::{Books, Code, Count, Kind};
use bodega_contracts::{CouponClaim, PromotionId};
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use std::collections::{BTreeMap, BTreeSet};

/// Lets one transaction at a time at the counters and limits, whatever replica it runs on. A batch moves several counters
/// one kind of fact after the other, so the order of keys alone does not keep two batches from waiting for each other.
/// What has no limit never comes here.
pub(crate) async fn take_turn(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "SELECT name FROM turnstile WHERE name = 'counters' ORDER BY name {lock}";
    tx.query(sql, &[]).await.map(drop)
}

/// The promotions and codes that claims name, without a lock.
pub(crate) async fn read_books<'a>(
    tx: &mut Tx,
    claims: impl Iterator<Item = &'a CouponClaim>,
) -> Result<Books, DbError> {
    let (mut promotions, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for claim in claims {
        promotions.insert(claim.promotion_id);
        codes.extend(claim.code.as_deref());
    }
    let mut books = Books::default();
    let sql = "SELECT id, version, enabled, most, most_per_customer, counts_uses, counts_customers, promotion, \
               created_ms, updated_ms FROM promotions WHERE id = $1";
    let keys: Vec<Value<'_>> = promotions.iter().map(|id| Value::from(id.0)).collect();
    for row in tx.query_keys(sql, &keys).await? {
        books.promotions.insert(PromotionId(row.get(0)?), stored(&row, 1)?);
    }
    let sql = "SELECT code, promotion_id, most, enabled, created_ms FROM codes WHERE code = $1";
    let keys: Vec<Value<'_>> = codes.into_iter().map(Value::from).collect();
    for row in tx.query_keys(sql, &keys).await? {
        let code = Code {
            text: row.get(0)?,
            promotion: PromotionId(row.get(1)?),
            limit: row.get(2)?,
            enabled: row.get(3)?,
            created: row.get(4)?,
        };
        books.codes.insert(code.text.clone(), code);
    }
    Ok(books)
}

/// Makes the counters that are not there yet.
pub(crate) async fn make_counters(tx: &mut Tx, counts: &[Count]) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &["key", "promotion_id", "kind", "used", "most"];
    let mut seen = BTreeSet::new();
    let row = |count: &Count| {
        // A customer's limit is that of the promotion: not kept with each of a million customers.
        let most = count.most.filter(|_| count.kind != Kind::Customer);
        params![count.key.clone(), count.promotion.0, count.kind.as_str(), 0, most].to_vec()
    };
    let rows: Vec<_> = counts.iter().filter(|count| seen.insert(count.key.as_str())).map(row).collect();
    tx.insert_rows("counters", COLUMNS, OnConflict::Skip, &rows).await.map(drop)
}

/// What counters stand at, locked until the transaction ends.
pub(crate) async fn lock_counters(tx: &mut Tx, keys: &BTreeSet<String>) -> Result<BTreeMap<String, i64>, DbError> {
    let sql = "SELECT key, used FROM counters WHERE key = $1 ORDER BY key {lock}";
    let keys: Vec<Value<'_>> = keys.iter().map(Value::from).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Writes counters that moved: key, before, after.
pub(crate) async fn write_counters(tx: &mut Tx, moved: &[(&str, i64, i64)]) -> Result<(), DbError> {
    let sql = "UPDATE counters SET used = $2 WHERE key = $1 AND used = $3";
    let rows: Vec<_> = moved.iter().map(|(key, before, after)| params![*key, *after, *before].to_vec()).collect();
    let written = tx.execute_each(sql, &rows).await?;
    all(written, rows.len(), "counters")
}

/// Sets how far the counter of a promotion may go; fine where it has none yet.
pub(crate) async fn limit_counter(tx: &mut Tx, id: PromotionId, most: Option<i64>) -> Result<(), DbError> {
    let sql = "UPDATE counters SET most = $2 WHERE promotion_id = $1 AND kind = 'promotion'";
    tx.execute(sql, &params![id.0, most]).await.map(drop)
}

/// What the highest counter of a promotion stands at.
pub(crate) async fn most_used(tx: &mut Tx, id: PromotionId, kind: Kind) -> Result<i64, DbError> {
    let sql = "SELECT MAX(used) FROM counters WHERE promotion_id = $1 AND kind = $2";
    let row = tx.query_one(sql, &params![id.0, kind.as_str()]).await?;
    Ok(row.map_or(Ok(None), |row| row.get::<Option<i64>>(0))?.unwrap_or(0))
}
