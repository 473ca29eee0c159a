//! What `verify` asks: limits and counters beside what the orders' rows add up to. Each page is one statement, so that all
//! its figures are of one moment.

use super::{entities::orders, from_json, orders::state};
use bodega_contracts::{
    OrderId, PromotionId,
    coupons::{CodeFact, CouponUseFact, PromotionFact},
};
use bodega_db::DbError;
use bodega_kernel::uuid::Uuid;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::Expr,
};

/// Rows of one page.
const FACTS: i64 = 200;

#[derive(FromQueryResult)]
struct PromotionRow {
    id: Uuid,
    version: i64,
    enabled: bool,
    most: Option<i64>,
    most_per_customer: Option<i64>,
    counts_uses: bool,
    counts_customers: bool,
    counted: Option<i64>,
    counted_by_customer: Option<i64>,
    live: Option<i64>,
    by_customer: Option<i64>,
}

/// Promotions in the order of their ids, after `after`.
pub(crate) async fn promotion_facts(
    db: &DatabaseConnection,
    after: Option<PromotionId>,
) -> Result<Vec<PromotionFact>, DbError> {
    let sql = "SELECT p.id AS id, p.version AS version, p.enabled AS enabled, p.most AS most, \
               p.most_per_customer AS most_per_customer, p.counts_uses AS counts_uses, \
               p.counts_customers AS counts_customers, \
               (SELECT MAX(c.used) FROM counters c WHERE c.promotion_id = p.id AND c.kind = 'promotion') AS counted, \
               (SELECT MAX(c.used) FROM counters c WHERE c.promotion_id = p.id AND c.kind = 'customer') \
                 AS counted_by_customer, \
               CAST(l.live AS BIGINT) AS live, CAST(l.by_customer AS BIGINT) AS by_customer \
               FROM (SELECT * FROM promotions WHERE id > $1 ORDER BY id LIMIT $2) p \
               LEFT JOIN (SELECT promotion_id, SUM(uses) AS live, MAX(uses) AS by_customer FROM \
                 (SELECT u.promotion_id AS promotion_id, u.customer AS customer, COUNT(*) AS uses \
                  FROM uses u JOIN orders o ON o.order_id = u.order_id \
                  WHERE o.state IN ('reserved', 'redeemed') AND u.promotion_id IN \
                    (SELECT id FROM promotions WHERE id > $1 ORDER BY id LIMIT $2) \
                  GROUP BY u.promotion_id, u.customer) each_customer GROUP BY promotion_id) l ON l.promotion_id = p.id \
               ORDER BY p.id";
    let values = [after.map_or(Uuid::nil(), |after| after.0).into(), FACTS.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = PromotionRow::find_by_statement(statement).all(db).await?;
    let fact = |row: PromotionRow| PromotionFact {
        promotion_id: PromotionId(row.id),
        version: row.version,
        enabled: row.enabled,
        limit: row.most,
        limit_per_customer: row.most_per_customer,
        counted: row.counts_uses.then_some(row.counted.unwrap_or(0)),
        live_uses: row.live.unwrap_or(0),
        most_by_customer: row.by_customer.unwrap_or(0),
        most_counted_by_customer: row.counts_customers.then_some(row.counted_by_customer.unwrap_or(0)),
    };
    Ok(rows.into_iter().map(fact).collect())
}

#[derive(FromQueryResult)]
struct CodeRow {
    code: String,
    promotion_id: Uuid,
    most: Option<i64>,
    counted: Option<i64>,
    live: i64,
}

/// Codes in their order, after `after`.
pub(crate) async fn code_facts(db: &DatabaseConnection, after: Option<String>) -> Result<Vec<CodeFact>, DbError> {
    let sql = "SELECT c.code AS code, c.promotion_id AS promotion_id, c.most AS most, \
               (SELECT n.used FROM counters n WHERE n.key = 'c:' || c.code) AS counted, \
               (SELECT COUNT(*) FROM uses u JOIN orders o ON o.order_id = u.order_id \
                WHERE u.code = c.code AND o.state IN ('reserved', 'redeemed')) AS live \
               FROM (SELECT * FROM codes WHERE code > $1 ORDER BY code LIMIT $2) c ORDER BY c.code";
    let values = [after.unwrap_or_default().into(), FACTS.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = CodeRow::find_by_statement(statement).all(db).await?;
    let fact = |row: CodeRow| CodeFact {
        code: row.code,
        promotion_id: PromotionId(row.promotion_id),
        limit: row.most,
        counted: row.most.map(|_| row.counted.unwrap_or(0)),
        live_uses: row.live,
    };
    Ok(rows.into_iter().map(fact).collect())
}

/// Orders with claims, in the order of their ids, after `after`.
pub(crate) async fn use_facts(db: &DatabaseConnection, after: Option<OrderId>) -> Result<Vec<CouponUseFact>, DbError> {
    let mut query = orders::Entity::find()
        // As the index says it.
        .filter(Expr::cust("claims <> '[]'"))
        .order_by_asc(orders::Column::OrderId)
        .limit(FACTS as u64);
    if let Some(after) = after {
        query = query.filter(orders::Column::OrderId.gt(after.0));
    }
    let fact = |row: orders::Model| {
        let claims = from_json(&row.claims)?;
        Ok(CouponUseFact { order_id: OrderId(row.order_id), state: state(&row.state)?, claims })
    };
    query.all(db).await?.into_iter().map(fact).collect()
}
