//! What was heard of promotions, and who has bought before.

use super::stamps::renew;
use crate::model::{Promotions, buyer_key};
use bodega_contracts::{PromotionId, cart::SeenPromotionFact, coupons::PromotionChanged};
use bodega_db::{DbError, Row, Tx, Value, params};
use bodega_kernel::UserId;
use bodega_pricing::Trigger;
use sea_orm::{DatabaseConnection, QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::{BTreeMap, BTreeSet};

/// More than coupons lets be enabled.
const MAX_AUTOMATIC: u64 = 100;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub enabled: bool,
    pub automatic: bool,
    pub counted: bool,
    pub promotion: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads what applies by itself.
pub(crate) async fn select_automatic(tx: &mut Tx) -> Result<Promotions, DbError> {
    let sql = "SELECT id, version, enabled, counted, promotion FROM promotions WHERE automatic AND enabled \
               ORDER BY id LIMIT 100";
    let mut promotions = Promotions::default();
    for row in tx.query(sql, &[]).await? {
        promotions.insert(&of_row(&row)?);
    }
    Ok(promotions)
}

/// Reads those of `ids` into `promotions`.
pub(crate) async fn select_named(tx: &mut Tx, ids: &[PromotionId], promotions: &mut Promotions) -> Result<(), DbError> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| id.0.into()).collect();
    let sql = "SELECT id, version, enabled, counted, promotion FROM promotions WHERE id = $1";
    for row in tx.query_keys(sql, &keys).await? {
        promotions.insert(&of_row(&row)?);
    }
    Ok(())
}

/// The same, outside of transactions.
pub(crate) async fn read_promotions(
    reader: &DatabaseConnection,
    id: Option<PromotionId>,
) -> Result<Promotions, DbError> {
    let mut promotions = Promotions::default();
    let automatic = Entity::find()
        .filter(Expr::cust("automatic AND enabled"))
        .order_by_asc(Column::Id)
        .limit(MAX_AUTOMATIC)
        .all(reader)
        .await?;
    let named = match id {
        Some(id) => Entity::find_by_id(id.0).one(reader).await?,
        None => None,
    };
    for model in automatic.into_iter().chain(named) {
        promotions.insert(&of_model(model)?);
    }
    Ok(promotions)
}

/// Stores promotions, each only if it is newer than what is stored; in the order of their ids.
pub(crate) async fn put_promotions(
    tx: &mut Tx,
    promotions: &BTreeMap<PromotionId, PromotionChanged>,
) -> Result<(), DbError> {
    if promotions.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(promotions.len());
    for (id, heard) in promotions {
        let automatic = heard.promotion.trigger == Trigger::Automatic;
        let json = serde_json::to_string(&heard.promotion).map_err(|error| refused(&error))?;
        rows.push(params![id.0, heard.version, heard.enabled, automatic, heard.counted, json].to_vec());
    }
    let sql = "INSERT INTO promotions (id, version, enabled, automatic, counted, promotion) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
               enabled = excluded.enabled, automatic = excluded.automatic, counted = excluded.counted, \
               promotion = excluded.promotion WHERE promotions.version < excluded.version";
    tx.execute_each(sql, &rows).await?;
    renew(tx).await
}

/// Up to `limit` promotions after one, by id.
pub(crate) async fn read_seen_promotions(
    reader: &DatabaseConnection,
    after: Option<PromotionId>,
    limit: u64,
) -> Result<Vec<SeenPromotionFact>, DbError> {
    let after = after.map_or(Uuid::nil(), |after| after.0);
    let rows = Entity::find().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(limit).all(reader).await?;
    let fact = |row: Model| SeenPromotionFact {
        promotion_id: PromotionId(row.id),
        version: row.version,
        enabled: row.enabled,
    };
    Ok(rows.into_iter().map(fact).collect())
}

/// Those of these buyers who have an order that was not cancelled.
pub(crate) async fn select_ordered(tx: &mut Tx, buyers: &BTreeSet<String>) -> Result<BTreeSet<String>, DbError> {
    let keys: Vec<Value<'_>> = buyers.iter().map(Value::from).collect();
    let sql = "SELECT DISTINCT buyer FROM checkouts WHERE buyer = $1 AND NOT cancelled";
    tx.query_keys(sql, &keys).await?.iter().map(|row| row.get(0)).collect()
}

/// Whether this buyer is one of them, outside of transactions.
pub(crate) async fn read_ordered(
    reader: &DatabaseConnection,
    customer: Option<UserId>,
    email: Option<&str>,
) -> Result<BTreeSet<String>, DbError> {
    let Some(key) = buyer_key(customer, email) else { return Ok(BTreeSet::new()) };
    let query =
        super::orders::Entity::find().filter(super::orders::Column::Buyer.eq(&key)).filter(Expr::cust("NOT cancelled"));
    Ok(query.one(reader).await?.map(|_| key).into_iter().collect())
}

fn of_row(row: &Row) -> Result<PromotionChanged, DbError> {
    Ok(PromotionChanged {
        promotion_id: PromotionId(row.get(0)?),
        version: row.get(1)?,
        enabled: row.get(2)?,
        counted: row.get(3)?,
        promotion: serde_json::from_str(&row.get::<String>(4)?).map_err(|error| refused(&error))?,
    })
}

fn of_model(model: Model) -> Result<PromotionChanged, DbError> {
    let Model { id, version, enabled, counted, promotion, .. } = model;
    let promotion = serde_json::from_str(&promotion).map_err(|error| refused(&error))?;
    Ok(PromotionChanged { promotion_id: PromotionId(id), version, enabled, counted, promotion })
}

fn refused(error: &serde_json::Error) -> DbError {
    DbError::Refused(error.to_string().into())
}
