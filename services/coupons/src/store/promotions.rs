//! Promotions, codes and granted rewards, as a transaction reads and writes them.

use super::{all, from_json, json};
use crate::model::{Code, Stored};
use bodega_contracts::PromotionId;
use bodega_db::{DbError, OnConflict, Row, Tx, params};

/// The columns of a promotion as [`stored`] reads them, from place `$at` on.
pub(super) fn stored(row: &Row, at: usize) -> Result<Stored, DbError> {
    Ok(Stored {
        version: row.get(at)?,
        enabled: row.get(at + 1)?,
        limit: row.get(at + 2)?,
        limit_per_customer: row.get(at + 3)?,
        counts_uses: row.get(at + 4)?,
        counts_customers: row.get(at + 5)?,
        promotion: from_json(&row.get::<String>(at + 6)?)?,
        created: row.get(at + 7)?,
        updated: row.get(at + 8)?,
    })
}

/// A reward, and the promotion that is made of it.
pub(crate) struct Grant<'a> {
    pub reward: &'a str,
    pub promotion: PromotionId,
}

/// Puts in a new one.
pub(crate) async fn insert_promotion(tx: &mut Tx, stored: &Stored) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &[
        "id",
        "version",
        "enabled",
        "automatic",
        "most",
        "most_per_customer",
        "counts_uses",
        "counts_customers",
        "promotion",
        "created_ms",
        "updated_ms",
    ];
    let row = params![
        stored.id().0,
        stored.version,
        stored.enabled,
        stored.is_automatic(),
        stored.limit,
        stored.limit_per_customer,
        stored.counts_uses,
        stored.counts_customers,
        json(&stored.promotion)?,
        stored.created,
        stored.updated
    ];
    tx.insert_rows("promotions", COLUMNS, OnConflict::Fail, &[row.to_vec()]).await.map(drop)
}

/// One promotion, locked until the transaction ends.
pub(crate) async fn lock_promotion(tx: &mut Tx, id: PromotionId) -> Result<Option<Stored>, DbError> {
    let sql = "SELECT version, enabled, most, most_per_customer, counts_uses, counts_customers, promotion, created_ms, \
               updated_ms FROM promotions WHERE id = $1 ORDER BY id {lock}";
    tx.query_one(sql, &params![id.0]).await?.map(|row| stored(&row, 0)).transpose()
}

/// Writes what changed of one that is locked, in its next version.
pub(crate) async fn update_promotion(tx: &mut Tx, stored: &Stored) -> Result<(), DbError> {
    let sql = "UPDATE promotions SET version = $2, enabled = $3, most = $4, most_per_customer = $5, promotion = $6, \
               updated_ms = $7 WHERE id = $1 AND version = $8";
    let values = params![
        stored.id().0,
        stored.version,
        stored.enabled,
        stored.limit,
        stored.limit_per_customer,
        json(&stored.promotion)?,
        stored.updated,
        stored.version - 1
    ];
    let written = tx.execute(sql, &values).await?;
    all(written, 1, "promotions")
}

/// How many automatic promotions are enabled.
pub(crate) async fn count_automatic(tx: &mut Tx) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM promotions WHERE automatic AND enabled";
    tx.query_one(sql, &[]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Puts in codes; says of each whether it is new.
pub(crate) async fn insert_codes(tx: &mut Tx, codes: &[Code]) -> Result<Vec<bool>, DbError> {
    const COLUMNS: &[&str] = &["code", "promotion_id", "most", "enabled", "created_ms"];
    let row =
        |code: &Code| params![code.text.clone(), code.promotion.0, code.limit, code.enabled, code.created].to_vec();
    tx.insert_new("codes", COLUMNS, &codes.iter().map(row).collect::<Vec<_>>()).await
}

/// Takes a code out of use; whether there is one.
pub(crate) async fn disable_code(tx: &mut Tx, code: &str) -> Result<bool, DbError> {
    let written = tx.execute("UPDATE codes SET enabled = FALSE WHERE code = $1", &params![code]).await?;
    Ok(written > 0)
}

/// Notes rewards; says of each whether it is new.
pub(crate) async fn insert_grants(tx: &mut Tx, grants: &[Grant<'_>]) -> Result<Vec<bool>, DbError> {
    const COLUMNS: &[&str] = &["reward_id", "promotion_id", "at_ms"];
    let now = tx.now();
    let row = |grant: &Grant<'_>| params![grant.reward.to_owned(), grant.promotion.0, now].to_vec();
    tx.insert_new("rewards", COLUMNS, &grants.iter().map(row).collect::<Vec<_>>()).await
}
