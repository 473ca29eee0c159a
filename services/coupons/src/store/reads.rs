//! Reads outside of transactions: pages, one thing, and the report. All are bounded.

use super::{
    entities::{codes, counters, promotions},
    from_json,
    orders::state,
};
use crate::{
    model::{Code, Stored},
    views::{CodeUses, CodeView, DayUses, PromotionView, ReportView, UseView},
};
use bodega_contracts::{OrderId, PromotionId};
use bodega_db::DbError;
use bodega_kernel::{Page, Time, uuid::Uuid};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement, Value,
};
use std::collections::BTreeMap;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// A page of promotions, newest first, before `before`.
pub(crate) async fn list_promotions(
    db: &DatabaseConnection,
    before: Option<PromotionId>,
    paging: &Paging,
) -> Result<Page<PromotionView>, DbError> {
    let mut query = promotions::Entity::find().order_by_desc(promotions::Column::Id).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(promotions::Column::Id.lt(before.0));
    }
    let rows = query.all(db).await?.iter().map(stored).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(rows.iter().map(PromotionView::of).collect(), paging.limit, |row: &PromotionView| row.id);
    if paging.count {
        page.total = Some(promotions::Entity::find().count(db).await?);
    }
    Ok(page)
}

/// A promotion.
pub(crate) async fn read_promotion(db: &DatabaseConnection, id: PromotionId) -> Result<Option<Stored>, DbError> {
    promotions::Entity::find_by_id(id.0).one(db).await?.as_ref().map(stored).transpose()
}

/// A code and its promotion, as they are kept.
pub(crate) async fn read_code(db: &DatabaseConnection, code: &str) -> Result<Option<(Code, Stored)>, DbError> {
    let found = codes::Entity::find_by_id(code.to_owned()).find_also_related(promotions::Entity).one(db).await?;
    let Some((row, Some(promotion))) = found else { return Ok(None) };
    let code = Code {
        text: row.code,
        promotion: PromotionId(row.promotion_id),
        limit: row.most,
        enabled: row.enabled,
        created: Time::from_ms(row.created_ms),
    };
    Ok(Some((code, stored(&promotion)?)))
}

/// What counters stand at.
pub(crate) async fn read_counters(
    db: &DatabaseConnection,
    keys: impl Iterator<Item = &str>,
) -> Result<BTreeMap<String, i64>, DbError> {
    let keys: Vec<&str> = keys.collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = counters::Entity::find().filter(counters::Column::Key.is_in(keys)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.used)).collect())
}

#[derive(FromQueryResult)]
struct CodeRow {
    code: String,
    promotion_id: Uuid,
    most: Option<i64>,
    enabled: bool,
    created_ms: i64,
    uses: i64,
}

const CODE_ROW: &str = "SELECT c.code AS code, c.promotion_id AS promotion_id, c.most AS most, c.enabled AS enabled, \
                        c.created_ms AS created_ms, (SELECT COUNT(*) FROM uses u JOIN orders o ON o.order_id = u.order_id \
                        WHERE u.code = c.code AND o.state IN ('reserved', 'redeemed')) AS uses FROM codes c";

/// A page of a promotion's codes after the code `after`.
pub(crate) async fn list_codes(
    db: &DatabaseConnection,
    promotion: PromotionId,
    after: Option<String>,
    paging: &Paging,
) -> Result<Page<CodeView>, DbError> {
    let sql = format!("{CODE_ROW} WHERE c.promotion_id = $1 AND c.code > $2 ORDER BY c.code LIMIT $3");
    let limit = paging.limit.and_one() as i64;
    let values = [promotion.0.into(), after.unwrap_or_default().into(), limit.into()];
    let rows = CodeRow::find_by_statement(statement(db, &sql, values)).all(db).await?;
    let mut page =
        Page::of(rows.into_iter().map(code_view).collect(), paging.limit, |view: &CodeView| view.code.clone());
    if paging.count {
        let of = codes::Entity::find().filter(codes::Column::PromotionId.eq(promotion.0));
        page.total = Some(of.count(db).await?);
    }
    Ok(page)
}

/// A code and how often it was used.
pub(crate) async fn read_code_view(db: &DatabaseConnection, code: &str) -> Result<Option<CodeView>, DbError> {
    let sql = format!("{CODE_ROW} WHERE c.code = $1");
    let row = CodeRow::find_by_statement(statement(db, &sql, [code.into()])).one(db).await?;
    Ok(row.map(code_view))
}

#[derive(FromQueryResult)]
struct UseRow {
    order_id: Uuid,
    item: i64,
    code: Option<String>,
    customer: String,
    state: String,
    at_ms: i64,
}

/// A page of a promotion's uses, newest first, before `before`.
pub(crate) async fn list_uses(
    db: &DatabaseConnection,
    promotion: PromotionId,
    before: Option<(OrderId, i64)>,
    paging: &Paging,
) -> Result<Page<UseView>, DbError> {
    let sql = "SELECT u.order_id AS order_id, u.item AS item, u.code AS code, u.customer AS customer, \
               o.state AS state, u.at_ms AS at_ms FROM uses u JOIN orders o ON o.order_id = u.order_id \
               WHERE u.promotion_id = $1 AND (u.order_id < $2 OR (u.order_id = $2 AND u.item < $3)) \
               ORDER BY u.order_id DESC, u.item DESC LIMIT $4";
    let (order, place) = before.unwrap_or((OrderId(Uuid::max()), 0));
    let limit = paging.limit.and_one() as i64;
    let values = [promotion.0.into(), order.0.into(), place.into(), limit.into()];
    let rows = UseRow::find_by_statement(statement(db, sql, values)).all(db).await?;
    let view = |row: UseRow| {
        Ok(UseView {
            order_id: OrderId(row.order_id),
            code: row.code,
            customer: row.customer,
            state: state(&row.state)?,
            at: Time::from_ms(row.at_ms),
            place: row.item,
        })
    };
    let rows = rows.into_iter().map(view).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(rows, paging.limit, |view: &UseView| (view.order_id, view.place));
    if paging.count {
        let sql = "SELECT COUNT(*) AS count FROM uses WHERE promotion_id = $1";
        page.total = Some(count(db, sql, [promotion.0.into()]).await? as u64);
    }
    Ok(page)
}

/// How a promotion was used.
pub(crate) async fn read_report(db: &DatabaseConnection, promotion: PromotionId) -> Result<ReportView, DbError> {
    let of = || [Value::from(promotion.0)];
    let sql = "SELECT o.state AS word, COUNT(*) AS count FROM uses u JOIN orders o ON o.order_id = u.order_id \
               WHERE u.promotion_id = $1 GROUP BY o.state";
    let states: BTreeMap<String, i64> = tally(db, sql, of()).await?.into_iter().collect();
    let in_state = |word: &str| states.get(word).copied().unwrap_or(0);
    let sql = "SELECT COUNT(DISTINCT u.customer) AS count FROM uses u JOIN orders o ON o.order_id = u.order_id \
               WHERE u.promotion_id = $1 AND o.state = 'redeemed'";
    let customers = count(db, sql, of()).await?;
    let sql = "SELECT u.code AS word, COUNT(*) AS count FROM uses u JOIN orders o ON o.order_id = u.order_id \
               WHERE u.promotion_id = $1 AND o.state = 'redeemed' AND u.code IS NOT NULL \
               GROUP BY u.code ORDER BY COUNT(*) DESC, u.code LIMIT 20";
    let codes = tally(db, sql, of()).await?;
    let sql = "SELECT u.at_ms / 86400000 AS day, COUNT(*) AS count FROM uses u \
               JOIN orders o ON o.order_id = u.order_id WHERE u.promotion_id = $1 AND o.state = 'redeemed' \
               GROUP BY u.at_ms / 86400000 ORDER BY day DESC LIMIT 90";
    let mut days = Vec::new();
    for row in db.query_all_raw(statement(db, sql, of())).await? {
        let at = Time::from_ms(row.try_get::<i64>("", "day")? * DAY_MS).to_string();
        let day = at.split('T').next().unwrap_or_default().to_owned();
        days.push(DayUses { day, redeemed: row.try_get("", "count")? });
    }
    Ok(ReportView {
        promotion_id: promotion,
        reserved: in_state("reserved"),
        redeemed: in_state("redeemed"),
        released: in_state("released") + in_state("rejected"),
        customers,
        codes: codes.into_iter().map(|(code, redeemed)| CodeUses { code, redeemed }).collect(),
        days,
    })
}

async fn tally<const N: usize>(
    db: &DatabaseConnection,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<(String, i64)>, DbError> {
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "word")?, row.try_get("", "count")?))).collect()
}

async fn count<const N: usize>(db: &DatabaseConnection, sql: &str, values: [Value; N]) -> Result<i64, DbError> {
    let row = db.query_one_raw(statement(db, sql, values)).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "count"))?)
}

fn statement<const N: usize>(db: &DatabaseConnection, sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

fn stored(row: &promotions::Model) -> Result<Stored, DbError> {
    Ok(Stored {
        version: row.version,
        enabled: row.enabled,
        limit: row.most,
        limit_per_customer: row.most_per_customer,
        counts_uses: row.counts_uses,
        counts_customers: row.counts_customers,
        promotion: from_json(&row.promotion)?,
        created: Time::from_ms(row.created_ms),
        updated: Time::from_ms(row.updated_ms),
    })
}

fn code_view(row: CodeRow) -> CodeView {
    let code = Code {
        text: row.code,
        promotion: PromotionId(row.promotion_id),
        limit: row.most,
        enabled: row.enabled,
        created: Time::from_ms(row.created_ms),
    };
    CodeView::of(code, row.uses)
}
