//! The shop and its legal texts as writes see them. Texts are only ever added: each version stays.

use super::{
    broken,
    products::{from_json, to_json},
};
use crate::model::{LegalTexts, ShopNow};
use bodega_contracts::catalog::Shop;
use bodega_db::{DbError, OnConflict, Row, Tx, params};

const COLUMNS: &[&str] = &["id", "version", "name", "address", "email", "tax_number", "languages", "legal_version"];
const LEGAL_COLUMNS: &[&str] = &["version", "digest", "texts", "at_ms"];

/// Whether the shop went in; not where it is there.
pub(crate) async fn insert(tx: &mut Tx, shop: &ShopNow) -> Result<bool, DbError> {
    let profile = &shop.profile;
    let row = params![
        "shop",
        shop.version,
        &profile.name,
        profile.address.as_ref().map(to_json).transpose()?,
        profile.email.as_ref(),
        profile.tax_number.as_ref(),
        to_json(&profile.languages)?,
        shop.legal_version,
    ];
    Ok(tx.insert_rows("shop", COLUMNS, OnConflict::Skip, &[row.to_vec()]).await? > 0)
}

/// The shop, locked.
pub(crate) async fn locked(tx: &mut Tx) -> Result<ShopNow, DbError> {
    let sql = "SELECT version, name, address, email, tax_number, languages, legal_version FROM shop \
               WHERE id = 'shop' {lock}";
    let row = tx.query_one(sql, &[]).await?.ok_or_else(|| broken("the shop is gone"))?;
    now(&row)
}

/// Writes the shop, which is locked.
pub(crate) async fn update(tx: &mut Tx, shop: &ShopNow) -> Result<(), DbError> {
    let sql = "UPDATE shop SET version = $1, name = $2, address = $3, email = $4, tax_number = $5, languages = $6, \
               legal_version = $7 WHERE id = 'shop'";
    let profile = &shop.profile;
    let values = params![
        shop.version,
        &profile.name,
        profile.address.as_ref().map(to_json).transpose()?,
        profile.email.as_ref(),
        profile.tax_number.as_ref(),
        to_json(&profile.languages)?,
        shop.legal_version,
    ];
    tx.execute(sql, &values).await.map(drop)
}

/// The digest of a version of the legal texts; `None` before the first.
pub(crate) async fn legal_digest(tx: &mut Tx, version: i64) -> Result<Option<String>, DbError> {
    let row = tx.query_one("SELECT digest FROM legal_texts WHERE version = $1", &params![version]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Adds a version of the legal texts.
pub(crate) async fn insert_legal(tx: &mut Tx, version: i64, legal: &LegalTexts) -> Result<(), DbError> {
    let row = params![version, legal.digest(), to_json(legal)?, tx.now()].to_vec();
    tx.insert_rows("legal_texts", LEGAL_COLUMNS, OnConflict::Fail, &[row]).await.map(drop)
}

fn now(row: &Row) -> Result<ShopNow, DbError> {
    Ok(ShopNow {
        version: row.get(0)?,
        profile: Shop {
            name: row.get(1)?,
            address: row.get::<Option<String>>(2)?.as_deref().map(from_json).transpose()?,
            email: row.get(3)?,
            tax_number: row.get(4)?,
            languages: from_json(&row.get::<String>(5)?)?,
        },
        legal_version: row.get(6)?,
    })
}
