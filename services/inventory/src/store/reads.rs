//! Reads outside of transactions: pages for staff, facts for `verify`. All are bounded.

use super::{
    EARLY,
    entities::{movements, reservations, stock},
    from_json, state,
};
use crate::model::{Level, MAIN, MovementView, StockView};
use bodega_contracts::{
    OrderId,
    inventory::{ReservationFact, StockFact},
};
use bodega_db::DbError;
use bodega_kernel::{Page, Sku, Time};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

/// Rows of one page of facts.
const FACTS: u64 = 500;

/// A page of stock after the SKU `after`.
pub(crate) async fn list_stock(
    db: &DatabaseConnection,
    after: Option<String>,
    paging: &Paging,
) -> Result<Page<StockView>, DbError> {
    let here = stock::Entity::find().filter(stock::Column::Location.eq(MAIN));
    let mut query = here.clone().order_by_asc(stock::Column::Sku).limit(paging.limit.and_one());
    if let Some(after) = after {
        query = query.filter(stock::Column::Sku.gt(after));
    }
    let rows = query.all(db).await?;
    let rows = rows.iter().map(view).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(rows, paging.limit, |stock| stock.sku.clone());
    if paging.count {
        page.total = Some(here.count(db).await?);
    }
    Ok(page)
}

/// The stock of a SKU.
pub(crate) async fn stock_of(db: &DatabaseConnection, sku: &Sku) -> Result<Option<StockView>, DbError> {
    let key = (sku.as_str().to_owned(), MAIN.to_owned());
    stock::Entity::find_by_id(key).one(db).await?.as_ref().map(view).transpose()
}

/// A page of the ledger of a SKU, newest first, before the place `before`; `None` if there is no such SKU.
pub(crate) async fn list_movements(
    db: &DatabaseConnection,
    sku: &Sku,
    before: Option<i64>,
    paging: &Paging,
) -> Result<Option<Page<MovementView>>, DbError> {
    if stock_of(db, sku).await?.is_none() {
        return Ok(None);
    }
    let of_sku = movements::Entity::find()
        .filter(movements::Column::Sku.eq(sku.as_str()))
        .filter(movements::Column::Location.eq(MAIN));
    let mut query = of_sku.clone().order_by_desc(movements::Column::Seq).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(movements::Column::Seq.lt(before));
    }
    let rows = query.all(db).await?;
    let mut page = Page::of(rows.into_iter().map(movement_view).collect(), paging.limit, |row: &MovementView| row.seq);
    if paging.count {
        page.total = Some(of_sku.count(db).await?);
    }
    Ok(Some(page))
}

/// Stock beside what its ledger and its reservations add up to: one statement, so that all figures are of one moment.
pub(crate) async fn stock_facts(
    db: &DatabaseConnection,
    after: Option<(String, String)>,
) -> Result<Vec<StockFact>, DbError> {
    let sql = "SELECT s.sku AS sku, s.location AS location, s.on_hand AS on_hand, s.held AS held, \
               s.allocated AS allocated, s.backorder AS backorder, s.version AS version, \
               CAST(COALESCE(SUM(m.on_hand_delta), 0) AS BIGINT) AS ledger_on_hand, \
               CAST(COALESCE(SUM(CASE WHEN m.kind IN ('receive', 'adjust', 'count', 'return') \
                 THEN m.on_hand_delta ELSE 0 END), 0) AS BIGINT) AS ledger_brought, \
               CAST(COALESCE(SUM(CASE WHEN m.kind = 'ship' THEN -m.on_hand_delta ELSE 0 END), 0) AS BIGINT) \
                 AS ledger_shipped, \
               CAST(COALESCE(SUM(CASE WHEN m.kind IN ('hold', 'ship') AND r.state = 'held' THEN m.held_delta ELSE 0 END), 0) \
                 AS BIGINT) AS live_holds, \
               CAST(COALESCE(SUM(CASE WHEN m.kind IN ('allocate', 'ship') AND r.state = 'allocated' THEN m.allocated_delta \
                 ELSE 0 END), 0) AS BIGINT) AS live_allocations \
               FROM (SELECT * FROM stock WHERE sku > $1 OR (sku = $1 AND location > $2) \
                 ORDER BY sku, location LIMIT $3) s \
               LEFT JOIN movements m ON m.sku = s.sku AND m.location = s.location \
               LEFT JOIN reservations r ON r.order_id = m.order_id \
               GROUP BY s.sku, s.location, s.on_hand, s.held, s.allocated, s.backorder, s.version \
               ORDER BY s.sku, s.location";
    let (sku, location) = after.unwrap_or_default();
    let values = [sku.into(), location.into(), (FACTS as i64).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = FactRow::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(fact).collect()
}

/// Reservations in the order of their ids, after `after`.
pub(crate) async fn reservation_facts(
    db: &DatabaseConnection,
    after: Option<OrderId>,
) -> Result<Vec<ReservationFact>, DbError> {
    let heard = reservations::Entity::find().filter(reservations::Column::State.ne(EARLY));
    let mut query = heard.order_by_asc(reservations::Column::OrderId).limit(FACTS);
    if let Some(after) = after {
        query = query.filter(reservations::Column::OrderId.gt(after.0));
    }
    let rows = query.all(db).await?;
    let fact = |row: reservations::Model| {
        let lines = from_json(&row.lines)?;
        let shipped = row.shipped.map_or(Ok(Vec::new()), |shipped| from_json(&shipped))?;
        Ok(ReservationFact { order_id: OrderId(row.order_id), state: state(&row.state)?, lines, shipped })
    };
    rows.into_iter().map(fact).collect()
}

#[derive(FromQueryResult)]
struct FactRow {
    sku: String,
    location: String,
    on_hand: i64,
    held: i64,
    allocated: i64,
    backorder: bool,
    version: i64,
    ledger_on_hand: i64,
    ledger_brought: i64,
    ledger_shipped: i64,
    live_holds: i64,
    live_allocations: i64,
}

fn fact(row: FactRow) -> Result<StockFact, DbError> {
    Ok(StockFact {
        sku: sku(&row.sku)?,
        location: row.location,
        on_hand: row.on_hand,
        held: row.held,
        allocated: row.allocated,
        backorder: row.backorder,
        version: row.version,
        ledger_on_hand: row.ledger_on_hand,
        ledger_brought: row.ledger_brought,
        ledger_shipped: row.ledger_shipped,
        live_holds: row.live_holds,
        live_allocations: row.live_allocations,
    })
}

fn view(row: &stock::Model) -> Result<StockView, DbError> {
    let stock::Model { on_hand, held, allocated, safety, backorder, version, .. } = *row;
    Ok(StockView::of(sku(&row.sku)?, Level { on_hand, held, allocated, safety, backorder, version }))
}

fn movement_view(row: movements::Model) -> MovementView {
    MovementView {
        seq: row.seq,
        kind: row.kind,
        on_hand: row.on_hand_delta,
        held: row.held_delta,
        allocated: row.allocated_delta,
        order_id: row.order_id.map(OrderId),
        reason: row.reason,
        reference: row.reference,
        actor: row.actor,
        at: Time::from_ms(row.at_ms),
    }
}

fn sku(text: &str) -> Result<Sku, DbError> {
    Sku::new(text).map_err(|error| DbError::Refused(format!("{text}: {error}").into()))
}
